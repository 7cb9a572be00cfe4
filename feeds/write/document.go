package write

import (
	"cmp"
	"hash/fnv"
	"slices"
	"strings"
	"time"

	"syndicated/feeds"
)

// Document is a feed ready to be written in every format.
type Document struct {
	feed    Feed
	entries []entry
	updated time.Time // the newest of the entries'
}

// Limits of what a document holds: beyond them an entry is shortened, then
// dropped. Validators and readers refuse a document of more than 5,000,000
// bytes; escaping makes text grow.
const (
	maxDocument = 3_000_000
	maxSummary  = 2_000 // characters
	excerptSize = 300   // characters
)

// Make prepares f. What is prepared serves every format.
func Make(f Feed) *Document {
	f.BaseURL = strings.TrimRight(f.BaseURL, "/")
	f.Title = cmp.Or(line(f.Title), f.Name)
	f.Description = line(feeds.Text(f.Description))
	page := Address(f.BaseURL, f.Name, "")
	f.Link = cmp.Or(webAddress(f.Link, f.BaseURL+"/"), page)
	f.Image = webAddress(f.Image, f.BaseURL+"/")
	f.Icon = webAddress(f.Icon, f.BaseURL+"/")
	f.Authors = people(f.Authors)
	var hubs []string
	for _, h := range f.Hubs {
		if h = webAddress(h, ""); h != "" {
			hubs = append(hubs, h)
		}
	}
	f.Hubs = hubs
	d := &Document{feed: f}
	size := 0
	ids := map[string]bool{}
	for i := range f.Posts {
		p := &f.Posts[i]
		if p.Private {
			continue
		}
		for _, e := range f.entriesOf(p) {
			if ids[e.id] || ids[e.uri] {
				continue
			}
			grow := entryWeight(&e)
			if size+grow > maxDocument {
				e.html, e.note = "", excerpt(e.note, excerptSize)
				if grow = entryWeight(&e); size+grow > maxDocument {
					continue
				}
			}
			size += grow
			ids[e.id], ids[e.uri] = true, true
			d.entries = append(d.entries, e)
			if e.updated.After(d.updated) {
				d.updated = e.updated
			}
		}
	}
	if f.Kind == "updates" {
		slices.SortStableFunc(d.entries, func(a, b entry) int { return b.shown().Compare(a.shown()) })
		if f.Items > 0 && len(d.entries) > f.Items {
			d.entries = d.entries[:f.Items]
		}
	}
	if d.updated.IsZero() {
		d.updated = earliest
	}
	d.feed.Language = d.language()
	return d
}

// entryWeight is about how many bytes an entry takes in a document.
func entryWeight(e *entry) int {
	n := 600 + len(e.title)*2 + len(e.summary)*2 + len(e.note)*2
	n += len(e.html) + 5*strings.Count(e.html, "<") + 5*strings.Count(e.html, "&") + 3*strings.Count(e.html, ">")
	for _, t := range e.tags {
		n += len(t) + 40
	}
	for _, f := range e.files {
		n += len(f.URL) + 80
	}
	return n
}

// language of the feed: its own, or that of its posts if they agree.
func (d *Document) language() string {
	if l := languageTag(d.feed.Language); l != "" {
		return l
	}
	common := ""
	for _, e := range d.entries {
		switch {
		case e.language == "":
		case common == "":
			common = e.language
		case common != e.language:
			a, _, _ := strings.Cut(common, "-")
			if b, _, _ := strings.Cut(e.language, "-"); a != b {
				return "und"
			}
			common = a
		}
	}
	return cmp.Or(common, "und")
}

// distinct gives each entry's updated as Atom wants it: text that no two share.
// Where seconds agree, all but one get a fraction that is made of their id, so
// that it does not change when other entries come and go.
func (d *Document) distinct() []string {
	out := make([]string, len(d.entries))
	used := map[string]bool{}
	order := make([]int, len(out))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return strings.Compare(d.entries[a].uri, d.entries[b].uri) })
	for _, i := range order {
		t := d.entries[i].atomUpdated()
		s := rfc3339(t)
		if used[s] {
			h := fnv.New64a()
			h.Write([]byte(d.entries[i].uri))
			for n := h.Sum64(); used[s]; n++ {
				s = rfc3339(t.Truncate(time.Second).Add(time.Duration(1+n%999_999) * time.Microsecond))
			}
		}
		used[s] = true
		out[i] = s
	}
	return out
}

func (e *entry) atomUpdated() time.Time {
	if !plausible(e.updated) {
		return earliest
	}
	return e.updated
}
