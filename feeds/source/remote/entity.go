package remote

import (
	"bytes"
	"html"
	"strconv"
	"strings"
	"unicode/utf8"
)

// legalRune reports whether XML 1.0 allows r (section 2.2).
func legalRune(r rune) bool {
	return r == '\t' || r == '\n' || r == '\r' ||
		r >= 0x20 && r <= 0xD7FF || r >= 0xE000 && r <= 0xFFFD || r >= 0x10000 && r <= 0x10FFFF
}

// longestEntity is that of HTML with some room.
const longestEntity = 40

// entity reads the reference at the start of b, which begins with &. n is its
// length, 0 when it is none; text is empty for a reference to what XML does
// not allow. A reference needs its semicolon: "&copy=2" in a URL is none.
func entity(b []byte) (text string, n int) {
	window := b[:min(len(b), longestEntity)]
	end := bytes.IndexByte(window, ';')
	if end < 2 {
		return "", 0
	}
	n = end + 1
	name := window[1:end]
	if name[0] == '#' {
		r, ok := numeric(name[1:])
		if !ok {
			return "", 0
		}
		if !legalRune(r) {
			return "", n
		}
		return string(r), n
	}
	for _, c := range name {
		if !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9') {
			return "", 0
		}
	}
	switch string(name) {
	case "amp":
		return "&", n
	case "lt":
		return "<", n
	case "gt":
		return ">", n
	case "quot":
		return `"`, n
	case "apos":
		return "'", n
	case "nbsp":
		return "\u00a0", n
	}
	whole := string(window[:n])
	text = html.UnescapeString(whole)
	if strings.HasSuffix(text, ";") && text != ";" {
		return "", 0 // not known, or known without its semicolon only
	}
	return text, n
}

// numeric reads the digits of a numeric reference. The C1 controls are what
// windows-1252 has there, as HTML reads them.
func numeric(digits []byte) (rune, bool) {
	base := 10
	if len(digits) > 0 && (digits[0] == 'x' || digits[0] == 'X') {
		base, digits = 16, digits[1:]
	}
	v, err := strconv.ParseUint(string(digits), base, 32)
	if err != nil {
		return 0, len(digits) > 0 && strings.Contains(err.Error(), "range")
	}
	if v > utf8.MaxRune {
		return 0, true
	}
	if r := rune(v); r >= 0x80 && r <= 0x9f {
		return windows1252[r-0x80], true
	}
	return rune(v), true
}

// windows1252 are its characters from 0x80 to 0x9f.
var windows1252 = [32]rune{
	0x20ac, 0x81, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0x8d, 0x017d, 0x8f,
	0x90, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0x9d, 0x017e, 0x0178,
}

// unescape decodes the references in b once.
func unescape(b []byte) string {
	i := bytes.IndexByte(b, '&')
	if i < 0 {
		return string(b)
	}
	var out strings.Builder
	out.Grow(len(b))
	for i >= 0 {
		out.Write(b[:i])
		b = b[i:]
		if text, n := entity(b); n > 0 {
			out.WriteString(text)
			b = b[n:]
		} else {
			out.WriteByte('&')
			b = b[1:]
		}
		i = bytes.IndexByte(b, '&')
	}
	out.Write(b)
	return out.String()
}

// content is the text of an element from the bytes between its tags: references
// decoded, CDATA as it stands, comments left out. Tags within are kept as
// they are written, for many feeds hold HTML that is not escaped.
func content(raw []byte) string {
	raw = bytes.TrimSpace(raw)
	if bytes.IndexByte(raw, '<') < 0 {
		return strings.TrimSpace(unescape(raw))
	}
	if bytes.HasPrefix(raw, cdataOpen) {
		if n := bytes.Index(raw, cdataClose); n == len(raw)-len(cdataClose) {
			return string(bytes.TrimSpace(raw[len(cdataOpen):n]))
		}
	}
	var out strings.Builder
	out.Grow(len(raw))
	s := scanner{b: raw}
	for {
		t, ok := s.next()
		if !ok {
			return strings.TrimSpace(out.String())
		}
		switch t.kind {
		case textToken:
			out.WriteString(unescape(t.text))
		case cdataToken:
			out.Write(t.text)
		case startToken, endToken:
			out.Write(raw[t.start:t.end])
		}
	}
}

// escapeText makes HTML of plain text.
func escapeText(s string) string { return textEscaper.Replace(s) }

var textEscaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")
