package change

import (
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"strings"
	"time"

	"github.com/cespare/xxhash/v2"

	"syndicated/feeds"
)

// item is a post of this reading on its way to a verdict.
type item struct {
	post *feeds.Post
	at   int // place in the feed

	guid, link, alias uint64 // alias: of a guid that is an address
	raw               uint64
	heading           uint64 // the title, byte for byte
	shared            bool   // other posts of the reading have the same guid

	// What follows is worked out when needed: a post that did not change is
	// known by guid and raw.
	read bool
	text *text
	// summary: the post has no content, so that its summary is judged.
	summary bool
	words   []token // of the title, without what marks a re-run
	body    uint64
	title   uint64
	like    sketch
	again   string // what marks a re-run in the title, empty if nothing does

	rec *record
	how binding
	dup bool // another item of this reading is the same post
}

// binding says how an item was found to be a known post.
type binding int

const (
	unbound   binding = iota
	byGUID            // the guid, whatever the link
	byLink            // another guid
	byContent         // another guid and link
	again             // an old post under another name: a re-run
)

func newItem(p *feeds.Post, at int) *item {
	it := &item{post: p, at: at, link: linkSum(p.Link), raw: rawSum(p), heading: xxhash.Sum64String(p.Title)}
	if id := strings.TrimSpace(p.ID); id != "" {
		it.guid = xxhash.Sum64String(id) | 1
		if normalLink(id) != "" {
			it.alias = linkSum(id)
		}
	}
	return it
}

// rawSum is of everything that is shown of a post but its dates and its names.
func rawSum(p *feeds.Post) uint64 {
	var d xxhash.Digest
	d.Reset()
	put := func(s string) {
		d.WriteString(s)         //nolint:errcheck // never fails
		d.Write([]byte{0xff, 0}) //nolint:errcheck
	}
	put(p.Title)
	put(p.Content)
	put(p.Summary)
	put(p.Share)
	put(p.External)
	put(p.Language)
	for _, t := range p.Tags {
		put(t)
	}
	for _, a := range p.Authors {
		put(a.Name)
	}
	if p.Image != nil {
		put(p.Image.URL)
		put(p.Image.Alt)
	}
	for _, e := range p.Enclosures {
		put(e.URL)
	}
	if p.Private {
		put("private")
	}
	return d.Sum64() | 1
}

// prepare reads the post's text.
func (it *item) prepare() {
	if it.read {
		return
	}
	it.read = true
	body := it.post.Content
	if strings.TrimSpace(body) == "" {
		body, it.summary = it.post.Summary, true
	}
	it.text = newText(parseDocument(body))
	it.body = sumOf(it.text.tokens)
	it.like = sketchOf(it.text.tokens)
	title := ""
	title, it.again = withoutRerunMark(it.post.Title)
	it.words = titleTokens(title)
	it.title = sumOf(it.words)
}

func titleTokens(title string) []token { return appendTokens(nil, title, 0) }

// names of the item, to be looked up among links.
func (it *item) addresses() []uint64 {
	out := make([]uint64, 0, 2)
	if it.link != 0 {
		out = append(out, it.link)
	}
	if it.alias != 0 && it.alias != it.link {
		out = append(out, it.alias)
	}
	return out
}

// newKeys are names for ever that a post may be given, the first that is free
// is taken. They depend on nothing but the post, so that two workers, or a lost
// record, come to the same.
func newKeys(p *feeds.Post, shared bool) []string {
	var names []string
	if id := strings.TrimSpace(p.ID); id != "" {
		if !shared {
			names = append(names, "g\x00"+id)
		}
		names = append(names, "g\x00"+id+"\x00"+p.Link)
	} else if p.Link != "" {
		names = append(names, "l\x00"+normalLink(p.Link)+"\x00"+p.Link)
	}
	names = append(names, "c\x00"+p.ID+"\x00"+p.Link+"\x00"+p.Title, "c\x00"+p.ID+"\x00"+p.Link+"\x00"+p.Title+"\x00"+p.Content+"\x00"+p.Summary)
	keys := make([]string, len(names))
	for i, name := range names {
		keys[i] = keyOf(name)
	}
	return keys
}

func keyOf(name string) string {
	sum := sha256.Sum256([]byte(name))
	return strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(sum[:10]))
}

const day = 24 * time.Hour

// days between two dates; big when one is not known.
func apart(a, b int64) time.Duration {
	if a == 0 || b == 0 {
		return 1 << 60
	}
	d := a - b
	if d < 0 {
		d = -d
	}
	return time.Duration(d) * time.Second
}

// Fingerprint is of the words of a post, title and text, in a short form: two
// posts of different sources that have it in common are one. It is empty for a
// post of few words, which says nothing.
func Fingerprint(p feeds.Post) string {
	it := newItem(&p, 0)
	it.prepare()
	if len(it.text.tokens) < 20 {
		return ""
	}
	return fmt.Sprintf("%016x%016x", it.title, it.body)
}
