package wordpress_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"syndicated/feeds"
	"syndicated/feeds/source"
	"syndicated/feeds/source/fetch"
	"syndicated/feeds/source/wordpress"
)

var now = time.Date(2026, 3, 10, 0, 0, 0, 0, time.UTC)

// blog plays a WordPress site.
type blog struct {
	*httptest.Server
	posts []map[string]any
	total int // said instead of the number of posts, unless 0

	announce bool // in the Link header
	pretty   bool // permalinks: /wp-json/ instead of ?rest_route=
	closed   int  // status of the API, 0 when open
	asked    int  // lists
	password string
	items    string // more of the feed
	atom     string // the Atom feed, empty if there is none

	s     *wordpress.Source
	state []byte
}

func newBlog(t *testing.T, c wordpress.Config) *blog {
	t.Helper()
	b := &blog{announce: true, pretty: true}
	b.Server = httptest.NewServer(b)
	client := fetch.NewClient(fetch.ClientOptions{})
	t.Cleanup(func() { client.Close(); b.Close() })
	c.URL = b.URL + "/"
	b.open(t, c, client, fetch.Options{AllowPrivate: true})
	return b
}

func (b *blog) open(t *testing.T, c wordpress.Config, client *fetch.Client, o fetch.Options) {
	t.Helper()
	s, err := wordpress.New(c, source.Options{Client: client, Request: o, Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	b.s = s
}

func (b *blog) read(t *testing.T) source.Reading {
	t.Helper()
	r, err := b.s.Read(t.Context(), b.state)
	if err != nil {
		t.Fatal(err)
	}
	b.state = r.State
	return r
}

func (b *blog) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	route := q.Get("rest_route")
	if rest, ok := strings.CutPrefix(r.URL.Path, "/wp-json"); ok && b.pretty {
		route = rest
	}
	switch {
	case r.URL.Path == "/feed/atom/" && b.atom != "":
		fmt.Fprint(w, b.atom)
	case r.URL.Path == "/feed/":
		fmt.Fprintf(w, `<rss version="2.0"><channel><title>B</title><link>%s</link><item><title>From the feed</title><guid isPermaLink="false">%s/?p=1</guid></item>%s</channel></rss>`, b.URL, b.URL, b.items)
	case route == "" && r.URL.Path == "/":
		if b.announce && b.pretty {
			w.Header().Add("Link", "<"+b.URL+`/wp-json/>; rel="https://api.w.org/"`)
		}
		fmt.Fprint(w, `<!doctype html><html lang="en-GB"><head><link rel="alternate" type="application/rss+xml" href="/feed/"></head></html>`)
	case route == "":
		http.NotFound(w, r)
	case b.closed != 0:
		w.WriteHeader(b.closed)
		fmt.Fprint(w, `{"code":"rest_forbidden"}`)
	case route == "/":
		fmt.Fprintf(w, `{"name":"A &amp; B","description":"D","url":%q,"home":%q,"namespaces":["oembed/1.0","wp/v2"],"site_icon_url":false}`, b.URL, b.URL)
	case route == "/wp/v2/posts":
		if _, p, _ := r.BasicAuth(); b.password != "" && p != b.password {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		b.asked++
		b.list(w, q.Get("orderby"), q.Get("per_page"), q.Get("page"))
	default:
		w.WriteHeader(http.StatusNotFound)
		fmt.Fprint(w, `{"code":"rest_no_route"}`)
	}
}

func (b *blog) list(w http.ResponseWriter, by, size, page string) {
	sorted := slices.Clone(b.posts)
	slices.SortStableFunc(sorted, func(x, y map[string]any) int {
		return strings.Compare(y[by+"_gmt"].(string), x[by+"_gmt"].(string))
	})
	n, _ := strconv.Atoi(size)
	at, _ := strconv.Atoi(page)
	at = max(0, at-1) * n
	total := len(sorted)
	if b.total != 0 {
		total = b.total
	}
	w.Header().Set("X-WP-Total", strconv.Itoa(total))
	w.Header().Set("X-WP-TotalPages", strconv.Itoa((total+n-1)/n))
	out := []map[string]any{}
	if at < len(sorted) {
		out = sorted[at:min(at+n, len(sorted))]
	}
	fmt.Fprint(w, "<b>Warning</b>: something old\n")
	_ = json.NewEncoder(w).Encode(out)
}

// post is number n, published on day n of 2026 and changed then.
func post(n int) map[string]any {
	at := time.Date(2026, 1, n, 10, 0, 0, 0, time.UTC).Format("2006-01-02T15:04:05")
	return map[string]any{
		"id": n, "date": at, "date_gmt": at, "modified_gmt": at, "status": "publish",
		"guid": map[string]any{"rendered": fmt.Sprintf("https://b.example/?p=%d", n)}, "link": fmt.Sprintf("https://b.example/%d/", n),
		"title": map[string]any{"rendered": fmt.Sprintf("Post %d", n)}, "content": map[string]any{"rendered": "<p>x</p>\n", "protected": false},
		"excerpt": map[string]any{"rendered": "", "protected": false},
	}
}

func titles(r source.Reading) string {
	var all []string
	for _, p := range r.Feed.Posts {
		all = append(all, strings.TrimPrefix(p.Title, "Post "))
	}
	return strings.Join(all, " ")
}

func TestPost(t *testing.T) {
	b := newBlog(t, wordpress.Config{})
	p := post(6)
	p["modified_gmt"] = "2026-01-07T10:00:00"
	p["title"] = map[string]any{"rendered": "Fish &#038; <em>chips</em>"}
	p["excerpt"] = map[string]any{"rendered": "<p>Short</p>\n"}
	p["content"] = map[string]any{"rendered": "<p><a href=\"#x\">x</a> <img src=\"/i.png\"></p>\n", "protected": false}
	p["_embedded"] = map[string]any{
		"author":           []any{map[string]any{"name": "Ann", "url": "", "link": "https://b.example/author/ann/", "avatar_urls": []any{}}},
		"wp:featuredmedia": []any{map[string]any{"code": "rest_forbidden"}, map[string]any{"source_url": "/cat.jpg", "alt_text": "A cat", "mime_type": "image/jpeg", "media_details": map[string]any{"width": 640, "height": 480, "sizes": []any{}}}},
		"wp:term": []any{
			[]any{map[string]any{"name": "Uncategorized", "slug": "uncategorized", "taxonomy": "category"}, map[string]any{"name": "Food", "taxonomy": "category"}},
			[]any{map[string]any{"name": "R&amp;D", "taxonomy": "post_tag"}, map[string]any{"name": "food", "taxonomy": "post_tag"}},
		},
	}
	closed := post(5)
	closed["content"] = map[string]any{"rendered": "", "protected": true}
	b.posts = []map[string]any{p, closed}
	want := []feeds.Post{
		{
			ID: "https://b.example/?p=6", Link: "https://b.example/6/", Title: "Fish & chips", Summary: "<p>Short</p>",
			Content:   `<p><a href="https://b.example/6/#x">x</a> <img src="https://b.example/i.png"></p>`,
			Published: time.Date(2026, 1, 6, 10, 0, 0, 0, time.UTC), Updated: time.Date(2026, 1, 7, 10, 0, 0, 0, time.UTC),
			Authors: []feeds.Author{{Name: "Ann", URL: "https://b.example/author/ann/"}}, Tags: []string{"R&D", "food"}, Language: "en-GB",
			Image: &feeds.Media{URL: "https://b.example/cat.jpg", Alt: "A cat", Type: "image/jpeg", Width: 640, Height: 480},
		},
		{
			ID: "https://b.example/?p=5", Link: "https://b.example/5/", Title: "Post 5",
			Published: time.Date(2026, 1, 5, 10, 0, 0, 0, time.UTC), Language: "en-GB", Private: true,
		},
	}
	r := b.read(t)
	for i := range r.Feed.Posts {
		if r.Feed.Posts[i].Feed == nil || r.Feed.Posts[i].Feed.Title != "A & B" {
			t.Errorf("feed of the post: %+v", r.Feed.Posts[i].Feed)
		}
		r.Feed.Posts[i].Feed = nil
	}
	if d := cmp.Diff(want, r.Feed.Posts); d != "" {
		t.Errorf("posts (-want +got):\n%s", d)
	}
}

func TestDiscovery(t *testing.T) {
	tests := []struct {
		name             string
		announce, pretty bool
	}{{"announced", true, true}, {"usual place", false, true}, {"no permalinks", false, false}}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			b := newBlog(t, wordpress.Config{})
			b.announce, b.pretty = test.announce, test.pretty
			b.posts = []map[string]any{post(1)}
			if r := b.read(t); titles(r) != "1" || r.Feed.Format != "wordpress" || len(r.Notes) > 0 {
				t.Errorf("got %q of %s, notes %q", titles(r), r.Feed.Format, r.Notes)
			}
		})
	}
}

