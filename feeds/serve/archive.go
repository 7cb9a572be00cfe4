package serve

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
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
	// stamps is the Memory of a server that has none.
	stamps map[string][]byte
}

// Load gives what Save kept, while the program runs.
func (l *shelf) Load(_ context.Context, key string) ([]byte, error) { return l.stamps[key], nil }

// Save keeps value; it is called by the one that makes an archive.
func (l *shelf) Save(_ context.Context, key string, value []byte) error {
	if l.stamps == nil || len(l.stamps) > 4*maxShelf {
		l.stamps = map[string][]byte{}
	}
	l.stamps[key] = value
	return nil
}

const maxShelf = 256

// find gives the document of a path, made if it is not there: one at a time,
// because that reads a lot.
func (l *shelf) find(feed, path string, make func() (*document, error)) (*document, error) {
	if d := l.get(path); d != nil {
		return d, nil
	}
	l.one.Lock()
	defer l.one.Unlock()
	if d := l.get(path); d != nil {
		return d, nil
	}
	d, err := make()
	if d != nil {
		l.put(feed, path, d)
	}
	return d, err
}

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
	if _, err := time.Parse("2006-01", month); err != nil || format == "" || e.feed.Kind == kindUpdates {
		s.notFound(w, r)
		return
	}
	path := "/feeds/" + e.feed.Name + "/archive/" + name
	d, err := s.shelf.find(e.feed.Name, path, func() (*document, error) { return s.makeArchive(r.Context(), e, month, format) })
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
func (s *Server) makeArchive(ctx context.Context, e *edition, month, format string) (*document, error) {
	// The library gives the newest first, so everything newer is read as well.
	posts, err := s.choose(ctx, e.feed, e.feed.since(s.c.Now()), maxRead)
	if err != nil {
		return nil, err
	}
	body, err := s.archiveBody(e, posts, month, format)
	if body == nil || err != nil {
		return nil, err
	}
	d, err := s.pack.document(body, contentTypes[format])
	if err != nil {
		return nil, err
	}
	d.vary = varyCoding
	age := s.c.MaxAge
	if month < archiveOf(s.c.Now().Add(-48*time.Hour)) { // over, whatever the time zone
		age = 30 * 24 * time.Hour
	}
	d.cacheControl = []string{fmt.Sprintf("public, max-age=%d", int(age.Seconds()))}
	d.stamp(s.archived(ctx, "serve/"+e.feed.Name+"/archive/"+month+"."+format, d.hash))
	return d, nil
}

// archived is when the archive of this hash was first made.
func (s *Server) archived(ctx context.Context, key, hash string) time.Time {
	memory := s.memory
	if memory == nil {
		memory = &s.shelf
	}
	var before stamp
	b, err := memory.Load(ctx, key)
	if err == nil && len(b) > 0 {
		err = json.Unmarshal(b, &before)
	}
	if err == nil && before.Hash == hash {
		return before.Modified
	}
	now := stamp{hash, s.c.Now().UTC().Truncate(time.Second)}
	if err == nil {
		if b, err = json.Marshal(now); err == nil {
			err = memory.Save(ctx, key, b)
		}
	}
	if err != nil {
		s.c.Log.Warn("when an archive was made cannot be kept", "archive", key, "err", err)
	}
	return now.Modified
}

// archiveBody writes the archive of a month, out of all posts of the feed;
// nil if it has none there.
func (s *Server) archiveBody(e *edition, posts []feeds.Post, month, format string) ([]byte, error) {
	w := s.writing(e.feed)
	all := months(posts)
	i := slices.Index(all, month)
	if i < 0 || i == len(all)-1 && len(posts) >= maxRead {
		return nil, nil // no posts, or where reading ends and the month may be cut off
	}
	for _, p := range posts {
		if archiveOf(p.Published) == month {
			w.Posts = append(w.Posts, p)
		}
	}
	if i+1 < len(all) && (i+2 < len(all) || len(posts) < maxRead) {
		w.Older = all[i+1]
	}
	if i > 0 {
		w.Newer = all[i-1]
	}
	w.Now, w.Archive, w.Kind, w.Aggregate = s.c.Now().UTC(), month, "", e.aggregate
	return render(write.Make(w), format)
}

// months are the archives of posts, newest first.
func months(posts []feeds.Post) []string {
	var out []string
	for _, p := range posts { // newest first
		if m := archiveOf(p.Published); m != "" && !slices.Contains(out, m) {
			out = append(out, m)
		}
	}
	return out
}
