package change

import "slices"

// span is a change: tokens a0 to a1 of the old became b0 to b1 of the new.
type span struct{ a0, a1, b0, b1 int32 }

func (s span) deleted() int  { return int(s.a1 - s.a0) }
func (s span) inserted() int { return int(s.b1 - s.b0) }

// text is a document made ready to be compared.
type text struct {
	doc    *document
	tokens []token
	first  []int32 // of each line, its first token; and the end
	sums   []uint64
}

func newText(d *document) *text {
	t := &text{doc: d, tokens: tokenise(d.lines)}
	t.first = make([]int32, len(d.lines)+1)
	t.sums = make([]uint64, len(d.lines))
	at := 0
	for i := range d.lines {
		t.first[i] = int32(at)
		from := at
		for at < len(t.tokens) && t.tokens[at].line == int32(i) {
			at++
		}
		t.sums[i] = sumOf(t.tokens[from:at])
	}
	t.first[len(d.lines)] = int32(at)
	return t
}

// compareTexts aligns whole lines first, then the words between them. Its cost
// is bounded: what is too different to align in time is one change.
func compareTexts(a, b *text) []span {
	var spans []span
	lines := diffSums(a.sums, b.sums)
	for _, l := range lines {
		a0, a1 := a.first[l.a0], a.first[l.a1]
		b0, b1 := b.first[l.b0], b.first[l.b1]
		as, bs := sumsOf(a.tokens[a0:a1]), sumsOf(b.tokens[b0:b1])
		for _, s := range diffSums(as, bs) {
			spans = append(spans, span{a0 + s.a0, a0 + s.a1, b0 + s.b0, b0 + s.b1})
		}
	}
	spans = join(spans)
	for i := range spans {
		spans[i] = slide(a, b, spans, i)
	}
	return spans
}

func sumsOf(tokens []token) []uint64 {
	sums := make([]uint64, len(tokens))
	for i := range tokens {
		sums[i] = tokens[i].sum
	}
	return sums
}

// maxEdits bounds the search for a shortest edit; beyond it the elements that
// are unique on both sides are taken as fixed points.
const maxEdits = 200

// diffSums is the list of changes that make b of a, in order.
func diffSums(a, b []uint64) []span {
	return appendDiff(nil, a, b, 0, 0, 0)
}

