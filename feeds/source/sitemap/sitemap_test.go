package sitemap_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"syndicated/feeds"
	"syndicated/feeds/source"
	"syndicated/feeds/source/fetch"
	"syndicated/feeds/source/sitemap"
)

var now = time.Date(2026, 3, 10, 0, 0, 0, 0, time.UTC)

// host serves what its map holds, and counts what it was asked for.
type host struct {
	*httptest.Server
	docs  map[string]string
	asked map[string]int
	fail  string // path that answers 500
	s     *sitemap.Source
	state []byte
}

func newHost(t *testing.T, items int, docs map[string]string) *host {
	t.Helper()
	h := &host{docs: docs, asked: map[string]int{}}
	h.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.asked[r.URL.Path]++
		if r.URL.Path == h.fail {
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		doc, ok := h.docs[r.URL.Path]
		if !ok {
			http.NotFound(w, r)
			return
		}
		fmt.Fprint(w, strings.ReplaceAll(doc, "HOST", h.URL))
	}))
	client := fetch.NewClient(fetch.ClientOptions{})
	t.Cleanup(func() { client.Close(); h.Close() })
	s, err := sitemap.New(sitemap.Config{URL: h.URL + "/sitemap.xml", Items: items}, source.Options{
		Client: client, Request: fetch.Options{AllowPrivate: true}, Now: func() time.Time { return now }, Language: "de",
	})
	if err != nil {
		t.Fatal(err)
	}
	h.s = s
	return h
}

func (h *host) read(t *testing.T) source.Reading {
	t.Helper()
	r, err := h.s.Read(t.Context(), h.state)
	if err != nil {
		t.Fatal(err)
	}
	h.state = r.State
	for i := range r.Feed.Posts {
		r.Feed.Posts[i].ID = strings.TrimPrefix(r.Feed.Posts[i].ID, h.URL)
		r.Feed.Posts[i].Link = ""
	}
	return r
}

func ids(r source.Reading) string {
	var ids []string
	for _, p := range r.Feed.Posts {
		ids = append(ids, p.ID)
	}
	return strings.Join(ids, " ")
}

func TestNews(t *testing.T) {
	h := newHost(t, 0, map[string]string{"/sitemap.xml": `<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9" xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">
<url><loc> HOST/a-first_story.html </loc><lastmod>2026-03-01</lastmod></url>
<url><loc>HOST/b?x=1&amp;y=2</loc><news:news><news:publication><news:name>N</news:name><news:language>en</news:language></news:publication>
<news:publication_date>2026-03-02T10:00:00+01:00</news:publication_date><news:title>Two &amp; <![CDATA[<three>]]></news:title><news:keywords>a, b</news:keywords></news:news>
<image:image><image:loc>HOST/b.png</image:loc><image:caption>Bee</image:caption></image:image></url>
<url><loc>mailto:x@example.org</loc></url>
</urlset>`})
	r := h.read(t)
	want := []feeds.Post{
		{
			ID: "/b?x=1&y=2", Title: "Two & <three>", Published: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC), Language: "en",
			Tags: []string{"a", "b"}, Image: &feeds.Media{URL: h.URL + "/b.png", Alt: "Bee", Type: "image/png"},
		},
		{ID: "/a-first_story.html", Title: "a first story", Updated: time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), Inferred: true, Language: "de"},
	}
	if d := cmp.Diff(want, r.Feed.Posts); d != "" {
		t.Errorf("posts (-want +got):\n%s", d)
	}
	if d := cmp.Diff([]string{"1 of its entries have no address of the web"}, r.Notes); d != "" {
		t.Errorf("notes (-want +got):\n%s", d)
	}
	if r = h.read(t); !r.Unchanged {
		t.Errorf("the same again is not unchanged: %s", ids(r))
	}
}

