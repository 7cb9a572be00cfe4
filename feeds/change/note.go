package change

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// noteLength bounds a note, in characters.
const noteLength = 400

// note quotes the update's own words: the sentences that are new, beginning
// with the one that says that it is an update, and nothing of the old text.
func (e *edit) note() Note {
	n := Note{Text: e.noteText(), Date: e.date}
	if n.Text == "" && e.title.changed {
		n.Text = plainTitle(e.now.title)
	}
	if d := findDate(n.Text, e.now.when); !d.IsZero() {
		n.Date = d
	}
	return n
}

func (e *edit) noteText() string {
	b := e.now.text
	// Of several, the one that says most.
	labels := slices.Clone(e.labels)
	slices.SortStableFunc(labels, func(i, j int) int { return cmp.Compare(e.pieces[j].freshWords(b), e.pieces[i].freshWords(b)) })
	for _, i := range labels {
		p := e.pieces[i]
		if from, ok := b.labelIn(p, classLabel); ok {
			if s := e.quoteNew(p, from); s != "" {
				return s
			}
		}
	}
	order := make([]int, 0, len(e.pieces))
	if e.main >= 0 {
		order = append(order, e.main)
	}
	for i := range e.pieces {
		if i != e.main {
			order = append(order, i)
		}
	}
	for _, i := range order {
		if p := e.pieces[i]; p.sentences > 0 && !p.moved && !p.translated {
			if s := e.quoteNew(p, -1); s != "" {
				return s
			}
		}
	}
	// No sentence is new as a whole: those that say something else now.
	best, most := -1, 0.0
	for i, p := range e.pieces {
		if w := p.ins + p.del; !p.alike && !p.moved && !p.translated && p.inserted() > 0 && w > most {
			best, most = i, w
		}
	}
	if best < 0 {
		return ""
	}
	p := e.pieces[best]
	var parts []string
	for _, r := range b.sentencesIn(p.b0, p.b1) {
		parts = append(parts, b.passage(r[0], r[1]))
	}
	return cut(strings.Join(parts, " "))
}

// quoteNew quotes the new sentences of a piece, from a token on, or all when
// from is -1.
func (e *edit) quoteNew(p piece, from int32) string {
	b := e.now.text
	var out strings.Builder
	heading := 0 // where the headings begin that end the note
	for _, r := range b.sentencesIn(p.b0, p.b1) {
		start, end := max(r[0], p.b0), min(r[1], p.b1)
		if from >= 0 {
			if end <= from {
				continue
			}
			start = max(start, from)
		}
		if start >= end {
			continue
		}
		stale := 0
		for i := start; i < end; i++ {
			if p.stale[i-p.b0] {
				stale++
			}
		}
		whole := start == r[0] && end == r[1] || from >= 0 && start == from && end == p.b1
		if 2*stale > int(end-start) && start != from || !whole && (end-start)*10 < (r[1]-r[0])*7 {
			if out.Len() > 0 {
				break
			}
			continue
		}
		if b.doc.lines[b.tokens[start].line].kind == 'c' && out.Len() > 0 {
			break
		}
		s := b.passage(start, end)
		if out.Len() > 0 {
			if b.tokens[start].line != b.tokens[start-1].line {
				out.WriteByte('\n')
			} else if !strings.HasSuffix(out.String(), "。") {
				out.WriteByte(' ')
			}
		}
		length := out.Len()
		out.WriteString(s)
		if b.doc.lines[b.tokens[start].line].kind != 'h' {
			heading = 0
		} else if heading == 0 {
			heading = length
		}
		if out.Len() > 4*noteLength {
			break
		}
	}
	s := out.String()
	if heading > 0 {
		s = s[:heading] // a heading over what is not in the note
	}
	return cut(s)
}

// freshWords is the size of what is new of a piece.
func (p piece) freshWords(t *text) float64 {
	n := 0.0
	for i, old := range p.stale {
		if !old {
			n += t.weight(t.tokens[p.b0+int32(i)])
		}
	}
	return n
}

// passage is the text of some tokens of one line, with the marks that open and
// close it.
func (t *text) passage(from, to int32) string {
	first, last := t.tokens[from], t.tokens[to-1]
	s := t.doc.lines[first.line].text
	begin, end := int(first.start), int(last.end)
	floor := 0
	if from > 0 && t.tokens[from-1].line == first.line {
		floor = int(t.tokens[from-1].end)
	}
	for begin > floor {
		r, n := utf8.DecodeLastRuneInString(s[floor:begin])
		before, _ := utf8.DecodeLastRuneInString(s[floor : begin-n])
		if r == '"' && begin-n > floor && !unicode.IsSpace(before) {
			break // closes what was before
		}
		if unicode.IsSpace(r) || unicode.In(r, unicode.Pe, unicode.Pf) || strings.ContainsRune(".,;:!?)]。！？，；", r) {
			break
		}
		begin -= n
	}
	if last.line != first.line {
		s = t.doc.lines[last.line].text
		return t.doc.lines[first.line].text[begin:] + "\n" + s[:end]
	}
	ceiling, open := len(s), true
	if int(to) < len(t.tokens) && t.tokens[to].line == first.line {
		ceiling, open = int(t.tokens[to].start), false
	}
	for end < ceiling {
		r, n := utf8.DecodeRuneInString(s[end:])
		if !open && (unicode.IsSpace(r) || unicode.In(r, unicode.Ps, unicode.Pi)) {
			break
		}
		end += n
	}
	return strings.TrimSpace(s[begin:end])
}

// cut shortens a note at the end of a sentence, or else of a word.
func cut(s string) string {
	s = strings.TrimSpace(s)
	if utf8.RuneCountInString(s) <= noteLength {
		return s
	}
	count, sentence, space := 0, 0, 0
	for i, r := range s {
		if count++; count > noteLength {
			break
		}
		next := i + utf8.RuneLen(r)
		switch {
		case strings.ContainsRune("。！？؟।", r):
			sentence = next
		case strings.ContainsRune(".!?…", r) && (next == len(s) || s[next] == ' ' || s[next] == '\n'):
			sentence = next
		case r == ' ' || r == '\n':
			space = i
		}
	}
	if sentence > 0 && sentence >= len(s[:space])/3 {
		return s[:sentence]
	}
	if space == 0 {
		return string([]rune(s)[:noteLength-1]) + "…"
	}
	return strings.TrimRight(s[:space], " ,;:–-") + "…"
}
