// Package sitemap reads the pages that a sitemap names: for sites without a
// feed. It knows what a sitemap says of a page (its address, its dates and, in
// a news sitemap, its title) and reads the head of a new page for the rest. A
// new lastmod alone says nothing of what was changed, and is not told.
//
// https://www.sitemaps.org/protocol.html
package sitemap

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"time"

	"syndicated/config"
	"syndicated/feeds"
	"syndicated/feeds/source"
	"syndicated/feeds/source/fetch"
)

// Config is what the settings say of a sitemap.
type Config struct {
	URL   string `yaml:"url" required:"true" format:"url" doc:"address of a sitemap or of an index of sitemaps"`
	Items int    `yaml:"items" default:"1000" min:"1" max:"50000" doc:"how many pages the first reading takes, newest first"`
	Pages string `yaml:"pages" default:"read" enum:"read,off" doc:"whether new pages are read for their titles, which only news sitemaps tell"`
}

// Check tells what is wrong with the settings.
func (c Config) Check() []config.Problem {
	u, err := url.Parse(c.URL)
	if c.URL != "" && (err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "") {
		return []config.Problem{{Key: "url", What: "is no http or https address", Do: "write it whole, as https://example.org/sitemap.xml"}}
	}
	return nil
}

// Source is one sitemap, or an index and its sitemaps.
type Source struct {
	c Config
	o source.Options
}

var _ source.Source = (*Source)(nil)

// Limits beside the protocol's own.
const (
	maxBytes    = 52 << 20 // of one sitemap, the protocol's 50 MiB and a little
	maxSitemaps = 100      // of an index, newest first
)

// New checks the settings; it connects nothing.
func New(c Config, o source.Options) (*Source, error) {
	if c.URL == "" {
		return nil, errors.New("a sitemap needs a url")
	}
	if p := c.Check(); len(p) > 0 {
		return nil, fmt.Errorf("url %s: %s", fetch.Redact(c.URL), p[0].What)
	}
	if c.Items <= 0 {
		c.Items = 1000
	}
	if o.Client == nil {
		return nil, errors.New("a sitemap needs a client to fetch it")
	}
	if o.Timezone == nil {
		o.Timezone = time.UTC
	}
	o.Request.Accept = "application/xml, text/xml;q=0.9, */*;q=0.1"
	if o.Request.MaxBody == 0 {
		o.Request.MaxBody = maxBytes
	}
	return &Source{c, o}, nil
}

// state is the exchange of the sitemap and of those that it names.
type state struct {
	fetch.State
	Children map[string]child `json:"children,omitzero"`
	Known    known            `json:"known,omitzero"`
	// Tries counts for a page how often it could not be read.
	Tries map[string]int `json:"tries,omitzero"`
}

type child struct {
	fetch.State
	Modified time.Time `json:"lastmod,omitzero"`
}

// Read fetches the sitemap, and of an index those that have changed.
func (s *Source) Read(ctx context.Context, prev []byte) (source.Reading, error) {
	var was state
	if len(prev) > 0 {
		if err := json.Unmarshal(prev, &was); err != nil {
			was = state{} // of another kind of source, or damaged: begin anew
		}
	}
	r, err := s.read(ctx, was)
	return r, source.Exchange(err)
}

func (s *Source) read(ctx context.Context, was state) (source.Reading, error) {
	resp, err := s.o.Client.Get(ctx, s.c.URL, s.o.Request, was.State)
	if err != nil {
		return source.Reading{}, err
	}
	is := state{State: resp.State, Children: was.Children, Known: was.Known, Tries: was.Tries}
	first := was.Known == nil
	r := source.Reading{NotBefore: resp.NotBefore, Partial: !first}
	if first {
		is.Known = known{}
	}
	var pages []page
	switch {
	case resp.NotModified:
		// An index may stay the same while its sitemaps change; each answers for itself.
		if pages, err = s.again(ctx, &is, &r); err != nil {
			return source.Reading{}, err
		}
	default:
		if resp.Moved != "" {
			is.URL = resp.Moved
			r.Notes = append(r.Notes, "moved for good to "+fetch.Redact(resp.Moved))
		}
		doc, err := parse(resp.Body, resp.URL, s.o.Timezone)
		if err != nil {
			return source.Reading{}, fmt.Errorf("read %s: %w", fetch.Redact(resp.URL), err)
		}
		r.Notes = append(r.Notes, doc.notes...)
		pages, is.Children = doc.pages, nil
		if doc.index {
			if pages, err = s.children(ctx, doc.sitemaps, was.Children, &is, &r); err != nil {
				return source.Reading{}, err
			}
		}
	}
	fresh, err := is.Known.fresh(pages)
	if err != nil {
		return source.Reading{}, fmt.Errorf("read %s: %w", fetch.Redact(s.c.URL), err)
	}
	posts, err := s.posts(ctx, fresh, first, &is, &r)
	if err != nil {
		return source.Reading{}, err
	}
	if r.State, err = json.Marshal(is); err != nil {
		return source.Reading{}, err
	}
	if len(posts) == 0 && !first {
		r.Unchanged = true
		return r, nil
	}
	r.Feed = s.feed(posts)
	return r, nil
}

// posts makes posts of pages, newest first. Those of a first reading are not
// read: they are there to be known, not to be told.
func (s *Source) posts(ctx context.Context, pages []page, first bool, is *state, r *source.Reading) ([]feeds.Post, error) {
	slices.SortStableFunc(pages, func(a, b page) int { return b.date().Compare(a.date()) })
	if len(pages) > s.c.Items {
		r.Notes = append(r.Notes, fmt.Sprintf("of its %d pages the newest %d are taken", len(pages), s.c.Items))
		pages = pages[:s.c.Items]
	}
	untitled := 0
	for _, p := range pages {
		if p.title == "" {
			untitled++
		}
	}
	ask := !first && s.c.Pages != "off" && untitled <= maxRead
	if !first && untitled > maxRead {
		r.Notes = append(r.Notes, fmt.Sprintf("%d pages are new at once; they are not read for their titles", untitled))
	}
	var posts []feeds.Post
	tries := map[string]int{}
	for _, p := range pages {
		if p.title != "" || !ask {
			posts = append(posts, p.post(s.o.Language))
			continue
		}
		post, err := s.readPage(ctx, p)
		switch {
		case ctx.Err() != nil:
			return nil, err
		case errors.Is(err, errNotShown):
		case err != nil && is.Tries[p.url]+1 < maxTries:
			tries[p.url] = is.Tries[p.url] + 1
			delete(is.Known, p.key())
			is.forget()
			r.Notes = append(r.Notes, fmt.Sprintf("a new page cannot be read yet: %v", err))
		default:
			if err != nil {
				r.Notes = append(r.Notes, fmt.Sprintf("a new page is told without its title: %v", err))
			}
			posts = append(posts, post)
		}
	}
	is.Tries = tries
	return posts, nil
}

// forget makes the next reading read everything again.
func (s *state) forget() {
	s.ETag, s.LastModified, s.Hash = "", "", 0
	for address, c := range s.Children {
		c.ETag, c.LastModified, c.Hash, c.Modified = "", "", 0, time.Time{}
		s.Children[address] = c
	}
}

func (s *Source) feed(posts []feeds.Post) feeds.Feed {
	f := feeds.Feed{Format: "sitemap", Language: s.o.Language, Posts: posts}
	if u, err := url.Parse(s.c.URL); err == nil {
		f.Title = u.Hostname()
		f.Link = (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: "/"}).String()
	}
	return f
}
