package change

import (
	"strings"
	"time"
	"unicode"
)

// swapsNumber: 14 May became 21 May.
func (e *edit) swapsNumber(p piece) bool {
	if p.deleted() == 0 || p.inserted() == 0 || p.deleted() > 4 || p.inserted() > 4 {
		return false
	}
	old, now := e.old.text.numberIn(p.a0, p.a1), e.now.text.numberIn(p.b0, p.b1)
	if old == "" || now == "" || squash(old) == squash(now) {
		return false
	}
	// 30.11.2022 and 30. November 2022 are one day; and a day that is past, or a
	// year alone, is put right more often than it is news.
	x, y := findDate(e.old.text.around(p.a0, p.a1), e.now.when), findDate(e.now.text.around(p.b0, p.b1), e.now.when)
	if !x.IsZero() && !y.IsZero() {
		return !x.Equal(y) && (e.now.when.IsZero() || y.After(e.now.when) || x.After(e.now.when))
	}
	return !year(old) || !year(now)
}

// numberIn is the last number of prose among some tokens, empty if there is none.
func (t *text) numberIn(from, to int32) string {
	found := ""
	for _, k := range t.tokens[from:to] {
		l := t.doc.lines[k.line]
		if s := l.text[k.start:k.end]; l.kind != 'c' && k.kind == number && !codeLike(s) {
			found = s
		}
	}
	return found
}

// year: four digits that are most often one.
func year(s string) bool {
	return len(s) == 4 && (strings.HasPrefix(s, "19") || strings.HasPrefix(s, "20")) && !codeLike(s)
}

// codeLike: a number in a hash, a name, a path, and not a date, price, version.
func codeLike(s string) bool {
	letters := 0
	for _, r := range s {
		if unicode.IsLetter(r) {
			letters++
		}
	}
	return len(s) > 24 || letters > 6 || strings.Contains(s, "_")
}

// figure is what a number is worth as a fact: a date, a price, a version much,
// a single digit less, an ordinal at the head of a line nothing.
func figure(s string, k token) float64 {
	text := s[k.start:k.end]
	digits := 0
	for _, r := range text {
		if unicode.IsDigit(r) {
			digits++
		}
	}
	switch {
	case digits >= 2 || len(text) > 3:
		return 1
	case k.start < 3:
		return 0
	}
	return 0.5
}

// dateWords is how far into a passage a date is looked for.
const dateWords = 80

// ahead finds a day to come in what is new, that the old words do not name.
func (e *edit) ahead(p piece) (time.Time, bool) {
	if e.now.when.IsZero() || p.inserted() == 0 {
		return time.Time{}, false
	}
	text := e.now.text.quote(p.b0, min(p.b1, p.b0+dateWords))
	if p.inserted() < 6 {
		text = e.now.text.around(p.b0, p.b1)
	}
	d := findDate(withoutPaths(text), e.now.when)
	if d.IsZero() || !d.After(e.now.when) || d.Sub(e.now.when) > 3*365*day {
		return time.Time{}, false
	}
	if old := findDate(withoutPaths(e.old.text.around(p.a0, min(p.a1, p.a0+dateWords))), e.now.when); old.Equal(d) {
		return time.Time{}, false
	}
	return d, true
}

// around is the text of some tokens with three more on each side.
func (t *text) around(from, to int32) string {
	return t.quote(max(0, from-3), min(int32(len(t.tokens)), to+3))
}
