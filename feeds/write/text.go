package write

import (
	"encoding/xml"
	"regexp"
	"strings"
	"unicode/utf8"
)

// xmlText is text of an XML element. "&" and "<" leave as hexadecimal
// references: the RSS profile asks for them in titles, because readers disagree
// whether "&amp;" and "&lt;" there stand for markup
// (https://www.rssboard.org/rss-profile#data-types-characterdata).
type xmlText struct {
	XML string `xml:",innerxml"`
}

func textOf(s string) xmlText { return xmlText{escapeXML(s)} }

func optionalText(s string) *xmlText {
	if s == "" {
		return nil
	}
	return &xmlText{escapeXML(s)}
}

var xmlEscapes = strings.NewReplacer("&", "&#x26;", "<", "&#x3C;", ">", "&#x3E;")

func escapeXML(s string) string { return xmlEscapes.Replace(breakTags(s)) }

// escapeMarkup escapes HTML that stands as text in XML.
func escapeMarkup(s string) string { return markupEscapes.Replace(s) }

var markupEscapes = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// endTag looks like HTML to a reader that guesses, whichever way it is escaped.
var endTag = regexp.MustCompile(`</(\w)`)

// breakTags puts a word joiner, which is invisible, into what looks like an
// end tag: "the </b> tag" is read as text then, not as markup.
func breakTags(s string) string {
	if !strings.Contains(s, "</") {
		return s
	}
	return endTag.ReplaceAllString(s, "<\u2060/$1")
}

// line is s as one line of clean text.
func line(s string) string {
	return strings.Join(strings.Fields(clean(s)), " ")
}

// clean drops what neither XML nor HTML may hold: control characters, broken
// UTF-8, noncharacters. Characters of the range U+0080 to U+009F become those
// of Windows-1252, which is what their writer meant.
//
// UTF-8 that was taken for Latin-1 and encoded again ("Ã©" for "é") is mended:
// validators find it, and nobody means it.
func clean(s string) string {
	if isClean(s) {
		return s
	}
	s = mend(s)
	var b strings.Builder
	b.Grow(len(s))
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		i += n
		switch {
		case r == utf8.RuneError:
			// broken UTF-8, or a character that was lost before it came here
		case r >= 0x80 && r <= 0x9F:
			if w := windows1252[r-0x80]; w != 0 {
				b.WriteRune(w)
			}
		case r == '\r':
			if i >= len(s) || s[i] != '\n' {
				b.WriteByte('\n')
			}
		case allowedRune(r):
			b.WriteRune(r)
		}
	}
	return b.String()
}

func isClean(s string) bool {
	for i := 0; i < len(s); i++ {
		if c := s[i]; c < ' ' && c != '\n' && c != '\t' || c == 0x7F {
			return false
		} else if c >= utf8.RuneSelf {
			if twiceEncoded(s[i:]) {
				return false
			}
			for _, r := range s[i:] {
				if r == utf8.RuneError || r >= 0x80 && r <= 0x9F || !allowedRune(r) {
					return false
				}
			}
			return true
		}
	}
	return true
}

// twiceEncoded tells whether s has a character that starts twice encoded text:
// U+00C2 or U+00C3, which stand for the lead bytes of the Latin letters.
func twiceEncoded(s string) bool {
	return strings.Contains(s, "\u00c2") || strings.Contains(s, "\u00c3")
}

// mend decodes runs of characters up to U+00FF that are UTF-8 when taken for bytes.
func mend(s string) string {
	if !twiceEncoded(s) {
		return s
	}
	var b strings.Builder
	var run []byte
	flush := func() {
		if len(run) > 1 && utf8.Valid(run) {
			b.Write(run)
		} else {
			for _, c := range run {
				b.WriteRune(rune(c))
			}
		}
		run = run[:0]
	}
	for i, r := range s {
		if r >= 0x80 && r <= 0xFF {
			run = append(run, byte(r))
			continue
		}
		flush()
		if _, n := utf8.DecodeRuneInString(s[i:]); r == utf8.RuneError && n < 2 {
			continue // broken UTF-8
		}
		b.WriteRune(r)
	}
	flush()
	return b.String()
}

// allowedRune is XML 1.0 section 2.2, less what HTML calls noncharacters.
func allowedRune(r rune) bool {
	switch {
	case r < ' ':
		return r == '\n' || r == '\t'
	case r == 0x7F, r >= 0xFDD0 && r <= 0xFDEF, r&0xFFFE == 0xFFFE:
		return false
	}
	return true
}

// windows1252 is what U+0080 to U+009F stand for
// (https://encoding.spec.whatwg.org/index-windows-1252.txt); 0 is undefined there.
var windows1252 = [32]rune{
	'€', 0, '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', 0, 'Ž', 0,
	0, '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', 0, 'ž', 'Ÿ',
}

// excerpt is the start of a text, at most limit characters, cut at a word.
func excerpt(s string, limit int) string {
	n, space := 0, 0
	for i, r := range s {
		if r == ' ' || r == '\n' {
			space = i
		}
		if n++; n > limit {
			if space < i/2 { // a language without spaces, or one long word
				space = i
			}
			return strings.TrimRight(s[:space], " \n.,;:!?–—-") + "…"
		}
	}
	return s
}

// xmlDocument puts the prolog before a document.
func xmlDocument(stylesheet string, doc []byte) []byte {
	var b []byte
	b = append(b, xml.Header...)
	b = append(b, `<?xml-stylesheet type="text/css" href="`...)
	b = append(b, xmlEscapes.Replace(stylesheet)...)
	b = append(b, "\"?>\n"...)
	return append(append(b, doc...), '\n')
}
