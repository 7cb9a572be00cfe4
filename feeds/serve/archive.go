package serve

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"

	"syndicated/feeds"
	"syndicated/feeds/write"
)

// Archives hold what a feed no longer shows, a document a month (RFC 5005
// section 4): a month that is over gets no new posts, so its archive stays.

// archiveOf names the archive that a post belongs in; one without a date has none.
func archiveOf(published time.Time) string {
	if published.IsZero() || published.Year() > 9999 || published.Year() < 1 {
		return ""
	}
	return published.UTC().Format("2006-01")
}

// shelf keeps the archives that were asked for.
type shelf struct {
	mu   sync.Mutex
	docs map[string]*document // by path
	feed map[string][]string  // paths by feed
	one  sync.Mutex           // one archive is made at a time
}

const maxShelf = 256

func (l *shelf) get(path string) *document {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.docs[path]
}

func (l *shelf) put(feed, path string, d *document) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.docs == nil || len(l.docs) >= maxShelf {
		l.docs, l.feed = map[string]*document{}, map[string][]string{}
	}
	l.docs[path] = d
	l.feed[feed] = append(l.feed[feed], path)
}

// drop forgets the archives of feeds that changed.
func (l *shelf) drop(changed []change) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, c := range changed {
		for _, path := range l.feed[c.feed.Name] {
			delete(l.docs, path)
		}
		delete(l.feed, c.feed.Name)
	}
}

func (s *Server) archive(w http.ResponseWriter, r *http.Request, now *site, e *edition, name string) {
	month, format := splitFormat(name)
	first, err := time.Parse("2006-01", month)
	if err != nil || format == "" {
		s.notFound(w, r)
		return
	}
	path := "/feeds/" + e.feed.Name + "/archive/" + name
	d := s.shelf.get(path)
	if d == nil {
		s.shelf.one.Lock()
		if d = s.shelf.get(path); d == nil {
			d, err = s.makeArchive(r.Context(), e, month, first, format)
			if d != nil {
				s.shelf.put(e.feed.Name, path, d)
			}
		}
		s.shelf.one.Unlock()
	}
	if err != nil {
		s.c.Log.Error("archive not made", "feed", e.feed.Name, "archive", month, "err", err)
		w.Header().Set("Retry-After", "60")
		http.Error(w, "the archive cannot be read now", http.StatusServiceUnavailable)
		return
	}
	if d == nil {
		s.notFound(w, r)
		return
	}
	s.serve(w, r, d, now, d.vary)
}

// makeArchive makes the archive of a month, or returns nil if it has no posts.
func (s *Server) makeArchive(ctx context.Context, e *edition, month string, first time.Time, format string) (*document, error) {
	now := s.c.Now().UTC()
	if first.After(now) {
		return nil, nil
	}
	end := first.AddDate(0, 1, 0)
	// The library gives the newest first, so everything newer is read as well.
	posts, err := s.choose(ctx, e.feed, time.Time{}, maxRead)
	if err != nil {
		return nil, err
	}
	var inside []feeds.Post
	older, newer := "", ""
	for _, p := range posts { // newest first
		switch {
		case !p.Published.Before(end):
			newer = archiveOf(p.Published)
		case p.Published.Before(first):
			if older == "" {
				older = archiveOf(p.Published)
			}
		default:
			inside = append(inside, p)
		}
	}
	if len(inside) == 0 || older == "" && len(posts) >= maxRead {
		return nil, nil // empty, or where reading ends and the month may be cut off
	}
	w := s.writing(e.feed)
	w.Now, w.Archive, w.Older, w.Newer, w.Posts, w.Kind = now, month, older, newer, inside, ""
	w.Aggregate = e.aggregate
	body, err := render(write.Make(w), format)
	if err != nil {
		return nil, err
	}
	d, err := newDocument(body, contentTypes[format])
	if err != nil {
		return nil, err
	}
	d.vary = varyCoding
	age := s.c.MaxAge
	if now.After(end.Add(48 * time.Hour)) {
		age = 30 * 24 * time.Hour
	}
	d.cacheControl = []string{fmt.Sprintf("public, max-age=%d", int(age.Seconds()))}
	d.stamp(newest(inside, now))
	return d, nil
}

// newest is the last date of posts that is not ahead of now.
func newest(posts []feeds.Post, now time.Time) time.Time {
	var t time.Time
	for _, p := range posts {
		for _, u := range []time.Time{p.Published, p.Updated} {
			if u.After(t) && !u.After(now) {
				t = u
			}
		}
	}
	if t.IsZero() {
		return now
	}
	return t
}
