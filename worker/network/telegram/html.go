package telegram

import (
	"html"
	"math"
	"slices"
	"strings"
	"unicode/utf8"
)

// The limits of a text and of a caption, after entities are parsed
// (https://core.telegram.org/bots/api#sendmessage).
const (
	maxText    = 4096
	maxCaption = 1024
)

// plainTags are the tags that take no attributes
// (https://core.telegram.org/bots/api#html-style).
var plainTags = []string{"b", "strong", "i", "em", "u", "ins", "s", "strike", "del", "tg-spoiler", "code", "pre", "blockquote"}

// Count is the length of text as Telegram counts it: UTF-16 units, without the
// tags, each entity as what it stands for.
func Count(text string) int {
	_, n := render(text)
	return n
}

// render writes text so that Telegram takes it as it is: tags that it does not
// know and those that do not belong stand there as characters, what is open at
// the end is closed. n is the length of what readers see, in UTF-16 units.
func render(text string) (out string, n int) { return clip(text, math.MaxInt) }

// clip renders at most limit units of text.
func clip(text string, limit int) (out string, n int) {
	text = strings.ToValidUTF8(text, "\uFFFD")
	var b strings.Builder
	b.Grow(len(text) + len(text)/8)
	var open []string
	emit := func(s string) {
		for _, r := range s {
			if n+units(r) > limit {
				limit = n // nothing smaller that follows may slip in
				return
			}
			n += units(r)
			switch r {
			case '<':
				b.WriteString("&lt;")
			case '>':
				b.WriteString("&gt;")
			case '&':
				b.WriteString("&amp;")
			case 0: // the server ends the text here
				b.WriteRune(utf8.RuneError)
			default:
				b.WriteRune(r)
			}
		}
	}
	for text != "" && n < limit {
		i := strings.IndexAny(text, "<&")
		if i < 0 {
			emit(text)
			break
		}
		emit(text[:i])
		text = text[i:]
		if text[0] == '&' {
			raw := entity(text)
			emit(html.UnescapeString(raw))
			text = text[len(raw):]
			continue
		}
		t, ok := readTag(text)
		switch {
		case ok && t.end && len(open) > 0 && open[len(open)-1] == t.name:
			open = open[:len(open)-1]
			b.WriteString("</" + t.name + ">")
		case ok && !t.end && fits(open, t.name):
			open = append(open, t.name)
			b.WriteString(t.written)
		default:
			emit("<")
			text = text[1:]
			continue
		}
		text = text[t.size:]
	}
	for _, name := range slices.Backward(open) {
		b.WriteString("</" + name + ">")
	}
	return b.String(), n
}

func units(r rune) int {
	if r > 0xFFFF {
		return 2
	}
	return 1
}

// entity is the character reference at the start of s, or the & alone.
func entity(s string) string {
	end := strings.IndexByte(s[:min(len(s), 34)], ';')
	if end > 1 && !strings.ContainsAny(s[1:end], " \t\r\n<&") {
		return s[:end+1]
	}
	return s[:1]
}

// fits reports whether name may open within open: no tag within itself, nothing
// within code but what pre holds.
func fits(open []string, name string) bool {
	if len(open) >= 16 || slices.Contains(open, name) {
		return false
	}
	if len(open) > 0 {
		switch open[len(open)-1] {
		case "code":
			return false
		case "pre":
			return name == "code"
		}
	}
	return true
}

type tag struct {
	name    string
	end     bool
	written string // the opening tag, written anew
	size    int    // bytes of what was read
}

// readTag reads a tag that Telegram knows from the start of s.
func readTag(s string) (t tag, ok bool) {
	end := strings.IndexByte(s[:min(len(s), 4096)], '>')
	if end < 0 {
		return t, false
	}
	in := s[1:end]
	t.size = end + 1
	if name, isEnd := strings.CutPrefix(in, "/"); isEnd {
		t.name, t.end = strings.ToLower(strings.TrimSpace(name)), true
		return t, slices.Contains(plainTags, t.name) || t.name == "a" || t.name == "span"
	}
	name, rest, _ := strings.Cut(in, " ")
	t.name, rest = strings.ToLower(name), strings.TrimSpace(rest)
	switch {
	case t.name == "a":
		href, ok := attribute(rest, "href")
		if !ok || !linkable(href) {
			return t, false
		}
		t.written = `<a href="` + html.EscapeString(href) + `">`
	case t.name == "span":
		if class, ok := attribute(rest, "class"); !ok || class != "tg-spoiler" {
			return t, false
		}
		t.written = `<span class="tg-spoiler">`
	case t.name == "blockquote" && rest == "expandable":
		t.written = "<blockquote expandable>"
	case t.name == "code" && rest != "":
		class, ok := attribute(rest, "class")
		if lang, is := strings.CutPrefix(class, "language-"); !ok || !is || lang == "" {
			return t, false
		}
		t.written = `<code class="` + html.EscapeString(class) + `">`
	case rest == "" && slices.Contains(plainTags, t.name):
		t.written = "<" + t.name + ">"
	default:
		return t, false
	}
	return t, true
}

// attribute reads rest as the one attribute name="value".
func attribute(rest, name string) (string, bool) {
	v, ok := strings.CutPrefix(rest, name+"=")
	if !ok || len(v) < 2 || v[0] != '"' && v[0] != '\'' || v[len(v)-1] != v[0] {
		return "", false
	}
	v = v[1 : len(v)-1]
	return html.UnescapeString(v), !strings.ContainsAny(v, "<\"\n\x00")
}

// linkable reports whether Telegram makes a link of href.
func linkable(href string) bool {
	for _, scheme := range []string{"https://", "http://", "mailto:", "tg://", "tel:"} {
		if rest, ok := strings.CutPrefix(strings.ToLower(href), scheme); ok {
			return rest != ""
		}
	}
	return false
}