func TestChanges(t *testing.T) {
	b := newBlog(t, wordpress.Config{Items: 50})
	for n := 1; n <= 30; n++ {
		b.posts = append(b.posts, post(n))
	}
	r := b.read(t)
	if got := len(r.Feed.Posts); got != 30 || r.Partial {
		t.Fatalf("first reading has %d posts, want 30; partial %v", got, r.Partial)
	}
	b.asked = 0
	if r = b.read(t); !r.Unchanged || b.asked != 2 {
		t.Errorf("the same again: %q after %d requests", titles(r), b.asked)
	}
	// An old post is changed, a scheduled one appears with the date of its last save.
	b.posts[2]["modified_gmt"] = "2026-02-02T10:00:00"
	scheduled := post(40)
	scheduled["modified_gmt"] = "2026-01-01T00:00:00"
	b.posts = append(b.posts, scheduled)
	r = b.read(t)
	got := strings.Fields(titles(r))
	slices.Sort(got)
	// The newest of the last look are read again: another may share their second.
	if d := cmp.Diff([]string{"3", "30", "40"}, got); d != "" || !r.Partial {
		t.Errorf("changed (-want +got):\n%s partial %v", d, r.Partial)
	}
	// A post is trashed, which only the whole list can prove.
	b.posts = slices.Delete(b.posts, 9, 10)
	r = b.read(t)
	if len(r.Feed.Posts) != 30 || r.Partial || !r.Feed.Complete || slices.Contains(strings.Fields(titles(r)), "10") {
		t.Errorf("after a removal: %q, partial %v, complete %v", titles(r), r.Partial, r.Feed.Complete)
	}
	if r = b.read(t); !r.Unchanged {
		t.Errorf("after that: %q", titles(r))
	}
	// Most are not listed: the site is broken.
	was := b.posts
	b.posts = b.posts[:3]
	if r = b.read(t); r.Feed.Complete || len(r.Notes) != 1 || !strings.Contains(r.Notes[0], "lists 3 posts and listed 30") {
		t.Errorf("with a broken list: complete %v, notes %q", r.Feed.Complete, r.Notes)
	}
	b.posts = was
	if r = b.read(t); r.Feed.Complete {
		t.Error("complete after the list was mended")
	}
}

