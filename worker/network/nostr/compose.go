package nostr

import (
	"cmp"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"syndicated/worker/network"
)

// compose makes the event of a message, as if it answered nothing.
func (a *Account) compose(m network.Message, at int64) *event {
	e := &event{Kind: a.kind, Created: at, Content: m.Text}
	if a.kind == kindArticle && m.Verb != network.VerbReply {
		a.article(e, m)
	} else {
		e.Kind = kindNote
		for _, one := range m.Media {
			if !strings.Contains(e.Content, one.URL) {
				e.Content = strings.TrimRight(e.Content, "\n") + "\n" + one.URL
			}
			e.Tags = append(e.Tags, imeta(one))
		}
		if m.Link != "" {
			e.Tags = append(e.Tags, []string{"r", m.Link})
		}
	}
	for _, tag := range m.Tags {
		tag = strings.ToLower(strings.TrimPrefix(tag, "#"))
		if tag != "" && !slices.ContainsFunc(e.Tags, func(t []string) bool { return t[0] == "t" && t[1] == tag }) {
			e.Tags = append(e.Tags, []string{"t", tag})
		}
	}
	if m.Warning != "" {
		e.Tags = append(e.Tags, []string{"content-warning", m.Warning}) // NIP-36
	}
	if m.Language != "" { // NIP-32
		e.Tags = append(e.Tags, []string{"L", "ISO-639-1"}, []string{"l", strings.ToLower(m.Language[:min(2, len(m.Language))]), "ISO-639-1"})
	}
	return e
}

// imeta tells what a picture shows. https://github.com/nostr-protocol/nips/blob/master/92.md
func imeta(one network.Media) []string {
	tag := []string{"imeta", "url " + one.URL}
	if one.Type != "" {
		tag = append(tag, "m "+one.Type)
	}
	if one.Alt != "" {
		tag = append(tag, "alt "+one.Alt)
	}
	return tag
}

// article makes a long-form event. https://github.com/nostr-protocol/nips/blob/master/23.md
func (a *Account) article(e *event, m network.Message) {
	var post struct {
		Title   string `json:"title"`
		Summary string `json:"summary"`
		Content string `json:"content"`
	}
	_ = json.Unmarshal(m.Data, &post) // without it the message's own text serves
	if body := cmp.Or(post.Content, post.Summary); body != "" {
		e.Content = markdown(body)
		if len(e.Content) > maxArticle {
			e.Content = beginning(e.Content, maxArticle)
		}
	}
	if m.Link != "" && !strings.Contains(e.Content, m.Link) {
		e.Content = strings.TrimRight(e.Content, "\n") + "\n\n" + m.Link
	}
	e.Tags = append(e.Tags, []string{"d", cmp.Or(m.Post, m.ID)}, []string{"title", cmp.Or(m.Title, post.Title)})
	if m.Summary != "" {
		e.Tags = append(e.Tags, []string{"summary", m.Summary})
	}
	if len(m.Media) > 0 {
		e.Tags = append(e.Tags, []string{"image", m.Media[0].URL})
	}
	if !m.Published.IsZero() {
		e.Tags = append(e.Tags, []string{"published_at", fmt.Sprint(m.Published.Unix())})
	}
}

// beginning cuts Markdown after a paragraph.
func beginning(s string, limit int) string {
	s = strings.ToValidUTF8(s[:limit], "")
	if at := strings.LastIndex(s, "\n\n"); at > 0 {
		s = s[:at]
	}
	return s + "\n\n…"
}

// answer makes e an answer to a receipt, and gives what later answers need.
func (a *Account) answer(e *event, to network.Receipt) own {
	var parent own
	_ = json.Unmarshal(to.Own, &parent)
	root := cmp.Or(parent.Root, to.ID)
	relay := a.relays[0]
	switch parent.Kind {
	case kindArticle: // an article is commented on, NIP-22
		e.Kind = kindComment
		address, kind := a.address(parent.D), fmt.Sprint(kindArticle)
		e.Tags = append(e.Tags,
			[]string{"A", address, relay, a.key.public}, []string{"K", kind}, []string{"P", a.key.public, relay},
			[]string{"a", address, relay, a.key.public}, []string{"e", to.ID, relay, a.key.public}, []string{"k", kind}, []string{"p", a.key.public, relay})
	default: // NIP-10
		e.Tags = append(e.Tags, []string{"e", root, relay, "root", a.key.public})
		if root != to.ID {
			e.Tags = append(e.Tags, []string{"e", to.ID, relay, "reply", a.key.public})
		}
		e.Tags = append(e.Tags, []string{"p", a.key.public, relay})
	}
	return own{Kind: e.Kind, Root: root}
}

func (a *Account) address(d string) string {
	return fmt.Sprintf("%d:%s:%s", kindArticle, a.key.public, d)
}

// tag is the first value of the first tag with a name.
func (e *event) tag(name string) string {
	for _, t := range e.Tags {
		if len(t) > 1 && t[0] == name {
			return t[1]
		}
	}
	return ""
}

func (e *event) set(name, value string) {
	for _, t := range e.Tags {
		if len(t) > 1 && t[0] == name {
			t[1] = value
			return
		}
	}
	e.Tags = append(e.Tags, []string{name, value})
}

// root is the id of the thread that e is in, empty if it begins one.
func (e *event) root() string {
	for _, t := range e.Tags {
		if len(t) > 3 && t[0] == "e" && t[3] == "root" {
			return t[1]
		}
	}
	return ""
}

func must(hexed string) []byte {
	b, _ := hex.DecodeString(hexed)
	return b
}
