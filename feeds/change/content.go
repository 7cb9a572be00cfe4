package change

import "time"

// shiftLeast is the number of posts that must come back under other names at
// once for it to be the source that has changed and not its posts.
const shiftLeast = 3

// bindByContent looks for posts that have come under another guid and link.
func (k *known) bindByContent(items, left []*item) {
	k.indexContent()
	type match struct {
		it   *item
		r    *record
		rank int
	}
	var vanished []match
	taken := map[*record]bool{}
	for _, it := range left {
		it.prepare()
		if r, rank := k.best(it, taken, func(r *record) bool { return k.claimed[r] == nil && r.left == 0 }); r != nil {
			taken[r] = true
			vanished = append(vanished, match{it, r, rank})
		}
	}
	// Many at once, and most of what is unknown: the source has new names.
	shifted := len(vanished) >= shiftLeast && 2*len(vanished) >= len(left)
	for _, m := range vanished {
		later := unix(m.it.post.Published) - m.r.published
		if shifted || m.rank > byTitle && m.it.again == "" && (later < int64(day/time.Second) || m.r.published == 0 || m.it.post.Published.IsZero()) {
			k.claim(m.r, m.it, byContent)
		}
	}
	if shifted {
		// Among those that have moved, what agrees in less is the same too.
		dates := map[int64]int{}
		for _, it := range items {
			dates[unix(it.post.Published)]++
		}
		for _, it := range left {
			if it.rec == nil {
				if r := k.kin(it, dates); r != nil {
					k.claim(r, it, byContent)
				}
			}
		}
	}
	for _, it := range left {
		if it.rec != nil {
			continue
		}
		r, rank := k.best(it, nil, func(*record) bool { return true })
		if r == nil || rank <= byTitle {
			continue
		}
		if d := apart(unix(it.post.Published), r.published); it.again == "" && (d < day || d > 1<<59) {
			// The same words of the same day: the same post under two names.
			if k.claimed[r] != nil {
				it.rec, it.how, it.dup = r, byContent, true
			} else {
				k.claim(r, it, byContent)
			}
			continue
		}
		it.rec, it.how = r, again
	}
}

// longBody is how many words are the same by no accident. Short notices are
// posted with one body and another title every week: each is new.
const longBody = 120

// titled reports whether half of the words of a title and of the record's are
// the same.
func (r *record) titled(title []token) bool {
	w := r.recall()
	if w == nil {
		return false
	}
	mine := map[uint64]bool{}
	for _, t := range titleTokens(w.title) {
		mine[t.sum] = true
	}
	both := map[uint64]bool{}
	for _, t := range title {
		if mine[t.sum] {
			both[t.sum] = true
		}
	}
	return 2*len(both) >= max(len(mine), len(title))
}

// byTitle is the rank of a record that has nothing but the title in common.
const byTitle = 1

// best is the record that has the item's content, and is the nearest in time
// of those; the higher its rank, the more they have in common.
func (k *known) best(it *item, taken map[*record]bool, allowed func(*record) bool) (best *record, rank int) {
	published := unix(it.post.Published)
	consider := func(r *record, score int) {
		if score == 0 || r.is(flagDamaged) || taken[r] || !allowed(r) {
			return
		}
		if score > rank || score == rank && best != nil && apart(published, r.published) < apart(published, best.published) {
			best, rank = r, score
		}
	}
	words := len(it.text.tokens)
	if it.body != 0 {
		for _, r := range k.bodies[it.body] {
			switch {
			case r.title == it.title && (it.title != 0 || words >= 8):
				consider(r, 5)
			case words >= 12 && (words >= longBody || it.again != "" || it.title == 0 || r.title == 0 || r.titled(it.words)):
				consider(r, 4)
			}
		}
	}
	if it.title != 0 {
		for _, r := range k.titles[it.title] {
			switch like := it.like.likeness(r.like); {
			case it.body == r.body:
				consider(r, 5)
			case like >= 0.5:
				consider(r, 4)
			case it.again != "":
				consider(r, 3)
			case apart(published, r.published) == 0 && published != 0:
				consider(r, 3)
			case len(it.words) >= 3 && like >= 0.2:
				consider(r, 2)
			case len(it.words) >= 2 && len(k.titles[it.title]) == 1:
				consider(r, byTitle)
			}
		}
	}
	return best, rank
}

// kin is the record that an item of a moved source continues, by any one sign;
// dates tells how many items have a date.
func (k *known) kin(it *item, dates map[int64]int) *record {
	published := unix(it.post.Published)
	var found *record
	for _, r := range k.all {
		if k.claimed[r] != nil || r.left != 0 || r.is(flagDamaged) {
			continue
		}
		same := it.title != 0 && it.title == r.title || published != 0 && published == r.published && dates[published] == 1 || it.like.likeness(r.like) >= 0.5
		if same {
			if found != nil {
				return nil // which of them?
			}
			found = r
		}
	}
	return found
}
