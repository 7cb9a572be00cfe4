package email

import (
	"html"
	"regexp"
	"strings"

	"syndicated/worker/network"
)

// text is the part for those who read plain text.
func (a *Account) text(m network.Message) string {
	var b strings.Builder
	if m.Warning != "" {
		b.WriteString("[" + m.Warning + "]\n\n")
	}
	b.WriteString(strings.TrimSpace(m.Text))
	if m.Link != "" && !strings.Contains(m.Text, m.Link) {
		b.WriteString("\n\n" + m.Link)
	}
	if a.c.Unsubscribe != "" {
		b.WriteString("\n\n-- \nUnsubscribe: " + a.c.Unsubscribe)
	}
	b.WriteByte('\n')
	return plain(b.String())
}

// plain takes out what belongs into no text part.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r == 0x7f {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
}

// html is the part for all others: the message's own HTML, or its text. What is
// the mail's and not the message's is put into it.
func (a *Account) html(m network.Message, pic *picture) string {
	page := m.HTML
	if page == "" {
		page = paragraphs(m.Text)
		if linkable(m.Link) && !strings.Contains(m.Text, m.Link) {
			page += "<p>" + anchor(m.Link) + "</p>\n"
		}
	}
	if !strings.Contains(page, "<body") {
		page = a.page(m, page)
	}
	top := ""
	if m.Warning != "" {
		top = "<p><strong>" + html.EscapeString(m.Warning) + "</strong></p>\n"
	}
	if pic != nil {
		src := `src="` + html.EscapeString(pic.url) + `"`
		if here := `src="cid:` + a.contentID() + `"`; strings.Contains(page, src) {
			page = strings.ReplaceAll(page, src, here)
		} else {
			img := `<img ` + here + ` alt="` + html.EscapeString(pic.alt) + `" style="max-width:100%;height:auto">`
			if linkable(m.Link) {
				img = `<a href="` + html.EscapeString(m.Link) + `">` + img + `</a>`
			}
			top += "<p>" + img + "</p>\n"
		}
	}
	if at := strings.Index(page, "<body"); top != "" {
		if end := strings.IndexByte(page[at:], '>'); end >= 0 {
			page = page[:at+end+1] + "\n" + top + page[at+end+1:]
		}
	}
	if u := a.c.Unsubscribe; u != "" {
		foot := "<hr>\n<p style=\"font-size:smaller\"><a href=\"" + html.EscapeString(u) + "\">Unsubscribe</a></p>\n"
		if at := strings.LastIndex(page, "</body"); at >= 0 {
			page = page[:at] + foot + page[at:]
		} else {
			page += foot
		}
	}
	return plain(page)
}

// page is a document around a piece of HTML.
func (a *Account) page(m network.Message, body string) string {
	lang := ""
	if m.Language != "" {
		lang = ` lang="` + html.EscapeString(m.Language) + `"`
	}
	return "<!DOCTYPE html>\n<html" + lang + ">\n<head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>" +
		html.EscapeString(subject(m)) + "</title></head>\n" +
		"<body style=\"font-family:sans-serif;line-height:1.5;max-width:40em;margin:0 auto;padding:1em\">\n" +
		body + "\n</body>\n</html>\n"
}

// paragraphs makes HTML of text: a paragraph for each block, a break for each
// line, a link for each address.
func paragraphs(text string) string {
	var b strings.Builder
	for block := range strings.SplitSeq(strings.ReplaceAll(text, "\r\n", "\n"), "\n\n") {
		if block = strings.TrimSpace(block); block == "" {
			continue
		}
		b.WriteString("<p>")
		from := 0
		for _, at := range address.FindAllStringIndex(block, -1) {
			end := at[0] + len(strings.TrimRight(block[at[0]:at[1]], `.,;:!?'")]}»”`))
			b.WriteString(lines(block[from:at[0]]) + anchor(block[at[0]:end]))
			from = end
		}
		b.WriteString(lines(block[from:]) + "</p>\n")
	}
	return b.String()
}

var address = regexp.MustCompile(`https?://[^\s<>"]+`)

func lines(s string) string { return strings.ReplaceAll(html.EscapeString(s), "\n", "<br>\n") }

func anchor(to string) string {
	e := html.EscapeString(to)
	return `<a href="` + e + `">` + e + `</a>`
}

func linkable(s string) bool {
	return strings.HasPrefix(s, "https://") || strings.HasPrefix(s, "http://")
}