func TestIndex(t *testing.T) {
	h := newHost(t, 0, map[string]string{
		"/sitemap.xml": `<sitemapindex><sitemap><loc>HOST/old.xml</loc><lastmod>2020-01-01</lastmod></sitemap><sitemap><loc>HOST/new.xml</loc><lastmod>2026-03-09</lastmod></sitemap><sitemap><loc>HOST/none.xml</loc></sitemap></sitemapindex>`,
		"/old.xml":     `<urlset><url><loc>HOST/1</loc></url></urlset>`,
		"/new.xml":     `<urlset><url><loc>HOST/2</loc><lastmod>2026-03-09</lastmod></url></urlset>`,
	})
	r := h.read(t)
	if got, want := ids(r), "/2 /1"; got != want || len(r.Notes) != 1 || !strings.HasPrefix(r.Notes[0], "1 of its sitemaps cannot be read") {
		t.Fatalf("first: %q, want %q; notes %q", got, want, r.Notes)
	}
	if r = h.read(t); !r.Unchanged {
		t.Errorf("second is not unchanged: %s", ids(r))
	}
	h.docs["/new.xml"] = `<urlset><url><loc>HOST/2</loc><lastmod>2026-03-10</lastmod></url><url><loc>HOST/3</loc><lastmod>2026-03-10</lastmod></url></urlset>`
	h.docs["/3"] = "<title>Three</title>"
	r = h.read(t)
	if got, want := ids(r), "/3"; got != want || !r.Partial {
		t.Errorf("third: %q, want %q; partial %v", got, want, r.Partial)
	}
	if h.asked["/old.xml"] != 1 {
		t.Errorf("a sitemap that has not changed for years was asked for %d times", h.asked["/old.xml"])
	}
}

// A sitemap that could not be read at first holds nothing new when it is; one
// that is new in the index does.
func TestIndexInPart(t *testing.T) {
	h := newHost(t, 0, map[string]string{
		"/sitemap.xml": `<sitemapindex><sitemap><loc>HOST/a.xml</loc></sitemap><sitemap><loc>HOST/b.xml</loc></sitemap></sitemapindex>`,
		"/a.xml":       `<urlset><url><loc>HOST/1</loc></url></urlset>`,
		"/b.xml":       `<urlset><url><loc>HOST/2</loc></url></urlset>`,
	})
	h.fail = "/b.xml"
	if r := h.read(t); ids(r) != "/1" {
		t.Fatalf("first: %q", ids(r))
	}
	h.fail = ""
	if r := h.read(t); !r.Unchanged {
		t.Errorf("what was there before is told: %q", ids(r))
	}
	h.docs["/b.xml"] = `<urlset><url><loc>HOST/2</loc></url><url><loc>HOST/3</loc></url></urlset>`
	h.docs["/sitemap.xml"] = `<sitemapindex><sitemap><loc>HOST/a.xml</loc></sitemap><sitemap><loc>HOST/b.xml</loc></sitemap><sitemap><loc>HOST/c.xml</loc></sitemap></sitemapindex>`
	h.docs["/c.xml"] = `<urlset><url><loc>HOST/4</loc></url></urlset>`
	h.docs["/3"], h.docs["/4"] = "<title>3</title>", "<title>4</title>"
	if r := h.read(t); ids(r) != "/3 /4" {
		t.Errorf("new: %q", ids(r))
	}
}

func TestNewPages(t *testing.T) {
	h := newHost(t, 0, map[string]string{"/sitemap.xml": "<urlset><url><loc>HOST/old</loc></url></urlset>", "/old": "<title>Old</title>"})
	h.read(t)
	h.docs["/sitemap.xml"] = "<urlset><url><loc>HOST/old</loc><lastmod>2026-03-09</lastmod></url><url><loc>HOST/new</loc></url><url><loc>HOST/none</loc></url><url><loc>HOST/hidden</loc></url><url><loc>HOST/empty</loc></url></urlset>"
	h.docs["/empty"] = ""
	h.docs["/new"] = `<!doctype html><html lang=fr><head><title>Nouveau – Site</title><meta property=og:title content="Nouveau &amp; bon"><meta name=description content="Tout <court>">
<meta property=og:image content=/i.jpg><meta property=og:image:alt content="Un chat"><meta name=author content="Ann"><meta property=article:tag content=a><meta property=article:tag content=b>
<script type="application/ld+json">{"@graph":[{"@type":"Person"},{"@type":"Article","datePublished":"2026-03-08T10:00:00+01:00"}]}</script></head><body><meta name=author content=no>`
	h.docs["/hidden"] = `<meta name=robots content="noindex, nofollow"><title>x</title>`
	want := []feeds.Post{{
		ID: "/new", Title: "Nouveau & bon", Summary: "Tout &lt;court&gt;", Published: time.Date(2026, 3, 8, 9, 0, 0, 0, time.UTC), Language: "fr",
		Image: &feeds.Media{URL: h.URL + "/i.jpg", Alt: "Un chat", Type: "image/jpeg"}, Authors: []feeds.Author{{Name: "Ann"}}, Tags: []string{"a", "b"},
	}, {ID: "/empty", Title: "empty", Inferred: true, Language: "de"}}
	r := h.read(t)
	if d := cmp.Diff(want, r.Feed.Posts); d != "" || !r.Partial {
		t.Errorf("new pages (-want +got):\n%s partial %v, notes %q", d, r.Partial, r.Notes)
	}
	if h.asked["/old"] != 0 {
		t.Error("a page that was known is read")
	}
	if r = h.read(t); !r.Unchanged {
		t.Errorf("again: %q", ids(r))
	}
}

