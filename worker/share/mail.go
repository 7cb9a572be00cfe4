package share

import (
	"html"
	"strings"

	"github.com/microcosm-cc/bluemonday"

	"syndicated/feeds"
)

// mailRoom is how much of a post a letter holds, in graphemes: all of nearly every one.
const mailRoom = 100_000

// mail tells whether messages are letters: a whole post, with HTML beside the text.
func (c *Composer) mail() bool { return c.Network == "email" }

// letter is the HTML of a letter, a fragment: what the draft says, and the post as its author set it.
func letter(d draft, p feeds.Post) string {
	var b strings.Builder
	title, link := html.EscapeString(d.title), html.EscapeString(d.link)
	switch {
	case title != "" && link != "":
		b.WriteString(`<h1><a href="` + link + `">` + title + "</a></h1>\n")
	case title != "":
		b.WriteString("<h1>" + title + "</h1>\n")
	}
	if d.body != "" {
		content := p.Content
		if content == "" {
			content = p.Summary
		}
		if d.own && p.Share != "" || content == "" || len(content) > readMax {
			content = "<p>" + strings.ReplaceAll(breaks(d.body), "\n\n", "</p>\n<p>") + "</p>"
		}
		b.WriteString(bluemonday.UGCPolicy().Sanitize(content) + "\n")
	}
	if d.note != "" {
		b.WriteString("<p><strong>" + html.EscapeString(strings.TrimSpace(d.label)) + "</strong> " + breaks(d.note) + "</p>\n")
	}
	if link != "" {
		b.WriteString(`<p><a href="` + link + `">` + link + "</a></p>\n")
	}
	return b.String()
}

// breaks escapes text and keeps its lines.
func breaks(s string) string {
	return strings.ReplaceAll(strings.ReplaceAll(html.EscapeString(s), "\n", "<br>\n"), "<br>\n<br>\n", "\n\n")
}
