package change

import (
	"slices"
	"strings"
	"time"
	"unicode"
)

// labelIn finds a label of an update note that opens one of the new sentences,
// or the change itself, and gives the tokens from which the note runs.
func (t *text) labelIn(p piece, c class) (from int32, ok bool) {
	if p.inserted() == 0 {
		return 0, false
	}
	for _, r := range t.sentencesIn(p.b0, p.b1) {
		start := max(r[0], p.b0)
		if start >= p.b1 {
			break
		}
		if !p.stale[start-p.b0] && t.opens(start, c) {
			return start, true
		}
	}
	return 0, false
}

// opens tells whether a label stands at token i: at the very beginning, or
// behind a number or a date, and closed as labels are by a colon, a dash, a
// bracket, the end of the line, or by being in capitals.
func (t *text) opens(i int32, c class) bool {
	v := lexicon()
	line := t.tokens[i].line
	end := int32(len(t.tokens))
	if int(line)+1 < len(t.first) {
		end = t.first[line+1]
	}
	tokens := t.tokens[:end]
	for skip := int32(0); skip < 8 && i+skip < end; skip++ {
		if skip > 0 {
			// Only numbers, names of months and their like may stand before.
			k := tokens[i+skip-1]
			if w := t.doc.lines[line].text[k.start:k.end]; k.kind != number && monthOf(w) == 0 && !strings.ContainsAny(w, "年月日年月日년월일") {
				return false
			}
		}
		if n := int32(v.at(tokens, int(i+skip), c)); n > 0 {
			return t.closed(i+skip, i+skip+n, end)
		}
	}
	return false
}

// closed looks at what follows a label of the tokens from to to.
func (t *text) closed(from, to, end int32) bool {
	s := t.doc.lines[t.tokens[from].line].text
	label, rest := s[t.tokens[from].start:t.tokens[to-1].end], s[t.tokens[to-1].end:]
	if to == end && len(strings.TrimFunc(rest, func(r rune) bool { return !wordRune(r) })) == 0 {
		return true // a heading of its own
	}
	between := s[t.tokens[to-1].end:t.tokens[to].start]
	if strings.ContainsAny(between, ":：]】)）|") || strings.ContainsAny(between, "–—-") && strings.ContainsAny(between, " \u3000") || strings.HasPrefix(strings.TrimLeft(between, " "), "(") || strings.ContainsAny(between, "（") {
		return true
	}
	if upper(label) {
		return true
	}
	if between == ". " || strings.ContainsAny(between, "。") {
		return true // Nachtrag. Das Ministerium …
	}
	// A number, a date or an hour, then the colon, or the end of the line.
	digits := false
	for n := to; n < end && n < to+10; n++ {
		k := t.tokens[n]
		if k.kind == number {
			digits = true
		}
		after := s[k.end:]
		if n+1 < end {
			after = s[k.end:t.tokens[n+1].start]
		}
		if digits && (n+1 == end || strings.ContainsAny(after, ":：]】)）–—") || strings.ContainsAny(after, ".。") && n > to) {
			return true
		}
		if endsSentence(s[k.start:k.end], after, s[k.end:]) {
			return false
		}
	}
	return false
}

// upper: written in capitals, in a script that has them.
func upper(s string) bool {
	n := 0
	for _, r := range s {
		if unicode.IsLower(r) {
			return false
		}
		if unicode.IsUpper(r) {
			n++
		}
	}
	return n >= 3
}

// near tells whether a text names a day within a few of now.
func near(text string, now time.Time) (time.Time, bool) {
	if now.IsZero() {
		return time.Time{}, false
	}
	d := findDate(withoutPaths(text), now)
	return d, !d.IsZero() && now.Sub(d) > -2*day && now.Sub(d) < 5*day
}

// withoutPaths leaves out addresses: a date in one says when a page was made.
func withoutPaths(s string) string {
	if !strings.Contains(s, "/") {
		return s
	}
	fields := strings.Fields(s)
	return strings.Join(slices.DeleteFunc(fields, func(f string) bool {
		return strings.Contains(f, "/") && strings.ContainsFunc(f, unicode.IsLetter) && len(f) > 12
	}), " ")
}
