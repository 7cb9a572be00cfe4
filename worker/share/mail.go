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

// letter is the HTML of a letter: what the draft says, and the post as its author set it.
func letter(lang string, d draft, p feeds.Post) string {
	var b strings.Builder
	title := html.EscapeString(d.title)
	if title == "" {
		title = "&#8203;"
	}
	b.WriteString("<!DOCTYPE html>\n<html")
	if lang != "" {
		b.WriteString(` lang="` + html.EscapeString(lang) + `"`)
	}
	b.WriteString("><head><meta charset=\"utf-8\"><title>" + title + "</title></head>\n<body>\n")
	link := html.EscapeString(d.link)
	if d.title != "" && d.link != "" {
		b.WriteString(`<h1><a href="` + link + `">` + title + "</a></h1>\n")
	} else if d.title != "" {
		b.WriteString("<h1>" + title + "</h1>\n")
	}
	if d.note != "" {
		b.WriteString("<p><strong>" + html.EscapeString(strings.TrimSpace(d.label)) + "</strong> " + strings.ReplaceAll(html.EscapeString(d.note), "\n", "<br>\n") + "</p>\n")
	}
	if d.body != "" {
		content := p.Content
		if content == "" {
			content = p.Summary
		}
		if d.own && p.Share != "" || content == "" || len(content) > readMax {
			content = "<p>" + strings.ReplaceAll(strings.ReplaceAll(html.EscapeString(d.body), "\n\n", "</p>\n<p>"), "\n", "<br>\n") + "</p>"
		}
		b.WriteString(bluemonday.UGCPolicy().Sanitize(content) + "\n")
	}
	if d.link != "" {
		b.WriteString(`<p><a href="` + link + `">` + link + "</a></p>\n")
	}
	b.WriteString("</body></html>\n")
	return b.String()
}
