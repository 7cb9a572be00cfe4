package remote

import (
	"strings"

	"syndicated/feeds"
)

// posse reads the words that an author gives a post for social accounts: plain
// text, or the JSON of POSSE Party (namespace https://posseparty.com/2024/Feed)
// of which the words are taken, and whether to share at all.
func posse(s string, p *feeds.Post) {
	s = strings.TrimSpace(s)
	if !strings.HasPrefix(s, "{") {
		p.Share = s
		return
	}
	v, _, _ := parseJSON([]byte(s))
	posseObject(v, p)
}

func posseObject(v value, p *feeds.Post) {
	if v.string("syndicate") == "false" {
		p.Private = true
	}
	words := strings.TrimSpace(v.string("format_string"))
	if words == "" {
		p.Share = feeds.Text(v.string("content"))
		return
	}
	or := func(name, own string) string {
		if s := v.string(name); s != "" {
			return s
		}
		return own
	}
	p.Share = strings.TrimSpace(strings.NewReplacer(
		"{{title}}", or("title", p.Title), "{{subtitle}}", v.string("subtitle"), "{{url}}", or("url", p.Link),
		"{{content}}", feeds.Text(or("content", p.Content)), "{{summary}}", feeds.Text(or("summary", p.Summary)),
	).Replace(words))
	if p.Share == p.Title {
		p.Share = "" // the title is shared without being asked
	}
}
