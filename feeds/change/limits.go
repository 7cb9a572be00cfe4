package change

import (
	"fmt"
	"slices"
	"time"

	"syndicated/feeds"
)

// hold keeps for a person what comes in too great a number at once.
func (c *comparison) hold() {
	if c.o.Burst <= 0 || c.first {
		return
	}
	for _, kinds := range [][]Kind{{New, Rerun}, {Update}} {
		n := 0
		for _, v := range c.verdicts {
			if v.Tell == Share && slices.Contains(kinds, v.Kind) {
				n++
			}
		}
		if n <= c.o.Burst {
			continue
		}
		for i := range c.verdicts {
			if v := &c.verdicts[i]; v.Tell == Share && slices.Contains(kinds, v.Kind) {
				v.Tell = Hold
				v.Reason += fmt.Sprintf("; held, as one of %d at once (burst is %d)", n, c.o.Burst)
			}
		}
		c.alert("%d posts are %s at once, more than burst (%d): held for review", n, kinds[0], c.o.Burst)
	}
}

// start lets only so many of a first reading be told.
func (c *comparison) start() {
	if !c.first || c.o.Start < 0 {
		return
	}
	newest := make([]*placed, 0, len(c.verdicts))
	for i := range c.verdicts {
		if v := &c.verdicts[i]; v.Kind == New && v.Tell == Share {
			newest = append(newest, v)
		}
	}
	slices.SortStableFunc(newest, func(a, b *placed) int { return b.Post.Published.Compare(a.Post.Published) })
	for i, v := range newest {
		if i >= c.o.Start {
			v.Tell = Silent
			v.Reason += ", and start does not ask for it"
		}
	}
}

const (
	// keepText is how long the text of a post is kept that has left the source;
	// what is left then knows it again, for ever.
	keepText     = 180 * day
	forgetAtOnce = 20 // texts in one reading
)

// missing looks at what is no longer in the source.
func (c *comparison) missing() {
	if c.o.Partial {
		return
	}
	seen := make(map[*record]bool, len(c.items))
	for _, it := range c.items {
		seen[it.rec] = true
	}
	var gone []*record
	forgotten := 0
	for _, r := range c.known.all {
		if seen[r] || r.is(flagDamaged) {
			continue
		}
		if r.left == 0 {
			r.left, r.dirty = unix(c.o.Now), true
		}
		if c.o.Complete && !r.is(flagGone) {
			gone = append(gone, r)
		}
		if len(r.packed) > 0 && unix(c.o.Now)-r.left > int64(keepText/time.Second) && forgotten < forgetAtOnce {
			r.forget()
			forgotten++
		}
	}
	tell := Share
	if len(gone) > 2 && 2*len(gone) > len(c.items) {
		tell = Hold
		c.alert("%d of the posts are gone at once: held for review", len(gone))
	}
	for _, r := range gone {
		r.put(flagGone, true)
		v := Verdict{Kind: Gone, Tell: tell, Reason: "no longer in a source that lists all its posts"}
		if r.is(flagPrivate) {
			v.Tell = Silent
		}
		p := feeds.Post{}
		if w := r.recall(); w != nil {
			p.Title = w.title
		}
		v.Post = c.shown(p, r)
		c.verdicts = append(c.verdicts, placed{v, 0})
	}
}
