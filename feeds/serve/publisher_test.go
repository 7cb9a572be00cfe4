package serve_test

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"

	"syndicated/feeds"
	"syndicated/feeds/serve"
)

// The publisher's checklist, line by line.

var documents = []string{"/feeds/all.rss", "/feeds/all.atom", "/feeds/all.json", "/feeds/all", "/", "/feeds.opml", "/feeds.css"}

func TestPublisher01StrongETagsAndLastModified(t *testing.T) {
	f := newFixture(t, serve.Config{}, post(1), post(2))
	for _, path := range documents {
		t.Run(path, func(t *testing.T) {
			tags := map[string]string{}
			for _, coding := range []string{"", "gzip", "br", "zstd"} {
				r := f.get(path, "Accept-Encoding", coding)
				tag := r.Header.Get("Etag")
				if r.StatusCode != 200 || !strings.HasPrefix(tag, `"`) || !strings.HasSuffix(tag, `"`) {
					t.Fatalf("%s: %s, tag %q, want a strong one", coding, r.Status, tag)
				}
				if other, ok := tags[tag]; ok && r.Header.Get("Content-Encoding") != "" {
					t.Errorf("%q and %q have the same tag %s", coding, other, tag)
				}
				tags[tag] = coding
				for name, headers := range map[string][]string{
					"if-none-match":                   {"If-None-Match", tag},
					"weak, from a proxy":              {"If-None-Match", "W/" + tag},
					"in a list":                       {"If-None-Match", `"x", ` + tag},
					"star":                            {"If-None-Match", "*"},
					"wins over if-modified-since":     {"If-None-Match", tag, "If-Modified-Since", "Mon, 01 Jan 2001 00:00:00 GMT"},
					"if-modified-since, byte by byte": {"If-Modified-Since", r.Header.Get("Last-Modified")},
					"if-modified-since, later":        {"If-Modified-Since", f.now.Add(time.Hour).Format(http.TimeFormat)},
				} {
					n := f.get(path, append(headers, "Accept-Encoding", coding)...)
					if n.StatusCode != 304 {
						t.Errorf("%s %s: got %s, want 304", coding, name, n.Status)
					}
					for _, h := range []string{"Etag", "Cache-Control", "Vary"} {
						if n.Header.Get(h) != r.Header.Get(h) {
							t.Errorf("%s %s: 304 with %s %q, the 200 had %q", coding, name, h, n.Header.Get(h), r.Header.Get(h))
						}
					}
					for _, h := range []string{"Content-Type", "Content-Length", "Content-Encoding"} {
						if v := n.Header.Get(h); v != "" {
							t.Errorf("304 with %s %s", h, v)
						}
					}
					if b := body(t, n); b != "" {
						t.Errorf("304 with a body: %q", b)
					}
				}
				for name, headers := range map[string][]string{
					"other tag":                    {"If-None-Match", `"x"`},
					"other tag wins over the date": {"If-None-Match", `"x"`, "If-Modified-Since", r.Header.Get("Last-Modified")},
					"earlier":                      {"If-Modified-Since", f.now.Add(-time.Hour * 24 * 365).Format(http.TimeFormat)},
					"no date":                      {"If-Modified-Since", "yesterday"},
				} {
					if n := f.get(path, append(headers, "Accept-Encoding", coding)...); n.StatusCode != 200 {
						t.Errorf("%s %s: got %s, want 200", coding, name, n.Status)
					}
				}
			}
		})
	}

	// Last-Modified moves with the bytes and with nothing else.
	first := f.get("/feeds/all.atom").Header.Get("Last-Modified")
	f.now = f.now.Add(time.Hour)
	f.lib.put() // a commit that changes nothing here
	f.refresh()
	if again := f.get("/feeds/all.atom").Header.Get("Last-Modified"); again != first {
		t.Errorf("Last-Modified moved from %s to %s without a change", first, again)
	}
	p := post(1)
	p.Content += "<p>A silent edit.</p>"
	f.lib.put(p)
	f.refresh()
	r := f.get("/feeds/all.atom")
	if got, want := r.Header.Get("Last-Modified"), f.now.Format(http.TimeFormat); got != want {
		t.Errorf("Last-Modified after an edit is %s, want %s", got, want)
	}
	// A restart moves neither.
	f.now = f.now.Add(time.Hour)
	f.start(serve.Config{})
	again := f.get("/feeds/all.atom")
	for _, h := range []string{"Etag", "Last-Modified"} {
		if r.Header.Get(h) != again.Header.Get(h) {
			t.Errorf("%s after a restart is %s, was %s", h, again.Header.Get(h), r.Header.Get(h))
		}
	}
}