// A post that was rescheduled to an earlier time carries one to come as its last
// change; WordPress 6.1 does that.
func TestChangeToCome(t *testing.T) {
	b := newBlog(t, wordpress.Config{})
	ahead := post(2)
	ahead["modified_gmt"] = now.Add(time.Hour).Format("2006-01-02T15:04:05")
	b.posts = []map[string]any{post(1), ahead}
	b.read(t)
	b.posts[0]["modified_gmt"] = now.Format("2006-01-02T15:04:05")
	if r := b.read(t); !slices.Contains(strings.Fields(titles(r)), "1") {
		t.Errorf("changed: %q", titles(r))
	}
}

func TestFirstReadIsBounded(t *testing.T) {
	b := newBlog(t, wordpress.Config{Items: 20})
	for n := 1; n <= 100; n++ {
		b.posts = append(b.posts, post(n))
	}
	if r := b.read(t); len(r.Feed.Posts) != 20 || r.Feed.Posts[0].Title != "Post 100" {
		t.Errorf("%d posts, the first %s", len(r.Feed.Posts), r.Feed.Posts[0].Title)
	}
	b.posts = slices.Delete(b.posts, 98, 99)
	if r := b.read(t); r.Feed.Complete {
		t.Error("a site that was not read whole cannot be complete")
	}
	// A change of a post older than the first reading would look like a new post.
	b.posts[3]["modified_gmt"] = "2027-02-02T10:00:00"
	b.posts[90]["modified_gmt"] = "2027-02-02T10:00:00"
	if r := b.read(t); slices.Contains(strings.Fields(titles(r)), "4") || !slices.Contains(strings.Fields(titles(r)), "91") {
		t.Errorf("changed: %q", titles(r))
	}
}

func TestClosed(t *testing.T) {
	b := newBlog(t, wordpress.Config{})
	b.closed = http.StatusForbidden
	r := b.read(t)
	if titles(r) != "From the feed" || len(r.Notes) == 0 || !strings.HasPrefix(r.Notes[len(r.Notes)-1], "the API is not open, the feed is read instead") {
		t.Errorf("got %q, notes %q", titles(r), r.Notes)
	}
	if got, want := r.Feed.Posts[0].ID, b.URL+"/?p=1"; got != want {
		t.Errorf("id %q, want %q", got, want)
	}
	if r = b.read(t); !r.Unchanged || len(r.Notes) != 0 {
		t.Errorf("again: %q, notes %q", titles(r), r.Notes)
	}
	// It is tried again after a while.
	defer func(t time.Time) { now = t }(now)
	now = now.Add(8 * 24 * time.Hour)
	b.closed, b.posts = 0, []map[string]any{post(1)}
	if r = b.read(t); r.Feed.Format != "wordpress" {
		t.Errorf("a week later %q of %s", titles(r), r.Feed.Format)
	}
}

