package change

import (
	"math"
	"time"
)

// measure fills the vector from the pieces.
func (e *edit) measure() {
	v := &e.vector
	*v = vector{}
	m := e.newMeasure()
	for i := range e.pieces {
		m.add(i)
	}
	n := len(e.pieces)
	e.title = compareTitles(e.old.title, e.now.title)
	if e.title.swapped {
		m.swaps++
	}

	v[featFresh], v[featNovel], v[featNumbers], v[featCode], v[featReworded] = ln(e.words), ln(m.novel), ln(m.figures), ln(m.code), ln(m.reworded)
	v[featLong] = max(0, ln(m.longest)-3)
	v[featHunks] = ln(float64(n))
	v[featState], v[featOffer], v[featTypo] = min(2, v[featState]), min(2, v[featOffer]), min(1, v[featTypo])
	v[featNumberSwap] = min(2, float64(m.swaps))
	v[featFact] = flag(m.swaps > 0 && n <= 3 && e.words+m.gone <= 8)
	v[featFlip] = flag(m.negations > 0 && n == 1)
	v[featSmall] = flag(e.words+m.gone <= 4)
	if m.tokens > 0 {
		v[featHeading], v[featRaw] = m.headings/m.tokens, m.raw/m.tokens
	}
	if m.inserted > 0 {
		v[featTranslated] = m.translated / m.inserted
	}
	if otherTongue(e.old.text, e.now.text) {
		v[featTranslated] = 1
	}
	v[featTruncated] = flag(e.truncated())
	v[featOld] = max(0, e.age()-1.6)

	v[featLabel] = flag(len(e.labels) > 0)
	v[featTitleState] = flag(e.title.state)
	v[featMarked] = flag(n > 0 && marks(e.now.text) > marks(e.old.text))
}

// age of the post is a quarter of the binary logarithm of its days.
func (e *edit) age() float64 {
	if e.now.published.IsZero() || e.now.when.IsZero() {
		return 1
	}
	return math.Log2(1+max(0, e.now.when.Sub(e.now.published).Hours()/24)) / 4
}

// otherTongue: the texts are in different languages.
func otherTongue(a, b *text) bool {
	x, y := tongue(a, a.tokens), tongue(b, b.tokens)
	return x != "" && y != "" && x != y
}

// measurement is the sum over the pieces of an edit.
type measurement struct {
	e *edit
	// balance tells of each word how many more the new text has of it in what
	// changed: a word that was moved is not new.
	balance map[uint64]int
	olds    map[uint64]bool // words of the old text
	repeat  map[int32]bool

	tokens, headings, raw          float64 // counts of what was put in
	inserted, translated, gone     float64 // words
	novel, figures, code, reworded float64
	longest                        float64
	swaps, negations               int
}

func (e *edit) newMeasure() *measurement {
	a, b := e.old.text, e.now.text
	m := &measurement{e: e, balance: map[uint64]int{}, olds: make(map[uint64]bool, len(a.tokens)), repeat: e.repeats()}
	for _, k := range a.tokens {
		m.olds[k.sum] = true
	}
	for _, p := range e.pieces {
		for _, k := range a.tokens[p.a0:p.a1] {
			m.balance[k.sum]--
		}
		for _, k := range b.tokens[p.b0:p.b1] {
			m.balance[k.sum]++
		}
	}
	left := make(map[uint64]int, len(m.balance))
	for s, n := range m.balance {
		left[s] = n
	}
	for _, p := range e.pieces {
		for _, k := range a.tokens[p.a0:p.a1] {
			if left[k.sum] < 0 {
				left[k.sum]++
				m.gone += a.weight(k)
			}
		}
	}
	return m
}

// add measures piece i.
func (m *measurement) add(i int) {
	e := m.e
	p := e.pieces[i]
	ins, fresh := m.addWords(p)
	e.words += fresh
	m.inserted += p.ins
	if p.translated {
		m.translated += p.ins
	}
	if p.del > 0 && p.ins > 0 && !p.alike && !p.translated {
		m.reworded += min(p.del, p.ins)
	}
	if p.inserted() <= 6 && p.deleted() <= 6 && !p.alike {
		m.addFacts(p)
	}
	if p.moved || p.translated {
		return
	}
	if size := fresh - p.del; p.block && fresh*2 > ins && size > m.longest {
		m.longest, e.main = size, i
	}
	e.addPhrases(i, fresh)
	e.addDates(p)
}

