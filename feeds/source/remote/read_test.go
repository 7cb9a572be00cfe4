package remote_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"syndicated/feeds/source"
	"syndicated/feeds/source/fetch"
	"syndicated/feeds/source/remote"
)

var noon = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC) // a Monday

type site struct {
	*httptest.Server
	requests []*http.Request
	client   *fetch.Client
}

func newSite(t testing.TB, f http.HandlerFunc) *site {
	t.Helper()
	s := &site{client: fetch.NewClient(fetch.ClientOptions{UserAgent: "test", Now: func() time.Time { return noon }})}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.requests = append(s.requests, r)
		f(w, r)
	}))
	t.Cleanup(func() { s.client.Close(); s.Close() })
	return s
}

func (s *site) source(t testing.TB, path string, change ...func(*source.Options)) *remote.Source {
	t.Helper()
	o := source.Options{Name: "s", Client: s.client, Request: fetch.Options{AllowPrivate: true}, Now: func() time.Time { return noon }}
	for _, f := range change {
		f(&o)
	}
	src, err := remote.New(remote.Config{URL: s.URL + path}, o)
	if err != nil {
		t.Fatal(err)
	}
	return src
}

func (s *site) asked() string {
	var paths []string
	for _, r := range s.requests {
		paths = append(paths, r.URL.Path)
	}
	s.requests = nil
	return strings.Join(paths, " ")
}

func read(t testing.TB, s *remote.Source, prev []byte) source.Reading {
	t.Helper()
	r, err := s.Read(context.Background(), prev)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// rss is a feed with items of these ids; more goes before them.
func rss(more string, ids ...string) string {
	var b strings.Builder
	b.WriteString(`<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom" xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"><channel><title>T</title>`)
	b.WriteString(more)
	for _, id := range ids {
		fmt.Fprintf(&b, `<item><guid isPermaLink="false">%s</guid><title>Post %s</title><pubDate>Sun, 31 May 2026 00:00:00 GMT</pubDate></item>`, id, id)
	}
	b.WriteString(`</channel></rss>`)
	return b.String()
}

func ids(r source.Reading) string {
	var all []string
	for _, p := range r.Feed.Posts {
		all = append(all, p.ID)
	}
	return strings.Join(all, " ")
}

func TestPoller02NoSecondUnconditionalRequest(t *testing.T) {
	s := newSite(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", `"a"`)
		if r.Header.Get("If-None-Match") == `"a"` {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		fmt.Fprint(w, rss("", "1"))
	})
	state := read(t, s.source(t, "/"), nil).State
	for range 3 { // each with a source of its own, as after a restart
		r := read(t, s.source(t, "/"), state)
		if !r.Unchanged || r.State == nil || len(r.Feed.Posts) != 0 {
			t.Errorf("got unchanged %v, %d posts, state %s", r.Unchanged, len(r.Feed.Posts), r.State)
		}
		state = r.State
	}
	if n := len(s.requests); n != 4 {
		t.Errorf("requests: got %d, want 4", n)
	}
}

func TestPoller04NotBeforeTheLatestWish(t *testing.T) {
	for _, c := range []struct {
		name, control, channel string
		want                   time.Duration
	}{
		{"none", "", "", 0},
		{"max-age", "max-age=600", "", 10 * time.Minute},
		{"ttl", "", "<ttl>60</ttl>", time.Hour},
		{"ttl is later", "max-age=600", "<ttl>60</ttl>", time.Hour},
		{"max-age is later", "max-age=7200", "<ttl>60</ttl>", 2 * time.Hour},
		{"twice a day", "", "<sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>2</sy:updateFrequency>", 12 * time.Hour},
		{"a ceiling", "", "<sy:updatePeriod>yearly</sy:updatePeriod>", 24 * time.Hour},
		{"nonsense", "max-age=soon", "<ttl>x</ttl><sy:updatePeriod>now</sy:updatePeriod>", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newSite(t, func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Cache-Control", c.control)
				w.Header().Set("ETag", `"a"`)
				if r.Header.Get("If-None-Match") != "" {
					w.WriteHeader(http.StatusNotModified)
					return
				}
				fmt.Fprint(w, rss(c.channel, "1"))
			})
			src := s.source(t, "/")
			first := read(t, src, nil)
			// What the feed asks for holds through answers that bring none.
			for i, r := range []source.Reading{first, read(t, src, first.State)} {
				got := time.Duration(0)
				if !r.NotBefore.IsZero() {
					got = r.NotBefore.Sub(noon)
				}
				if got != c.want {
					t.Errorf("reading %d: got %v, want %v", i+1, got, c.want)
				}
			}
		})
	}
}

