package change

import (
	"math"
	"slices"
	"strings"
	"time"
)

// version is one state of a post, ready to be compared.
type version struct {
	title   string
	text    *text
	tags    []string
	summary bool // of the post only its summary is known
	// published and when it was read, for the age of the edit.
	published, when time.Time
}

// finding is what a comparison of two versions came to.
type finding struct {
	told   bool
	score  float64
	reason string
	note   Note
	diff   []Hunk
}

// What the settings' words of sensitivity mean: the score from which an edit is
// told. On blogs that the model was not fitted to, low tells three quarters of
// the updates, and of thirty that it tells one is none: nearly all are marked as
// updates by their authors. Normal tells nine of ten, and one in ten is none.
// High misses one in twenty, and one in five is none.
const (
	tellLow    = 0.75
	tellNormal = 0.40
	tellHigh   = 0.22
)

func threshold(sensitivity string) float64 {
	switch sensitivity {
	case "low":
		return tellLow
	case "high":
		return tellHigh
	}
	return tellNormal
}

// judge tells whether followers should hear of the edit, and why.
func (e *edit) judge(sensitivity string) finding {
	e.measure()
	f := finding{score: e.score(&fitted)}
	f.told = f.score >= threshold(sensitivity)
	if f.told {
		f.note = e.note()
		if f.note.Text == "" {
			// Nothing was said that could be told.
			f.told = false
			f.score = min(f.score, threshold(sensitivity)-0.01)
		}
	}
	f.reason = e.reason(f.told)
	f.diff = hunks(e.old.text, e.now.text, e.spans)
	return f
}

// Model weighs the features of an edit that its author does not mark as an
// update: a logistic regression.
type Model struct {
	Bias    float64
	Weights []float64 // by feature, as Measure names them
}

// score is 0 for what is certainly silent, 1 for what is certainly told.
func (e *edit) score(m *Model) float64 {
	v := &e.vector
	if len(e.pieces) == 0 && !e.title.changed {
		return 0
	}
	z := m.Bias
	for i, w := range m.Weights {
		z += w * v[i]
	}
	p := 1 / (1 + math.Exp(-z))
	if v[featTruncated] == 1 || v[featTranslated] > 0.5 {
		p = min(p, 0.1)
	}
	if v[featFlip] == 1 && v[featOld] == 0 {
		p = max(p, 0.6) // a "not" more or less, and nothing else
	}
	if _, s := e.strong(); s > 0 && (v[featTruncated] == 0 || e.cut || v[featToday] == 1) {
		p = s + (1-s)*p
	}
	return math.Round(p*1000) / 1000
}

// strong is evidence that alone is enough: the author's own word that this is
// an update.
func (e *edit) strong() (what string, score float64) {
	v := &e.vector
	switch {
	case len(e.labels) > 0:
		return "label", 0.95
	case v[featTitleState] > 0:
		return "title", 0.93
	case v[featMarked] > 0:
		return "marked", 0.9
	case v[featSelf] > 0:
		return "self", 0.9
	case v[featToday] > 0 && v[featTypo] == 0:
		return "today", 0.88
	}
	return "", 0
}

// hunks are the changes for a person to read.
func hunks(a, b *text, spans []span) []Hunk {
	const most, long = 40, 600 // hunks, bytes of each side
	var out []Hunk
	for _, s := range spans[:min(len(spans), most)] {
		out = append(out, Hunk{Old: clip(a.quote(s.a0, s.a1), long), New: clip(b.quote(s.b0, s.b1), long)})
	}
	return out
}

func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return clipText(s, n) + "…"
}

// quote is the text of some tokens, with its punctuation and line feeds.
func (t *text) quote(from, to int32) string {
	if from >= to {
		return ""
	}
	var b strings.Builder
	first, last := t.tokens[from], t.tokens[to-1]
	for l := first.line; l <= last.line; l++ {
		s := t.doc.lines[l].text
		begin, end := 0, len(s)
		if l == first.line && from > 0 && t.tokens[from-1].line == l {
			begin = int(first.start)
		}
		if l == last.line && int(to) < len(t.tokens) && t.tokens[to].line == l {
			end = int(last.end)
			// The marks that close the words belong to them.
			next := int(t.tokens[to].start)
			if i := strings.IndexByte(s[end:next], ' '); i >= 0 {
				end += i
			}
		}
		if b.Len() > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(strings.TrimSpace(s[begin:max(begin, end)]))
	}
	return b.String()
}

// mergeTold adds sentences to those that readers know, the oldest first.
func mergeTold(told []uint32, more []uint32) []uint32 {
	const most = 96
	for _, s := range more {
		if s != 0 && !slices.Contains(told, s) {
			told = append(told, s)
		}
	}
	return told[max(0, len(told)-most):]
}

// heard gives the sentences that readers know once this edit is dealt with:
// those that were put in, where they are told, and those that were taken out.
func (e *edit) heard(told bool) []uint32 {
	var out []uint32
	add := func(t *text, from, to int32) {
		for _, r := range t.sentencesIn(from, to) {
			out = append(out, sentenceSum(t.tokens[r[0]:r[1]]))
		}
	}
	for _, p := range e.pieces {
		add(e.old.text, p.a0, p.a1)
		if told {
			add(e.now.text, p.b0, p.b1)
		}
	}
	return out
}
