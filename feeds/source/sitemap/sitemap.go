// Package sitemap reads the pages that a sitemap names. It knows what a sitemap
// says of a page: its address, its dates and, in a news sitemap, its title; it
// does not read the pages.
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
	Items int    `yaml:"items" default:"1000" min:"1" max:"50000" doc:"how many pages are taken, newest first"`
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
	is := state{State: resp.State, Children: was.Children}
	r := source.Reading{NotBefore: resp.NotBefore}
	if resp.NotModified {
		// An index may stay the same while its sitemaps change; each answers for itself.
		if len(was.Children) == 0 {
			r.Unchanged = true
			r.State, err = json.Marshal(is)
			return r, err
		}
	} else if resp.Moved != "" {
		is.URL = resp.Moved
		r.Notes = append(r.Notes, "moved for good to "+fetch.Redact(resp.Moved))
	}
	var pages []page
	if resp.NotModified {
		pages, err = s.again(ctx, &is, &r)
	} else {
		var doc document
		if doc, err = parse(resp.Body, resp.URL, s.o.Timezone); err != nil {
			return source.Reading{}, fmt.Errorf("read %s: %w", fetch.Redact(resp.URL), err)
		}
		r.Notes = append(r.Notes, doc.notes...)
		pages = doc.pages
		if doc.index {
			r.Partial = len(was.Children) > 0
			pages, err = s.children(ctx, doc.sitemaps, was.Children, &is, &r)
		} else {
			is.Children = nil
		}
	}
	if err != nil {
		return source.Reading{}, err
	}
	if r.State, err = json.Marshal(is); err != nil {
		return source.Reading{}, err
	}
	if len(pages) == 0 && r.Partial {
		r.Unchanged = true
		return r, nil
	}
	r.Feed = s.feed(pages, &r)
	return r, nil
}

// again asks the sitemaps of an index that has not changed.
func (s *Source) again(ctx context.Context, is *state, r *source.Reading) ([]page, error) {
	r.Partial = true
	var maps []sitemap
	for address, c := range is.Children {
		maps = append(maps, sitemap{address, c.Modified})
	}
	return s.children(ctx, maps, is.Children, is, r)
}

// children reads those sitemaps of an index that may have changed. One that
// cannot be read is noted and tried again the next time.
func (s *Source) children(ctx context.Context, maps []sitemap, was map[string]child, is *state, r *source.Reading) ([]page, error) {
	slices.SortStableFunc(maps, func(a, b sitemap) int {
		if c := b.modified.Compare(a.modified); c != 0 {
			return c
		}
		return 0
	})
	if len(maps) > maxSitemaps {
		r.Notes = append(r.Notes, fmt.Sprintf("of its %d sitemaps the newest %d are read", len(maps), maxSitemaps))
		maps = maps[:maxSitemaps]
	}
	is.Children = map[string]child{}
	var pages []page
	failed := 0
	var failure error
	for _, m := range maps {
		before, known := was[m.url]
		if known && !m.modified.IsZero() && m.modified.Equal(before.Modified) && before.From != "" && r.Partial && !recent(m.modified, s.now()) {
			is.Children[m.url] = before
			continue
		}
		got, c, err := s.child(ctx, m, before)
		if err != nil {
			if ctx.Err() != nil {
				return nil, err
			}
			failed++
			failure = err
			if known {
				before.Modified = time.Time{}
				is.Children[m.url] = before
			}
			continue
		}
		is.Children[m.url] = c
		pages = append(pages, got...)
	}
	if failed > 0 {
		if failed == len(maps) {
			return nil, failure
		}
		r.Notes = append(r.Notes, fmt.Sprintf("%d of its sitemaps cannot be read: %v", failed, failure))
		r.Partial = true
	}
	return pages, nil
}

// recent: a date without a time stands for a whole day, in which a sitemap may
// change again.
func recent(t, now time.Time) bool { return now.Sub(t) < 48*time.Hour }

func (s *Source) now() time.Time {
	if s.o.Now != nil {
		return s.o.Now()
	}
	return time.Now()
}

func (s *Source) child(ctx context.Context, m sitemap, before child) ([]page, child, error) {
	resp, err := s.o.Client.Get(ctx, m.url, s.o.Request, before.State)
	if err != nil {
		return nil, child{}, err
	}
	c := child{State: resp.State, Modified: m.modified}
	if resp.NotModified {
		return nil, c, nil
	}
	doc, err := parse(resp.Body, resp.URL, s.o.Timezone)
	if err != nil {
		return nil, child{}, fmt.Errorf("read %s: %w", fetch.Redact(resp.URL), err)
	}
	return doc.pages, c, nil
}

// feed makes posts of the newest pages.
func (s *Source) feed(pages []page, r *source.Reading) feeds.Feed {
	slices.SortStableFunc(pages, func(a, b page) int { return b.date().Compare(a.date()) })
	if len(pages) > s.c.Items {
		r.Notes = append(r.Notes, fmt.Sprintf("of its %d pages the newest %d are taken", len(pages), s.c.Items))
		pages = pages[:s.c.Items]
		r.Partial = true
	}
	f := feeds.Feed{Format: "sitemap", Language: s.o.Language}
	if u, err := url.Parse(s.c.URL); err == nil {
		f.Title = u.Hostname()
		f.Link = (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: "/"}).String()
	}
	seen := make(map[string]bool, len(pages))
	for _, p := range pages {
		if !seen[p.url] {
			seen[p.url] = true
			f.Posts = append(f.Posts, p.post(s.o.Language))
		}
	}
	return f
}
