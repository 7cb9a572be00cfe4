package change

import (
	"math"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// A feature is a number that says something of an edit whatever its language
// and whoever its author is. Most lie between 0 and some ones.
type feature int

const (
	featAge        feature = iota // days since publication, logarithmic
	featFresh                     // words that are new and not just moved, log
	featLongest                   // longest new passage of whole sentences, log
	featSentences                 // number of new sentences, up to 4
	featFreshShare                // new words of the inserted, 0..1
	featDeleted                   // words that are gone, log
	featHunks                     // number of changes, log
	featAlike                     // share of the changes that are like typos
	featLabel                     // an update label opens a new sentence
	featNotice                    // Note:, Warning: opens a new sentence
	featState                     // new words that tell another state
	featSince                     // new words that speak of the post's earlier version
	featTitleState                // the title says another state
	featTitleFresh                // other new words in the title
	featNumbers                   // new numbers in prose, log
	featNumberSwap                // a number in place of a number, within the same words
	featNegation                  // a negation more or less, in a small change
	featToday                     // new words name the day of the edit
	featDate                      // new words name some date not named before
	featTranslated                // share of the changed words that were translated
	featRewritten                 // share of the old text that is gone
	featLinked                    // share of the new words that are links
	featCode                      // share of the new words that are code
	featShort                     // share of the new words in lines without a full sentence
	featHeading                   // share of the new words in headings
	featRaw                       // share of the new words among raw markup
	featOffer                     // the new words ask to subscribe, buy, share, read
	featCredit                    // the new words name authors, thanks
	featTypo                      // the new words say that the edit is small
	featTags                      // tags changed
	featTop                       // the longest passage stands first
	featEnd                       // the longest passage stands last
	featSpread                    // the changes are many beside the longest
	featRemoved                   // longest passage taken out, log
	featNet                       // growth, log, signed
	featSmall                     // all in all a handful of words
	featNovel                     // words that the old text has nowhere, log
	featNames                     // new words that begin with a capital within a sentence, log
	featCodeWords                 // new words of code, log
	featReworded                  // words that took the place of others, log
	featTruncated                 // one text is the beginning of the other
	featLong                      // longest, beyond some twenty words
	featOld                       // age, beyond three months
	featFact                      // nothing but a date, hour, price or share was replaced
	featFlip                      // nothing but a negation came or went
	featAhead                     // a day to come is named that was not
	featMarked                    // the author shows the change by ins or del
	featSelf                      // a new sentence speaks of the post's earlier version
	featCount                     // how many there are
)

// names of the features, for the fit and its readers.
var featureNames = [featCount]string{
	"age", "fresh", "longest", "sentences", "fresh share", "deleted", "hunks", "alike", "label", "notice", "state", "since", "title state",
	"title fresh", "numbers", "number swap", "negation", "today", "date", "translated", "rewritten", "linked", "code", "short", "heading",
	"raw", "offer", "credit", "typo", "tags", "top", "end", "spread", "removed", "net", "small",
	"novel", "names", "code words", "reworded", "truncated", "long", "old", "fact", "flip", "ahead", "marked", "self",
}

type vector [featCount]float64

// edit is a change under judgement: what was found and what it amounts to.
type edit struct {
	old, now version
	spans    []span
	pieces   []piece
	// main is the piece that says most, -1 if none says anything.
	main    int
	labels  []int // pieces that an update label opens
	cut     bool  // much of the text is not in this version, only a teaser
	cutSpan span
	swap    bool // the teaser is in other words
	title   titleChange
	numbers []string // numbers that the old text does not have
	date    time.Time
	states  []string // words of another state, as written
	vector  vector
	words   float64 // fresh words
	longest float64
}

// titleChange is what became of the title.
type titleChange struct {
	changed bool
	words   float64 // new
	state   bool
	alike   bool
}

func ln(v float64) float64 { return math.Log1p(max(0, v)) }

// study measures an edit.
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

// measure fills the vector from the pieces.
func (e *edit) measure() {
	a, b, v := e.old.text, e.now.text, &e.vector
	lex := lexicon()
	balance := map[uint64]int{}
	for _, p := range e.pieces {
		for _, k := range a.tokens[p.a0:p.a1] {
			balance[k.sum]--
		}
		for _, k := range b.tokens[p.b0:p.b1] {
			balance[k.sum]++
		}
	}
	gone := 0.0
	left := map[uint64]int{}
	for s, n := range balance {
		left[s] = n
	}
	for _, p := range e.pieces {
		for _, k := range a.tokens[p.a0:p.a1] {
			if left[k.sum] < 0 {
				left[k.sum]++
				gone += a.weight(k)
			}
		}
	}
	olds := map[uint64]bool{}
	for _, k := range a.tokens {
		olds[k.sum] = true
	}

	repeat := e.repeats()
	var (
		inserted, linked, code, short, heading, raw, translated, deleted float64
		alikes, swaps, negations                                         int
		removed, best                                                    float64
		novel, names, codeWords, reworded, figures                       float64
	)
	for i, p := range e.pieces {
		deleted += p.del
		if p.alike {
			alikes++
		}
		if p.translated {
			translated += p.ins
		}
		if p.del >= 4*p.ins && p.del >= 6 && !p.alike {
			removed = max(removed, p.del)
		}
		ins := 0.0
		fresh := 0.0
		var skip idleRun
		for j := p.b0; j < p.b1; j++ {
			k := b.tokens[j]
			l := b.doc.lines[k.line]
			w := b.weight(k)
			if k.kind == ideo {
				w = 0.6
			}
			if l.kind == 'c' {
				code++
			}
			inserted++
			if k.kind == address || l.linked*10 >= len(l.text)*7 {
				linked++
			}
			switch {
			case l.kind == 'h':
				heading++
			case l.kind == 'f' || l.kind != 'c' && !fullLine(l.text):
				short++
			}
			if p.raw {
				raw++
			}
			if repeat[k.line] {
				continue // the same line was counted
			}
			if e.idle(p, j, &skip) {
				continue
			}
			if balance[k.sum] > 0 && !p.translated && !p.stale[j-p.b0] {
				balance[k.sum]--
				if !p.alike && k.kind != address {
					fresh += w * newsworth(l)
					if l.kind == 'c' {
						codeWords++
					}
					if word := l.text[k.start:k.end]; !olds[k.sum] {
						switch {
						case k.kind != number:
							novel += w * newsworth(l)
							if b.capital(j) {
								names++
							}
						case l.kind != 'c' && !codeLike(word):
							if f := figure(l.text, k); f > 0 {
								figures += f
								e.numbers = append(e.numbers, word)
							}
						}
					}
				}
			}
			ins += w
		}
		e.words += fresh
		if p.del > 0 && p.ins > 0 && !p.alike && !p.translated {
			reworded += min(p.del, p.ins)
		}
		if small := p.inserted() <= 6 && p.deleted() <= 6; small && !p.alike {
			if e.swapsNumber(p) {
				swaps++
			}
			if n := lex.count(b.tokens[p.b0:p.b1], classNot) - lex.count(a.tokens[p.a0:p.a1], classNot); n != 0 && p.inserted() <= 2 && p.deleted() <= 2 {
				negations++
			}
		}
		if p.block && !p.moved && !p.translated && fresh*2 > ins {
			if size := fresh - p.del; size > best {
				best = size
				e.main = i
			}
			v[featSentences] += float64(p.sentences)
		}
		if !p.moved && !p.translated {
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
			text := b.tokens[p.b0:p.b1]
			if n := lex.count(text, classState) - lex.count(a.tokens[p.a0:p.a1], classState); n > 0 {
				v[featState] += float64(n)
				e.noteStates(text)
			}
			if n := float64(max(0, lex.count(text, classSince)-lex.count(a.tokens[p.a0:p.a1], classSince))); n > 0 {
				v[featSince] += n
				if p.sentences > 0 {
					v[featSelf] = 1
				}
			}
			v[featOffer] += float64(max(0, lex.count(text, classOffer)-lex.count(a.tokens[p.a0:p.a1], classOffer)))
			v[featCredit] += float64(lex.count(text, classCredit))
			v[featTypo] += float64(lex.count(text, classTypo))
			if p.inserted() > 0 {
				q := clipText(b.quote(p.b0, min(p.b1, p.b0+dateWords)), 8*dateWords)
				if d, ok := near(q, e.now.when); ok && p.sentences > 0 && !p.raw {
					v[featToday] = 1
					e.date = d
				} else if d, ok := e.ahead(p); ok {
					v[featAhead] = 1
					e.date = d
				} else if d := findDate(q, e.now.when); !d.IsZero() && !d.Equal(findDate(a.quote(p.a0, min(p.a1, p.a0+dateWords)), e.now.when)) && p.ins > 0 {
					v[featDate] = 1
					if e.date.IsZero() {
						e.date = d
					}
				}
			}
		}
	}
	e.longest = best
	e.titles()
	total := a.weights(0, int32(len(a.tokens)))
	share := func(x float64) float64 {
		if inserted == 0 {
			return 0
		}
		return x / inserted
	}
	v[featFresh] = ln(e.words)
	v[featLongest] = ln(best)
	v[featSentences] = min(4, v[featSentences])
	v[featFreshShare] = 0
	if ins := sumIns(e.pieces); ins > 0 {
		v[featFreshShare] = min(1, e.words/ins)
	}
	v[featDeleted] = ln(gone)
	v[featHunks] = ln(float64(len(e.pieces)))
	if len(e.pieces) > 0 {
		v[featAlike] = float64(alikes) / float64(len(e.pieces))
	}
	v[featLong] = max(0, ln(best)-3)
	if len(e.pieces) > 0 && len(e.pieces) <= 3 && e.words+gone <= 8 {
		v[featFact] = min(1, float64(swaps))
	}
	if len(e.pieces) == 1 {
		v[featFlip] = min(1, float64(negations))
	}
	if marks(b) > marks(a) && len(e.pieces) > 0 {
		v[featMarked] = 1
	}
	v[featLabel] = min(1, float64(len(e.labels)))
	v[featState] = min(2, v[featState])
	v[featSince] = min(1, v[featSince])
	v[featOffer] = min(2, v[featOffer])
	v[featCredit] = min(2, v[featCredit])
	v[featTypo] = min(1, v[featTypo])
	v[featNumbers] = ln(figures)
	v[featNovel], v[featNames], v[featCodeWords], v[featReworded] = ln(novel), ln(names), ln(codeWords), ln(reworded)
	v[featNumberSwap] = min(2, float64(swaps))
	v[featNegation] = min(1, float64(negations))
	if ins := sumIns(e.pieces); ins > 0 {
		v[featTranslated] = translated / ins
	}
	if x, y := tongue(a, a.tokens), tongue(b, b.tokens); x != "" && y != "" && x != y {
		v[featTranslated] = 1
	}
	if total > 0 {
		v[featRewritten] = min(1, gone/total)
	}
	v[featLinked], v[featCode], v[featShort], v[featHeading], v[featRaw] = share(linked), share(code), share(short), share(heading), share(raw)
	if e.truncated() {
		v[featTruncated] = 1
		removed = 0
	}
	v[featRemoved] = ln(removed)
	net := sumIns(e.pieces) - deleted
	v[featNet] = ln(net) - ln(-net)
	if e.words+gone <= 4 {
		v[featSmall] = 1
	}
	if e.main >= 0 {
		p := e.pieces[e.main]
		if p.b0 == 0 {
			v[featTop] = 1
		}
		if int(p.b1) == len(b.tokens) {
			v[featEnd] = 1
		}
		v[featSpread] = ln(sumIns(e.pieces) + deleted - p.ins - p.del)
	} else {
		v[featSpread] = ln(sumIns(e.pieces) + deleted)
	}
	if !slices.Equal(e.old.tags, e.now.tags) {
		v[featTags] = 1
	}
	v[featAge] = math.Log2(1+max(0, e.now.when.Sub(e.now.published).Hours()/24)) / 4
	if e.now.published.IsZero() || e.now.when.IsZero() {
		v[featAge] = 1
	}
	v[featOld] = max(0, v[featAge]-1.6)
}

func sumIns(ps []piece) float64 {
	n := 0.0
	for _, p := range ps {
		n += p.ins
	}
	return n
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

// swapsNumber: 14 May became 21 May.
func (e *edit) swapsNumber(p piece) bool {
	if p.deleted() == 0 || p.inserted() == 0 || p.deleted() > 4 || p.inserted() > 4 {
		return false
	}
	old, now := "", ""
	for _, k := range e.old.text.tokens[p.a0:p.a1] {
		l := e.old.text.doc.lines[k.line]
		if s := l.text[k.start:k.end]; l.kind != 'c' && k.kind == number && !codeLike(s) {
			old = s
		}
	}
	for _, k := range e.now.text.tokens[p.b0:p.b1] {
		l := e.now.text.doc.lines[k.line]
		if s := l.text[k.start:k.end]; l.kind != 'c' && k.kind == number && !codeLike(s) {
			now = s
		}
	}
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

// fullLine: a line that is a sentence, and not a caption, a name, a label.
func fullLine(s string) bool {
	s = strings.TrimRight(s, " )\"'”’»]*_")
	return strings.HasSuffix(s, ".") || strings.HasSuffix(s, "!") || strings.HasSuffix(s, "?") || strings.HasSuffix(s, ":") || strings.HasSuffix(s, "…") ||
		strings.HasSuffix(s, "。") || strings.HasSuffix(s, "！") || strings.HasSuffix(s, "？") || strings.HasSuffix(s, "：") || strings.HasSuffix(s, "।") || strings.HasSuffix(s, "؟") || strings.HasSuffix(s, "۔") || len(s) > 160
}

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

// titles compares the titles.
func (e *edit) titles() {
	if e.old.title == e.now.title {
		return
	}
	a, b := newText(&document{lines: []line{{kind: 'h', text: plainTitle(e.old.title)}}}), newText(&document{lines: []line{{kind: 'h', text: plainTitle(e.now.title)}}})
	t := &e.title
	spans := compareTexts(a, b)
	t.changed = len(spans) > 0
	if !t.changed {
		return
	}
	if x, y := tongue(a, a.tokens), tongue(b, b.tokens); x != "" && y != "" && x != y {
		return // translated
	}
	olds := map[uint64]bool{}
	for _, k := range a.tokens {
		olds[k.sum] = true
	}
	lex := lexicon()
	for _, s := range spans {
		added := b.tokens[s.b0:s.b1]
		if lex.count(added, classState) > lex.count(a.tokens[s.a0:s.a1], classState) {
			t.state = true
		}
		for j := s.b0; j < s.b1; j++ {
			if lex.at(b.tokens, int(j), classLabel) > 0 && s.inserted() <= 4 && (j == 0 || int(s.b1) == len(b.tokens)) {
				t.state = true
			}
		}
		if s.deleted() > 0 && s.inserted() > 0 && alike(a.quote(s.a0, s.a1), b.quote(s.b0, s.b1)) {
			t.alike = true
			continue
		}
		for _, k := range added {
			if !olds[k.sum] {
				t.words += b.weight(k)
			}
		}
	}
	if t.state {
		e.vector[featTitleState] = 1
	}
	e.vector[featTitleFresh] = ln(t.words)
}

func plainTitle(s string) string {
	return strings.Map(plain, strings.Join(strings.Fields(s), " "))
}

// newsworth is how much the words of a line are worth by the kind of line.
func newsworth(l line) float64 {
	switch {
	case l.kind == 'f':
		return 0.2
	case l.linked*10 >= len(l.text)*8:
		return 0.4
	case l.kind == 'h':
		return 0.5
	case l.kind == 't' || l.kind == 'l':
		return 0.9
	case !fullLine(l.text):
		return 0.6
	}
	return 1
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

// capital: token i begins with a capital though it does not begin a sentence.
func (t *text) capital(i int32) bool {
	k := t.tokens[i]
	l := t.doc.lines[k.line]
	if k.kind != word || l.kind == 'c' || l.kind == 'h' || t.boundary(i) > 0 {
		return false
	}
	r, _ := utf8.DecodeRuneInString(l.text[k.start:])
	return unicode.IsUpper(r)
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

// repeats finds the lines of the new text that are put in more than once.
func (e *edit) repeats() map[int32]bool {
	b := e.now.text
	seen := map[uint64]bool{}
	out := map[int32]bool{}
	for _, p := range e.pieces {
		if p.inserted() == 0 {
			continue
		}
		for l := b.tokens[p.b0].line; l <= b.tokens[p.b1-1].line; l++ {
			if b.first[l] < p.b0 || b.first[l+1] > p.b1 || b.first[l] == b.first[l+1] {
				continue
			}
			if seen[b.sums[l]] {
				out[l] = true
			}
			seen[b.sums[l]] = true
		}
	}
	return out
}

// around is the text of some tokens with three more on each side.
func (t *text) around(from, to int32) string {
	return t.quote(max(0, from-3), min(int32(len(t.tokens)), to+3))
}

// year: four digits that are most often one.
func year(s string) bool {
	return len(s) == 4 && (strings.HasPrefix(s, "19") || strings.HasPrefix(s, "20")) && !codeLike(s)
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

// marks counts the lines that show a change.
func marks(t *text) int {
	n := 0
	for _, l := range t.doc.lines {
		if l.marked {
			n++
		}
	}
	return n
}

// idleRun is the sentence that idle looked at last.
type idleRun struct {
	end  int32
	idle bool
}

// idle: token j is in a sentence that thanks, or asks to read on, share or buy.
func (e *edit) idle(p piece, j int32, run *idleRun) bool {
	if j < run.end {
		return run.idle
	}
	b := e.now.text
	for _, r := range b.sentencesIn(j, j+1) {
		run.end = r[1]
		lex := lexicon()
		run.idle = lex.count(b.tokens[r[0]:r[1]], classOffer) > 0
		for i := r[0]; i < min(r[1], r[0]+3); i++ {
			if lex.at(b.tokens, int(i), classCredit) > 0 {
				run.idle = true
			}
		}
		if b.opens(r[0], classLabel) {
			run.idle = false
		}
	}
	return run.idle
}
