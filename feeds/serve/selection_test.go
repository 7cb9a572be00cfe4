package serve_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"syndicated/feeds"
	"syndicated/feeds/serve"
)

// titles of the entries of an Atom document, in order.
func titles(doc string) []string {
	var out []string
	for _, e := range strings.Split(doc, "<entry")[1:] {
		_, t, _ := strings.Cut(e, "<title>")
		t, _, _ = strings.Cut(t, "</title>")
		out = append(out, t)
	}
	return out
}

func TestSelection(t *testing.T) {
	at := func(hours int) time.Time { return day0.Add(time.Duration(hours) * time.Hour) }
	posts := []feeds.Post{
		{Source: "blog", Key: "a", Title: "a", Link: "https://blog.example/a", Published: at(1), Tags: []string{"Go", "news"}, Language: "en"},
		{Source: "blog", Key: "b", Title: "b", Link: "https://blog.example/b", Published: at(2), Authors: []feeds.Author{{Name: "Ann"}}, Language: "en-GB"},
		{Source: "blog", Key: "secret", Title: "secret", Published: at(3), Private: true},
		{Source: "planet/x", Key: "c", Title: "c", Link: "https://x.example/c", Published: at(4), Language: "pt-BR", Tags: []string{"go"}},
		{Source: "planet/y", Key: "a2", Title: "a, read again", Link: "http://www.blog.example/a/?utm_source=rss#top", Published: at(5)},
		{Source: "planet/y", Key: "q", Title: "q", Link: "https://y.example/?p=1", Published: at(6)},
		{Source: "planet/y", Key: "r", Title: "r", Link: "https://y.example/?p=2", Published: at(7)},
		{Source: "other", Key: "late update", Title: "late", Link: "https://o.example/l", Published: at(-1000), Updated: at(8), Revision: 1, Note: "News."},
	}
	for _, c := range []struct {
		name string
		feed serve.Feed
		want string
	}{
		{"all, one of each, newest first publication first", serve.Feed{}, "r q c b a late"},
		{"one source", serve.Feed{Sources: []string{"blog"}}, "b a"},
		{"a group", serve.Feed{Sources: []string{"planet"}}, "r q a, read again c"},
		{"two", serve.Feed{Sources: []string{"other", "blog"}}, "b a late"},
		{"tag", serve.Feed{Tags: []string{"go"}}, "c a"},
		{"author", serve.Feed{By: []string{"ann"}}, "b"},
		{"language", serve.Feed{Languages: []string{"en"}}, "b a"},
		{"narrower language", serve.Feed{Languages: []string{"en-gb", "pt"}}, "c b"},
		{"filter", serve.Feed{Keep: func(p feeds.Post) bool { return p.Title > "b" }}, "r q c late"},
		{"items", serve.Feed{Items: 2}, "r q"},
		{"max age", serve.Feed{MaxAge: 90*24*time.Hour - 4*time.Hour}, "r q a, read again c"},
		{"both", serve.Feed{Sources: []string{"blog", "planet"}, Tags: []string{"go"}, Languages: []string{"pt"}}, "c"},
		{"nothing", serve.Feed{Sources: []string{"none"}}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.feed.Name, c.feed.Title = "f", "F"
			f := newFixture(t, serve.Config{Feeds: []serve.Feed{c.feed}}, posts...)
			if got := strings.Join(titles(body(t, f.get("/feeds/f.atom"))), " "); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// TestReadingIsBounded: a feed of a few posts reads few, however many there are.
func TestReadingIsBounded(t *testing.T) {
	var posts []feeds.Post
	for n := range 20_000 {
		posts = append(posts, post(n))
	}
	for _, c := range []struct {
		name string
		feed serve.Feed
		want int // at most
	}{
		{"plain", serve.Feed{Items: 20}, 60},
		{"a filter that keeps most", serve.Feed{Items: 20, Keep: func(p feeds.Post) bool { return p.Key[4] != '7' }}, 200},
		{"a filter that keeps none", serve.Feed{Items: 20, Keep: func(feeds.Post) bool { return false }}, 10_000},
		{"updates", serve.Feed{Items: 20, Kind: "updates"}, 600},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.feed.Name, c.feed.Title = "f", "F"
			f := newFixture(t, serve.Config{Feeds: []serve.Feed{c.feed}}, posts...)
			if f.lib.read > c.want {
				t.Errorf("%d posts were read, want %d at most", f.lib.read, c.want)
			}
			f.lib.read = 0
			f.refresh()
			if f.lib.read > 0 {
				t.Errorf("%d posts were read although nothing had changed", f.lib.read)
			}
		})
	}
}

var updatedElement = regexp.MustCompile(`<updated>([^<]*)</updated>`)

// TestUpdatesAreHonest: an update moves updated, an edit only the content; the
// post stays the same post.
func TestUpdatesAreHonest(t *testing.T) {
	f := newFixture(t, serve.Config{}, post(1))
	atom := func() (id, updated, doc string) {
		doc = body(t, f.get("/feeds/all.atom"))
		_, entry, _ := strings.Cut(doc, "<entry")
		_, id, _ = strings.Cut(entry, "<id>")
		id, _, _ = strings.Cut(id, "</id>")
		return id, updatedElement.FindStringSubmatch(entry)[1], doc
	}
	id0, updated0, doc0 := atom()

	edit := post(1)
	edit.Content = strings.Replace(edit.Content, "text", "txet", 1)
	f.lib.put(edit)
	f.refresh()
	id1, updated1, doc1 := atom()
	if id1 != id0 || updated1 != updated0 || !strings.Contains(doc1, "txet") || doc1 == doc0 {
		t.Errorf("an edit: id %s, updated %s (was %s)", id1, updated1, updated0)
	}

	update := edit
	update.Revision, update.Note, update.Updated = 1, "It works now.", edit.Published.Add(48*time.Hour)
	f.lib.put(update)
	f.refresh()
	id2, updated2, _ := atom()
	if id2 != id0 || updated2 != "2026-10-03T13:00:00Z" {
		t.Errorf("an update: id %s, updated %s", id2, updated2)
	}
	if rss := body(t, f.get("/feeds/all.rss")); !strings.Contains(rss, "<pubDate>Thu, 01 Oct 2026 13:00:00 +0000</pubDate>") || !strings.Contains(rss, "<atom:updated>2026-10-03T13:00:00Z</atom:updated>") {
		t.Errorf("RSS after an update:\n%s", rss)
	}
	if page := body(t, f.get("/feeds/all", "Accept", "text/html")); !strings.Contains(page, "It works now.") {
		t.Error("the page does not show the note")
	}

	moved := update
	moved.ID, moved.Link = "https://example.org/moved/guid", "https://example.org/moved"
	f.lib.put(moved)
	f.refresh()
	if id, _, doc := atom(); id != id0 || !strings.Contains(doc, `href="https://example.org/moved"`) {
		t.Errorf("a moved guid: id %s, was %s", id, id0)
	}
	f.start(serve.Config{})
	if id, _, _ := atom(); id != id0 {
		t.Errorf("a moved guid after a restart: id %s, was %s", id, id0)
	}

	rerun := post(1)
	rerun.Key, rerun.ID, rerun.Link, rerun.Published = "again", "tag:example.org,2026:again", "https://example.org/again", post(9).Published
	rerun.Content = edit.Content
	f.lib.put(rerun)
	f.refresh()
	if _, _, doc := atom(); strings.Count(doc, "<entry") != 1 {
		t.Errorf("a re-run is shown as a second post:\n%s", doc)
	}
}

func TestFeedOfUpdates(t *testing.T) {
	f := newFixture(t, serve.Config{Feeds: []serve.Feed{{Name: "news", Title: "News", Kind: "updates", Items: 4}}}, post(1), post(2), post(3))
	ids := func() (out []string) {
		for _, e := range strings.Split(body(t, f.get("/feeds/news.atom")), "<id>")[2:] {
			id, _, _ := strings.Cut(e, "</id>")
			out = append(out, id)
		}
		return out
	}
	want := []string{post(3).ID, post(2).ID, post(1).ID}
	if got := ids(); !slices.Equal(got, want) {
		t.Errorf("new posts: %q, want %q", got, want)
	}
	u := post(1)
	u.Revision, u.Note, u.Updated = 1, "Now with <numbers> & more.", day0.Add(100*time.Hour)
	f.lib.put(u)
	f.refresh()
	first := ids()
	if len(first) != 4 || slices.Contains(want, first[0]) || !slices.Equal(first[1:], want) {
		t.Errorf("after an update: %q, want a new id before %q", first, want)
	}
	doc := body(t, f.get("/feeds/news.atom"))
	_, entry, _ := strings.Cut(doc, "<entry")
	_, content, _ := strings.Cut(entry, `<content type="html">`)
	if !strings.HasPrefix(content, "&lt;p&gt;&lt;strong&gt;Update:&lt;/strong&gt; Now with &amp;lt;numbers&amp;gt; &amp;amp; more.&lt;/p&gt;") {
		t.Errorf("the note does not come first:\n%.400s", content)
	}
	e := u
	e.Content += "<p>A silent edit.</p>"
	f.lib.put(e)
	f.refresh()
	if got := ids(); !slices.Equal(got, first) {
		t.Errorf("after an edit: %q, want %q", got, first)
	}
	u.Revision, u.Note, u.Updated = 2, "Again.", day0.Add(200*time.Hour)
	f.lib.put(u)
	f.refresh()
	if got := ids(); slices.Contains(first, got[0]) {
		t.Errorf("a second update has the id of an entry before: %q", got)
	}
}

// TestTimeAlone: a feed changes when a post gets too old or an announced date comes.
func TestTimeAlone(t *testing.T) {
	future := post(2)
	future.Published = day0.Add(90*24*time.Hour + 30*time.Hour)
	f := newFixture(t, serve.Config{Feeds: []serve.Feed{{Name: "f", Title: "F", MaxAge: 91 * 24 * time.Hour}}}, post(1), future)
	if got := titles(body(t, f.get("/feeds/f.atom"))); len(got) != 2 {
		t.Errorf("got %q", got)
	}
	if doc := body(t, f.get("/feeds/f.atom")); strings.Contains(doc, future.Published.Format(time.RFC3339)) {
		t.Error("a date in the future is shown")
	}
	f.now = future.Published.Add(time.Minute)
	f.refresh()
	doc := body(t, f.get("/feeds/f.atom"))
	if got := titles(doc); !slices.Equal(got, []string{future.Title}) {
		t.Errorf("a day later: %q", got)
	}
	if !strings.Contains(doc, future.Published.Format(time.RFC3339)) {
		t.Error("the announced date is not shown although it has come")
	}
}

func TestOutFolder(t *testing.T) {
	dir := t.TempDir()
	c := serve.Config{Feeds: []serve.Feed{{Name: "all", Title: "All", Out: dir, Items: 2}, {Name: "hidden", Title: "Hidden"}}}
	f := newFixture(t, c, post(1), post(2), post(800))
	list := func() (names []string) {
		_ = filepath.WalkDir(dir, func(path string, d os.DirEntry, _ error) error {
			if !d.IsDir() {
				rel, _ := filepath.Rel(dir, path)
				names = append(names, rel)
			}
			return nil
		})
		return names
	}
	want := []string{"feeds/all/archive/2026-10.atom", "feeds/all/archive/2026-10.json", "feeds/all/archive/2026-10.rss", "feeds/all/index.html", "feeds/all.atom", "feeds/all.json", "feeds/all.rss", "feeds.css", "feeds.opml", "index.html"}
	if got := list(); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	for _, name := range want {
		path := "/" + strings.TrimSuffix(strings.TrimSuffix(name, "index.html"), "/")
		b, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if name == "index.html" || name == "feeds.opml" { // these list what the folder has
			if strings.Contains(string(b), "/feeds/hidden") || !strings.Contains(string(b), "/feeds/all") {
				t.Errorf("%s lists what is not there:\n%s", name, b)
			}
			continue
		}
		if served := body(t, f.get(path, "Accept", "text/html")); served != string(b) {
			t.Errorf("%s is not what is served at %s", name, path)
		}
		if info, err := os.Stat(filepath.Join(dir, name)); err != nil || info.Mode().Perm() != 0o644 {
			t.Errorf("%s: %v %v", name, info.Mode(), err)
		}
	}
	before, err := os.Stat(filepath.Join(dir, "feeds/all.atom"))
	if err != nil {
		t.Fatal(err)
	}
	f.lib.put()
	f.refresh()
	if after, _ := os.Stat(filepath.Join(dir, "feeds/all.atom")); !os.SameFile(before, after) {
		t.Error("a file was written again although nothing changed")
	}
	f.lib.put(post(801))
	f.refresh()
	if b, _ := os.ReadFile(filepath.Join(dir, "feeds/all.atom")); !has(string(b), post(801)) {
		t.Error("the folder lacks the new post")
	}
	for _, name := range list() {
		if strings.HasPrefix(filepath.Base(name), ".") {
			t.Errorf("%s was left behind", name)
		}
	}
}

func TestNewRefuses(t *testing.T) {
	for _, c := range []struct {
		name string
		c    serve.Config
		want string
	}{
		{"no address", serve.Config{BaseURL: "feeds.example.org"}, "absolute address"},
		{"user in address", serve.Config{BaseURL: "https://a:b@feeds.example.org"}, "absolute address"},
		{"name", serve.Config{Feeds: []serve.Feed{{Name: "a/b"}}}, "cannot stand in an address"},
		{"ending", serve.Config{Feeds: []serve.Feed{{Name: "a.rss"}}}, "ends like"},
		{"twice", serve.Config{Feeds: []serve.Feed{{Name: "a"}, {Name: "a"}}}, "two feeds"},
		{"kind", serve.Config{Feeds: []serve.Feed{{Name: "a", Kind: "x"}}}, "posts or updates"},
		{"content", serve.Config{Feeds: []serve.Feed{{Name: "a", Content: "x"}}}, "full or summary"},
		{"items", serve.Config{Feeds: []serve.Feed{{Name: "a", Items: 5000}}}, "1 to 1000"},
		{"hub", serve.Config{Feeds: []serve.Feed{{Name: "a", Hub: "hub"}}}, "absolute"},
		{"moved", serve.Config{Feeds: []serve.Feed{{Name: "a", MovedTo: "b"}}}, "neither"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.c.BaseURL == "" {
				c.c.BaseURL = "https://feeds.example.org"
			}
			c.c.Library = &library{}
			_, err := serve.New(c.c)
			if got := fmt.Sprint(err); !strings.Contains(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// TestBaseWithPath: a proxy may pass the path of base_url on, or cut it off.
func TestBaseWithPath(t *testing.T) {
	f := newFixture(t, serve.Config{BaseURL: "https://example.org/syndicated/"}, post(1))
	for _, prefix := range []string{"", "/syndicated"} {
		for _, path := range []string{"/feeds/all.rss", "/feeds/all", "/feeds.opml", "/", "/feeds/all/archive/2026-10.atom"} {
			if r := f.get(prefix + path); r.StatusCode != 200 {
				t.Errorf("%s: %s", prefix+path, r.Status)
			}
		}
	}
	if doc := body(t, f.get("/feeds/all.rss")); !strings.Contains(doc, `href="https://example.org/syndicated/feeds/all.rss"`) {
		t.Error("self is not at base_url")
	}
}
