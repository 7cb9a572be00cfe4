package remote

import (
	"bytes"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"syndicated/feeds"
)

// ErrPage: the document is a web page. Page tells which feeds it names.
var ErrPage = errors.New("it is a web page, not a feed")

// Document is the bytes of a feed and what is known of them.
type Document struct {
	// URL is where it came from, the base of relative links.
	URL string
	// ContentType is the header's value, empty when unknown.
	ContentType string
	Body        []byte
	// Timezone is assumed for dates without a zone, nil is UTC.
	Timezone *time.Location
	// Language is assumed for posts that do not say theirs.
	Language string
	// Now is when it was read: no post is dated later. Zero leaves dates alone.
	Now time.Time
}

// reader is what the readers of all formats know of a document.
type reader struct {
	d     Document
	base  *url.URL // of the document
	feed  feeds.Feed
	notes []string
	// archive is where older posts are, RFC 5005.
	archive string
	// site is the feed's page, the base of its links.
	site *url.URL
	// cut: the document ended before its time.
	cut bool
}

func (r *reader) note(format string, a ...any) {
	s := fmt.Sprintf(format, a...)
	if len(r.notes) < 20 && !slices.Contains(r.notes, s) {
		r.notes = append(r.notes, s)
	}
}

// Parse reads an RSS, Atom, RDF or JSON feed. The notes tell what was
// repaired, inferred or left out. Dates are UTC, no later than d.Now; links are
// absolute. A post without a date has Inferred set and no Published: the time
// of its first sight is for those to fill in who know it. The error of a web
// page wraps ErrPage.
func Parse(d Document) (feeds.Feed, []string, error) {
	r, err := readDocument(d)
	if err != nil {
		return feeds.Feed{}, nil, err
	}
	return r.feed, r.notes, nil
}

func readDocument(d Document) (*reader, error) {
	text, notes, err := decode(d.Body, d.ContentType)
	if err != nil {
		return nil, err
	}
	r := &reader{d: d, notes: notes}
	if d.URL != "" {
		if u, err := url.Parse(d.URL); err == nil && u.IsAbs() {
			u.User, u.Fragment = nil, ""
			r.base = u
		}
	}
	text = bytes.TrimLeft(text, " \t\r\n\x00\ufeff")
	switch {
	case len(text) == 0:
		err = errors.New("the document is empty")
	case text[0] == '{' || text[0] == '[':
		err = r.readJSON(text)
	default:
		err = r.readXML(text)
	}
	if err != nil {
		return nil, err
	}
	r.finish()
	return r, nil
}

func (r *reader) readXML(text []byte) error {
	if page(text) {
		return ErrPage
	}
	var t *tree
	fault := r.strictly(text, &t)
	before := slices.Clone(r.notes)
	if fault == nil {
		if fault = r.readTree(t); fault == nil || errors.Is(fault, errNoFeed) {
			return fault
		}
		r.notes = before
	} else if errors.Is(fault, errBig) {
		return fault
	}
	fixed, notes, cut, ok := repair(text)
	if !ok {
		return errNoFeed
	}
	if err := r.strictly(fixed, &t); err != nil {
		return fault
	}
	r.feed, r.cut = feeds.Feed{}, cut
	r.note("not well-formed: %v", fault)
	for _, n := range notes {
		r.note("repaired: %s", n)
	}
	if err := r.readTree(t); err != nil {
		return err
	}
	if r.hollow() {
		return fmt.Errorf("not well-formed, and nothing could be saved of it: %w", fault)
	}
	return nil
}

// hollow: the feed says nothing, neither of itself nor in any post.
func (r *reader) hollow() bool {
	f := &r.feed
	return f.Title == "" && f.Link == "" && f.ID == "" && !slices.ContainsFunc(f.Posts, func(p feeds.Post) bool {
		return p.ID != "" || p.Link != "" || p.Title != "" || p.Content != "" || p.Summary != "" || len(p.Enclosures) > 0
	})
}

// strictly reads the tree of a document that has no fault.
func (r *reader) strictly(text []byte, t **tree) error {
	if i := illegalAt(text); i >= 0 {
		return &faultError{1 + bytes.Count(text[:i], []byte{'\n'}), "a character that XML does not allow"}
	}
	var err error
	*t, err = grow(text, r.base)
	return err
}

var errNoFeed = errors.New("it is no RSS, Atom, RDF or JSON feed")

func (r *reader) readTree(t *tree) error {
	switch t.nodes[0].name {
	case "rss", "rdf", "channel":
		return r.readRSS(t)
	case "feed", "entry":
		return r.readAtom(t)
	}
	return errNoFeed
}

// page reports whether a document is HTML. A doctype alone says nothing: feeds
// have been seen with that of HTML.
func page(text []byte) bool {
	s := scanner{b: text}
	doctype := false
	for range 200 {
		t, ok := s.next()
		if !ok {
			return doctype
		}
		switch t.kind {
		case doctypeToken:
			f := bytes.Fields(bytes.ToLower(text[t.start:min(t.end, t.start+64)]))
			doctype = doctype || len(f) > 1 && string(bytes.Trim(f[1], ">")) == "html"
		case startToken:
			switch _, local := splitName(t.name); local {
			case "html", "head", "body", "meta":
				return true
			case "rss", "rdf", "feed", "channel", "entry":
				return false
			}
			if doctype {
				return true
			}
		}
	}
	return doctype
}

// finish does what is the same for all formats.
func (r *reader) finish() {
	f := &r.feed
	fill(&f.Next, r.archive)
	var undated, future int
	for i := range f.Posts {
		p := &f.Posts[i]
		if p.Language == "" {
			p.Language = f.Language
		}
		if p.Language == "" {
			p.Language = r.d.Language
		}
		if p.Published.IsZero() {
			p.Published = p.Updated
		}
		if p.Published.IsZero() {
			p.Inferred = true
			undated++
		}
		if now := r.d.Now; !now.IsZero() {
			// A clock that is a little fast is not worth a word.
			if p.Published.After(now) {
				if p.Published.After(now.Add(10 * time.Minute)) {
					future++
				}
				p.Published = now.UTC()
				p.Inferred = true
			}
			if p.Updated.After(now) {
				p.Updated = now.UTC()
			}
		}
		p.Private = p.Private || Protected(*p, strings.Contains(p.ID, "?p=")) // as its guids are
		if p.Feed == nil {
			p.Feed = &feeds.Origin{ID: f.ID, Title: f.Title, Link: f.Link, Self: f.Self, Updated: f.Updated}
		}
	}
	if undated > 0 {
		r.note("no date: %d of %d posts", undated, len(f.Posts))
	}
	if future > 0 {
		r.note("dated in the future, taken as now: %d of %d posts", future, len(f.Posts))
	}
}

// date reads a date, and notes one that cannot be read.
func (r *reader) date(s string) time.Time {
	if s == "" {
		return time.Time{}
	}
	t, ok := date(s, r.d.Timezone)
	if !ok {
		r.note("not a date: %.60q", s)
	}
	return t
}

// firstDate is the first that can be read.
func (r *reader) firstDate(dates ...string) time.Time {
	for _, s := range dates {
		if t := r.date(s); !t.IsZero() {
			return t
		}
	}
	return time.Time{}
}