func TestPublisher02DeterministicBytes(t *testing.T) {
	posts := []feeds.Post{post(3), {Source: "blog", Key: "bare", Title: "Neither id, link nor date"}, post(1), post(2)}
	one := newFixture(t, serve.Config{}, posts...)
	slices.Reverse(posts)
	two := newFixture(t, serve.Config{}, posts...)
	two.now = two.now.Add(100 * time.Hour)
	two.start(serve.Config{})
	for _, path := range documents {
		if a, b := body(t, one.get(path)), body(t, two.get(path)); a != b {
			t.Errorf("%s differs between two servers of the same posts:\n%s\n%s", path, a, b)
		}
	}
}

func TestPublisher03CachingDateAndHEAD(t *testing.T) {
	f := newFixture(t, serve.Config{MaxAge: 30 * time.Minute}, post(1))
	server := httptest.NewServer(f)
	defer server.Close()
	for _, path := range documents {
		r, err := http.Get(server.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		r.Body.Close()
		if r.StatusCode != 200 || r.Request.URL.Path != path {
			t.Errorf("%s: %s at %s, want a 200 without a redirect", path, r.Status, r.Request.URL)
		}
		if got := r.Header.Get("Cache-Control"); got != "public, max-age=1800" {
			t.Errorf("%s: Cache-Control %q", path, got)
		}
		if d, err := http.ParseTime(r.Header.Get("Date")); err != nil || time.Since(d).Abs() > time.Minute {
			t.Errorf("%s: Date %q", path, r.Header.Get("Date"))
		}
		if len(r.Cookies()) > 0 {
			t.Errorf("%s: cookies %v", path, r.Cookies())
		}
		want, head := f.get(path), f.do(http.MethodHead, path)
		if b := body(t, head); head.StatusCode != 200 || b != "" {
			t.Errorf("HEAD %s: %s with %d bytes", path, head.Status, len(b))
		}
		for name := range want.Header {
			if got := head.Header.Get(name); got != want.Header.Get(name) {
				t.Errorf("HEAD %s: %s is %q, GET has %q", path, name, got, want.Header.Get(name))
			}
		}
	}
	rss := body(t, f.get("/feeds/all.rss"))
	for _, want := range []string{"<ttl>30</ttl>", "<sy:updatePeriod>hourly</sy:updatePeriod>", "<sy:updateFrequency>2</sy:updateFrequency>"} {
		if !strings.Contains(rss, want) {
			t.Errorf("RSS lacks %s, which says what Cache-Control says", want)
		}
	}
}

func TestPublisher04Compression(t *testing.T) {
	var posts []feeds.Post
	for n := range 50 {
		posts = append(posts, post(n))
	}
	f := newFixture(t, serve.Config{Feeds: []serve.Feed{{Name: "all", Title: "All"}}}, posts...)
	plain := body(t, f.get("/feeds/all.atom", "Accept-Encoding", "identity"))
	for _, c := range []struct{ accept, want string }{
		{"gzip", "gzip"},
		{"gzip, deflate", "gzip"},
		{"br", "br"},
		{"zstd", "zstd"},
		{"gzip, deflate, br, zstd", "br"},
		{"gzip;q=1.0, br;q=0.5", "gzip"},
		{"br;q=0, gzip", "gzip"},
		{"*", "br"},
		{"*;q=0, identity", ""},
		{"identity", ""},
		{"", ""},
		{"deflate", ""},
		{"GZIP", "gzip"},
		{"gzip;q=0", ""},
		{"x-gzip", "gzip"},
		{"gzip;q=0.2, identity;q=0.8", ""},
	} {
		r := f.get("/feeds/all.atom", "Accept-Encoding", c.accept)
		if got := r.Header.Get("Content-Encoding"); got != c.want {
			t.Errorf("Accept-Encoding %q: got %q, want %q", c.accept, got, c.want)
			continue
		}
		if r.Header.Get("Vary") == "" || !strings.Contains(r.Header.Get("Vary"), "Accept-Encoding") {
			t.Errorf("Vary %q", r.Header.Get("Vary"))
		}
		var in io.Reader = r.Body
		switch c.want {
		case "gzip":
			z, err := gzip.NewReader(in)
			if err != nil {
				t.Fatal(err)
			}
			in = z
		case "br":
			in = brotli.NewReader(in)
		case "zstd":
			z, err := zstd.NewReader(in)
			if err != nil {
				t.Fatal(err)
			}
			defer z.Close()
			in = z
		}
		b, err := io.ReadAll(in)
		if err != nil || string(b) != plain {
			t.Errorf("%q: %d bytes, %v; want %d", c.want, len(b), err, len(plain))
		}
		if c.want != "" && r.ContentLength*3 > int64(len(plain)) {
			t.Errorf("%s: %d of %d bytes", c.want, r.ContentLength, len(plain))
		}
	}
}

func TestPublisher05DeltasRFC3229(t *testing.T) {
	f := newFixture(t, serve.Config{}, post(1), post(2), post(3))
	for _, path := range []string{"/feeds/all.rss", "/feeds/all.atom"} {
		t.Run(path, func(t *testing.T) {
			held := f.get(path, "Accept-Encoding", "gzip").Header.Get("Etag")
			n := 10 + len(path)
			f.lib.put(post(n))
			f.refresh()
			whole := f.get(path)
			r := f.get(path, "A-IM", "feed", "If-None-Match", held, "Accept-Encoding", "gzip")
			if r.StatusCode != 226 || r.Header.Get("IM") != "feed" {
				t.Fatalf("got %s, IM %q, want 226 and feed", r.Status, r.Header.Get("IM"))
			}
			if got := r.Header.Get("Cache-Control"); got != "no-store, im" {
				t.Errorf("Cache-Control %q", got)
			}
			if got := r.Header.Get("Vary"); !strings.Contains(got, "A-IM") {
				t.Errorf("Vary %q", got)
			}
			b := body(t, r)
			if !has(b, post(n)) || has(b, post(2)) {
				t.Errorf("want the new post alone:\n%s", b)
			}
			rules := &rules{where: path, self: "https://feeds.example.org" + path, now: f.now}
			if strings.HasSuffix(path, "rss") {
				rules.rss(b)
			} else {
				rules.atom(b)
			}
			for _, fault := range rules.faults {
				t.Error(fault)
			}
			if tag := r.Header.Get("Etag"); tag != f.get(path, "Accept-Encoding", "gzip").Header.Get("Etag") {
				t.Errorf("tag %s is not that of the whole", tag)
			} else if n := f.get(path, "A-IM", "feed", "If-None-Match", tag, "Accept-Encoding", "gzip"); n.StatusCode != 304 {
				t.Errorf("with the tag of the 226: %s, want 304", n.Status)
			}
			for name, headers := range map[string][]string{
				"not asked for": {"If-None-Match", held},
				"unknown tag":   {"If-None-Match", `"x"`, "A-IM", "feed"},
				"other kind":    {"If-None-Match", held, "A-IM", "vcdiff"},
				"refused":       {"If-None-Match", held, "A-IM", "feed;q=0"},
				"no tag":        {"A-IM", "feed"},
				"rss2email":     {"If-None-Match", held, "A-IM", "feed", "User-Agent", "feedparser/6.0.10 +https://github.com/kurtmckee/feedparser/"},
			} {
				if r := f.get(path, headers...); r.StatusCode != 200 || body(t, r) == "" || r.Header.Get("Etag") != whole.Header.Get("Etag") {
					t.Errorf("%s: %s, want the whole", name, r.Status)
				}
			}
			// An edited entry is sent, an unchanged one is not.
			p := post(2)
			p.Content = "<p>Edited.</p>"
			f.lib.put(p)
			f.refresh()
			tag := whole.Header.Get("Etag")
			if b := body(t, f.get(path, "A-IM", "feed", "If-None-Match", tag)); !strings.Contains(b, "Edited.") || has(b, post(3)) {
				t.Errorf("want the edited post alone:\n%s", b)
			}
			f.start(serve.Config{}) // and after a restart
			if r := f.get(path, "A-IM", "feed", "If-None-Match", tag); r.StatusCode != 226 {
				t.Errorf("after a restart: %s, want 226", r.Status)
			}
			f.lib.put(post(2))
			f.refresh()
		})
	}
}

func TestPublisher06GoneMovedAndTooMany(t *testing.T) {
	f := newFixture(t, serve.Config{Unconditional: 5, Feeds: []serve.Feed{
		{Name: "all", Title: "All"},
		{Name: "old", Title: "Old", Retired: true},
		{Name: "renamed", Title: "Renamed", MovedTo: "all"},
		{Name: "elsewhere", Title: "Elsewhere", MovedTo: "https://other.example/feed.xml"},
	}}, post(1))
	for _, c := range []struct {
		path, location string
		status         int
	}{
		{"/feeds/old.rss", "", 410},
		{"/feeds/old.atom", "", 410},
		{"/feeds/old.json", "", 410},
		{"/feeds/old", "", 410},
		{"/feeds/old/archive/2026-01.atom", "", 410},
		{"/feeds/renamed.rss", "https://feeds.example.org/feeds/all.rss", 301},
		{"/feeds/renamed.json", "https://feeds.example.org/feeds/all.json", 301},
		{"/feeds/renamed", "https://feeds.example.org/feeds/all", 301},
		{"/feeds/elsewhere.atom", "https://other.example/feed.xml", 301},
		{"/feeds/elsewhere", "https://other.example/feed.xml", 301},
	} {
		r := f.get(c.path)
		if r.StatusCode != c.status || r.Header.Get("Location") != c.location {
			t.Errorf("%s: %s to %q, want %d to %q", c.path, r.Status, r.Header.Get("Location"), c.status, c.location)
		}
	}
	if b := body(t, f.get("/")) + body(t, f.get("/feeds.opml")); strings.Contains(b, "/feeds/old") || strings.Contains(b, "/feeds/renamed") {
		t.Error("a retired or moved feed is listed")
	}

	status := func(path, client, agent string, more ...string) *http.Response {
		r := httptest.NewRequest("GET", path, nil)
		r.RemoteAddr = client
		r.Header.Set("User-Agent", agent)
		for i := 0; i < len(more); i += 2 {
			r.Header.Set(more[i], more[i+1])
		}
		w := httptest.NewRecorder()
		f.ServeHTTP(w, r)
		return w.Result()
	}
	tag := status("/feeds/all.rss", "203.0.113.1:1", "once").Header.Get("Etag")
	for n := range 8 {
		r := status("/feeds/all.rss", "203.0.113.7:1", "greedy")
		if want := 200; n >= 5 {
			want = 429
			if r.StatusCode != want || r.Header.Get("Retry-After") != "3601" || r.Header.Get("Cache-Control") != "no-store" {
				t.Errorf("fetch %d: %s, Retry-After %q, Cache-Control %q", n+1, r.Status, r.Header.Get("Retry-After"), r.Header.Get("Cache-Control"))
			}
		} else if r.StatusCode != want {
			t.Errorf("fetch %d: %s", n+1, r.Status)
		}
	}
	for name, r := range map[string]*http.Response{
		"a conditional fetch is free":    status("/feeds/all.rss", "203.0.113.7:1", "greedy", "If-None-Match", `"old"`),
		"a 304 is free":                  status("/feeds/all.rss", "203.0.113.7:1", "greedy", "If-None-Match", tag),
		"another document":               status("/feeds/all.atom", "203.0.113.7:1", "greedy"),
		"another client":                 status("/feeds/all.rss", "203.0.113.8:1", "greedy"),
		"another reader behind a NAT":    status("/feeds/all.rss", "203.0.113.7:1", "modest"),
		"a page":                         status("/feeds/all", "203.0.113.7:1", "greedy", "Accept", "text/html"),
		"this machine":                   status("/feeds/all.rss", "127.0.0.1:1", "greedy"),
		"a proxy speaks for another":     status("/feeds/all.rss", "127.0.0.1:1", "greedy", "X-Forwarded-For", "203.0.113.77"),
		"a stranger's word is not taken": status("/feeds/all.rss", "203.0.113.9:1", "greedy", "X-Forwarded-For", "203.0.113.7"),
	} {
		if r.StatusCode != 200 && r.StatusCode != 304 {
			t.Errorf("%s: %s", name, r.Status)
		}
	}
	if r := status("/feeds/all.rss", "10.0.0.1:1", "greedy", "X-Forwarded-For", "198.51.100.1, 203.0.113.7"); r.StatusCode != 429 {
		t.Errorf("the greedy one behind a proxy: %s, want 429", r.Status)
	}
	f.now = f.now.Add(61 * time.Minute)
	if r := status("/feeds/all.rss", "203.0.113.7:1", "greedy"); r.StatusCode != 200 {
		t.Errorf("an hour later: %s, want 200", r.Status)
	}
}

func TestPublisher07PagingAndArchives(t *testing.T) {
	var posts []feeds.Post
	for n := range 40 { // ten a month, from July to October
		p := post(n)
		p.Published = time.Date(2026, time.Month(7+n/10), 2+n%10, 12, 0, 0, 0, time.UTC)
		posts = append(posts, p)
	}
	f := newFixture(t, serve.Config{Feeds: []serve.Feed{{Name: "all", Title: "All", Items: 12}}}, posts...)
	f.now = time.Date(2026, 10, 20, 0, 0, 0, 0, time.UTC)
	f.start(serve.Config{Feeds: []serve.Feed{{Name: "all", Title: "All", Items: 12}}})
	for _, format := range []string{"atom", "rss"} {
		seen := map[string]bool{}
		var chain []string
		for next := "/feeds/all." + format; next != ""; {
			r := f.get(next)
			doc := body(t, r)
			if r.StatusCode != 200 {
				t.Fatalf("%s: %s", next, r.Status)
			}
			chain = append(chain, next)
			for _, p := range posts {
				if has(doc, p) {
					seen[p.ID] = true
				}
			}
			if next != "/feeds/all."+format {
				for _, want := range []string{"<fh:archive", `rel="current"`, "https://feeds.example.org/feeds/all." + format} {
					if !strings.Contains(doc, want) {
						t.Errorf("%s lacks %s", next, want)
					}
				}
				if strings.Contains(next, "2026-07") != strings.Contains(doc, `rel="next-archive"`) {
					t.Errorf("%s: next-archive in the wrong place", next)
				}
				if got, want := r.Header.Get("Cache-Control"), "public, max-age=2592000"; got != want && !strings.Contains(next, "2026-10") {
					t.Errorf("%s: Cache-Control %q, want %q", next, got, want)
				}
				rules := &rules{where: next, self: "https://feeds.example.org" + next, now: f.now}
				if format == "rss" {
					rules.rss(doc)
				} else {
					rules.atom(doc)
				}
				for _, fault := range rules.faults {
					t.Error(fault)
				}
			}
			next = linkOf(doc, "prev-archive")
			if paged := linkOf(doc, "next"); paged != next {
				t.Errorf("rel=next is %s, prev-archive %s", paged, next)
			}
			next = strings.TrimPrefix(next, "https://feeds.example.org")
		}
		if len(seen) != len(posts) {
			t.Errorf("%d of %d posts in %v", len(seen), len(posts), chain)
		}
		// Archives do not change when posts come.
		held := f.get("/feeds/all/archive/2026-08." + format)
		before := body(t, held)
		f.now = f.now.Add(time.Hour)
		f.lib.put(feeds.Post{Source: "blog", Key: "new" + format, ID: "tag:example.org,2026:new-" + format, Title: "New", Content: "x", Published: f.now})
		f.refresh()
		again := f.get("/feeds/all/archive/2026-08." + format)
		if after := body(t, again); after != before || again.Header.Get("Last-Modified") != held.Header.Get("Last-Modified") {
			t.Error("an archive, or its date, changed because a post came")
		}
		if r := f.get("/feeds/all/archive/2026-08."+format, "If-None-Match", f.get("/feeds/all/archive/2026-08."+format).Header.Get("Etag")); r.StatusCode != 304 {
			t.Errorf("archive: %s, want 304", r.Status)
		}
	}
	for _, path := range []string{"/feeds/all/archive/2026-01.atom", "/feeds/all/archive/2031-01.atom", "/feeds/all/archive/x.atom", "/feeds/all/archive/2026-08", "/feeds/none/archive/2026-08.atom", "/feeds/all/archive/2026-08.atom/x"} {
		if r := f.get(path); r.StatusCode != 404 {
			t.Errorf("%s: %s, want 404", path, r.Status)
		}
	}
}

// has tells whether an XML document has an entry of p.
func has(doc string, p feeds.Post) bool { return strings.Contains(doc, ">"+p.ID+"<") }

// linkOf is the address of the first link of a relation in a document.
func linkOf(doc, rel string) string {
	_, link, ok := strings.Cut(doc, `rel="`+rel+`"`)
	if !ok {
		return ""
	}
	_, link, _ = strings.Cut(link, `href="`)
	link, _, _ = strings.Cut(link, `"`)
	return link
}

// hub counts pings and answers as it is told.
type hub struct {
	mu     sync.Mutex
	got    []string // topics
	answer []int    // statuses of the next answers; then 204
	wait   string
	seen   func() // called with every ping
}

func (h *hub) RoundTrip(r *http.Request) (*http.Response, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	b, _ := io.ReadAll(r.Body)
	form, _ := url.ParseQuery(string(b))
	h.got = append(h.got, r.URL.String()+" "+form.Get("hub.mode")+" "+form.Get("hub.url")+form.Get("url"))
	if h.seen != nil {
		h.seen()
	}
	status := 204
	if len(h.answer) > 0 {
		status, h.answer = h.answer[0], h.answer[1:]
	}
	a := &http.Response{StatusCode: status, Status: http.StatusText(status), Header: http.Header{}, Body: http.NoBody, Request: r}
	if h.wait != "" {
		a.Header.Set("Retry-After", h.wait)
	}
	return a, nil
}

func (h *hub) pings() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	got := slices.Clone(h.got)
	slices.Sort(got)
	h.got = nil
	return got
}

