package change

import (
	"cmp"
	"slices"
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
	k.bindUnchanged(items)
	for _, it := range items {
		if it.guid != 0 && it.rec == nil {
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

// bindUnchanged binds the posts that are what they were, name and content, before
// any other may take their record.
func (k *known) bindUnchanged(items []*item) {
	var nameless map[uint64]*record
	for _, it := range items {
		candidates := k.guids[it.guid]
		if it.guid == 0 {
			candidates = k.links[it.link]
		}
		if it.guid == 0 && it.link == 0 {
			if nameless == nil {
				nameless = map[uint64]*record{}
				for _, r := range k.all {
					if len(r.guids) == 0 && len(r.links) == 0 {
						nameless[r.raw] = r
					}
				}
			}
			if r := nameless[it.raw]; r != nil {
				k.take(it, r, byGUID)
			}
			continue
		}
		for _, r := range candidates {
			if r.raw == it.raw && k.claimed[r] == nil && (it.link == 0 && len(r.links) == 0 || slices.Contains(r.links, it.link)) {
				k.claim(r, it, byGUID)
				break
			}
		}
	}
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
