package write

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"syndicated/feeds"
)

var (
	emailAddress = regexp.MustCompile(`^[A-Za-z0-9._+-]{1,64}@([A-Za-z0-9-]+\.)+[A-Za-z][A-Za-z0-9-]*$`)
	angledEmail  = regexp.MustCompile(`<[^<>@\s]*@[^<>\s]*>`)
)

// people are authors with names, each once.
func people(in []feeds.Author) []feeds.Author {
	var out []feeds.Author
	for _, a := range in {
		a.URL, a.Image = webAddress(a.URL, ""), webAddress(a.Image, "")
		if a.Email = line(a.Email); !emailAddress.MatchString(a.Email) {
			a.Email = ""
		}
		name := line(angledEmail.ReplaceAllString(clean(a.Name), " "))
		if name == "" {
			name, _, _ = strings.Cut(a.Email, "@")
		}
		if a.Name = cmp.Or(name, strings.TrimPrefix(strings.TrimPrefix(a.URL, "https://"), "http://")); a.Name == "" {
			continue
		}
		if !slices.ContainsFunc(out, func(o feeds.Author) bool { return o.Name == a.Name && o.URL == a.URL }) {
			out = append(out, a)
		}
	}
	return out
}

func tags(in []string) []string {
	var out []string
	for _, t := range in {
		if t = line(t); t != "" && !slices.ContainsFunc(out, func(o string) bool { return strings.EqualFold(o, t) }) {
			out = append(out, t)
		}
	}
	return out
}
