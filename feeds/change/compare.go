package change

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"syndicated/feeds"
)

// Compare tells what became of the posts of a source since it was last read. m
// is all that is remembered of the source; posts are what it holds now, in its
// own order.
func Compare(m Memory, posts []feeds.Post, o Options) Result {
	c := &comparison{o: o, known: newKnown(m), noise: loadNoise(m[noiseKey])}
	c.first = o.First && len(c.known.all) == 0
	for i := range posts {
		c.items = append(c.items, newItem(&posts[i], i))
	}
	if n := len(c.known.damaged); n > 0 {
		c.alert("%d damaged records (%s …): their posts are taken as known", n, c.known.damaged[0])
	}
	if n := c.known.bind(c.items); n >= shiftLeast {
		c.alert("the guids or links of %d posts changed at once: they are the same posts and not told again", n)
	}
	c.past, c.unsure = c.olderThanKnown()
	for _, it := range c.items {
		switch {
		case it.dup:
			c.twin(it)
		case it.rec == nil:
			c.fresh(it)
		case it.how == again:
			c.rerun(it)
		default:
			c.old(it)
		}
	}
	c.judge()
	c.hold()
	c.start()
	c.missing()
	return c.result()
}

// comparison is one reading on its way to a Result.
type comparison struct {
	o        Options
	first    bool
	known    *known
	items    []*item
	noise    *noise
	edits    []*pending
	past     map[*item]bool
	unsure   bool
	verdicts []placed
	alerts   []string
}

// placed is a verdict and the post's place in the feed, newest first as a rule.
type placed struct {
	Verdict
	at int
}

func (c *comparison) alert(format string, args ...any) {
	c.alerts = append(c.alerts, fmt.Sprintf(format, args...))
}

// add says v of the post of it, as its record has it.
func (c *comparison) add(it *item, v Verdict) {
	v.Post = c.shown(*it.post, it.rec)
	c.verdicts = append(c.verdicts, placed{v, it.at})
}

// shown is the post with what is remembered of it.
func (c *comparison) shown(p feeds.Post, r *record) feeds.Post {
	p.Key, p.Revision = r.key, r.revision
	p.Inferred = r.is(flagInferred)
	if unix(p.Published) != r.published {
		p.Published = stamp(r.published)
	}
	if unix(p.Updated) != r.updated {
		p.Updated = stamp(r.updated)
	}
	if w := r.recall(); w != nil {
		p.Note = w.note
	}
	return p
}

// fresh is a post never seen.
func (c *comparison) fresh(it *item) {
	it.rec = c.keep(it)
	v := Verdict{Kind: New, Tell: Share, Reason: "not seen before"}
	switch {
	case it.post.Private:
		it.rec.put(flagPrivate, true)
		v.Tell, v.Reason = Silent, "not seen before, but private"
	case it.again != "":
		v.Kind, v.Reason = Rerun, fmt.Sprintf("its title says that it is an old post: %q", it.again)
		if c.first {
			v.Tell, v.Reason = Silent, "there when the source was first read; "+v.Reason
		}
	case c.first:
		v.Reason = "there when the source was first read"
	case c.tooOld(it.post.Published):
		v.Tell, v.Reason = Silent, fmt.Sprintf("first seen, but published %s, longer ago than max_age", it.post.Published.UTC().Format(time.DateOnly))
	case c.past[it]:
		v.Tell, v.Reason = Silent, "older than all that was there before: the source shows more of its past"
		if c.unsure {
			v.Tell, v.Reason = Hold, "stands behind all that was there before, and nothing has a date: held, as it may be old"
			c.alert("a post without a date stands behind all that was there before: held, as it may be old")
		}
	}
	it.rec.put(flagPast, c.past[it])
	c.add(it, v)
}

func (c *comparison) tooOld(published time.Time) bool {
	return c.o.MaxAge > 0 && !published.IsZero() && c.o.Now.Sub(published) > c.o.MaxAge
}

// keep makes the record of a post never seen.
func (c *comparison) keep(it *item) *record {
	it.prepare()
	key := ""
	for _, key = range newKeys(it.post, it.shared) {
		if c.known.byKey[key] == nil {
			break
		}
	}
	for n := 2; c.known.byKey[key] != nil; n++ {
		key = keyOf(fmt.Sprintf("%s\x00%d", key, n))
	}
	r := &record{key: key, first: unix(c.o.Now), published: unix(it.post.Published), updated: unix(it.post.Updated)}
	if it.post.Published.IsZero() {
		r.published = r.first
		r.put(flagInferred, true)
	}
	r.name(it)
	r.absorb(it, "")
	c.known.index(r)
	c.known.all = append(c.known.all, r)
	return r
}

