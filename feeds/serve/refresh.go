package serve

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/cespare/xxhash/v2"

	"syndicated/feeds"
	"syndicated/feeds/write"
)

// Refresh makes the documents of those feeds that changed and puts them in
// place, then has the hubs told. It is cheap when nothing changed, and is to be
// called after posts were committed and now and then, because time makes posts
// too old. A feed that cannot be made keeps its documents; the others are made
// all the same.
func (s *Server) Refresh(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	revision, err := s.c.Library.Revision(ctx)
	if err != nil {
		return fmt.Errorf("read the library's revision: %w", err)
	}
	now := s.c.Now().UTC()
	moved := !s.fresh || revision != s.last
	var failed []error
	var changed []change
	for _, p := range s.feeds {
		if p.Retired || p.MovedTo != "" {
			continue
		}
		if !moved && p.made && (p.recheck.IsZero() || now.Before(p.recheck)) {
			continue
		}
		c, err := s.build(ctx, p, now)
		if err != nil {
			failed = append(failed, err)
			continue
		}
		if c != nil {
			changed = append(changed, *c)
		}
	}
	if !s.fresh || len(changed) > 0 {
		next, err := s.assemble()
		if err != nil {
			return errors.Join(append(failed, err)...)
		}
		s.site.Store(next)
	}
	s.shelf.drop(changed)
	for _, c := range changed {
		s.hubs.announce(c)
	}
	for _, p := range s.feeds {
		if p.Out == "" || p.current == nil || p.exported == p.current {
			continue
		}
		if err := s.export(ctx, p); err != nil {
			failed = append(failed, err)
			continue
		}
		p.exported = p.current
	}
	if len(failed) == 0 {
		s.last, s.fresh = revision, true
	}
	return errors.Join(failed...)
}

// change is a feed that was made anew.
type change struct {
	feed    Feed
	edition *edition
	formats []string // whose bytes are others than before
}

// build makes the documents of p, or returns nil when they are the same.
func (s *Server) build(ctx context.Context, p *published, now time.Time) (*change, error) {
	posts, err := s.choose(ctx, p.Feed, p.since(now), p.Items+1)
	if err != nil {
		return nil, err
	}
	w := s.writing(p.Feed)
	w.Now = now
	if len(posts) > p.Items {
		if p.Kind != kindUpdates {
			w.Older = archiveOf(posts[p.Items].Published)
		}
		posts = posts[:p.Items]
	}
	for _, q := range posts {
		w.Aggregate = w.Aggregate || len(p.Sources) != 1 || q.Source != p.Sources[0]
	}
	w.Posts, w.Items = posts, p.Items
	due := !p.recheck.IsZero() && !now.Before(p.recheck)
	p.recheck = nextCheck(posts, p.MaxAge, now)
	print, err := fingerprint(posts, w.Older, w.Aggregate)
	if err != nil {
		return nil, fmt.Errorf("feed %s: %w", p.Name, err)
	}
	if p.made && p.print == print && !due {
		return nil, nil
	}
	r := s.recall(ctx, p)
	r.keepIDs(posts)
	e := &edition{feed: p.Feed, doc: write.Make(w), docs: map[string]*document{}, aggregate: w.Aggregate, older: w.Older, pack: s.pack}
	var formats []string
	for _, format := range []string{write.FormatAtom, write.FormatRSS, write.FormatJSON, ""} {
		d, err := s.document(e.doc, p, r, format, now)
		if err != nil {
			return nil, err
		}
		if p.current == nil || p.current.docs[format].hash != d.hash {
			formats = append(formats, format)
		}
		e.docs[format] = d
	}
	p.made, p.print = true, print
	if len(formats) == 0 {
		return nil, nil
	}
	s.remember(ctx, p, r, e)
	p.current = e
	// What was known before, by this program or another of the same store, hubs
	// were told of then.
	formats = slices.DeleteFunc(formats, func(f string) bool { return r.Documents[f].Hash == e.docs[f].hash })
	return &change{feed: p.Feed, edition: e, formats: formats}, nil
}

// nextCheck is when time alone may change a feed of these posts: when the
// oldest gets too old, or one whose date lies ahead has come. Zero is never.
func nextCheck(posts []feeds.Post, maxAge time.Duration, now time.Time) time.Time {
	var next time.Time
	sooner := func(t time.Time) {
		if t.After(now) && (next.IsZero() || t.Before(next)) {
			next = t
		}
	}
	for _, p := range posts {
		if maxAge > 0 && !p.Published.IsZero() {
			sooner(p.Published.Add(maxAge))
		}
		if p.Published.After(now) || p.Updated.After(now) {
			sooner(p.Published)
			sooner(p.Updated)
			sooner(now.Add(time.Hour))
		}
	}
	return next
}

// fingerprint of what a feed is made from.
func fingerprint(posts []feeds.Post, older string, aggregate bool) (uint64, error) {
	h := xxhash.New()
	e := json.NewEncoder(h)
	fmt.Fprintln(h, older, aggregate)
	for _, p := range posts {
		// JSON has no dates beyond the year 9999; a source may have them.
		fmt.Fprintln(h, p.Published.UnixMicro(), p.Updated.UnixMicro())
		p.Published, p.Updated = time.Time{}, time.Time{}
		if p.Feed != nil {
			o := *p.Feed
			fmt.Fprintln(h, o.Updated.UnixMicro())
			o.Updated = time.Time{}
			p.Feed = &o
		}
		if err := e.Encode(&p); err != nil {
			return 0, err
		}
	}
	return h.Sum64(), nil
}
