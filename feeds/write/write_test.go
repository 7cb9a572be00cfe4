package write_test

import (
	"encoding/json"
	"encoding/xml"
	"strings"
	"testing"
	"time"

	"syndicated/feeds"
	"syndicated/feeds/write"
)

func at(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		panic(err)
	}
	return t
}

func sample() write.Feed {
	return write.Feed{
		Name: "all", BaseURL: "https://feeds.example.org", Title: "Everything & more", Description: "All of it", Language: "en",
		Link: "https://example.org/", Hubs: []string{"https://hub.example.org/"}, TTL: 15 * time.Minute, Aggregate: true,
		Now: at("2026-11-01T00:00:00Z"),
		Posts: []feeds.Post{
			{
				Source: "blog", Key: "k2", ID: "tag:example.org,2026:2", Link: "https://example.org/two", Title: "Tags <b>bold</b> & co",
				Content:   `<p>Hello <a href="/x">x</a><script>alert(1)</script> <img src=a.png onerror=x></p>`,
				Published: at("2026-10-02T10:00:00Z"), Updated: at("2026-10-03T10:00:00Z"), Revision: 1, Note: "New numbers.",
				Authors: []feeds.Author{{Name: "Ann"}, {Name: "Bo", Email: "bo@example.org"}}, Tags: []string{"one", "two"},
				Enclosures: []feeds.Media{{URL: "https://example.org/a.mp3", Type: "audio/mpeg", Length: 1234}},
				Feed:       &feeds.Origin{Title: "Blog", Link: "https://example.org/", Self: "https://example.org/feed.xml"},
			},
			{Source: "blog", Key: "k1", ID: "17", Link: "https://example.org/one", Content: "no title", Published: at("2026-10-01T10:00:00Z")},
		},
	}
}

func TestFormats(t *testing.T) {
	d := write.Make(sample())
	for _, c := range []struct {
		name string
		make func() ([]byte, error)
		want []string
	}{
		{"rss", d.RSS, []string{
			`<guid isPermaLink="false">tag:example.org,2026:2</guid>`, `rel="self"`, `rel="hub"`, "<dc:creator>Bo</dc:creator>", "<category>two</category>",
			`<source url="https://example.org/feed.xml">Blog</source>`, "<pubDate>Fri, 02 Oct 2026 10:00:00 +0000</pubDate>", "<ttl>15</ttl>",
			`<a href="https://example.org/x">x</a>`, `<enclosure url="https://example.org/a.mp3" length="1234" type="audio/mpeg"></enclosure>`,
		}},
		{"atom", d.Atom, []string{
			"<id>tag:example.org,2026:2</id>", "<published>2026-10-02T10:00:00Z</published>", "<updated>2026-10-03T10:00:00Z</updated>",
			`<category term="two">`, `rel="enclosure"`, `xml:lang="en"`, "<name>Bo</name>",
		}},
		{"json", d.JSON, []string{`"id":"tag:example.org,2026:2"`, `"date_modified":"2026-10-03T10:00:00Z"`, `"tags":["one","two"]`, `"hubs":`}},
		{"page", d.Page, []string{`class="h-feed"`, `dt-updated`, "New numbers."}},
	} {
		t.Run(c.name, func(t *testing.T) {
			b, err := c.make()
			if err != nil {
				t.Fatal(err)
			}
			for _, w := range c.want {
				if !strings.Contains(string(b), w) {
					t.Errorf("lacks %s:\n%s", w, b)
				}
			}
			for _, bad := range []string{"alert", "onerror"} {
				if strings.Contains(string(b), bad) {
					t.Errorf("holds %s", bad)
				}
			}
			again, _ := c.make()
			if string(again) != string(b) {
				t.Error("the same document has other bytes the second time")
			}
			switch c.name {
			case "json":
				if !json.Valid(b) {
					t.Error("not JSON")
				}
			case "rss", "atom":
				if err := xml.Unmarshal(b, new(struct{})); err != nil {
					t.Error(err)
				}
			}
		})
	}
}
