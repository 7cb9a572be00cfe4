package slack

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf16"

	"syndicated/worker/network"
)

// Count is the length of text as it is sent, in UTF-16 units. Slack does not
// say what it counts; none of what it may count is more.
func Count(text string) int { return length(render(text)) }

func length(s string) int {
	n := 0
	for _, r := range s {
		n += max(1, utf16.RuneLen(r))
	}
	return n
}

// render writes text so that only links work: <url> and <url|words> with an
// http, https or mailto address. All other angle brackets and every & that
// begins none of Slack's three entities is escaped
// (https://api.slack.com/reference/surfaces/formatting#escaping).
func render(text string) string {
	text = strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), "\x00", "\uFFFD")
	var b strings.Builder
	b.Grow(len(text) + len(text)/8)
	for text != "" {
		i := strings.IndexAny(text, "<>&")
		if i < 0 {
			b.WriteString(text)
			break
		}
		b.WriteString(text[:i])
		text = text[i:]
		n := 1
		switch text[0] {
		case '>':
			b.WriteString("&gt;")
		case '&':
			if n = entity(text); n == 0 {
				b.WriteString("&amp;")
				n = 1
				break
			}
			b.WriteString(text[:n])
		case '<':
			if n = link(text); n == 0 {
				b.WriteString("&lt;")
				n = 1
				break
			}
			b.WriteString(text[:n])
		}
		text = text[n:]
	}
	return b.String()
}

// entity is the length of the entity at the start of s, 0 if there is none.
func entity(s string) int {
	for _, e := range []string{"&amp;", "&lt;", "&gt;"} {
		if strings.HasPrefix(s, e) {
			return len(e)
		}
	}
	return 0
}

// link is the length of the link at the start of s, 0 if there is none.
func link(s string) int {
	end := strings.IndexByte(s[:min(len(s), 8192)], '>')
	if end < 0 {
		return 0
	}
	in := s[1:end]
	to, _, _ := strings.Cut(in, "|")
	if strings.ContainsAny(in, "<\n\r") || strings.ContainsAny(to, " \t\"") || bareAmp(in) {
		return 0
	}
	for _, scheme := range []string{"https://", "http://", "mailto:"} {
		if rest, ok := strings.CutPrefix(to, scheme); ok && rest != "" {
			return end + 1
		}
	}
	return 0
}

// bareAmp reports whether s has an & that is not escaped.
func bareAmp(s string) bool {
	for i := range len(s) {
		if s[i] == '&' && entity(s[i:]) == 0 {
			return true
		}
	}
	return false
}

// draft is the body of a message. With pictures it is made of blocks, and text
// is what notifications and screen readers say.
func draft(m network.Message, preview, pictures bool) (map[string]any, error) {
	text := render(network.Warned(m.Warning, m.Text, func(warning, text string) string {
		return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(warning) + "\n\n" + text
	}, func(s string) bool { return Count(s) <= maxText }))
	n := length(text)
	if n > maxText {
		return nil, network.Permanent(fmt.Errorf("send message: %d characters, Slack takes %d", n, maxText))
	}
	var images []any
	if pictures && n <= maxSection {
		images = blocks(m)
	}
	if text == "" {
		return nil, network.Permanent(errors.New("send message: there is no text"))
	}
	d := map[string]any{"text": text, "unfurl_links": preview && len(images) == 0, "unfurl_media": preview && len(images) == 0}
	if len(images) > 0 {
		section := map[string]any{"type": "section", "text": map[string]any{"type": "mrkdwn", "text": text}}
		d["blocks"] = append([]any{section}, images...)
	}
	return d, nil
}

// blocks are the pictures that Slack can fetch.
func blocks(m network.Message) (out []any) {
	for _, x := range m.Media[:min(len(m.Media), maxImages)] {
		if address(x.URL) && len(x.URL) <= 3000 {
			out = append(out, image(m, x))
		}
	}
	return out
}

// image is a picture's block. The server wants an alternative text, even where
// nobody wrote one (https://api.slack.com/reference/block-kit/blocks#image).
func image(m network.Message, x network.Media) map[string]any {
	alt := x.Alt
	if alt == "" {
		alt = m.Title
	}
	if alt == "" {
		alt = "picture"
	}
	return map[string]any{"type": "image", "image_url": x.URL, "alt_text": cut(alt, maxAlt)}
}

// cut keeps the first n characters of s.
func cut(s string, n int) string {
	for i := range s {
		if n--; n < 0 {
			return s[:i]
		}
	}
	return s
}