// addWords looks at each word that was put in. ins is their size, fresh that of
// those that are new.
func (m *measurement) addWords(p piece) (ins, fresh float64) {
	b := m.e.now.text
	var run idleRun
	for j := p.b0; j < p.b1; j++ {
		k := b.tokens[j]
		l := b.doc.lines[k.line]
		m.tokens++
		m.headings += flag(l.kind == 'h')
		m.raw += flag(p.raw)
		if m.repeat[k.line] || b.idle(j, &run) {
			continue
		}
		w := b.weight(k)
		if k.kind == ideo {
			w = ideoWeight // in code too: it is a comment
		}
		ins += w
		if m.balance[k.sum] <= 0 || p.translated || p.stale[j-p.b0] {
			continue
		}
		m.balance[k.sum]--
		if p.alike || k.kind == address {
			continue
		}
		fresh += w * newsworth(l)
		m.code += flag(l.kind == 'c')
		if m.olds[k.sum] {
			continue
		}
		word := l.text[k.start:k.end]
		switch {
		case k.kind != number:
			m.novel += w * newsworth(l)
		case l.kind != 'c' && !codeLike(word):
			if f := figure(l.text, k); f > 0 {
				m.figures += f
				m.e.numbers = append(m.e.numbers, word)
			}
		}
	}
	return ins, fresh
}

// addFacts looks at a small change for another number, or a negation.
func (m *measurement) addFacts(p piece) {
	if m.e.swapsNumber(p) {
		m.swaps++
	}
	a, b, lex := m.e.old.text, m.e.now.text, lexicon()
	if p.inserted() <= 2 && p.deleted() <= 2 && lex.count(b.tokens[p.b0:p.b1], classNot) != lex.count(a.tokens[p.a0:p.a1], classNot) {
		m.negations++
	}
}

// addPhrases looks for words by which authors say what an edit is.
func (e *edit) addPhrases(i int, fresh float64) {
	p := e.pieces[i]
	a, b, v, lex := e.old.text, e.now.text, &e.vector, lexicon()
	if from, ok := b.labelIn(p, classLabel); ok && p.ins > 0 && !e.labelled(p) {
		if to := b.noteEnd(from, p); lex.count(b.tokens[from:to], classTypo) > 0 && to-from < 16 {
			v[featTypo]++ // UPDATED 14.01.2016: spelling and grammar
		} else {
			e.labels = append(e.labels, i)
		}
	}
	if p.block && p.ins > 0 && fresh > 0 {
		_, ok := b.labelIn(p, classNotice)
		if k := b.doc.lines[p.line].kind; ok || k == 'n' || k == 'q' && p.line < 4 {
			v[featNotice] = 1
		}
	}
	was, now := a.tokens[p.a0:p.a1], b.tokens[p.b0:p.b1]
	more := func(c class) float64 { return float64(max(0, lex.count(now, c)-lex.count(was, c))) }
	if n := more(classState); n > 0 {
		v[featState] += n
		e.noteStates(now)
	}
	if more(classSince) > 0 && p.sentences > 0 {
		v[featSelf] = 1
	}
	v[featOffer] += more(classOffer)
	v[featTypo] += float64(lex.count(now, classTypo))
}

// addDates looks for the day of the edit, or one to come.
func (e *edit) addDates(p piece) {
	if p.inserted() == 0 {
		return
	}
	text := clipText(e.now.text.quote(p.b0, min(p.b1, p.b0+dateWords)), 8*dateWords)
	var (
		d  time.Time
		ok bool
	)
	if d, ok = near(text, e.now.when); ok && p.sentences > 0 && !p.raw {
		e.vector[featToday] = 1
	} else if d, ok = e.ahead(p); ok {
		e.vector[featAhead] = 1
	} else {
		return
	}
	e.date = d
}

// labelled: the label stood there before, so that the edit is within a note.
func (e *edit) labelled(p piece) bool {
	for _, r := range e.old.text.sentencesIn(p.a0, p.a1) {
		start := max(r[0], p.a0)
		if start < p.a1 && e.old.text.opens(start, classLabel) {
			// An old label replaced by a new one, with more words: another note.
			return p.inserted() < p.deleted()+4
		}
	}
	return false
}

// noteEnd is where a note that begins at token from ends: with its line, or
// with the change.
func (t *text) noteEnd(from int32, p piece) int32 {
	i := from
	for i < p.b1 && t.tokens[i].line == t.tokens[from].line {
		i++
	}
	return i
}

// noteStates keeps some of the words of another state for the reason.
func (e *edit) noteStates(tokens []token) {
	lex := lexicon()
	for i := range tokens {
		if n := lex.at(tokens, i, classState); n > 0 && len(e.states) < 3 {
			l := e.now.text.doc.lines[tokens[i].line].text
			if tokens[i].line == tokens[i+n-1].line {
				e.states = append(e.states, l[tokens[i].start:tokens[i+n-1].end])
			}
		}
	}
}