func TestPoller05SkipHoursAndDays(t *testing.T) {
	for _, c := range []struct {
		name, channel string
		want          time.Duration
	}{
		{"this hour and the next", "<skipHours><hour>12</hour><hour>13</hour></skipHours>", 2 * time.Hour},
		{"another hour", "<skipHours><hour>14</hour></skipHours>", 0},
		{"today", "<skipDays><day>Monday</day></skipDays>", 12 * time.Hour},
		{"today and midnight", "<skipDays><day>Monday</day></skipDays><skipHours><hour>0</hour></skipHours>", 13 * time.Hour},
		{"after the ttl", "<ttl>60</ttl><skipHours><hour>13</hour></skipHours>", 2 * time.Hour},
		{"midnight as 24", "<ttl>720</ttl><skipHours><hour>24</hour></skipHours>", 13 * time.Hour},
		{"every hour", "<skipHours>" + strings.Repeat("<hour>1</hour>", 3) + everyHour() + "</skipHours>", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newSite(t, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, rss(c.channel, "1")) })
			src := s.source(t, "/")
			r := read(t, src, nil)
			got := time.Duration(0)
			if !r.NotBefore.IsZero() {
				got = r.NotBefore.Sub(noon)
			}
			if got != c.want {
				t.Errorf("got %v, want %v", got, c.want)
			}
			// Asked all the same, in an hour that is to be skipped it asks nobody.
			s.requests = nil
			skipped := c.want > 0 && !strings.Contains(c.channel, "ttl")
			if again := read(t, src, r.State); (len(s.requests) == 0) != skipped || !again.Unchanged {
				t.Errorf("again: %d requests, unchanged %v", len(s.requests), again.Unchanged)
			}
		})
	}
}

func everyHour() string {
	var b strings.Builder
	for h := range 24 {
		fmt.Fprintf(&b, "<hour>%d</hour>", h)
	}
	return b.String()
}

func TestPoller06RetryAfterReachesTheWorker(t *testing.T) {
	s := newSite(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "3600")
		w.WriteHeader(http.StatusTooManyRequests)
	})
	_, err := s.source(t, "/").Read(context.Background(), nil)
	if at, ok := source.NotBefore(err); !ok || !at.Equal(noon.Add(time.Hour)) {
		t.Errorf("got %v, %v", at, err)
	}
}

func TestPoller07MovedForGood(t *testing.T) {
	broken := false
	s := newSite(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/old":
			http.Redirect(w, r, "/new", http.StatusMovedPermanently)
		case "/nothing":
			http.Redirect(w, r, "/error-page", http.StatusMovedPermanently)
		case "/new":
			if broken {
				w.WriteHeader(http.StatusNotFound)
				return
			}
			fmt.Fprint(w, rss("", "1"))
		default:
			fmt.Fprint(w, "<!doctype html><title>Not found</title>")
		}
	})
	src := s.source(t, "/old")
	first := read(t, src, nil)
	if got := s.asked(); got != "/old /new" || !strings.Contains(strings.Join(first.Notes, "\n"), "moved for good") {
		t.Errorf("first: asked %q, notes %q", got, first.Notes)
	}
	second := read(t, src, first.State)
	if got := s.asked(); got != "/new" || !second.Unchanged {
		t.Errorf("second: asked %q, unchanged %v", got, second.Unchanged)
	}
	// A way that ends at no feed is not remembered.
	if _, err := s.source(t, "/nothing").Read(context.Background(), nil); !errors.Is(err, remote.ErrPage) {
		t.Errorf("got %v, want ErrPage", err)
	}
	// Where the new address has nothing any more, the old one is asked again.
	broken = true
	s.requests = nil
	if _, err := src.Read(context.Background(), second.State); err == nil {
		t.Error("no error")
	}
	if got := s.asked(); got != "/new /old /new" {
		t.Errorf("asked %q", got)
	}
}

func TestPoller07GoneStops(t *testing.T) {
	s := newSite(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusGone) })
	if _, err := s.source(t, "/").Read(context.Background(), nil); !errors.Is(err, source.ErrGone) {
		t.Errorf("got %v, want an error that wraps source.ErrGone", err)
	}
}

