package change

import (
	"cmp"
	"slices"
	"time"
)

// known is what is remembered of a source, ready to be looked up.
type known struct {
	all     []*record // by key
	byKey   map[string]*record
	guids   map[uint64][]*record
	links   map[uint64][]*record
	bodies  map[uint64][]*record
	titles  map[uint64][]*record
	claimed map[*record]*item
	damaged []string // keys
}

func newKnown(m Memory) *known {
	k := &known{
		byKey: make(map[string]*record, len(m)), guids: make(map[uint64][]*record, len(m)), links: make(map[uint64][]*record, len(m)),
		claimed: map[*record]*item{},
	}
	for key, b := range m {
		if len(key) > 0 && key[0] == '#' {
			continue
		}
		r, err := decodeRecord(key, b)
		if err != nil {
			r = &record{key: key, flags: flagDamaged}
			k.damaged = append(k.damaged, key)
		}
		k.all = append(k.all, r)
	}
	slices.Sort(k.damaged)
	slices.SortFunc(k.all, func(a, b *record) int { return cmp.Compare(a.key, b.key) })
	for _, r := range k.all {
		k.index(r)
	}
	return k
}

func (k *known) index(r *record) {
	k.byKey[r.key] = r
	for _, g := range r.guids {
		k.guids[g] = append(k.guids[g], r)
	}
	for _, l := range r.links {
		k.links[l] = append(k.links[l], r)
	}
}

// byContent is indexed only when a post is not known by its names.
func (k *known) indexContent() {
	if k.bodies != nil {
		return
	}
	k.bodies, k.titles = map[uint64][]*record{}, map[uint64][]*record{}
	for _, r := range k.all {
		if r.body != 0 {
			k.bodies[r.body] = append(k.bodies[r.body], r)
		}
		if r.title != 0 {
			k.titles[r.title] = append(k.titles[r.title], r)
		}
	}
}

func (k *known) claim(r *record, it *item, how binding) {
	it.rec, it.how = r, how
	k.claimed[r] = it
}

// bind finds for every item the record of its post, if there is one, and tells
// how many posts are there under other names than before.
func (k *known) bind(items []*item) (renamed int) {
	guids, links := nameCounts(items)
	for _, it := range items {
		if it.guid != 0 {
			it.shared = guids[it.guid] > 1
			k.bindByGUID(it, it.shared, links[it.link] > 1)
		}
	}
	for _, it := range items {
		if it.rec == nil && !it.dup {
			k.bindByLink(it, links)
		}
	}
	for _, it := range items {
		// A damaged record, or a post without a guid or a link, is known by its
		// key alone.
		if it.rec == nil && !it.dup && (len(k.damaged) > 0 || it.guid == 0 && it.link == 0) {
			for _, key := range newKeys(it.post, false) {
				if r := k.byKey[key]; r != nil && k.claimed[r] == nil && (r.is(flagDamaged) || it.guid == 0 && it.link == 0) {
					k.claim(r, it, byGUID)
					break
				}
			}
		}
	}
	var left []*item
	for _, it := range items {
		if it.rec == nil && !it.dup {
			left = append(left, it)
		}
	}
	left = withoutTwins(left)
	if len(left) > 0 && len(k.all) > 0 {
		k.bindByContent(items, left)
	}
	for _, it := range items {
		if it.rec != nil && !it.dup && (it.how == byContent || it.how == byLink && it.guid != 0 && len(it.rec.guids) > 0 && !slices.Contains(it.rec.guids, it.guid)) {
			renamed++
		}
	}
	return renamed
}

