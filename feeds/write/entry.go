package write

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/net/html"

	"syndicated/feeds"
)

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