func TestPoller09DeltaIsPartial(t *testing.T) {
	s := newSite(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("If-None-Match") == `"1"` && r.Header.Get("A-IM") == "feed" {
			w.Header().Set("IM", "feed")
			w.Header().Set("ETag", `"2"`)
			w.WriteHeader(http.StatusIMUsed)
			fmt.Fprint(w, rss("<complete xmlns=\"http://purl.org/syndication/history/1.0\"/>", "3"))
			return
		}
		if r.Header.Get("If-None-Match") == `"2"` {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		w.Header().Set("ETag", `"1"`)
		fmt.Fprint(w, rss("", "2", "1"))
	})
	src := s.source(t, "/")
	first := read(t, src, nil)
	second := read(t, src, first.State)
	third := read(t, src, second.State)
	if first.Partial || !second.Partial || second.Feed.Complete || ids(second) != "3" || !third.Unchanged {
		t.Errorf("partial %v then %v, complete %v, ids %q, third unchanged %v", first.Partial, second.Partial, second.Feed.Complete, ids(second), third.Unchanged)
	}
}

func TestPoller10SameBytesAreNotParsed(t *testing.T) {
	n := 0
	s := newSite(t, func(w http.ResponseWriter, _ *http.Request) {
		n++
		if n > 1 {
			w.Header().Set("ETag", fmt.Sprintf(`"%d"`, min(n, 3)))
		}
		fmt.Fprint(w, rss("", "1"))
	})
	src := s.source(t, "/")
	r := read(t, src, nil)
	for i := range 3 {
		next := read(t, src, r.State)
		if !next.Unchanged || len(next.Feed.Posts) != 0 {
			t.Errorf("reading %d: unchanged %v, %d posts", i+2, next.Unchanged, len(next.Feed.Posts))
		}
		// Only a new validator is written.
		if same := string(next.State) == string(r.State); same != (i == 2) {
			t.Errorf("reading %d: the state is the same: %v", i+2, same)
		}
		r = next
	}
}

func TestPoller12FurtherPagesCloseAGap(t *testing.T) {
	page := map[string]string{}
	s := newSite(t, func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, page[r.URL.Path]) })
	next := func(to string) string { return `<atom:link rel="next" href="` + s.URL + to + `"/>` }
	src := s.source(t, "/")
	page["/"] = rss(next("/2"), "2", "1")
	first := read(t, src, nil)
	if got := s.asked(); got != "/" {
		t.Errorf("a first reading asked %q", got)
	}
	// One new post: no gap.
	page["/"] = rss(next("/2"), "3", "2")
	second := read(t, src, first.State)
	if got := s.asked(); got != "/" || ids(second) != "3 2" {
		t.Errorf("without a gap: asked %q, got %q", got, ids(second))
	}
	// All is new: the pages are read up to what is known, and none twice.
	page["/"] = rss(next("/2"), "9", "8")
	page["/2"] = rss(next("/3"), "7", "6")
	page["/3"] = rss(next("/2"), "5", "4")
	third := read(t, src, second.State)
	if got := s.asked(); got != "/ /2 /3" || ids(third) != "9 8 7 6 5 4" {
		t.Errorf("with a loop: asked %q, got %q", got, ids(third))
	}
	page["/3"] = rss(next("/4"), "3", "2")
	fourth := read(t, src, append([]byte{}, second.State...))
	if got := s.asked(); got != "/ /2 /3" || ids(fourth) != "9 8 7 6 3 2" {
		t.Errorf("with a gap: asked %q, got %q", got, ids(fourth))
	}
}

func TestPoller14HubsAndTopic(t *testing.T) {
	for _, c := range []struct {
		name, link, channel string
		hubs, topic         string
	}{
		{"none", "", "", "", ""},
		{"document", "", `<atom:link rel="hub" href="https://hub.example/"/><atom:link rel="self" href="https://example.org/self"/>`, "https://hub.example/", "https://example.org/self"},
		{
			"the header first", `<https://h.example/>; rel="hub", <https://example.org/topic>; rel=self`,
			`<atom:link rel="hub" href="https://hub.example/"/><atom:link rel="self" href="https://example.org/self"/>`, "https://h.example/", "https://example.org/topic",
		},
		{"two hubs", `<https://a.example/>; rel="hub",<https://b.example/>; title="x"; rel="alternate hub"`, "", "https://a.example/ https://b.example/", "URL"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newSite(t, func(w http.ResponseWriter, _ *http.Request) {
				if c.link != "" {
					w.Header().Set("Link", c.link)
				}
				fmt.Fprint(w, rss(c.channel, "1"))
			})
			src := s.source(t, "/feed")
			first := read(t, src, nil)
			want := strings.ReplaceAll(c.topic, "URL", s.URL+"/feed")
			for _, r := range []source.Reading{first, read(t, src, first.State)} {
				if got := strings.Join(r.Hubs, " "); got != c.hubs || r.Topic != want && c.hubs != "" {
					t.Errorf("got %q and %q, want %q and %q", got, r.Topic, c.hubs, want)
				}
			}
		})
	}
}