// Posts behind a password stand in the feed too.
func TestProtectedInFeed(t *testing.T) {
	tests := []struct {
		name, item string
		want       bool
	}{
		{"form", `<title>X</title><description>&lt;form action="https://b.example/wp-login.php?action=postpass"&gt;</description>`, true},
		{"word", `<title>Geschützt: X</title><description>Es gibt keinen Auszug, da dies ein geschützter Beitrag ist.</description>`, true},
		{"empty", `<title>保護中： X</title>`, true},
		{"a post about it", `<title>Protected: what it means</title><description>` + strings.Repeat("many words ", 30) + `</description>`, false},
		{"another word", `<title>Note: X</title>`, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			b := newBlog(t, wordpress.Config{})
			b.closed = http.StatusForbidden
			b.items = "<item><guid>2</guid>" + test.item + "</item>"
			r := b.read(t)
			if len(r.Feed.Posts) != 2 || r.Feed.Posts[0].Private || r.Feed.Posts[1].Private != test.want {
				t.Errorf("posts %+v", r.Feed.Posts)
			}
		})
	}
}

// The feed that tells most is read, though the site names another.
func TestClosedAtom(t *testing.T) {
	b := newBlog(t, wordpress.Config{})
	b.closed = http.StatusUnauthorized
	b.atom = `<feed xmlns="http://www.w3.org/2005/Atom"><id>f</id><title>B</title><updated>2026-01-02T00:00:00Z</updated><entry><id>https://b.example/?p=1</id><title>From Atom</title>
<published>2026-01-01T00:00:00Z</published><updated>2026-01-02T00:00:00Z</updated></entry></feed>`
	r := b.read(t)
	if titles(r) != "From Atom" || r.Feed.Posts[0].Updated.IsZero() {
		t.Errorf("got %+v", r.Feed.Posts)
	}
	if r = b.read(t); !r.Unchanged {
		t.Errorf("again: %q", titles(r))
	}
}

// An API that was open is waited for: what its feed gives may differ from what
// it gave, and would look like changes.
func TestClosesLater(t *testing.T) {
	b := newBlog(t, wordpress.Config{})
	b.posts = []map[string]any{post(1)}
	b.read(t)
	b.closed = http.StatusForbidden
	r, err := b.s.Read(t.Context(), b.state)
	if err == nil || r.State == nil {
		t.Fatalf("got %v and state %s, want an error and a state", err, r.State)
	}
	b.state = r.State
	defer func(t time.Time) { now = t }(now)
	now = now.Add(4 * 24 * time.Hour)
	if r = b.read(t); titles(r) != "From the feed" {
		t.Errorf("days later: %q", titles(r))
	}
}

// Permalinks are switched off, so that the API has another address.
func TestMoves(t *testing.T) {
	b := newBlog(t, wordpress.Config{})
	b.posts = []map[string]any{post(1)}
	b.read(t)
	b.pretty = false
	b.posts = append(b.posts, post(2))
	if r := b.read(t); titles(r) != "2 1" || !r.Partial {
		t.Errorf("got %q, partial %v", titles(r), r.Partial)
	}
}

func TestRoute(t *testing.T) {
	b := newBlog(t, wordpress.Config{Route: "pages"})
	if _, err := b.s.Read(t.Context(), nil); err == nil || !strings.HasSuffix(err.Error(), "404 Not Found") {
		t.Errorf("got %v, want the status: the feed has no pages", err)
	}
	if _, err := wordpress.New(wordpress.Config{URL: b.URL, Route: "a/b"}, source.Options{}); err == nil {
		t.Error("a route that is none is taken")
	}
}

func TestBroken(t *testing.T) {
	b := newBlog(t, wordpress.Config{})
	b.closed = http.StatusBadGateway
	if _, err := b.s.Read(t.Context(), nil); err == nil || !strings.HasSuffix(err.Error(), "502 Bad Gateway") {
		t.Errorf("got %v, want the status", err)
	}
}

func TestPassword(t *testing.T) {
	b := newBlog(t, wordpress.Config{})
	b.password = "s3cret"
	b.posts = []map[string]any{post(1)}
	client := fetch.NewClient(fetch.ClientOptions{})
	defer client.Close()
	c := wordpress.Config{URL: b.URL + "/"}
	b.open(t, c, client, fetch.Options{AllowPrivate: true, User: "u", Password: "s3cret"})
	if r := b.read(t); titles(r) != "1" {
		t.Errorf("got %q", titles(r))
	}
	b.open(t, c, client, fetch.Options{AllowPrivate: true, User: "u", Password: "wr0ng"})
	_, err := b.s.Read(t.Context(), nil)
	if err == nil || !strings.HasPrefix(err.Error(), "the user or the application password is refused") || strings.Contains(err.Error(), "wr0ng") {
		t.Errorf("got %v", err)
	}
}
