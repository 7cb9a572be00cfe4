package write

import (
	"cmp"
	"hash/fnv"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/net/html"
	"golang.org/x/text/language"

	"syndicated/feeds"
)

// Document is a feed ready to be written in every format.
type Document struct {
	feed    Feed
	entries []entry
	updated time.Time // the newest of the entries'
}

// entry is a post, or an update of one, as all formats show it: clean and
// sanitised.
type entry struct {
	post      *feeds.Post
	id        string // of RSS and JSON Feed
	uri       string // of Atom
	title     string // may be empty
	link      string // may be empty
	external  string
	comments  string
	summary   string // plain text
	html      string // sanitised
	note      string // plain text
	published time.Time
	updated   time.Time
	inferred  bool
	authors   []feeds.Author
	tags      []string
	language  string
	image     *feeds.Media
	files     []feeds.Media
	origin    *feeds.Origin
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

// shown is when the entry became news.
func (e *entry) shown() time.Time {
	if e.note != "" || e.published.IsZero() {
		return e.updated
	}
	return e.published
}

// entriesOf a post: one, or in a feed of updates one more for its last update.
func (f *Feed) entriesOf(p *feeds.Post) []entry {
	e := f.entry(p)
	if f.Kind != "updates" {
		return []entry{e}
	}
	first := e
	first.updated, first.note = cmp.Or(e.published, e.updated), ""
	if p.Revision == 0 {
		return []entry{first}
	}
	// The update is an entry of its own, so that readers show it as new.
	mark := "update-" + strconv.Itoa(p.Revision)
	e.id, e.uri = marked(e.id, mark), marked(e.uri, mark)
	if e.title != "" {
		e.title = "Update: " + e.title
	}
	if e.note != "" {
		note := "<p><strong>Update:</strong> " + strings.ReplaceAll(html.EscapeString(e.note), "\n", "<br/>") + "</p>"
		e.summary = e.note
		if f.Content != "summary" {
			e.html = note + e.html
		}
	}
	return []entry{e, first}
}

// marked is the id of what belongs to another id.
func marked(id, mark string) string {
	if strings.HasPrefix(id, "http") && absoluteURI.MatchString(id) && !strings.Contains(id, "#") {
		return id + "#" + mark
	}
	return nameUUID(id + "\n" + mark)
}

func (f *Feed) entry(p *feeds.Post) entry {
	e := entry{post: p, inferred: p.Inferred, link: webAddress(p.Link, "")}
	e.id = identity(p, f.Aggregate)
	e.uri = atomID(e.id)
	e.title = line(p.Title)
	e.external = webAddress(p.External, e.link)
	e.comments = webAddress(p.Comments, e.link)
	e.published = present(p.Published, f.Now)
	e.updated = present(cmp.Or(p.Updated, p.Published), f.Now)
	if e.updated.Before(e.published) {
		e.updated = e.published
	}
	e.authors = people(p.Authors)
	e.tags = tags(p.Tags)
	e.language = languageTag(p.Language)
	base := e.link
	if p.Feed != nil {
		base = cmp.Or(base, webAddress(p.Feed.Link, ""))
		if o := (feeds.Origin{ID: line(p.Feed.ID), Title: line(p.Feed.Title), Link: webAddress(p.Feed.Link, ""), Self: webAddress(p.Feed.Self, "")}); f.Aggregate && cmp.Or(o.Self, o.Link) != "" {
			o.Updated = present(p.Feed.Updated, f.Now)
			e.origin = &o
		}
	}
	body := content(cmp.Or(p.Content, p.Summary), base)
	text := feeds.Text(body)
	if p.Content != "" && p.Summary != "" {
		e.summary = excerpt(line(feeds.Text(clean(p.Summary))), maxSummary)
	}
	if e.summary == "" {
		e.summary = excerpt(line(cmp.Or(feeds.Text(withoutFigures(body)), text)), excerptSize)
	}
	if f.Content != "summary" {
		e.html = body
	}
	if p.Revision > 0 {
		e.note = strings.TrimSpace(clean(p.Note))
	}
	if p.Image != nil {
		e.image = medium(*p.Image, base, "image/jpeg")
	}
	for _, m := range p.Enclosures {
		if m := medium(m, base, "application/octet-stream"); m != nil && !slices.ContainsFunc(e.files, func(o feeds.Media) bool { return o.URL == m.URL }) {
			e.files = append(e.files, *m)
		}
	}
	return e
}

// withoutFigures is sanitised HTML without what says little out of its place.
func withoutFigures(body string) string {
	for _, name := range []string{"figure", "table", "pre", "video", "audio"} {
		for {
			start := strings.Index(body, "<"+name)
			if start < 0 {
				break
			}
			end := strings.Index(body[start:], "</"+name+">")
			if end < 0 {
				break
			}
			body = body[:start] + body[start+end+len("</"+name+">"):]
		}
	}
	return body
}

var mediaType = regexp.MustCompile(`^[a-z0-9][a-z0-9!#$&^_.+-]*/[a-z0-9][a-z0-9!#$&^_.+-]*$`)

// medium is m clean, or nil if it has no address.
func medium(m feeds.Media, base, otherwise string) *feeds.Media {
	if m.URL = webAddress(m.URL, base); m.URL == "" {
		return nil
	}
	t, _, _ := strings.Cut(strings.ToLower(m.Type), ";")
	if t = strings.TrimSpace(t); !mediaType.MatchString(t) {
		t = guessType(m.URL)
	}
	m.Type = cmp.Or(t, otherwise)
	m.Title, m.Alt = line(m.Title), line(m.Alt)
	m.Length = max(0, m.Length)
	return &m
}

// guessType of a file by how its address ends.
func guessType(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	dot := strings.LastIndexByte(u.Path, '.')
	if dot < 0 {
		return ""
	}
	return types[strings.ToLower(u.Path[dot+1:])]
}

var types = map[string]string{
	"mp3": "audio/mpeg", "m4a": "audio/mp4", "ogg": "audio/ogg", "oga": "audio/ogg", "opus": "audio/ogg", "flac": "audio/flac", "wav": "audio/wav",
	"mp4": "video/mp4", "m4v": "video/mp4", "webm": "video/webm", "mov": "video/quicktime", "mkv": "video/x-matroska",
	"jpg": "image/jpeg", "jpeg": "image/jpeg", "png": "image/png", "gif": "image/gif", "webp": "image/webp", "avif": "image/avif", "svg": "image/svg+xml",
	"pdf": "application/pdf", "epub": "application/epub+zip", "zip": "application/zip", "torrent": "application/x-bittorrent",
}

var (
	emailAddress = regexp.MustCompile(`^[A-Za-z0-9._+-]{1,64}@([A-Za-z0-9-]+\.)+[A-Za-z][A-Za-z0-9-]*$`)
	angledEmail  = regexp.MustCompile(`<[^<>@\s]*@[^<>\s]*>`)
)

// people are authors with names, each once.
func people(in []feeds.Author) []feeds.Author {
	var out []feeds.Author
	for _, a := range in {
		a.URL, a.Image = webAddress(a.URL, ""), webAddress(a.Image, "")
		if a.Email = line(a.Email); !emailAddress.MatchString(a.Email) {
			a.Email = ""
		}
		name := line(angledEmail.ReplaceAllString(clean(a.Name), " "))
		if name == "" {
			name, _, _ = strings.Cut(a.Email, "@")
		}
		if a.Name = cmp.Or(name, strings.TrimPrefix(strings.TrimPrefix(a.URL, "https://"), "http://")); a.Name == "" {
			continue
		}
		if !slices.ContainsFunc(out, func(o feeds.Author) bool { return o.Name == a.Name && o.URL == a.URL }) {
			out = append(out, a)
		}
	}
	return out
}

func tags(in []string) []string {
	var out []string
	for _, t := range in {
		if t = line(t); t != "" && !slices.ContainsFunc(out, func(o string) bool { return strings.EqualFold(o, t) }) {
			out = append(out, t)
		}
	}
	return out
}

// languageTag is s as a BCP 47 tag, or "" if it is none.
func languageTag(s string) string {
	s = strings.ReplaceAll(strings.TrimSpace(s), "_", "-")
	if s == "" || len(s) > 35 {
		return ""
	}
	tag, err := language.Parse(s)
	if err != nil || tag == language.Und {
		return ""
	}
	if base, _ := tag.Base(); len(base.String()) != 2 {
		return "" // validators know the two-letter ones only
	}
	return tag.String()
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
