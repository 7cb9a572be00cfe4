package remote

import (
	"strings"

	"syndicated/feeds"
)

// person reads what RSS and Dublin Core have of an author: "Me <me@x.org>",
// "me@x.org (Me)", "Me (me@x.org)", a name, an address.
func person(s string) feeds.Author {
	s = strings.Join(strings.Fields(s), " ")
	s = strings.TrimPrefix(s, "mailto:")
	if before, after, ok := strings.Cut(s, "<"); ok {
		if inner, _, ok := strings.Cut(after, ">"); ok {
			return named(before, strings.TrimPrefix(inner, "mailto:"))
		}
	}
	if before, after, ok := strings.Cut(s, "("); ok {
		inner, rest, _ := strings.Cut(after, ")")
		if strings.TrimSpace(rest) == "" && (address(strings.TrimSpace(inner)) || address(strings.TrimSpace(before))) {
			return named(before, inner)
		}
	}
	if address(s) {
		return feeds.Author{Email: s}
	}
	// "me@x.org Me" and "Me me@x.org"
	words := strings.Fields(s)
	for i, w := range words {
		if address(strings.Trim(w, ",;:()[]<>")) {
			rest := append(append([]string{}, words[:i]...), words[i+1:]...)
			return named(strings.Join(rest, " "), strings.Trim(w, ",;:()[]<>"))
		}
	}
	return named(s, "")
}

// named puts the two halves in their places, whichever is the address.
func named(name, email string) feeds.Author {
	name, email = strings.TrimSpace(name), strings.TrimSpace(email)
	if address(name) || email != "" && !address(email) && !webAddress(email) {
		name, email = email, name
	}
	name = strings.Trim(name, `"' ,;:-`)
	a := feeds.Author{Name: name, Email: email}
	if webAddress(email) {
		a.URL, a.Email = email, ""
	}
	if webAddress(a.Name) {
		if a.URL == "" {
			a.URL = a.Name
		}
		a.Name = ""
	}
	return a
}

func webAddress(s string) bool {
	return strings.HasPrefix(s, "http://") || strings.HasPrefix(s, "https://")
}

func address(s string) bool {
	at := strings.IndexByte(s, '@')
	return at > 0 && at < len(s)-1 && !strings.ContainsAny(s, " \t()<>,")
}

// mostAuthors of a post or a feed that are kept.
const mostAuthors = 100

// addAuthor adds a who is not yet there; what is known of one twice is put
// together.
func addAuthor(list []feeds.Author, a feeds.Author) []feeds.Author {
	if a == (feeds.Author{}) {
		return list
	}
	for i := range list {
		have := &list[i]
		if a.Name != "" && strings.EqualFold(have.Name, a.Name) || a.Email != "" && strings.EqualFold(have.Email, a.Email) ||
			a.URL != "" && have.URL == a.URL && a.Name == "" && a.Email == "" {
			fill(&have.Name, a.Name)
			fill(&have.Email, a.Email)
			fill(&have.URL, a.URL)
			fill(&have.Image, a.Image)
			return list
		}
	}
	if len(list) >= mostAuthors {
		return list
	}
	return append(list, a)
}

// fill sets what is not set.
func fill(have *string, s string) {
	if *have == "" {
		*have = s
	}
}

// atomPerson reads the children of an author.
func (r *reader) atomPerson(t *tree, at int) feeds.Author {
	var a feeds.Author
	t.children(at, func(_ int, n *node) {
		text := oneLine(content(n.inner))
		switch n.name {
		case "name":
			a.Name = text
		case "email":
			a.Email = strings.TrimPrefix(text, "mailto:")
		case "uri", "url", "homepage":
			a.URL = resolve(t.bases[n.base], text)
		case "image", "icon", "thumbnail":
			fill(&a.Image, resolve(t.bases[n.base], n.attr("url")))
		}
	})
	if a == (feeds.Author{}) && t.nodes[at].next == at+1 {
		return person(content(t.nodes[at].inner))
	}
	if a.Email == "" && strings.ContainsRune(a.Name, '@') {
		if split := person(a.Name); split.Email != "" {
			a.Name, a.Email = split.Name, split.Email
		}
	}
	return a
}
