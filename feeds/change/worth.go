package change

import "strings"

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

// fullLine: a line that is a sentence, and not a caption, a name, a label.
func fullLine(s string) bool {
	s = strings.TrimRight(s, " )\"'”’»]*_")
	for _, mark := range []string{".", "!", "?", ":", "…", "。", "！", "？", "：", "।", "؟", "۔"} {
		if strings.HasSuffix(s, mark) {
			return true
		}
	}
	return len(s) > 160
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

// idleRun is the sentence that idle looked at last.
type idleRun struct {
	end  int32
	idle bool
}

// idle: token j is in a sentence that thanks, or asks to read on, share or buy.
func (t *text) idle(j int32, run *idleRun) bool {
	if j < run.end {
		return run.idle
	}
	for _, r := range t.sentencesIn(j, j+1) {
		run.end = r[1]
		lex := lexicon()
		run.idle = lex.count(t.tokens[r[0]:r[1]], classOffer) > 0
		for i := r[0]; i < min(r[1], r[0]+3); i++ {
			if lex.at(t.tokens, int(i), classCredit) > 0 {
				run.idle = true
			}
		}
		if t.opens(r[0], classLabel) {
			run.idle = false
		}
	}
	return run.idle
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
