package change

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// piece is a change of a post's text with what can be said of it alone.
type piece struct {
	span
	// ins and del are sizes in words of prose; a character of a script without
	// spaces counts for less, code and addresses not at all.
	ins, del float64
	// block: new sentences were put in, or old ones taken out, as a whole.
	block bool
	// sentences that are new as a whole.
	sentences int
	// alike: the words were replaced by words of nearly the same letters.
	alike bool
	// moved: what is new here is old elsewhere. stale tells it of each token.
	moved bool
	stale []bool
	// translated: what was in one language is in another.
	translated bool
	// raw: the new words stand among marks that no reader should see.
	raw bool
	// line is the first line that the change touches in the new text.
	line int32
}

// ideoWeight is how many words a character of a script without spaces is.
const ideoWeight = 0.6

// weight is how many words of prose a token is.
func (t *text) weight(k token) float64 {
	if t.doc.lines[k.line].kind == 'c' {
		return 0
	}
	switch k.kind {
	case address:
		return 0
	case ideo:
		return ideoWeight
	}
	return 1
}

func (t *text) weights(from, to int32) float64 {
	w := 0.0
	for _, k := range t.tokens[from:to] {
		w += t.weight(k)
	}
	return w
}

// pieces looks at each change. told holds sentences that readers know already.
func pieces(a, b *text, spans []span, told map[uint32]bool) []piece {
	out := make([]piece, 0, len(spans))
	olds := counts(a.tokens)
	for _, s := range spans {
		p := piece{span: s, ins: b.weights(s.b0, s.b1), del: a.weights(s.a0, s.a1)}
		if s.inserted() > 0 {
			p.line = b.tokens[s.b0].line
		} else if len(b.tokens) > 0 {
			p.line = b.tokens[min(int(s.b0), len(b.tokens)-1)].line
		}
		if s.deleted() > 0 && s.inserted() > 0 {
			p.alike = alike(a.quote(s.a0, s.a1), b.quote(s.b0, s.b1))
			if s.deleted() >= 4 && s.inserted() >= 4 {
				x, y := tongue(a, a.tokens[s.a0:s.a1]), tongue(b, b.tokens[s.b0:s.b1])
				p.translated = x != "" && y != "" && x != y
			}
		}
		p.stale = b.stale(s, olds)
		if len(told) > 0 {
			for _, r := range b.sentencesIn(s.b0, s.b1) {
				if told[sentenceSum(b.tokens[r[0]:r[1]])] {
					for i := max(r[0], s.b0); i < min(r[1], s.b1); i++ {
						p.stale[i-s.b0] = true
					}
				}
			}
		}
		old := 0
		for _, o := range p.stale {
			if o {
				old++
			}
		}
		p.moved = s.inserted() >= 6 && s.inserted()-old <= max(3, s.inserted()/20)
		p.sentences = b.newSentences(p)
		p.block = p.sentences > 0 && p.ins >= 4*p.del
		if s.inserted() > 0 {
			p.raw = rawMarks(b.quote(s.b0, s.b1))
		}
		out = append(out, p)
	}
	return out
}

// counts holds every run of three tokens.
func counts(tokens []token) map[uint64]int {
	m := make(map[uint64]int, len(tokens))
	for i := 0; i+2 < len(tokens); i++ {
		m[trigram(tokens[i:])]++
	}
	return m
}

func trigram(t []token) uint64 {
	return (t[0].sum*0x9e3779b97f4a7c15+t[1].sum)*0x9e3779b97f4a7c15 + t[2].sum
}

// newSentences counts the sentences of which nearly all is new.
func (t *text) newSentences(p piece) int {
	n := 0
	for _, r := range t.sentencesIn(p.b0, p.b1) {
		fresh := 0
		for i := max(r[0], p.b0); i < min(r[1], p.b1); i++ {
			if !p.stale[i-p.b0] {
				fresh++
			}
		}
		if fresh*10 >= int(r[1]-r[0])*7 && t.weights(r[0], r[1]) >= 3 {
			n++
		}
	}
	return n
}

// stale tells of each token put in whether it stands in a passage that was in
// the old text: what is moved, or regenerated, is not new.
func (t *text) stale(s span, olds map[uint64]int) []bool {
	out := make([]bool, s.inserted())
	const least = 8 // tokens
	for i := s.b0; i+2 < s.b1; {
		j := i
		for j+2 < s.b1 && olds[trigram(t.tokens[j:])] > 0 {
			j++
		}
		if j == i {
			i++
			continue
		}
		if end := j + 2; end-i >= least {
			for k := i; k < end; k++ {
				out[k-s.b0] = true
			}
		}
		i = j + 1
	}
	return out
}

// sentencesIn are the sentences, as runs of tokens, that tokens from to to touch.
func (t *text) sentencesIn(from, to int32) [][2]int32 {
	if from >= to {
		return nil
	}
	begin := from
	for begin > 0 && t.boundary(begin) == 0 {
		begin--
	}
	var out [][2]int32
	for i := begin + 1; int(i) <= len(t.tokens); i++ {
		if int(i) == len(t.tokens) || t.boundary(i) > 0 {
			out = append(out, [2]int32{begin, i})
			begin = i
			if i >= to {
				break
			}
		}
	}
	return out
}

// alike tells whether two short texts have nearly the same letters, as a typo
// and its correction have.
func alike(a, b string) bool {
	a, b = squash(a), squash(b)
	if a == b {
		return true
	}
	if digitsOf(a) != digitsOf(b) {
		return false
	}
	n, m := utf8.RuneCountInString(a), utf8.RuneCountInString(b)
	if max(n, m) > 64 || max(n, m) < 3 {
		return false
	}
	return 10*distance([]rune(a), []rune(b)) <= 4*max(n, m)
}

func digitsOf(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsDigit(r) {
			return r
		}
		return -1
	}, s)
}

// squash keeps letters and digits.
func squash(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, s)
}

// distance is Levenshtein's.
func distance(a, b []rune) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i, x := range a {
		diag := row[0]
		row[0] = i + 1
		for j, y := range b {
			cost := diag
			if x != y {
				cost++
			}
			diag = row[j+1]
			row[j+1] = min(cost, diag+1, row[j]+1)
		}
	}
	return row[len(b)]
}

// rawMarks: Markdown, shortcodes or HTML that was not rendered.
func rawMarks(s string) bool {
	for _, m := range []string{"](", "![", "][", "]:", "```", "{{", "{%", "--8<", "<script", "<iframe", "<a ", "<img", "<div", "<p>", "<!--", "[/", "**", "__", "&lt;", "&amp;", "{:"} {
		if strings.Contains(s, m) {
			return true
		}
	}
	return false
}

// sentenceSum is by which a sentence is known again; 0 for one too short.
func sentenceSum(tokens []token) uint32 {
	if len(tokens) < 4 {
		return 0
	}
	return uint32(sumOf(tokens)>>8) | 1
}
