package remote_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"

	"syndicated/feeds/source"
	"syndicated/feeds/source/fetch"
	"syndicated/feeds/source/remote"
)

const simple = `<?xml version="1.0"?><rss version="2.0"><channel><title>T</title><link>https://example.org/</link>
<item><guid isPermaLink="false">1</guid><title>One</title><pubDate>Tue, 03 Jun 2003 09:39:21 GMT</pubDate></item></channel></rss>`

func newSource(t *testing.T, url string) *remote.Source {
	t.Helper()
	c := fetch.NewClient(fetch.ClientOptions{UserAgent: "test"})
	t.Cleanup(c.Close)
	s, err := remote.New(remote.Config{URL: url}, source.Options{Name: "s", Client: c, Request: fetch.Options{AllowPrivate: true}})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestReadTwice(t *testing.T) {
	var conditional int
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", `"a"`)
		if r.Header.Get("If-None-Match") == `"a"` {
			conditional++
			w.WriteHeader(http.StatusNotModified)
			return
		}
		w.Write([]byte(simple))
	}))
	defer srv.Close()
	s := newSource(t, srv.URL)
	first, err := s.Read(context.Background(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(first.Feed.Posts) != 1 || first.Feed.Posts[0].Title != "One" {
		t.Errorf("posts: got %+v", first.Feed.Posts)
	}
	second, err := s.Read(context.Background(), first.State)
	if err != nil {
		t.Fatal(err)
	}
	if !second.Unchanged || conditional != 1 || second.State == nil {
		t.Errorf("second: unchanged %v, conditional %d, state %q", second.Unchanged, conditional, second.State)
	}
}

func TestGone(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusGone) }))
	defer srv.Close()
	_, err := newSource(t, srv.URL).Read(context.Background(), nil)
	if !errors.Is(err, source.ErrGone) {
		t.Errorf("got %v, want an error that wraps ErrGone", err)
	}
}
