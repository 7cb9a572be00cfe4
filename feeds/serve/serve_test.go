package serve_test

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"syndicated/feeds"
	"syndicated/feeds/serve"
)

// library is a Library and a Memory in RAM.
type library struct {
	mu       sync.Mutex
	posts    []feeds.Post
	index    map[string]int // of posts, by source and key
	revision int64
	kept     map[string][]byte
	read     int // posts given out so far
}

func (l *library) Posts(_ context.Context, q feeds.Query) ([]feeds.Post, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	var out []feeds.Post
	for _, p := range l.posts {
		if !q.Since.IsZero() && p.Published.Before(q.Since) {
			continue
		}
		if len(q.Sources) == 0 || slices.ContainsFunc(q.Sources, func(s string) bool { return p.Source == s || strings.HasPrefix(p.Source, s+"/") }) {
			out = append(out, p)
		}
	}
	slices.SortStableFunc(out, func(a, b feeds.Post) int {
		return cmp.Or(b.Published.Compare(a.Published), strings.Compare(a.Key, b.Key))
	})
	if q.Limit > 0 && len(out) > q.Limit {
		out = out[:q.Limit]
	}
	l.read += len(out)
	return slices.Clone(out), nil
}

func (l *library) Revision(context.Context) (int64, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.revision, nil
}

func (l *library) Load(_ context.Context, key string) ([]byte, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.kept[key], nil
}

func (l *library) Save(_ context.Context, key string, value []byte) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.kept == nil {
		l.kept = map[string][]byte{}
	}
	l.kept[key] = bytes.Clone(value)
	return nil
}

// put adds posts or replaces those of the same key.
func (l *library) put(posts ...feeds.Post) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.index == nil {
		l.index = map[string]int{}
	}
	for _, p := range posts {
		if i, ok := l.index[p.Source+"\n"+p.Key]; ok {
			l.posts[i] = p
			continue
		}
		l.index[p.Source+"\n"+p.Key] = len(l.posts)
		l.posts = append(l.posts, p)
	}
	l.revision++
}

var day0 = time.Date(2026, 10, 1, 12, 0, 0, 0, time.UTC)

func post(n int) feeds.Post {
	return feeds.Post{
		Source: "blog", Key: fmt.Sprintf("k%04d", n), ID: fmt.Sprintf("tag:example.org,2026:post-%d", n),
		Link: fmt.Sprintf("https://example.org/%d", n), Title: fmt.Sprintf("Post %d", n),
		Content:   fmt.Sprintf("<p>The text of post %d, %s.</p>", n, strings.Repeat("word ", 40)),
		Published: day0.Add(time.Duration(n) * time.Hour),
	}
}

// fixture is a server over a library, with a clock that the test moves.
type fixture struct {
	*serve.Server
	t   *testing.T
	lib *library
	now time.Time
}

func newFixture(t *testing.T, c serve.Config, posts ...feeds.Post) *fixture {
	t.Helper()
	f := &fixture{t: t, lib: &library{}, now: day0.Add(90 * 24 * time.Hour)}
	f.lib.put(posts...)
	f.start(c)
	return f
}

// start makes a new server over the same library, as a restart does.
func (f *fixture) start(c serve.Config) {
	f.t.Helper()
	c.BaseURL = cmp.Or(c.BaseURL, "https://feeds.example.org")
	if c.Library == nil {
		c.Library = f.lib
	}
	if c.Feeds == nil {
		c.Feeds = []serve.Feed{{Name: "all", Title: "All", Language: "en", Items: 20}}
	}
	c.Now = func() time.Time { return f.now }
	s, err := serve.New(c)
	if err != nil {
		f.t.Fatal(err)
	}
	f.Server = s
	f.refresh()
}

func (f *fixture) refresh() {
	f.t.Helper()
	if err := f.Refresh(f.t.Context()); err != nil {
		f.t.Fatal(err)
	}
}

// do sends a request from a public address; headers come in pairs.
func (f *fixture) do(method, path string, headers ...string) *http.Response {
	r := httptest.NewRequest(method, path, nil)
	r.RemoteAddr = "203.0.113.9:4711"
	for i := 0; i < len(headers); i += 2 {
		r.Header.Add(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	f.ServeHTTP(w, r)
	return w.Result()
}

func (f *fixture) get(path string, headers ...string) *http.Response {
	return f.do(http.MethodGet, path, headers...)
}

func body(t *testing.T, r *http.Response) string {
	t.Helper()
	var in io.Reader = r.Body
	if r.Header.Get("Content-Encoding") == "gzip" {
		z, err := gzip.NewReader(in)
		if err != nil {
			t.Fatal(err)
		}
		in = z
	}
	b, err := io.ReadAll(in)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestAddresses(t *testing.T) {
	f := newFixture(t, serve.Config{}, post(1), post(2))
	for _, c := range []struct {
		path, contentType, holds string
		status                   int
	}{
		{"/feeds/all.rss", "application/rss+xml; charset=utf-8", "<rss ", 200},
		{"/feeds/all.atom", "application/atom+xml; charset=utf-8", "<feed ", 200},
		{"/feeds/all.json", "application/feed+json", `"items":`, 200},
		{"/feeds.opml", "text/x-opml; charset=utf-8", "<opml ", 200},
		{"/feeds.css", "text/css; charset=utf-8", "{", 200},
		{"/", "text/html; charset=utf-8", "/feeds/all", 200},
		{"/feeds/none.rss", "text/plain; charset=utf-8", "no such feed", 404},
		{"/feeds/all/", "", "", 301},
	} {
		t.Run(c.path, func(t *testing.T) {
			r := f.get(c.path)
			if r.StatusCode != c.status {
				t.Fatalf("got %s, want %d", r.Status, c.status)
			}
			if got := r.Header.Get("Content-Type"); c.contentType != "" && got != c.contentType {
				t.Errorf("got type %q, want %q", got, c.contentType)
			}
			if b := body(t, r); !strings.Contains(b, c.holds) {
				t.Errorf("lacks %q:\n%s", c.holds, b)
			}
		})
	}
}
