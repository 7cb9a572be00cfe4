package change

import (
	"slices"
	"strings"
	"time"
)

// edit is a change under judgement: what was found and what it amounts to.
type edit struct {
	old, now version
	spans    []span
	pieces   []piece

	cut     bool // much of the text is not in this version, only a teaser
	cutSpan span
	swap    bool // the teaser is in other words

	// What measure finds. main is the piece that says most, -1 if none says
	// anything; labels are the pieces that an update label opens.
	main    int
	labels  []int
	title   titleChange
	words   float64  // new words
	numbers []string // numbers that the old text does not have
	states  []string // words of another state, as written
	date    time.Time
	vector  vector
}

// study finds the changes between two versions; told holds sentences that
// readers know already.
func study(old, now version, told []uint32) *edit {
	e := &edit{old: old, now: now, main: -1}
	e.spans = compareTexts(old.text, now.text)
	spans := e.spans
	if i := e.cutAt(); i >= 0 {
		e.cut, e.cutSpan = true, spans[i]
		spans = slices.Delete(slices.Clone(spans), i, i+1)
	}
	var known map[uint32]bool
	if len(told) > 0 {
		known = make(map[uint32]bool, len(told))
		for _, s := range told {
			known[s] = true
		}
		delete(known, 0)
	}
	e.pieces = pieces(old.text, now.text, spans, known)
	if !e.cut && e.swapsTeaser() {
		// Of a teaser in other words than the text only a marked update counts.
		e.cut, e.swap = true, true
		e.pieces = slices.DeleteFunc(e.pieces, func(p piece) bool {
			_, ok := now.text.labelIn(p, classLabel)
			return !ok
		})
	}
	return e
}

// swapsTeaser: the source gives a teaser in place of the text.
func (e *edit) swapsTeaser() bool {
	a, b := e.old.text, e.now.text
	return !a.doc.teaser && (b.doc.leads || b.doc.teaser && len(a.tokens) >= 40 && 2*len(b.tokens) < len(a.tokens))
}

// cutAt finds the change that leaves out much of the text, as feeds make that
// go over from full texts to teasers; -1 if none does.
func (e *edit) cutAt() int {
	a, b := e.old.text, e.now.text
	best := -1
	for i, s := range e.spans {
		if s.inserted() <= 6 && s.deleted() >= 20 && s.b0 >= 8 && (best < 0 || s.deleted() > e.spans[best].deleted()) {
			best = i
		}
	}
	if best < 0 {
		return -1
	}
	s := e.spans[best]
	switch {
	case b.doc.teaser && !a.doc.teaser && 10*s.deleted() >= 3*len(a.tokens):
	case int(s.a1) == len(a.tokens) && int(s.b1) == len(b.tokens) && 10*s.deleted() >= 4*len(a.tokens):
	default:
		return -1
	}
	return best
}

// reset forgets what was measured, when the pieces are others.
func (e *edit) reset() {
	*e = edit{old: e.old, now: e.now, spans: e.spans, pieces: e.pieces, cut: e.cut, cutSpan: e.cutSpan, swap: e.swap, main: -1}
}

// truncated: one text is the beginning of the other, as where a feed goes over
// from full texts to teasers or back.
func (e *edit) truncated() bool {
	a, b := e.old.text, e.now.text
	short, long := b, a
	if len(a.tokens) < len(b.tokens) {
		short, long = a, b
	}
	n := len(short.tokens)
	if short == b {
		return e.cut
	}
	if a.doc.leads && !b.doc.leads && len(b.tokens) > len(a.tokens) {
		most, all := 0, 0
		for _, p := range e.pieces {
			most, all = max(most, p.inserted()), all+p.inserted()
		}
		return most > 0 && 10*most >= 8*all
	}
	if a.doc.teaser && len(b.tokens) >= len(a.tokens)+20 && 5*len(b.tokens) >= 7*len(a.tokens) && (!b.doc.teaser || 4*len(a.tokens) < len(b.tokens)) {
		return true
	}
	if n < 8 || len(long.tokens) < n+n/2 {
		return false
	}
	same := 0
	for same < n && short.tokens[same].sum == long.tokens[same].sum {
		same++
	}
	// A few words more may say where to read on.
	if n-same > 6 || same < 8 {
		return false
	}
	// It has grown: a teaser breaks off within a line or says that it does, a
	// text that was whole ends.
	last := strings.TrimRight(short.doc.lines[len(short.doc.lines)-1].text, " ])")
	broken := long.tokens[same].line == long.tokens[same-1].line && int(short.tokens[same-1].line) == len(short.doc.lines)-1
	return short.doc.teaser || broken || strings.HasSuffix(last, "…") || strings.HasSuffix(last, "...")
}
