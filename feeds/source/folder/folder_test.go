package folder_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"syndicated/feeds"
	"syndicated/feeds/source"
	"syndicated/feeds/source/folder"
)

var now = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// site is a folder of files and its source.
type site struct {
	t     *testing.T
	dir   string
	s     *folder.Source
	state []byte
}

func newSite(t *testing.T, c folder.Config, files map[string]string) *site {
	t.Helper()
	c.Path = t.TempDir()
	if c.BaseURL == "" {
		c.BaseURL = "https://example.org/notes"
	}
	brussels, err := time.LoadLocation("Europe/Brussels")
	if err != nil {
		t.Fatal(err)
	}
	s, err := folder.New(c, source.Options{Name: "notes", Timezone: brussels, Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	w := &site{t: t, dir: c.Path, s: s}
	for name, text := range files {
		w.write(name, text, now.Add(-time.Hour))
	}
	return w
}

func (w *site) write(name, text string, at time.Time) {
	w.t.Helper()
	path := filepath.Join(w.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		w.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		w.t.Fatal(err)
	}
	if err := os.Chtimes(path, at, at); err != nil {
		w.t.Fatal(err)
	}
}

func (w *site) read() source.Reading {
	w.t.Helper()
	r, err := w.s.Read(w.t.Context(), w.state)
	if err != nil {
		w.t.Fatal(err)
	}
	w.state = r.State
	return r
}

func ids(r source.Reading) []string {
	var ids []string
	for _, p := range r.Feed.Posts {
		ids = append(ids, p.ID)
	}
	return ids
}

func TestPost(t *testing.T) {
	day := func(s string) time.Time {
		d, err := time.Parse(time.RFC3339, s)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	tests := []struct {
		name, file, text string
		config           folder.Config
		want             feeds.Post
	}{
		{
			name: "YAML", file: "posts/hello.md",
			text: "---\ntitle: Hello & more\ndate: 2024-05-06 10:00:00\nlastmod: 2024-05-07T10:00:00Z\ntags: [Go, noise]\ncategories: go, News\n" +
				"author: Ann <ann@example.org>\nimage: cover.jpg\nimage_alt: A cat\ndescription: Short & sweet\nlang: en\nshare: Look at this\n---\n# Hello & more\n\nSee [it](img/a.png) and [that](other.md#x).\n",
			want: feeds.Post{
				ID: "posts/hello.md", Link: "https://example.org/notes/posts/hello/", Title: "Hello & more", Summary: "Short &amp; sweet",
				Content:   "<p>See <a href=\"https://example.org/notes/posts/hello/img/a.png\">it</a> and <a href=\"https://example.org/notes/posts/other/#x\">that</a>.</p>\n",
				Published: day("2024-05-06T08:00:00Z"), Updated: day("2024-05-07T10:00:00Z"), Tags: []string{"Go", "noise", "News"},
				Authors: []feeds.Author{{Name: "Ann", Email: "ann@example.org"}}, Language: "en", Share: "Look at this",
				Image: &feeds.Media{URL: "https://example.org/notes/posts/hello/cover.jpg", Type: "image/jpeg", Alt: "A cat"},
			},
		},
		{
			name: "TOML", file: "2024-05-06-tom.markdown",
			text: "+++\ntitle = 'Tom'\ndate = 2024-05-06\nslug = 'other'\n[taxonomies]\ntags = ['x']\n[[authors]]\nname = 'Bo'\nurl = 'https://bo.example'\n+++\nText<!--more-->\n\nMore\n",
			want: feeds.Post{
				ID: "2024-05-06-tom.markdown", Link: "https://example.org/notes/other/", Title: "Tom", Summary: "<p>Text",
				Content: "<p>Text<!--more--></p>\n<p>More</p>\n", Published: day("2024-05-05T22:00:00Z"), Tags: []string{"x"},
				Authors: []feeds.Author{{Name: "Bo", URL: "https://bo.example"}},
			},
		},
		{
			name: "no front matter, date of the name", file: "2024-05-06-a-day.md", text: "Hi ~~there~~\n",
			want: feeds.Post{
				ID: "2024-05-06-a-day.md", Link: "https://example.org/notes/a-day/", Title: "a day", Content: "<p>Hi <del>there</del></p>\n",
				Published: day("2024-05-05T22:00:00Z"),
			},
		},
		{
			name: "index is its folder", file: "2023/trip/index.md", text: "---\ndate: 2023-01-02T03:04:05+01:00\n---\n# A *trip*\n\n![sea](sea.jpg)\n",
			want: feeds.Post{
				ID: "2023/trip/index.md", Link: "https://example.org/notes/2023/trip/", Title: "A trip",
				Content:   "<p><img src=\"https://example.org/notes/2023/trip/sea.jpg\" alt=\"sea\"></p>\n",
				Published: day("2023-01-02T02:04:05Z"), Image: &feeds.Media{URL: "https://example.org/notes/2023/trip/sea.jpg", Type: "image/jpeg", Alt: "sea"},
			},
		},
		{
			name: "own link, link post, private", file: "x.md",
			text: "---\ntitle: X\ndate: 2024-01-01\npermalink: /elsewhere.html\nlink: https://other.example/\nshare: false\n---\n",
			want: feeds.Post{
				ID: "x.md", Link: "https://example.org/elsewhere.html", External: "https://other.example/", Title: "X",
				Published: day("2023-12-31T23:00:00Z"), Private: true,
			},
		},
		{
			name: "pattern of dates", file: "_posts/2024-05-06-hello.md", text: "Hi\n", config: folder.Config{Permalink: ":year/:month/:day/:slug.html"},
			want: feeds.Post{
				ID: "_posts/2024-05-06-hello.md", Link: "https://example.org/notes/2024/05/06/hello.html", Title: "hello", Content: "<p>Hi</p>\n",
				Published: day("2024-05-05T22:00:00Z"),
			},
		},
		{
			name: "HTML page", file: "page.html",
			text: "<!doctype html><html lang=fr><head><title>Site</title><meta name=description content='About'><meta property='article:published_time' content='2024-02-03T04:05:06Z'>" +
				"<link rel=canonical href='https://example.org/p'><meta name=keywords content='a, b'></head><body><nav>no</nav><article><h1>Une page</h1><p><a href='#x'>y</a></p></article></body></html>",
			want: feeds.Post{
				ID: "page.html", Link: "https://example.org/p", Title: "Une page", Summary: "About", Content: `<p><a href="https://example.org/p#x">y</a></p>`,
				Published: day("2024-02-03T04:05:06Z"), Language: "fr", Tags: []string{"a", "b"},
			},
		},
		{
			name: "no date at all", file: "y.md", text: "# Y\n",
			want: feeds.Post{
				ID: "y.md", Link: "https://example.org/notes/y/", Title: "Y", Published: now.Add(-time.Hour), Inferred: true,
			},
		},
		{
			name: "Hugo's calls", file: "h.md",
			text: "---\ndate: 2024-01-01\n---\n{{< figure src=\"a b.png\" alt=\"Cat\" >}}\n\n[x]({{< ref \"y.md\" >}}) {{% note %}}kept{{% /note %}} `{{< code >}}` {{</* shown */>}}\n\n```\n{{< code >}}\n```\n",
			want: feeds.Post{
				ID: "h.md", Link: "https://example.org/notes/h/", Title: "h", Published: day("2023-12-31T23:00:00Z"),
				Content: "<p><img src=\"https://example.org/notes/h/a%20b.png\" alt=\"Cat\"></p>\n<p><a href=\"https://example.org/notes/y/\">x</a> kept <code>{{&lt; code &gt;}}</code> {{&lt; shown &gt;}}</p>\n<pre><code>{{&lt; code &gt;}}\n</code></pre>\n",
				Image:   &feeds.Media{URL: "https://example.org/notes/h/a%20b.png", Alt: "Cat", Type: "image/png"},
			},
		},
		{
			name: "Jekyll's calls", file: "_posts/2024-01-02-j.md",
			text: "---\ntitle: J\npermalink: /:year/:title/\n---\n{% include x.html %}[x]({% post_url 2023-05-06-k %}) ![i]({{ site.baseurl }}/i.png) [l]({{ '/m/' | relative_url }})\n\n{% highlight ruby %}\nputs {{ x }}\n{% endhighlight %}\n",
			want: feeds.Post{
				ID: "_posts/2024-01-02-j.md", Link: "https://example.org/notes/j/", Title: "J", Published: day("2024-01-01T23:00:00Z"),
				Content: "<p><a href=\"https://example.org/notes/k/\">x</a> <img src=\"https://example.org/i.png\" alt=\"i\"> <a href=\"https://example.org/m/\">l</a></p>\n<pre><code class=\"language-ruby\">\nputs {{ x }}\n\n</code></pre>\n",
				Image:   &feeds.Media{URL: "https://example.org/i.png", Alt: "i", Type: "image/png"},
			},
		},
		{
			name: "noshare tag", file: "z.fr.md", text: "---\ndate: Mon, 06 May 2024 10:00:00 EST\ntags: noshare\n---\nZ\n",
			want: feeds.Post{
				ID: "z.fr.md", Link: "https://example.org/notes/z/", Title: "z", Published: day("2024-05-06T15:00:00Z"), Language: "fr", Private: true, Content: "<p>Z</p>\n",
			},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := newSite(t, test.config, map[string]string{test.file: test.text}).read()
			if len(r.Feed.Posts) != 1 {
				t.Fatalf("%d posts, want 1; notes %v", len(r.Feed.Posts), r.Notes)
			}
			if d := cmp.Diff(test.want, r.Feed.Posts[0]); d != "" {
				t.Errorf("post (-want +got):\n%s", d)
			}
		})
	}
}

func TestChanges(t *testing.T) {
	w := newSite(t, folder.Config{}, map[string]string{
		"a.md": "---\ndate: 2026-01-01\n---\nA", "b.md": "---\ndate: 2026-01-02\n---\nB", "c.md": "C",
		".hidden.md": "no", ".git/x.md": "no", "sub/.git/y.md": "no", "draft.md": "---\ndraft: true\n---\n", "_drafts/d.md": "no", "text.txt": "no",
	})
	r := w.read()
	if d := cmp.Diff([]string{"c.md", "b.md", "a.md"}, ids(r)); d != "" || r.Partial || !r.Feed.Complete {
		t.Fatalf("first reading (-want +got):\n%s partial %v, complete %v", d, r.Partial, r.Feed.Complete)
	}
	c := r.Feed.Posts[0].Published

	if r = w.read(); !r.Unchanged {
		t.Errorf("second reading is not unchanged: %v", ids(r))
	}
	w.write("a.md", "---\ndate: 2026-01-01\n---\nA", now.Add(-time.Minute))
	if r = w.read(); !r.Unchanged {
		t.Errorf("a touched file is a change: %v", ids(r))
	}
	w.write("c.md", "C, and more", now.Add(-time.Minute))
	r = w.read()
	if d := cmp.Diff([]string{"c.md"}, ids(r)); d != "" || !r.Partial {
		t.Fatalf("a changed file (-want +got):\n%s partial %v", d, r.Partial)
	}
	if got := r.Feed.Posts[0].Published; !got.Equal(c) {
		t.Errorf("the date of an undated post moved from %v to %v", c, got)
	}

	// A post that vanished is told by a complete reading.
	if err := os.Remove(filepath.Join(w.dir, "b.md")); err != nil {
		t.Fatal(err)
	}
	r = w.read()
	if d := cmp.Diff([]string{"c.md", "a.md"}, ids(r)); d != "" || r.Partial || !r.Feed.Complete {
		t.Errorf("after a removal (-want +got):\n%s partial %v, complete %v", d, r.Partial, r.Feed.Complete)
	}
	// So is one that became a draft, but not while a file cannot be read.
	w.write("bad.md", "---\ntitle: [\n---\n", now.Add(-time.Minute))
	w.write("a.md", "---\ndraft: true\n---\nA", now.Add(-time.Minute))
	r = w.read()
	if !r.Unchanged || len(r.Notes) != 1 || !strings.HasPrefix(r.Notes[0], "bad.md: its front matter cannot be read") {
		t.Errorf("with a bad file: unchanged %v, notes %v", r.Unchanged, r.Notes)
	}
	if r = w.read(); !r.Unchanged || len(r.Notes) != 0 {
		t.Errorf("with a bad file again: unchanged %v, notes %v", r.Unchanged, r.Notes)
	}
	w.write("bad.md", "Good", now.Add(-time.Minute))
	r = w.read()
	if d := cmp.Diff([]string{"bad.md", "c.md"}, ids(r)); d != "" || !r.Feed.Complete {
		t.Errorf("after it was mended (-want +got):\n%s complete %v", d, r.Feed.Complete)
	}
	if r = w.read(); !r.Unchanged {
		t.Errorf("last reading is not unchanged: %v", ids(r))
	}
}

// A file that could not be opened for a while is read when it can be.
func TestUnreadable(t *testing.T) {
	w := newSite(t, folder.Config{}, map[string]string{"a.md": "A", "b.md": "B"})
	w.read()
	if err := os.Rename(filepath.Join(w.dir, "a.md"), filepath.Join(w.dir, "a.away")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("nowhere.md", filepath.Join(w.dir, "a.md")); err != nil {
		t.Skip("no symbolic links here")
	}
	for range 2 {
		if r := w.read(); !r.Unchanged {
			t.Errorf("a post that cannot be read is a change: %v, complete %v", ids(r), r.Feed.Complete)
		}
	}
	if err := os.Rename(filepath.Join(w.dir, "a.away"), filepath.Join(w.dir, "a.md")); err != nil {
		t.Fatal(err)
	}
	w.read()
	if r := w.read(); !r.Unchanged || len(r.Notes) > 0 {
		t.Errorf("after all is well again: %v, notes %q", ids(r), r.Notes)
	}
}

// A post without a date that appears later is of the time when it appears,
// though its file may be older.
func TestUndatedLater(t *testing.T) {
	w := newSite(t, folder.Config{}, map[string]string{"a.md": "A"})
	w.read()
	w.write("b.md", "B", now.Add(-90*24*time.Hour))
	if r := w.read(); len(r.Feed.Posts) != 1 || !r.Feed.Posts[0].Published.Equal(now) || !r.Feed.Posts[0].Inferred {
		t.Errorf("got %+v, want published %v", r.Feed.Posts, now)
	}
}

// A file that is written twice within the clock's grain keeps its size and time.
func TestSameTimeAndSize(t *testing.T) {
	w := newSite(t, folder.Config{}, nil)
	w.write("a.md", "one", now)
	w.read()
	w.write("a.md", "two", now)
	r := w.read()
	if len(r.Feed.Posts) != 1 || r.Feed.Posts[0].Content != "<p>two</p>\n" {
		t.Errorf("got %+v, want the second writing", r.Feed.Posts)
	}
}

func TestScheduled(t *testing.T) {
	w := newSite(t, folder.Config{}, map[string]string{"a.md": "---\ndate: 2026-03-01T12:30:00Z\n---\n", "b.md": "B"})
	if d := cmp.Diff([]string{"b.md"}, ids(w.read())); d != "" {
		t.Errorf("before its time (-want +got):\n%s", d)
	}
	defer func(t time.Time) { now = t }(now)
	now = now.Add(time.Hour)
	if d := cmp.Diff([]string{"a.md"}, ids(w.read())); d != "" {
		t.Errorf("after its time (-want +got):\n%s", d)
	}
	if r := w.read(); !r.Unchanged {
		t.Errorf("it is told again: %v", ids(r))
	}
}

func TestLinksOut(t *testing.T) {
	w := newSite(t, folder.Config{}, map[string]string{"a.md": "A"})
	outside := filepath.Join(t.TempDir(), "secret.md")
	if err := os.WriteFile(outside, []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, to := range map[string]string{"out.md": outside, "in.md": "a.md"} {
		if err := os.Symlink(to, filepath.Join(w.dir, name)); err != nil {
			t.Skip("no symbolic links here")
		}
	}
	r := w.read()
	if d := cmp.Diff([]string{"a.md", "in.md"}, ids(r)); d != "" {
		t.Errorf("posts (-want +got):\n%s", d)
	}
	if len(r.Notes) != 1 || r.Notes[0] != "out.md: is a link that leads nowhere or out of the folder" {
		t.Errorf("notes %q", r.Notes)
	}
}

func TestEmptied(t *testing.T) {
	w := newSite(t, folder.Config{}, map[string]string{"a.md": "A", "b.md": "B"})
	w.read()
	for _, name := range []string{"a.md", "b.md"} {
		if err := os.Remove(filepath.Join(w.dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.s.Read(t.Context(), w.state); err == nil || !strings.Contains(err.Error(), "it is empty and held 2 files") {
		t.Errorf("got %v, want that it is empty", err)
	}
	if err := os.Remove(w.dir); err != nil {
		t.Fatal(err)
	}
	if _, err := w.s.Read(t.Context(), w.state); err == nil || !strings.HasSuffix(err.Error(), ": no such file or directory") {
		t.Errorf("got %v, want that there is none", err)
	}
}

// A file that would fill the stack is refused, and costs the others nothing.
func TestNesting(t *testing.T) {
	w := newSite(t, folder.Config{}, map[string]string{
		"good.md":   strings.Repeat("> ", 50) + "deep\n\n" + strings.Repeat("-", 5000) + "\n",
		"quotes.md": strings.Repeat(">", 100_000), "lists.md": strings.Repeat("1. ", 10_000) + "x", "bullets.md": strings.Repeat("- ", 10_000) + "x",
		"emphasis.md": strings.Repeat("*", 10_000) + "a" + strings.Repeat("*", 10_000),
		"images.md":   strings.Repeat("![", 2_000) + "a" + strings.Repeat("](b)", 2_000),
		"tags.html":   strings.Repeat("<b>", 10_000),
		"large.md":    strings.Repeat("x", 2<<20),
	})
	r := w.read()
	if d := cmp.Diff([]string{"good.md"}, ids(r)); d != "" {
		t.Errorf("posts (-want +got):\n%s", d)
	}
	if len(r.Notes) != 7 {
		t.Errorf("%d notes, want 7: %q", len(r.Notes), r.Notes)
	}
}

func FuzzPost(f *testing.F) {
	f.Add("a.md", "---\ntitle: a\nx: &x [*x]\n---\n# T\n")
	f.Add("a.md", "+++\ndate = 2024-01-01\n[cover]\nimage = 'x'\n+++\n> > - a\n")
	f.Add("b/a.md", "---\nauthors: [{name: a}, b]\ntags: {a: b}\ndate: 2024-05-06 10:00 CEST\n---\n{{< figure src=x >}} ![a](b.md)\n")
	f.Add("a.html", "<title>x</title><article><img srcset='a 1x, b 2x'><table><b></table>")
	f.Add("2024-01-02-x.fr.md", "![a](b)\n[^1]\n\n[^1]: n\n")
	s, err := folder.New(folder.Config{Path: "posts", BaseURL: "https://example.org/", Permalink: ":year/:path/"}, source.Options{})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, name, text string) {
		if len(text) > 1<<14 {
			t.Skip()
		}
		p, err := s.Post(name, []byte(text))
		if err != nil {
			return
		}
		if p.ID == "" && name != "" || !strings.HasPrefix(p.Link, "http") {
			t.Errorf("post without id or link: %+v", p)
		}
		if y := p.Published.Year(); !p.Published.IsZero() && (y < 1 || y > 9999) {
			t.Errorf("published %v", p.Published)
		}
		again, err := s.Post(name, []byte(text))
		if d := cmp.Diff(p, again); d != "" || err != nil {
			t.Errorf("read twice: %v\n%s", err, d)
		}
	})
}
