package change

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// sentenceBefore tells whether a sentence ends between token i-1 and token i
// of one line.
func (t *text) sentenceBefore(i int32) bool {
	p, q := t.tokens[i-1], t.tokens[i]
	if p.line != q.line {
		return true
	}
	s := t.doc.lines[p.line].text
	return endsSentence(s[p.start:p.end], s[p.end:q.start], s[q.start:])
}

// endsSentence judges the marks between a word and the next.
func endsSentence(before, between, after string) bool {
	if strings.ContainsAny(between, "。！？｡؟।۔…") {
		return true
	}
	if strings.ContainsAny(between, "!?") {
		return strings.ContainsAny(between, " )\"'")
	}
	dot := strings.IndexByte(between, '.')
	if dot < 0 || !strings.ContainsAny(between[dot:], " ") {
		return false
	}
	next, _ := utf8.DecodeRuneInString(after)
	if unicode.IsLower(next) {
		return false
	}
	// An initial or a short abbreviation: J. Smith, e.g. No. 5, S. 12.
	if n := utf8.RuneCountInString(before); n == 1 && unicode.IsUpper([]rune(before)[0]) || n <= 2 && unicode.IsDigit(next) && unicode.IsLetter([]rune(before)[0]) {
		return false
	}
	return true
}