// nameCounts tells how many different posts of the reading carry a guid or a
// link. Two are different when more than their content is.
func nameCounts(items []*item) (guids, links map[uint64]int) {
	type name struct{ guid, link, title uint64 }
	guids, links = map[uint64]int{}, map[uint64]int{}
	seen := map[name]bool{}
	for _, it := range items {
		n := name{it.guid, it.link, it.heading}
		if seen[n] {
			continue
		}
		seen[n] = true
		guids[it.guid]++
		if m := (name{link: it.link, title: it.heading}); !seen[m] || it.guid != 0 {
			seen[m] = true
			links[it.link]++
		}
	}
	return guids, links
}

// bindByGUID: shared tells that other posts of the reading carry the same guid,
// so that it names none of them.
func (k *known) bindByGUID(it *item, shared, sharedLink bool) {
	candidates := k.guids[it.guid]
	if len(candidates) == 0 {
		return
	}
	if len(candidates) == 1 && !shared {
		r := candidates[0]
		if r.raw == it.raw || slices.Contains(r.links, it.link) || !k.stranger(it, r) {
			k.take(it, r, byGUID)
		}
		return
	}
	// The guid alone says nothing here: the link or the content must agree.
	it.prepare()
	var best *record
	most := 0
	for _, r := range candidates {
		if k.claimed[r] != nil {
			continue
		}
		n := 0
		if r.raw == it.raw {
			n = 8
		}
		if it.title != 0 && r.title == it.title {
			n += 3
		}
		if it.body != 0 && r.body == it.body {
			n += 3
		} else if n == 0 && it.like.likeness(r.like) > 0.5 {
			n = 2
		}
		if it.link != 0 && !sharedLink && slices.Contains(r.links, it.link) {
			n += 3
		}
		if n > most {
			best, most = r, n
		}
	}
	if best != nil && most >= 2 {
		k.claim(best, it, byGUID)
	}
}

// take binds an item, unless another item of the reading is that post.
func (k *known) take(it *item, r *record, how binding) {
	if k.claimed[r] != nil {
		it.dup = true
		return
	}
	k.claim(r, it, how)
}

// stranger: nothing but one name is common to the item and the record, as
// where every post has the guid or the link of the site.
func (k *known) stranger(it *item, r *record) bool {
	if r.is(flagDamaged) {
		return false
	}
	published := unix(it.post.Published)
	if published != 0 && published == r.published {
		return false
	}
	it.prepare()
	if it.title != 0 && it.title == r.title || it.body != 0 && it.body == r.body {
		return false
	}
	if it.like.likeness(r.like) > 0.3 {
		return false
	}
	if it.link == 0 && it.guid != 0 || len(r.links) == 0 && it.guid != 0 {
		// No second name to compare: the guid is believed.
		return it.title != 0 && r.title != 0 && published > r.published && it.like.likeness(r.like) < 0.1 && it.guid == 0
	}
	return true
}

func (k *known) bindByLink(it *item, links map[uint64]int) {
	for _, l := range it.addresses() {
		candidates := k.links[l]
		if len(candidates) == 0 {
			continue
		}
		it.prepare()
		// A link that several posts share names none of them by itself.
		alone := len(candidates) == 1 && links[it.link] <= 1
		for _, r := range candidates {
			same := r.raw == it.raw || it.title != 0 && it.title == r.title || it.body != 0 && it.body == r.body
			switch {
			case k.claimed[r] != nil:
				// Its own guid is in the feed too: the same post twice.
				if r.raw == it.raw || it.title == r.title && it.body == r.body {
					it.dup = true
					return
				}
			case same, alone && !k.stranger(it, r):
				k.claim(r, it, byLink)
				return
			}
		}
	}
}

// withoutTwins drops what stands twice in one reading under the same name.
func withoutTwins(items []*item) []*item {
	type name struct{ guid, link, title uint64 }
	seen := map[name]bool{}
	return slices.DeleteFunc(items, func(it *item) bool {
		n := name{it.guid, it.link, it.heading}
		if n.guid == 0 && n.link == 0 {
			n.title = it.raw
		}
		if seen[n] {
			it.dup = true
			return true
		}
		seen[n] = true
		return false
	})
}

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