func appendDiff(out []span, a, b []uint64, a0, b0 int32, depth int) []span {
	for len(a) > 0 && len(b) > 0 && a[0] == b[0] {
		a, b, a0, b0 = a[1:], b[1:], a0+1, b0+1
	}
	for len(a) > 0 && len(b) > 0 && a[len(a)-1] == b[len(b)-1] {
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	if len(a) == 0 && len(b) == 0 {
		return out
	}
	if len(a) == 0 || len(b) == 0 {
		return append(out, span{a0, a0 + int32(len(a)), b0, b0 + int32(len(b))})
	}
	if abs(len(a)-len(b)) <= maxEdits {
		if spans, ok := shortest(a, b); ok {
			for _, s := range spans {
				out = append(out, span{a0 + s.a0, a0 + s.a1, b0 + s.b0, b0 + s.b1})
			}
			return out
		}
	}
	anchors := fixedPoints(a, b)
	if len(anchors) == 0 || depth > 8 {
		return append(out, span{a0, a0 + int32(len(a)), b0, b0 + int32(len(b))})
	}
	i, j := int32(0), int32(0)
	for _, p := range anchors {
		out = appendDiff(out, a[i:p[0]], b[j:p[1]], a0+i, b0+j, depth+1)
		i, j = p[0]+1, p[1]+1
	}
	return appendDiff(out, a[i:], b[j:], a0+i, b0+j, depth+1)
}

func abs(n int) int { return max(n, -n) }

// shortest is Myers' greedy algorithm (An O(ND) Difference Algorithm and Its
// Variations, 1986), given up beyond maxEdits.
func shortest(a, b []uint64) ([]span, bool) {
	n, m := int32(len(a)), int32(len(b))
	limit := int32(min(maxEdits, len(a)+len(b)))
	v := make([]int32, 2*limit+3)
	off := limit + 1
	var trace []int32 // the rows of v, of 1, 2, 3 … cells
	for d := int32(0); d <= limit; d++ {
		for k := -d; k <= d; k += 2 {
			var x int32
			if k == -d || k != d && v[off+k-1] < v[off+k+1] {
				x = v[off+k+1]
			} else {
				x = v[off+k-1] + 1
			}
			y := x - k
			for x < n && y < m && a[x] == b[y] {
				x, y = x+1, y+1
			}
			v[off+k] = x
			if x >= n && y >= m {
				return backtrack(trace, n, m, d), true
			}
		}
		for k := -d; k <= d; k += 2 {
			trace = append(trace, v[off+k])
		}
	}
	return nil, false
}

// backtrack reads the path from the end. Row d of the trace has d+1 cells, for
// k from -d to d by two, and begins at d*(d+1)/2.
func backtrack(trace []int32, x, y, d int32) []span {
	var spans []span
	for ; d > 0; d-- {
		row := trace[(d-1)*d/2 : (d-1)*d/2+d]
		at := func(k int32) int32 { return row[(k+d-1)/2] }
		k := x - y
		var pk int32
		if k == -d || k != d && at(k-1) < at(k+1) {
			pk = k + 1
		} else {
			pk = k - 1
		}
		px := at(pk)
		py := px - pk
		s := span{px, px, py, py}
		if pk == k+1 {
			s.b1++
		} else {
			s.a1++
		}
		if len(spans) > 0 {
			last := &spans[len(spans)-1]
			if last.a0 == s.a1 && last.b0 == s.b1 {
				last.a0, last.b0 = s.a0, s.b0
				x, y = px, py
				continue
			}
		}
		spans = append(spans, s)
		x, y = px, py
	}
	slices.Reverse(spans)
	return spans
}

// fixedPoints are the longest rising run of elements that are unique in both
// (Cohen's patience diff).
func fixedPoints(a, b []uint64) [][2]int32 {
	type seen struct {
		at    int32
		count int8
		other int32
	}
	index := make(map[uint64]*seen, len(a))
	cells := make([]seen, 0, len(a))
	for i, s := range a {
		if e := index[s]; e != nil {
			e.count = 2
			continue
		}
		cells = append(cells, seen{at: int32(i), count: 1, other: -1})
		index[s] = &cells[len(cells)-1]
	}
	var pairs [][2]int32
	for j, s := range b {
		e := index[s]
		switch {
		case e == nil || e.count != 1:
		case e.other >= 0:
			e.other = -2 // twice in b
		case e.other == -1:
			e.other = int32(j)
		}
	}
	for i := range cells {
		if c := cells[i]; c.count == 1 && c.other >= 0 {
			pairs = append(pairs, [2]int32{c.at, c.other})
		}
	}
	return rising(pairs)
}

// rising is the longest run of pairs, sorted by the first, whose second rises.
func rising(pairs [][2]int32) [][2]int32 {
	if len(pairs) == 0 {
		return nil
	}
	tails := make([]int32, 0, len(pairs)) // indices of pairs
	prev := make([]int32, len(pairs))
	for i, p := range pairs {
		k, _ := slices.BinarySearchFunc(tails, p[1], func(t, v int32) int { return int(pairs[t][1] - v) })
		prev[i] = -1
		if k > 0 {
			prev[i] = tails[k-1]
		}
		if k == len(tails) {
			tails = append(tails, int32(i))
		} else {
			tails[k] = int32(i)
		}
	}
	out := make([][2]int32, len(tails))
	for i, k := tails[len(tails)-1], len(tails)-1; k >= 0; i, k = prev[i], k-1 {
		out[k] = pairs[i]
	}
	return out
}

// join makes one change of two that only a chance word or two keep apart.
func join(spans []span) []span {
	if len(spans) == 0 {
		return spans
	}
	out := spans[:1]
	for _, s := range spans[1:] {
		last := &out[len(out)-1]
		gap := int(s.a0 - last.a1)
		if gap == 0 || gap <= 3 && 2*gap <= max(last.deleted(), last.inserted()) && 2*gap <= max(s.deleted(), s.inserted()) {
			last.a1, last.b1 = s.a1, s.b1
			continue
		}
		out = append(out, s)
	}
	return out
}

// slide moves an insertion or a deletion that fits in several places to where
// it begins a line or a sentence.
func slide(a, b *text, spans []span, i int) span {
	s := spans[i]
	if s.deleted() > 0 && s.inserted() > 0 {
		return s
	}
	t, from, to := b, s.b0, s.b1
	if s.inserted() == 0 {
		t, from, to = a, s.a0, s.a1
	}
	lo, hi := int32(0), int32(len(t.tokens))
	if i > 0 {
		lo = spans[i-1].b1
		if s.inserted() == 0 {
			lo = spans[i-1].a1
		}
	}
	if i+1 < len(spans) {
		hi = spans[i+1].b0
		if s.inserted() == 0 {
			hi = spans[i+1].a0
		}
	}
	best, shift := t.boundary(from)+t.boundary(to), int32(0)
	for k := int32(1); from-k >= lo && k < 64 && t.tokens[from-k].sum == t.tokens[to-k].sum; k++ {
		if w := t.boundary(from-k) + t.boundary(to-k); w > best {
			best, shift = w, -k
		}
	}
	for k := int32(1); to+k <= hi && k < 64 && t.tokens[from+k-1].sum == t.tokens[to+k-1].sum; k++ {
		if w := t.boundary(from+k) + t.boundary(to+k); w > best {
			best, shift = w, k
		}
	}
	return span{s.a0 + shift, s.a1 + shift, s.b0 + shift, s.b1 + shift}
}

// boundary tells how well a cut before token i falls: 3 at a line, 2 at a
// sentence, 0 within.
func (t *text) boundary(i int32) int {
	if i <= 0 || int(i) >= len(t.tokens) || t.tokens[i-1].line != t.tokens[i].line {
		return 3
	}
	if t.sentenceBefore(i) {
		return 2
	}
	return 0
}