const hubURL = "https://hub.example.org/push"

func hubbed(h *hub) serve.Config {
	return serve.Config{Client: &http.Client{Transport: h}, Every: time.Hour, Feeds: []serve.Feed{{Name: "all", Title: "All", Hub: hubURL}}}
}

func TestPublisher08WebSub(t *testing.T) {
	t.Run("discovery", func(t *testing.T) {
		f := newFixture(t, hubbed(&hub{}), post(1))
		for _, format := range []string{"rss", "atom", "json"} {
			path := "/feeds/all." + format
			for _, r := range []*http.Response{f.get(path), f.do("HEAD", path)} {
				if got, want := r.Header.Get("Link"), `<`+hubURL+`>; rel="hub", <https://feeds.example.org`+path+`>; rel="self"`; got != want {
					t.Errorf("%s: Link %q, want %q", path, got, want)
				}
			}
			doc := body(t, f.get(path))
			if format == "json" {
				if !strings.Contains(doc, `"hubs":[{"type":"WebSub","url":"`+hubURL+`"}]`) {
					t.Error("no hubs in JSON Feed")
				}
				continue
			}
			if linkOf(doc, "hub") != hubURL || strings.Count(doc, `rel="self"`) != 1 {
				t.Errorf("%s: hub %q, %d self links", path, linkOf(doc, "hub"), strings.Count(doc, `rel="self"`))
			}
		}
	})

	synctest.Test(t, func(t *testing.T) {
		h := &hub{}
		f := &fixture{t: t, lib: &library{}}
		f.lib.put(post(1))
		c := hubbed(h)
		c.BaseURL, c.Library, c.Now = "https://feeds.example.org", f.lib, time.Now
		s, err := serve.New(c)
		if err != nil {
			t.Fatal(err)
		}
		f.Server = s
		// A hub that is told must find the new bytes.
		h.seen = func() {
			if newest := f.lib.newest(); !strings.Contains(body(t, f.get("/feeds/all.atom")), newest) {
				t.Errorf("the hub was told before %q was served", newest)
			}
		}
		go func() { _ = s.Run(t.Context()) }()
		want := []string{
			hubURL + " publish https://feeds.example.org/feeds/all.atom", hubURL + " publish https://feeds.example.org/feeds/all.json", hubURL + " publish https://feeds.example.org/feeds/all.rss",
		}
		expect := func(what string, after time.Duration, want ...string) {
			t.Helper()
			time.Sleep(after)
			synctest.Wait()
			if got := h.pings(); !slices.Equal(got, want) {
				t.Errorf("%s: pings %q, want %q", what, got, want)
			}
		}
		expect("first start", 2*time.Second, want...)
		f.lib.put(post(2))
		s.Notify()
		expect("new post", 2*time.Second, want...)
		f.lib.put(post(2))
		s.Notify()
		expect("nothing changed", 2*time.Second)
		h.answer = []int{503, 503, 503}
		f.lib.put(post(3))
		s.Notify()
		expect("hub down", 2*time.Second, want...)
		expect("tried again", 40*time.Second, want...)
		h.answer = []int{400, 400, 400}
		f.lib.put(post(4))
		s.Notify()
		expect("refused", 2*time.Second, want...)
		expect("not tried again", 24*time.Hour)
		h.answer, h.wait = []int{429, 429, 429}, "3600"
		f.lib.put(post(5))
		s.Notify()
		expect("too many", 2*time.Second, want...)
		expect("hub's Retry-After", 50*time.Minute)
		h.wait = ""
		expect("after it", 20*time.Minute, want...)
	})
}