func TestPushedDocument(t *testing.T) {
	s := newSite(t, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, rss("", "1")) })
	src := s.source(t, "/dir/feed")
	first := read(t, src, nil)
	r, err := src.Parse(context.Background(), first.State, "application/rss+xml", []byte(`<rss><channel><item><guid isPermaLink="false">2</guid><link>post</link></item></channel></rss>`))
	if err != nil {
		t.Fatal(err)
	}
	if !r.Partial || ids(r) != "2" || string(r.State) != string(first.State) || r.Feed.Posts[0].Link != s.URL+"/dir/post" {
		t.Errorf("partial %v, ids %q, link %q", r.Partial, ids(r), r.Feed.Posts[0].Link)
	}
}

func TestPageLeadsToItsFeed(t *testing.T) {
	here := true
	s := newSite(t, func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == "/":
			name := "/feed.xml"
			if !here {
				name = "/moved.xml"
			}
			fmt.Fprintf(w, `<!doctype html><head><link rel="alternate" type="application/json" href="/wp-json/wp/v2/pages/1">
				<link rel="alternate" type="application/rss+xml" title="Comments" href="/comments/feed">
				<link rel="alternate" type="application/rss+xml" href="%s">`, name)
		case r.URL.Path == "/feed.xml" && here, r.URL.Path == "/moved.xml" && !here:
			w.Header().Set("ETag", `"a"`)
			if r.Header.Get("If-None-Match") == `"a"` {
				w.WriteHeader(http.StatusNotModified)
				return
			}
			fmt.Fprint(w, rss("", "1"))
		default:
			w.WriteHeader(http.StatusNotFound)
		}
	})
	src := s.source(t, "/")
	first := read(t, src, nil)
	if got := s.asked(); got != "/ /feed.xml" || ids(first) != "1" {
		t.Fatalf("asked %q, got %q", got, ids(first))
	}
	second := read(t, src, first.State)
	if got := s.asked(); got != "/feed.xml" || !second.Unchanged {
		t.Errorf("asked %q, unchanged %v", got, second.Unchanged)
	}
	here = false
	third := read(t, src, second.State)
	if got := s.asked(); got != "/feed.xml / /moved.xml" || ids(third) != "1" {
		t.Errorf("asked %q, got %q", got, ids(third))
	}
}

func TestPageGetsNoSecrets(t *testing.T) {
	var got string
	other := newSite(t, func(w http.ResponseWriter, r *http.Request) {
		got = r.Header.Get("Authorization") + r.Header.Get("X-Key")
		fmt.Fprint(w, rss("", "1"))
	})
	s := newSite(t, func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(w, `<html><link rel=alternate type=application/rss+xml href="%s/feed">`, other.URL)
	})
	r := read(t, s.source(t, "/", func(o *source.Options) {
		o.Request.User, o.Request.Password = "u", "p"
		o.Request.Headers = map[string]string{"X-Key": "k"}
	}), nil)
	if ids(r) != "1" || got != "" {
		t.Errorf("ids %q; the other host got %q", ids(r), got)
	}
}

func TestPageInPlaceOfAFeedIsNotFollowedAway(t *testing.T) {
	parked := false
	elsewhere := newSite(t, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, rss("", "spam")) })
	s := newSite(t, func(w http.ResponseWriter, _ *http.Request) {
		if parked {
			fmt.Fprintf(w, `<html><link rel=alternate type=application/rss+xml href="%s">`, strings.Replace(elsewhere.URL, "127.0.0.1", "localhost", 1))
			return
		}
		fmt.Fprint(w, rss("", "1"))
	})
	src := s.source(t, "/")
	first := read(t, src, nil)
	parked = true
	if r, err := src.Read(context.Background(), first.State); !errors.Is(err, remote.ErrPage) || len(elsewhere.requests) > 0 {
		t.Errorf("got %q, %v", ids(r), err)
	}
}

func TestPageOfALapsedDomainIsNotFollowed(t *testing.T) {
	lapsed := false
	elsewhere := newSite(t, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, rss("", "spam")) })
	s := newSite(t, func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == "/" && lapsed:
			fmt.Fprintf(w, `<html><link rel=alternate type=application/rss+xml href="%s">`, strings.Replace(elsewhere.URL, "127.0.0.1", "localhost", 1))
		case r.URL.Path == "/":
			fmt.Fprint(w, `<html><link rel=alternate type=application/rss+xml href="/feed">`)
		case lapsed:
			w.WriteHeader(http.StatusNotFound)
		default:
			fmt.Fprint(w, rss("", "1"))
		}
	})
	src := s.source(t, "/")
	first := read(t, src, nil)
	lapsed = true
	if r, err := src.Read(context.Background(), first.State); err == nil || len(elsewhere.requests) > 0 {
		t.Errorf("got %q, %v", ids(r), err)
	}
}

