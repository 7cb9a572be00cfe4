package write

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/cespare/xxhash/v2"

	"syndicated/feeds"
)

// Marks are fingerprints of the entries, in their order: an entry that changed
// has another one.
func (d *Document) Marks() []uint64 {
	marks := make([]uint64, len(d.entries))
	for i := range d.entries {
		e := &d.entries[i]
		var origin feeds.Origin
		if e.origin != nil {
			origin = *e.origin
			origin.Updated = time.Time{} // of the other feed, not of the entry
		}
		h := xxhash.New()
		_ = json.NewEncoder(h).Encode([]any{
			e.id, e.title, e.link, e.external, e.comments, e.summary, e.html, e.note, rfc3339(e.published), rfc3339(e.updated), e.authors, e.tags,
			e.language, e.image, e.files, origin,
		})
		marks[i] = h.Sum64()
	}
	return marks
}

// Head is a fingerprint of everything but the entries.
func (d *Document) Head() uint64 {
	f := d.feed
	f.Posts = nil
	h := xxhash.New()
	fmt.Fprintf(h, "%q", []any{
		f.Name, f.BaseURL, f.Title, f.Description, f.Link, f.Language, f.Image, f.Icon, f.Authors, f.Kind, f.Content, f.Hubs, f.Cloud, f.TTL,
	})
	return h.Sum64()
}

// Without is d without the entries whose marks are known.
func (d *Document) Without(known map[uint64]bool) *Document {
	out := &Document{feed: d.feed, updated: d.updated}
	for i, m := range d.Marks() {
		if !known[m] {
			out.entries = append(out.entries, d.entries[i])
		}
	}
	return out
}

// Len is how many entries d has.
func (d *Document) Len() int { return len(d.entries) }
