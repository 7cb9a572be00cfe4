package serve_test

import (
	"strings"
	"testing"

	"golang.org/x/net/html"

	"syndicated/feeds/serve"
)

// checkFeeds fetches every document of the feeds and holds it against the rules.
func checkFeeds(t *testing.T, f *fixture, list []serve.Feed) {
	t.Helper()
	const base = "https://feeds.example.org"
	for _, feed := range list {
		for _, format := range []string{"rss", "atom", "json"} {
			path := "/feeds/" + feed.Name + "." + format
			r := &rules{where: path, self: base + path, now: f.now}
			a := f.get(path, "Accept-Encoding", "gzip")
			if a.StatusCode != 200 || a.Header.Get("Content-Encoding") != "gzip" && a.ContentLength > 1000 {
				t.Errorf("%s: %s, coding %q", path, a.Status, a.Header.Get("Content-Encoding"))
			}
			doc := body(t, a)
			if len(doc) > 5_000_000 {
				t.Errorf("%s: %d bytes, the validator reads 5,000,000", path, len(doc))
			}
			switch format {
			case "rss":
				r.rss(doc)
			case "atom":
				r.atom(doc)
			case "json":
				r.json(doc)
			}
			for _, fault := range r.faults {
				t.Error(fault)
			}
		}
		page := body(t, f.get("/feeds/"+feed.Name, "Accept", "text/html"))
		checkPage(t, feed.Name, page)
	}
}

// checkPage: nothing in a page runs or is fetched from where it was not meant.
func checkPage(t *testing.T, name, page string) {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Errorf("page of %s: %v", name, err)
		return
	}
	ids := map[string]bool{}
	for n := range doc.Descendants() {
		switch n.Data {
		case "script", "iframe", "object", "embed", "form", "base":
			if n.Type == html.ElementNode {
				t.Errorf("page of %s: element %s", name, n.Data)
			}
		}
		for _, a := range n.Attr {
			if strings.HasPrefix(a.Key, "on") || a.Key == "style" || strings.HasPrefix(strings.ToLower(a.Val), "javascript:") {
				t.Errorf("page of %s: %s=%q", name, a.Key, a.Val)
			}
			if a.Key == "id" {
				if ids[a.Val] {
					t.Errorf("page of %s: id %q twice", name, a.Val)
				}
				ids[a.Val] = true
			}
		}
	}
}

func TestHostilePosts(t *testing.T) {
	f, list := troubled(t, "", false)
	checkFeeds(t, f, list)
}

func TestCorpus(t *testing.T) {
	lib := &library{}
	var list []serve.Feed
	for source, posts := range corpusPosts(t) {
		lib.put(posts...)
		list = append(list, serve.Feed{Name: source, Title: source, Sources: []string{source}, Items: 1000})
	}
	f := &fixture{t: t, lib: lib, now: day0.Add(40 * 24 * 60 * 60 * 1e9)}
	f.start(serve.Config{Feeds: list})
	checkFeeds(t, f, list)
}

// TestRulesFind shows that the rules find what is wrong.
func TestRulesFind(t *testing.T) {
	const rss = `<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel><title>t</title><link>https://e.example/</link><description>d</description><language>en</language><atom:link rel="self" href="https://e.example/f"/>%</channel></rss>`
	const atom = `<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en"><title>t</title><id>https://e.example/</id><updated>2026-01-01T00:00:00Z</updated><author><name>a</name></author><link rel="self" href="https://e.example/f"/>%</feed>`
	const entry = `<entry><title>t</title><id>tag:e.example,2026:1</id><updated>2026-01-01T00:00:00Z</updated><content>x</content></entry>`
	for _, c := range []struct{ name, doc, format, want string }{
		{"good rss", strings.Replace(rss, "%", `<item><title>a</title><guid isPermaLink="false">tag:x,1</guid></item>`, 1), "rss", ""},
		{"good atom", strings.Replace(atom, "%", entry, 1), "atom", ""},
		{"control character", strings.Replace(rss, "%", "<item><title>\x01</title></item>", 1), "rss", "not well-formed"},
		{"no guid", strings.Replace(rss, "%", "<item><title>a</title></item>", 1), "rss", "without guid"},
		{"guid twice", strings.Replace(rss, "%", strings.Repeat(`<item><title>a</title><guid isPermaLink="false">tag:x,1</guid></item>`, 2), 1), "rss", "twice"},
		{"unknown namespace", strings.Replace(rss, "<rss ", `<rss xmlns:at="urn:x" `, 1), "rss", "unknown namespace"},
		{"zone", strings.Replace(rss, "%", `<item><title>a</title><guid isPermaLink="false">tag:x,1</guid><pubDate>Mon, 05 Oct 2026 10:00:00 +0545</pubDate></item>`, 1), "rss", "not in UTC"},
		{"future", strings.Replace(rss, "%", `<item><title>a</title><guid isPermaLink="false">tag:x,1</guid><pubDate>Thu, 05 Oct 2028 10:00:00 +0000</pubDate></item>`, 1), "rss", "implausible"},
		{"entity in title", strings.Replace(rss, "%", `<item><title>a &amp; b</title><guid isPermaLink="false">tag:x,1</guid></item>`, 1), "rss", "readers take for markup"},
		{"relative link", strings.Replace(rss, "%", `<item><title>a</title><guid isPermaLink="false">tag:x,1</guid><description>&lt;a href="#x"&gt;x&lt;/a&gt;</description></item>`, 1), "rss", "no URL"},
		{"script", strings.Replace(rss, "%", `<item><title>a</title><guid isPermaLink="false">tag:x,1</guid><description>&lt;script&gt;&lt;/script&gt;</description></item>`, 1), "rss", "element script"},
		{"unclosed", strings.Replace(rss, "%", `<item><title>a</title><guid isPermaLink="false">tag:x,1</guid><description>&lt;p&gt;x</description></item>`, 1), "rss", "unclosed"},
		{"same updated", strings.Replace(atom, "%", entry+strings.Replace(entry, "2026:1", "2026:2", 1), 1), "atom", "twice"},
		{"id not canonical", strings.Replace(atom, "https://e.example/<", "https://E.example<", 1), "atom", "not canonical"},
		{"no lang", strings.Replace(atom, ` xml:lang="en"`, "", 1), "atom", "xml:lang"},
		{"json without items", `{"version":"https://jsonfeed.org/version/1.1","title":"t","home_page_url":"https://e.example/","feed_url":"https://e.example/f"}`, "json", "no items"},
		{"json blank id", `{"version":"https://jsonfeed.org/version/1.1","title":"t","home_page_url":"https://e.example/","feed_url":"https://e.example/f","items":[{"id":" ","content_text":""}]}`, "json", "blank"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := &rules{where: c.name, self: "https://e.example/f", now: day0}
			doc := strings.Replace(c.doc, "%", "", 1)
			switch c.format {
			case "rss":
				r.rss(doc)
			case "atom":
				r.atom(doc)
			case "json":
				r.json(doc)
			}
			got := strings.Join(r.faults, "\n")
			if c.want == "" && got != "" || !strings.Contains(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}