func TestStateOfAnotherAddressIsForgotten(t *testing.T) {
	s := newSite(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("If-None-Match") != "" {
			t.Error("a validator of another address was sent")
		}
		w.Header().Set("ETag", `"a"`)
		fmt.Fprint(w, rss("", r.URL.Path))
	})
	first := read(t, s.source(t, "/a"), nil)
	if r := read(t, s.source(t, "/b"), first.State); ids(r) != "/b" {
		t.Errorf("got %q", ids(r))
	}
	for _, damaged := range []string{"{", "null", `{"etag":1}`, "\x00"} {
		if r := read(t, s.source(t, "/c"), []byte(damaged)); ids(r) != "/c" {
			t.Errorf("state %q: got %q", damaged, ids(r))
		}
	}
}

func TestFailedReadKeepsTheState(t *testing.T) {
	bad := false
	s := newSite(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", fmt.Sprintf(`"%v"`, bad))
		if bad {
			fmt.Fprint(w, "<oops/>")
			return
		}
		fmt.Fprint(w, rss("", "1"))
	})
	src := s.source(t, "/")
	first := read(t, src, nil)
	bad = true
	for range 2 {
		r, err := src.Read(context.Background(), first.State)
		if err == nil || r.State != nil {
			t.Errorf("got %v with state %q", err, r.State)
		}
	}
	// The validators of what was not understood were not kept.
	for _, r := range s.requests[1:] {
		if got := r.Header.Get("If-None-Match"); got != `"false"` {
			t.Errorf("If-None-Match: got %s", got)
		}
	}
}

func TestCutOffDocumentIsPartialAndAskedForAgain(t *testing.T) {
	whole := rss("", "3", "2", "1")
	body := whole[:len(whole)-60]
	s := newSite(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", `"a"`)
		if r.Header.Get("If-None-Match") == `"a"` {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		fmt.Fprint(w, body)
	})
	src := s.source(t, "/")
	first := read(t, src, nil)
	if !first.Partial || ids(first) != "3 2" || len(first.Notes) == 0 {
		t.Errorf("first: partial %v, ids %q, notes %q", first.Partial, ids(first), first.Notes)
	}
	second := read(t, src, first.State)
	third := read(t, src, second.State)
	if !second.Partial || second.Unchanged || !third.Unchanged {
		t.Errorf("the same again: unchanged %v, then %v", second.Unchanged, third.Unchanged)
	}
	body = whole
	fourth := read(t, src, first.State)
	if fourth.Partial || ids(fourth) != "3 2 1" {
		t.Errorf("whole: partial %v, ids %q", fourth.Partial, ids(fourth))
	}
}

func TestPage(t *testing.T) {
	links := remote.Page(remote.Document{URL: "https://example.org/a/", Body: []byte(`<base href="/b/"><link rel="alternate stylesheet" type="text/css" href="x.css">
		<LINK REL="ALTERNATE" TYPE="application/atom+xml; charset=utf-8" HREF="atom.xml" title=" A  B ">
		<link rel=alternate type=application/feed+json href=feed.json><link rel=alternate type=application/rss+xml href="feed://example.org/rss">
		<link rel=alternate type=application/atom+xml href="atom.xml"><link rel=alternate type=application/rss+xml href="javascript:alert(1)">`)})
	want := []remote.Link{
		{URL: "https://example.org/b/atom.xml", Type: "application/atom+xml", Title: "A B"},
		{URL: "https://example.org/b/feed.json", Type: "application/feed+json"},
		{URL: "https://example.org/rss", Type: "application/rss+xml"},
	}
	if !slices.Equal(links, want) {
		t.Errorf("got %+v\nwant %+v", links, want)
	}
}

func TestConfig(t *testing.T) {
	c := fetch.NewClient(fetch.ClientOptions{})
	defer c.Close()
	for _, u := range []string{"", "example.org/feed", "ftp://example.org/", "https://", "https://user:hush@[::1"} {
		_, err := remote.New(remote.Config{URL: u}, source.Options{Client: c})
		if err == nil || strings.Contains(err.Error(), "hush") {
			t.Errorf("%q: got %v", u, err)
		}
	}
	if _, err := remote.New(remote.Config{URL: "https://example.org/"}, source.Options{}); err == nil {
		t.Error("a source without a client")
	}
}
