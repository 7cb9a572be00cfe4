package change

import (
	"fmt"
)

// pending is a post whose content is not what it was, before judgement.
type pending struct {
	it    *item
	moved bool
	was   *remembered
	edit  *edit
}

// judge looks at all changed posts of the reading together, for what changes in
// many of them at once is the template's.
func (c *comparison) judge() {
	var edits []*edit
	for _, p := range c.edits {
		p.it.prepare()
		if p.was = p.it.rec.recall(); p.was == nil {
			continue
		}
		p.edit = study(c.version(p.was, nil, p.it), c.version(nil, p.it.text, p.it), p.it.rec.told)
		edits = append(edits, p.edit)
	}
	if n := c.noise.learnNoise(edits); n > 0 {
		c.alert("%d kinds of line changed in many posts at once: taken for the template's and left out from now on", n)
	}
	for _, p := range c.edits {
		c.changed(p)
	}
	c.doubt()
}

func (c *comparison) version(w *remembered, t *text, it *item) version {
	v := version{title: it.post.Title, text: t, summary: it.summary, published: stamp(it.rec.published), when: c.o.Now}
	if w != nil {
		v.title, v.text = w.title, newText(w.doc)
		v.text.doc.teaser, v.text.doc.leads = it.rec.is(flagTeaser), it.rec.is(flagLeads)
	}
	if it.rec.is(flagInferred) {
		v.published = stamp(it.rec.first)
	}
	return v
}

// changed gives the verdict on one post.
func (c *comparison) changed(p *pending) {
	it, r := p.it, p.it.rec
	if p.was == nil {
		r.absorb(it, "")
		c.add(it, Verdict{Kind: Edit, Reason: "changed, but the old text is no longer remembered"})
		return
	}
	e := p.edit
	noise := c.noise.leaveOut(e)
	f := e.judge(c.o.Sensitivity)
	if it.summary != r.is(flagSummary) && len(e.labels) == 0 {
		f.told = false
		f.reason = "the source gives another part of the text than before; " + f.reason
	}
	v := Verdict{Kind: Edit, Score: f.score, Reason: f.reason, Diff: f.diff}
	note := p.was.note
	switch {
	case f.told:
		v.Kind, v.Tell, v.Note = Update, Share, f.note
		note = f.note.Text
		r.revision++
		if u := unix(it.post.Updated); u > r.updated && u > r.published {
			r.updated = u
		} else {
			r.updated = unix(c.o.Now)
		}
	case len(e.pieces) == 0 && !e.title.changed && !e.cut:
		v.Score, v.Diff = 0, nil
		v.Reason = "only markup, links or tags changed"
		if noise > 0 {
			v.Reason = "only what changes in many posts of this source changed"
			if !p.moved && unix(c.o.Now)-r.seen < int64(day.Seconds()) && r.is(flagVolatile) {
				return // a counter that never rests is not worth a record each time
			}
		}
		r.put(flagVolatile, true)
	}
	if v.Kind != Update && p.moved {
		v.Kind, v.Reason = Moved, c.movedReason(it)+"; "+v.Reason
	}
	r.told = mergeTold(r.told, e.heard(f.told))
	if e.cut {
		r.absorbTeaser(it, e, note)
	} else {
		r.absorb(it, note)
	}
	r.seen = unix(c.o.Now)
	c.add(it, v)
}

// absorbTeaser keeps the end of the text that the source no longer gives, so
// that it is not new when it comes back.
func (r *record) absorbTeaser(it *item, e *edit, note string) {
	r.raw, r.title = it.raw, it.title
	r.put(flagTeaser|flagLeads, false) // what is remembered is whole
	a, b, s := e.old.text, e.now.text, e.cutSpan
	if e.swap {
		lines := a.doc.lines
		for _, p := range e.pieces {
			for i := b.tokens[p.b0].line; i <= b.tokens[p.b1-1].line; i++ {
				if b.first[i] >= p.b0 && b.first[i+1] <= p.b1 {
					lines = append([]line{b.doc.lines[i]}, lines...)
				}
			}
		}
		r.rememberWhole(it, lines, note)
		return
	}
	lineOf := func(t *text, i int32) int {
		if int(i) < len(t.tokens) {
			return int(t.tokens[i].line)
		}
		return len(t.doc.lines)
	}
	from, to := lineOf(a, s.a0), lineOf(a, s.a1)
	head, tail := lineOf(b, s.b0), lineOf(b, s.b1)
	if s.b0 > 0 && a.first[from] != s.a0 {
		// The line in which the teaser breaks off is whole in the old text.
		head = min(head, int(b.tokens[s.b0-1].line))
	}
	if to == from && to < len(a.doc.lines) {
		to++
	}
	var lines []line
	lines = append(append(append(lines, b.doc.lines[:head]...), a.doc.lines[from:to]...), b.doc.lines[max(head, tail):]...)
	r.rememberWhole(it, lines, note)
}

func (r *record) rememberWhole(it *item, lines []line, note string) {
	doc := &document{lines: lines}
	whole := newText(doc)
	r.body, r.like = sumOf(whole.tokens), sketchOf(whole.tokens)
	r.remember(&remembered{title: it.post.Title, note: note, doc: doc})
}

// doubt takes back updates that nobody marked as such when they are too many at
// once to be anything but a change of the template.
func (c *comparison) doubt() {
	if len(c.edits) < 5 || 2*len(c.edits) < len(c.items) {
		return
	}
	var unmarked []int
	for i, v := range c.verdicts {
		if v.Kind != Update {
			continue
		}
		for _, p := range c.edits {
			if p.it.rec.key == v.Post.Key {
				if len(p.edit.labels) == 0 && p.edit.vector[featTitleState] == 0 {
					unmarked = append(unmarked, i)
				}
				break
			}
		}
	}
	if len(unmarked) < 3 {
		return
	}
	for _, i := range unmarked {
		v := &c.verdicts[i]
		v.Tell = Hold
		v.Reason += fmt.Sprintf("; held, for %d of %d posts changed at once", len(c.edits), len(c.items))
	}
	c.alert("%d of %d posts changed at once, %d of them as if updated: held for review", len(c.edits), len(c.items), len(unmarked))
}