// newest is the title of the post that was put last.
func (l *library) newest() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.posts[len(l.posts)-1].Title
}

func TestPublisher08NoPingForWhatHubsKnow(t *testing.T) {
	h := &hub{}
	f := newFixture(t, hubbed(h), post(1))
	for _, c := range []struct {
		name string
		put  []feeds.Post
		want int
	}{
		{"first start", nil, 3}, {"restart", nil, 0}, {"restart with a post that came meanwhile", []feeds.Post{post(2)}, 3},
	} {
		if c.put != nil {
			f.lib.put(c.put...)
		}
		if c.name != "first start" {
			f.start(hubbed(h))
		}
		f.Tell(t.Context())
		if got := h.pings(); len(got) != c.want {
			t.Errorf("%s: pings %q, want %d", c.name, got, c.want)
		}
	}
}

func TestPublisher09RSSCloud(t *testing.T) {
	h := &hub{}
	c := hubbed(h)
	c.Feeds = []serve.Feed{{Name: "all", Title: "All", Cloud: "http://rpc.example.org:5337/pleaseNotify"}}
	f := newFixture(t, c, post(1))
	if doc := body(t, f.get("/feeds/all.rss")); !strings.Contains(doc, `<cloud domain="rpc.example.org" port="5337" path="/pleaseNotify" registerProcedure="" protocol="http-post">`) {
		t.Errorf("no cloud:\n%s", doc)
	}
	f.Tell(t.Context())
	if got, want := h.pings(), []string{"http://rpc.example.org:5337/ping  https://feeds.example.org/feeds/all.rss"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestPublisher10OneURLPerFormatAndOneNegotiated(t *testing.T) {
	f := newFixture(t, serve.Config{}, post(1))
	const html, rss, atom, json = "text/html; charset=utf-8", "application/rss+xml; charset=utf-8", "application/atom+xml; charset=utf-8", "application/feed+json"
	for _, c := range []struct{ name, accept, want string }{
		{"nothing", "", atom},
		{"newsboat, curl", "*/*", atom},
		{"chrome", "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8,application/signed-exchange;v=b3;q=0.7", html},
		{"firefox", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", html},
		{"feedparser", "application/atom+xml,application/rdf+xml,application/rss+xml,application/x-netcdf,application/xml;q=0.9,text/xml;q=0.2,*/*;q=0.1", atom},
		{"miniflux", "application/xml, application/atom+xml, application/rss+xml, application/rdf+xml, application/feed+json, text/html, */*;q=0.9", atom},
		{"rss", "application/rss+xml", rss},
		{"rss before atom", "application/rss+xml, application/atom+xml;q=0.6, */*;q=0.1", rss},
		{"atom", "application/atom+xml", atom},
		{"feed json", "application/feed+json", json},
		{"json", "application/json", json},
		{"xml", "text/xml", atom},
		{"only what there is not", "image/png", atom},
		{"refused", "text/html;q=0, application/json;q=0", atom},
		{"nonsense", ";;q=,,/", atom},
	} {
		t.Run(c.name, func(t *testing.T) {
			var headers []string
			if c.accept != "" {
				headers = []string{"Accept", c.accept}
			}
			r := f.get("/feeds/all", headers...)
			if r.StatusCode != 200 || r.Header.Get("Content-Type") != c.want {
				t.Errorf("got %s %q, want %q", r.Status, r.Header.Get("Content-Type"), c.want)
			}
			if v := r.Header.Get("Vary"); !strings.Contains(v, "Accept,") {
				t.Errorf("Vary %q", v)
			}
		})
	}
	// Every own address keeps its format, whatever is asked for.
	for path, want := range map[string]string{"/feeds/all.rss": rss, "/feeds/all.atom": atom, "/feeds/all.json": json} {
		for _, accept := range []string{"text/html", "image/png", "application/json"} {
			if got := f.get(path, "Accept", accept).Header.Get("Content-Type"); got != want {
				t.Errorf("%s for %s: %q", path, accept, got)
			}
		}
	}
	page := body(t, f.get("/feeds/all", "Accept", "text/html"))
	for _, want := range []string{
		`<link rel="alternate" type="application/atom+xml" title="All (Atom)" href="https://feeds.example.org/feeds/all.atom">`,
		`<link rel="alternate" type="application/rss+xml" title="All (RSS)" href="https://feeds.example.org/feeds/all.rss">`,
		`<link rel="alternate" type="application/feed+json" title="All (JSON)" href="https://feeds.example.org/feeds/all.json">`,
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
}

func TestPublisher11StyledByCSSNotXSLT(t *testing.T) {
	f := newFixture(t, serve.Config{}, post(1))
	for _, path := range []string{"/feeds/all.rss", "/feeds/all.atom"} {
		doc := body(t, f.get(path))
		if !strings.Contains(doc, `<?xml-stylesheet type="text/css" href="https://feeds.example.org/feeds.css"?>`) || strings.Contains(doc, "xsl") {
			t.Errorf("%s: no CSS, or XSLT:\n%.400s", path, doc)
		}
	}
	if r := f.get("/feeds.css"); r.StatusCode != 200 || r.Header.Get("Content-Type") != "text/css; charset=utf-8" {
		t.Errorf("/feeds.css: %s %s", r.Status, r.Header.Get("Content-Type"))
	}
}

func TestCORS(t *testing.T) {
	f := newFixture(t, serve.Config{}, post(1))
	r := f.get("/feeds/all.json", "Origin", "https://reader.example")
	if r.Header.Get("Access-Control-Allow-Origin") != "*" || !strings.Contains(r.Header.Get("Access-Control-Expose-Headers"), "ETag") {
		t.Errorf("headers %v", r.Header)
	}
	r = f.do("OPTIONS", "/feeds/all.json", "Origin", "https://reader.example", "Access-Control-Request-Method", "GET", "Access-Control-Request-Headers", "if-none-match")
	if r.StatusCode != 204 || !strings.Contains(r.Header.Get("Access-Control-Allow-Headers"), "If-None-Match") || r.Header.Get("Access-Control-Allow-Origin") != "*" {
		t.Errorf("preflight: %s %v", r.Status, r.Header)
	}
	for _, method := range []string{"POST", "PUT", "DELETE", "PATCH"} {
		if r := f.do(method, "/feeds/all.json"); r.StatusCode != 405 || r.Header.Get("Allow") == "" {
			t.Errorf("%s: %s", method, r.Status)
		}
	}
}