// A page that cannot be read is tried again, and at last told without its title.
func TestPageOutOfOrder(t *testing.T) {
	h := newHost(t, 0, map[string]string{"/sitemap.xml": "<urlset></urlset>"})
	h.read(t)
	h.docs["/sitemap.xml"] = "<urlset><url><loc>HOST/my-page</loc></url></urlset>"
	h.fail = "/my-page"
	for range 2 {
		if r := h.read(t); !r.Unchanged || len(r.Notes) != 1 || !strings.HasPrefix(r.Notes[0], "a new page cannot be read yet") {
			t.Errorf("unchanged %v, notes %q", r.Unchanged, r.Notes)
		}
	}
	if r := h.read(t); len(r.Feed.Posts) != 1 || r.Feed.Posts[0].Title != "my page" {
		t.Errorf("posts %+v", r.Feed.Posts)
	}
	if r := h.read(t); !r.Unchanged || h.asked["/my-page"] != 3 {
		t.Errorf("unchanged %v, asked %d times", r.Unchanged, h.asked["/my-page"])
	}
}

func TestManyNewPages(t *testing.T) {
	h := newHost(t, 0, map[string]string{"/sitemap.xml": "<urlset></urlset>"})
	h.read(t)
	var many strings.Builder
	for i := range 50 {
		fmt.Fprintf(&many, "<url><loc>HOST/page-%d</loc></url>", i)
	}
	h.docs["/sitemap.xml"] = "<urlset>" + many.String() + "</urlset>"
	if r := h.read(t); len(r.Feed.Posts) != 50 || len(h.asked) != 1 {
		t.Errorf("%d posts, asked for %v", len(r.Feed.Posts), h.asked)
	}
}

func TestForms(t *testing.T) {
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	fmt.Fprint(z, "<urlset><url><loc>https://example.org/z</loc></url></urlset>")
	z.Close()
	var many strings.Builder
	for i := range 30 {
		fmt.Fprintf(&many, "<url><loc>https://example.org/%d</loc><lastmod>2026-01-%02d</lastmod></url>", i+1, i+1)
	}
	tests := []struct {
		name, doc, want, err string
	}{
		{name: "gzip", doc: packed.String(), want: "https://example.org/z"},
		{name: "plain", doc: "https://example.org/1\nhttps://example.org/2\n", want: "https://example.org/1 https://example.org/2"},
		{name: "newest", doc: "<urlset>" + many.String() + "</urlset>", want: "https://example.org/30 https://example.org/29 https://example.org/28"},
		{name: "cut off", doc: "<urlset><url><loc>https://example.org/1</loc></url><url><lo", want: "https://example.org/1"},
		{name: "page", doc: "<!doctype html><html><p>404", err: "is no sitemap: it is <html>"},
		{name: "empty", doc: "", err: "is no sitemap: it is empty"},
		{name: "well", doc: "<urlset>" + strings.Repeat("<a>", 1000), err: "is nested more than 64 deep"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			h := newHost(t, 3, map[string]string{"/sitemap.xml": test.doc})
			r, err := h.s.Read(t.Context(), nil)
			if test.err != "" {
				if err == nil || !strings.HasSuffix(err.Error(), test.err) {
					t.Errorf("error %v, want %s", err, test.err)
				}
				return
			}
			if err != nil || ids(r) != test.want {
				t.Errorf("got %q, %v, want %q", ids(r), err, test.want)
			}
		})
	}
}
