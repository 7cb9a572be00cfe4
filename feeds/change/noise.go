package change

import (
	"encoding/binary"
	"math/bits"
	"slices"
	"unicode"
	"unicode/utf8"

	"github.com/cespare/xxhash/v2"
)

// noise is what was learned of a source: the shapes of lines that come and go in
// many of its posts at once. They are the template's, not the author's.
type noise struct {
	shapes []uint64 // the oldest first
	known  map[uint64]bool
	dirty  bool
}

const (
	noiseKey = "#noise"
	// noiseLeast is the number of posts in which a line must change at once.
	noiseLeast = 3
	noiseMost  = 256
)

func loadNoise(b []byte) *noise {
	n := &noise{known: map[uint64]bool{}}
	if len(b) < 5 || b[0] != recordVersion || binary.LittleEndian.Uint32(b[1:]) != uint32(xxhash.Sum64(b[5:])) {
		return n // what was learned can be learned again
	}
	for b = b[5:]; len(b) >= 8; b = b[8:] {
		s := binary.LittleEndian.Uint64(b)
		n.shapes = append(n.shapes, s)
		n.known[s] = true
	}
	return n
}

func (n *noise) encode() []byte {
	var body []byte
	for _, s := range n.shapes {
		body = binary.LittleEndian.AppendUint64(body, s)
	}
	out := binary.LittleEndian.AppendUint32([]byte{recordVersion}, uint32(xxhash.Sum64(body)))
	return append(out, body...)
}

func (n *noise) learn(s uint64) {
	if n.known[s] {
		return
	}
	n.known[s] = true
	n.shapes = append(n.shapes, s)
	if len(n.shapes) > noiseMost {
		delete(n.known, n.shapes[0])
		n.shapes = n.shapes[1:]
	}
	n.dirty = true
}

// shape is what is common to "12 comments" and "13 comments": the words of a
// line with every number as one.
func shape(l line) uint64 {
	var h uint64 = 0x51ed270b
	digits := false
	add := func(r rune) { h = (bits.RotateLeft64(h, 7) ^ uint64(r)) * 0x9e3779b97f4a7c15 }
	for i := 0; i < len(l.text); {
		r, n := utf8.DecodeRuneInString(l.text[i:])
		i += n
		switch {
		case unicode.IsDigit(r):
			if !digits {
				add('0')
			}
			digits = true
			continue
		case unicode.IsLetter(r):
			add(unicode.ToLower(r))
		case digits && (r == ',' || r == '.'):
			continue
		}
		digits = false
	}
	return h | 1
}

// learnNoise finds, among the edits of one reading, the lines that changed in
// several posts alike, and those that stand over or under such changes.
func (n *noise) learnNoise(edits []*edit) (learned int) {
	if len(edits) < noiseLeast {
		return 0
	}
	before := len(n.shapes)
	posts := map[uint64]int{}
	for _, e := range edits {
		seen := map[uint64]bool{}
		for _, p := range e.pieces {
			e.touched(p, func(l line, _ bool) {
				if s := shape(l); !seen[s] && !opensNote(l.text) {
					seen[s] = true
					posts[s]++
				}
			})
			if s := e.anchor(p); s != 0 && !seen[s] {
				seen[s] = true
				posts[s]++
			}
		}
	}
	var found []uint64
	for s, c := range posts {
		if c >= noiseLeast && 4*c >= len(edits) {
			found = append(found, s)
		}
	}
	slices.Sort(found)
	for _, s := range found {
		n.learn(s)
	}
	return max(0, len(n.shapes)-before)
}

// touched calls f for every line, old and new, that a piece is in.
func (e *edit) touched(p piece, f func(l line, isNew bool)) {
	each := func(t *text, from, to int32, isNew bool) {
		if from >= to {
			return
		}
		for i := t.tokens[from].line; i <= t.tokens[to-1].line; i++ {
			if t.first[i] < t.first[i+1] {
				f(t.doc.lines[i], isNew)
			}
		}
	}
	each(e.old.text, p.a0, p.a1, false)
	each(e.now.text, p.b0, p.b1, true)
}

// anchor is the shape of the unchanged short line over a piece: a heading such
// as "You may also like", which is the same in many posts.
func (e *edit) anchor(p piece) uint64 {
	t := e.now.text
	if len(t.tokens) == 0 {
		return 0
	}
	at := int(p.b0)
	if at >= len(t.tokens) {
		at = len(t.tokens) - 1
	}
	i := int(t.tokens[at].line)
	if p.inserted() == 0 {
		i++
	}
	for up := 1; up <= 6 && i-up >= 0; up++ {
		l := t.doc.lines[i-up]
		if t.first[i-up] == t.first[i-up+1] {
			continue
		}
		if l.kind == 'h' || len(l.text) < 60 && l.linked*2 < len(l.text) {
			return shape(l) ^ 0xa5a5a5a5a5a5a5a4
		}
		if l.linked*2 < len(l.text) {
			return 0
		}
	}
	return 0
}

// leaveOut drops the pieces that are in nothing but noise.
func (n *noise) leaveOut(e *edit) (left int) {
	if len(n.known) == 0 || len(e.pieces) == 0 {
		return 0
	}
	keep := e.pieces[:0]
	for _, p := range e.pieces {
		all, any := true, false
		e.touched(p, func(l line, isNew bool) {
			any = true
			if isNew && opensNote(l.text) || !n.known[shape(l)] {
				all = false
			}
		})
		if any && all || n.under(e, p) {
			left++
			continue
		}
		keep = append(keep, n.trim(e, p))
	}
	e.pieces = keep
	if left > 0 {
		e.reset()
	}
	return left
}

// under: the piece stands under a heading that is known to have noise under it,
// and is made of links or short lines.
func (n *noise) under(e *edit, p piece) bool {
	a := e.anchor(p)
	if a == 0 || !n.known[a] {
		return false
	}
	plain := true
	e.touched(p, func(l line, isNew bool) {
		if isNew && opensNote(l.text) || l.kind != 'l' && l.linked*2 < len(l.text) && len(l.text) > 120 {
			plain = false
		}
	})
	return plain
}

// trim takes lines of noise off the ends of a piece.
func (n *noise) trim(e *edit, p piece) piece {
	t := e.now.text
	for p.b1 > p.b0 {
		i := t.tokens[p.b1-1].line
		if i == t.tokens[p.b0].line || !n.known[shape(t.doc.lines[i])] {
			break
		}
		p.b1 = t.first[i]
	}
	for p.b1 > p.b0 {
		i := t.tokens[p.b0].line
		if i == t.tokens[p.b1-1].line || !n.known[shape(t.doc.lines[i])] {
			break
		}
		p.stale = p.stale[t.first[i+1]-p.b0:]
		p.b0 = t.first[i+1]
	}
	p.stale = p.stale[:p.b1-p.b0]
	p.ins = t.weights(p.b0, p.b1)
	p.sentences = t.newSentences(p)
	if p.b0 < p.b1 {
		p.line = t.tokens[p.b0].line
	}
	return p
}