// name adds the names that the post has now; it tells whether they are new.
func (r *record) name(it *item) bool {
	changed := false
	front := func(list *[]uint64, v uint64) {
		if v == 0 || slices.Contains(*list, v) {
			return
		}
		*list = slices.Insert(*list, 0, v)
		*list = (*list)[:min(len(*list), maxNames)]
		changed = true
	}
	front(&r.guids, it.guid)
	front(&r.links, it.alias)
	front(&r.links, it.link)
	if changed {
		r.dirty = true
	}
	return changed
}

// absorb takes the item's text as the one to compare with from now on.
func (r *record) absorb(it *item, note string) {
	it.prepare()
	same := r.body == it.body && r.title == it.title && len(r.packed) > 0 && r.recall() != nil && r.words.note == note
	r.raw, r.body, r.title, r.like = it.raw, it.body, it.title, it.like
	r.put(flagSummary, it.summary)
	r.put(flagTeaser, it.text.doc.teaser)
	r.put(flagLeads, it.text.doc.leads)
	r.dirty = true
	if !same { // else the words that are remembered are these
		r.remember(&remembered{title: it.post.Title, note: note, doc: it.text.doc})
	}
}

// twin is a second item of a post that the reading has already.
func (c *comparison) twin(it *item) {
	if it.rec != nil && it.rec.name(it) {
		c.add(it, Verdict{Kind: Moved, Reason: "the same post stands twice in the source, under two names"})
	}
}

// rerun is an old post under a new name.
func (c *comparison) rerun(it *item) {
	of := it.rec
	it.rec = c.keep(it)
	reason := fmt.Sprintf("repeats the post of %s", stamp(of.published).Format(time.DateOnly))
	if it.again != "" {
		reason += fmt.Sprintf("; its title says so: %q", it.again)
	} else {
		reason += ": the same words under another guid"
	}
	v := Verdict{Kind: Rerun, Tell: Share, Reason: reason, Of: of.key}
	switch {
	case it.post.Private:
		it.rec.put(flagPrivate, true)
		v.Tell, v.Reason = Silent, reason+"; private"
	case c.first:
		v.Tell, v.Reason = Silent, "there when the source was first read; "+reason
	}
	c.add(it, v)
}

// old is a post seen before.
func (c *comparison) old(it *item) {
	r := it.rec
	if r.left != 0 {
		r.left, r.dirty = 0, true
	}
	moved := r.name(it)
	if r.is(flagDamaged) {
		r.first, r.published, r.updated = unix(c.o.Now), unix(it.post.Published), unix(it.post.Updated)
		if r.published == 0 {
			r.published = r.first
			r.put(flagInferred, true)
		}
		r.absorb(it, "")
		r.put(flagDamaged, false)
		return
	}
	wasGone := r.is(flagGone)
	r.put(flagGone, false)
	if r.raw == it.raw {
		switch {
		case moved:
			c.add(it, Verdict{Kind: Moved, Reason: c.movedReason(it)})
		case wasGone:
			c.add(it, Verdict{Kind: Edit, Reason: "back after it was gone"})
		}
		return
	}
	if it.post.Private {
		r.absorb(it, "")
		c.add(it, Verdict{Kind: Edit, Reason: "private"})
		return
	}
	if r.is(flagPrivate) {
		r.put(flagPrivate, false)
		r.absorb(it, "")
		v := Verdict{Kind: New, Tell: Share, Reason: "was private until now"}
		if c.tooOld(it.post.Published) {
			v.Tell, v.Reason = Silent, v.Reason+", but is older than max_age"
		}
		c.add(it, v)
		return
	}
	c.edits = append(c.edits, &pending{it: it, moved: moved})
}

func (c *comparison) movedReason(it *item) string {
	switch it.how {
	case byContent:
		return "another guid and link, the same content"
	case byLink:
		return "another guid, the same link"
	}
	return "another link, the same guid"
}

func (c *comparison) result() Result {
	res := Result{Alerts: c.alerts, of: c}
	// Oldest first; of one time, the last in the feed first.
	slices.SortStableFunc(c.verdicts, func(a, b placed) int {
		return cmp.Or(a.Post.Published.Compare(b.Post.Published), cmp.Compare(b.at, a.at), strings.Compare(a.Post.Key, b.Post.Key))
	})
	for _, v := range c.verdicts {
		res.Verdicts = append(res.Verdicts, v.Verdict)
	}
	keep := func(key string, b []byte) {
		if res.Changed == nil {
			res.Changed = Memory{}
		}
		res.Changed[key] = b
	}
	for _, r := range c.known.all {
		if r.dirty {
			keep(r.key, r.encode())
		}
	}
	if c.noise.dirty {
		keep(noiseKey, c.noise.encode())
	}
	return res
}
