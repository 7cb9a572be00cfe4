package remote_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"

	"syndicated/feeds"
	"syndicated/feeds/source/remote"
)

func parse(t testing.TB, doc string) (feeds.Feed, []string) {
	t.Helper()
	feed, notes, err := remote.Parse(remote.Document{URL: "https://feeds.example.net/dir/feed.xml", Body: []byte(doc), Now: noon})
	if err != nil {
		t.Fatal(err)
	}
	return feed, notes
}

func only(t testing.TB, doc string) feeds.Post {
	t.Helper()
	feed, _ := parse(t, doc)
	if len(feed.Posts) != 1 {
		t.Fatalf("got %d posts, want 1", len(feed.Posts))
	}
	return feed.Posts[0]
}

// item is a feed of one item with these children.
func item(children string) string {
	return `<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/"
		xmlns:media="http://search.yahoo.com/mrss/" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" xmlns:atom="http://www.w3.org/2005/Atom"
		xmlns:dcterms="http://purl.org/dc/terms/" xmlns:feedburner="http://rssnamespace.org/feedburner/ext/1.0" xmlns:posse="https://posseparty.com/2024/Feed"
		><channel><title>T</title><link>https://example.org/</link><item>` + children + `</item></channel></rss>`
}

// entry is a feed of one entry with these children.
func entry(children string) string {
	return `<feed xmlns="http://www.w3.org/2005/Atom" xmlns:media="http://search.yahoo.com/mrss/" xmlns:posse="https://posseparty.com/2024/Feed" xml:lang="de"><title>T</title><id>tag:example.org,2026:</id>
		<link href="https://example.org/"/><author><name>Owner</name></author><entry>` + children + `</entry></feed>`
}

func TestPoller11Identity(t *testing.T) {
	for _, c := range []struct{ name, doc, id, link string }{
		{"guid", item(`<guid>HTTP://Example.org/A b</guid><link>https://example.org/a</link>`), "HTTP://Example.org/A b", "https://example.org/a"},
		{"guid that is the permalink", item(`<guid>https://example.org/a</guid>`), "https://example.org/a", "https://example.org/a"},
		{"guid that is none", item(`<guid isPermaLink="false">https://example.org/a</guid>`), "https://example.org/a", ""},
		{"link alone", item(`<link>https://example.org/a</link>`), "", "https://example.org/a"},
		{"relative link", item(`<link>/a?b=1&amp;c</link>`), "", "https://example.org/a?b=1&c"},
		{"atom id as written", entry(`<id>HTTP://Example.org:80/x/../y</id><link href="/a"/>`), "HTTP://Example.org:80/x/../y", "https://feeds.example.net/a"},
		{"atom id is not resolved", `<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://b.example/c/"><entry><id>x</id><link href="y"/></entry></feed>`, "x", "https://b.example/c/y"},
		{"counted links", item(`<link>https://feedproxy.example/~r/1</link><feedburner:origLink>https://example.org/a</feedburner:origLink>`), "", "https://example.org/a"},
		{"rdf about", `<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"><channel rdf:about="https://example.org/"/>
			<item rdf:about="urn:x:1"><title>t</title><link>https://example.org/a</link></item></rdf:RDF>`, "urn:x:1", "https://example.org/a"},
		{"json number", `{"version":"https://jsonfeed.org/version/1.1","items":[{"id":12,"url":"a"}]}`, "12", "https://feeds.example.net/dir/a"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := only(t, c.doc)
			if p.ID != c.id || p.Link != c.link {
				t.Errorf("got id %q, link %q; want %q, %q", p.ID, p.Link, c.id, c.link)
			}
		})
	}
}

func TestPoller12JSONFeed(t *testing.T) {
	feed, notes := parse(t, `{"version":"https://jsonfeed.org/version/1.1","title":1,"next_url":"?page=2","authors":[{"name":"New"}],"author":{"name":"Old"},"items":[
		{"id":"","title":"blank"},{"id":"  "},{"title":"none"},{"id":null},
		{"id":7,"title":8,"content_text":9,"date_published":"2026-05-30T00:00:00Z","attachments":[{"url":"a.mp3","size_in_bytes":"10"}]}]}`)
	if feed.Title != "1" || feed.Next != "https://feeds.example.net/dir/feed.xml?page=2" || len(feed.Posts) != 1 {
		t.Fatalf("got %+v", feed)
	}
	p := feed.Posts[0]
	if p.ID != "7" || p.Title != "8" || p.Content != "<p>9</p>" || p.Authors[0].Name != "New" || p.Enclosures[0].Length != 10 {
		t.Errorf("got %+v", p)
	}
	if want := []string{"more posts are at its next page", "left out 4 items without an id"}; cmp.Diff(want, notes) != "" {
		t.Errorf("notes: got %q, want %q", notes, want)
	}
}

func TestLinkPosts(t *testing.T) {
	for _, c := range []struct{ name, doc, link, external string }{
		{"rss", item(`<link>https://other.example/news</link><guid>https://example.org/2026/1</guid>`), "https://example.org/2026/1", "https://other.example/news"},
		{"rss, the same host", item(`<link>https://www.example.org/a</link><guid>https://example.org/?p=1</guid>`), "https://www.example.org/a", ""},
		{"rss, a host of the same site", item(`<link>https://blog.example.org/a</link><guid>https://example.org/?p=1</guid>`), "https://blog.example.org/a", ""},
		{"rss, a counter", item(`<link>https://feeds.counter.example/~r/x/1</link><guid>https://example.org/a</guid>`), "https://example.org/a", ""},
		{"atom, related is elsewhere", entry(`<link href="https://example.org/1"/><link rel="related" href="https://other.example/"/>`), "https://example.org/1", "https://other.example/"},
		{"atom, related is at home", entry(`<link href="https://other.example/"/><link rel="related" href="https://example.org/1"/>`), "https://example.org/1", "https://other.example/"},
		{"json", `{"version":"https://jsonfeed.org/version/1","items":[{"id":"1","url":"https://example.org/1","external_url":"https://other.example/"}]}`, "https://example.org/1", "https://other.example/"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := only(t, c.doc)
			if p.Link != c.link || p.External != c.external {
				t.Errorf("got %q and %q, want %q and %q", p.Link, p.External, c.link, c.external)
			}
		})
	}
}

func TestTitles(t *testing.T) {
	for _, c := range []struct{ name, doc, want string }{
		{"plain", item(`<title>A &amp; B</title>`), "A & B"},
		{"escaped twice", item(`<title>A &amp;amp; B</title>`), "A & B"},
		{"tags", item(`<title>&lt;b&gt;A&lt;/b&gt; and &lt;i&gt;B&lt;/i&gt;</title>`), "A and B"},
		{"CDATA with tags", item(`<title><![CDATA[<b>A</b> &amp; B]]></title>`), "A & B"},
		{"a tag that is meant", item(`<title>Using &lt;canvas&gt; well</title>`), "Using <canvas> well"},
		{"less than", item(`<title>1 &lt; 2 &gt; 0</title>`), "1 < 2 > 0"},
		{"white space", item("<title>\n A\n\t B </title>"), "A B"},
		{"a query string", item(`<title>a?b=1&amp;copy=2</title>`), "a?b=1&copy=2"},
		{"atom text", entry(`<title>&lt;b&gt; &amp;amp;</title>`), "<b> &amp;"},
		{"atom html", entry(`<title type="html">&lt;b&gt;A&lt;/b&gt; &amp;amp; B</title>`), "A & B"},
		{"atom xhtml", entry(`<title type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><b>A</b> &amp; B</div></title>`), "A & B"},
		{"windows-1252 references", item(`<title>&#147;A&#148;&#133;</title>`), "“A”…"},
		{"HTML entities", item(`<title>caf&eacute; &hellip;</title>`), "café …"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := only(t, c.doc).Title; got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestBodies(t *testing.T) {
	for _, c := range []struct{ name, doc, content, summary string }{
		{"rss both", item(`<description>D</description><content:encoded><![CDATA[<p>C</p>]]></content:encoded>`), "<p>C</p>", "D"},
		{"rss relative links", item(`<link>https://example.org/2026/post</link><description>&lt;a href="x"&gt;&lt;img srcset="/a.png 1x, b.png 2x"&gt;</description>`), "", `<a href="https://example.org/2026/x"><img srcset="https://example.org/a.png 1x, https://example.org/2026/b.png 2x">`},
		{"rss xml:base", `<rss xml:base="https://b.example/c/d"><channel><item><description>&lt;a href="x"&gt;</description></item></channel></rss>`, "", `<a href="https://b.example/c/x">`},
		{"rss markup that is not escaped", item(`<description><p>A <b>B</b></p></description>`), "", "<p>A <b>B</b></p>"},
		{"rss split CDATA", item(`<description><![CDATA[a]]]]><![CDATA[>b]]></description>`), "", "a]]>b"},
		{"atom text", entry(`<content>1 &lt; 2 &amp;amp; 3</content>`), "1 &lt; 2 &amp;amp; 3", ""},
		{"atom html", entry(`<content type="html">&lt;p&gt;A &amp;amp; B</content>`), "<p>A &amp; B", ""},
		{"atom xhtml", entry(`<content type="xhtml"><x:div xmlns:x="http://www.w3.org/1999/xhtml"><x:p>A<x:br/>B</x:p><x:i/></x:div></content>`), "<p>A<br />B</p><i></i>", ""},
		{"atom base64", entry(`<content type="application/octet-stream">PGI+QTwvYj4=</content>`), "<b>A</b>", ""},
		{"atom xml:base by RFC 3986", `<feed xmlns="http://www.w3.org/2005/Atom" xml:base="/blog/x.html"><entry><content type="html" xml:base="y/">&lt;a href="post.html"&gt;</content></entry></feed>`, `<a href="https://feeds.example.net/blog/y/post.html">`, ""},
		{"atom summary", entry(`<summary type="html">&lt;b&gt;S&lt;/b&gt;</summary>`), "", "<b>S</b>"},
		{"json text", `{"version":"https://jsonfeed.org/version/1","items":[{"id":"1","content_text":"a < b\nc\n\nd"}]}`, "<p>a &lt; b<br>\nc</p>\n<p>d</p>", ""},
		{"json summary", `{"version":"https://jsonfeed.org/version/1","items":[{"id":"1","content_html":"<img src=a>","url":"/p/q","summary":"a < b"}]}`, "<img src=https://feeds.example.net/p/a>", "a &lt; b"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := only(t, c.doc)
			if p.Content != c.content || p.Summary != c.summary {
				t.Errorf("got content %q, summary %q\nwant %q, %q", p.Content, p.Summary, c.content, c.summary)
			}
		})
	}
}

func TestAuthors(t *testing.T) {
	for _, c := range []struct {
		name, doc string
		want      []feeds.Author
	}{
		{"name and address", item(`<author>me@x.org (Me)</author>`), []feeds.Author{{Name: "Me", Email: "me@x.org"}}},
		{"address in angle brackets", item(`<author>Me &lt;me@x.org&gt;</author>`), []feeds.Author{{Name: "Me", Email: "me@x.org"}}},
		{"address behind", item(`<author>Me (me@x.org)</author>`), []feeds.Author{{Name: "Me", Email: "me@x.org"}}},
		{"address alone", item(`<author>me@x.org</author>`), []feeds.Author{{Email: "me@x.org"}}},
		{"a name with brackets", item(`<dc:creator>Jo (the) Smith</dc:creator>`), []feeds.Author{{Name: "Jo (the) Smith"}}},
		{"all creators", item(`<dc:creator>A</dc:creator><dc:creator>B</dc:creator><dc:creator>a</dc:creator>`), []feeds.Author{{Name: "A"}, {Name: "B"}}},
		{"put together", item(`<author>me@x.org (Me)</author><dc:creator>Me</dc:creator><itunes:author>Other</itunes:author>`), []feeds.Author{{Name: "Me", Email: "me@x.org"}, {Name: "Other"}}},
		{"atom in rss", item(`<atom:author><atom:name>A</atom:name><atom:uri>/a</atom:uri></atom:author>`), []feeds.Author{{Name: "A", URL: "https://feeds.example.net/a"}}},
		{"atom", entry(`<author><name>A</name><email>a@x.org</email><uri>https://a.example/</uri></author><author><name>B</name></author>`), []feeds.Author{{Name: "A", Email: "a@x.org", URL: "https://a.example/"}, {Name: "B"}}},
		{"inherited", entry(`<id>1</id>`), []feeds.Author{{Name: "Owner"}}},
		{"of the source", entry(`<source><author><name>S</name></author></source>`), []feeds.Author{{Name: "S"}}},
		{"json", `{"version":"https://jsonfeed.org/version/1.1","authors":[{"name":"F"}],"items":[{"id":"1","author":{"name":"A","avatar":"https://a.example/i"},"authors":["B"]}]}`, []feeds.Author{{Name: "B"}, {Name: "A", Image: "https://a.example/i"}}},
		{"json inherited", `{"version":"https://jsonfeed.org/version/1.1","author":{"name":"F"},"items":[{"id":"1"}]}`, []feeds.Author{{Name: "F"}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if d := cmp.Diff(c.want, only(t, c.doc).Authors); d != "" {
				t.Errorf("-want +got\n%s", d)
			}
		})
	}
}

func TestMedia(t *testing.T) {
	for _, c := range []struct {
		name, doc string
		image     *feeds.Media
		files     []feeds.Media
	}{
		{
			"enclosures", item(`<enclosure url="/a.mp3" length="123" type="audio/mpeg"/><enclosure url="https://x.example/b.jpg" length="9" type="image/jpeg"/><itunes:duration>1:02:03</itunes:duration>`),
			&feeds.Media{URL: "https://x.example/b.jpg", Type: "image/jpeg", Length: 9},
			[]feeds.Media{{URL: "https://example.org/a.mp3", Type: "audio/mpeg", Length: 123, Duration: time.Hour + 2*time.Minute + 3*time.Second}},
		},
		{
			"media content with alt", item(`<media:content url="https://x.example/1" medium="image" width="640" height="480"><media:description type="plain">A &amp; B</media:description><media:title>t</media:title></media:content>`),
			&feeds.Media{URL: "https://x.example/1", Alt: "A & B", Title: "t", Width: 640, Height: 480}, nil,
		},
		{
			"group", entry(`<media:group><media:title>V</media:title><media:content url="https://x.example/v.flv" type="application/x-shockwave-flash"/><media:content url="https://x.example/v.mp4" type="video/mp4" duration="90"/>
				<media:thumbnail url="https://x.example/t.jpg" width="480" height="360"/><media:description>Text</media:description></media:group>`),
			&feeds.Media{URL: "https://x.example/t.jpg", Width: 480, Height: 360},
			[]feeds.Media{{URL: "https://x.example/v.mp4", Type: "video/mp4", Duration: 90 * time.Second}},
		},
		{"the largest thumbnail", item(`<media:thumbnail url="https://x.example/s.jpg" width="75"/><media:thumbnail url="https://x.example/l.jpg" width="600"/>`), &feeds.Media{URL: "https://x.example/l.jpg", Width: 600}, nil},
		{"itunes image", item(`<itunes:image href="https://x.example/c.jpg"/>`), &feeds.Media{URL: "https://x.example/c.jpg"}, nil},
		{"atom enclosure", entry(`<link rel="enclosure" href="/e.pdf" type="application/pdf" length="5" title="E"/>`), nil, []feeds.Media{{URL: "https://feeds.example.net/e.pdf", Type: "application/pdf", Length: 5, Title: "E"}}},
		{"the same file twice", item(`<enclosure url="https://x.example/a.mp3" length="1" type=""/><media:content url="https://x.example/a.mp3" type="audio/mpeg" duration="5"/>`), nil, []feeds.Media{{URL: "https://x.example/a.mp3", Type: "audio/mpeg", Length: 1, Duration: 5 * time.Second}}},
		{
			"json", `{"version":"https://jsonfeed.org/version/1","items":[{"id":"1","image":"/i.png","attachments":[{"url":"a.mp3","mime_type":"audio/mpeg","size_in_bytes":"7","duration_in_seconds":1.5}]}]}`,
			&feeds.Media{URL: "https://feeds.example.net/i.png"},
			[]feeds.Media{{URL: "https://feeds.example.net/dir/a.mp3", Type: "audio/mpeg", Length: 7, Duration: 1500 * time.Millisecond}},
		},
		{"lengths that lie", item(`<enclosure url="https://x.example/a.mp3" length="-1" type="audio/mpeg"/><itunes:duration>99:99:99:99</itunes:duration>`), nil, []feeds.Media{{URL: "https://x.example/a.mp3", Type: "audio/mpeg"}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := only(t, c.doc)
			if d := cmp.Diff(c.image, p.Image); d != "" {
				t.Errorf("image: -want +got\n%s", d)
			}
			if d := cmp.Diff(c.files, p.Enclosures); d != "" {
				t.Errorf("enclosures: -want +got\n%s", d)
			}
		})
	}
}

func TestDatesOfAPost(t *testing.T) {
	for _, c := range []struct{ name, doc, published, updated string }{
		{"rss", item(`<pubDate>Sun, 31 May 2026 10:00:00 GMT</pubDate><dc:date>2026-05-30</dc:date><dcterms:modified>2026-05-31T11:00:00Z</dcterms:modified>`), "2026-05-31T10:00:00Z", "2026-05-31T11:00:00Z"},
		{"dc", item(`<dc:date>2026-05-30T10:00:00+02:00</dc:date>`), "2026-05-30T08:00:00Z", ""},
		{"a date that is none, and another", item(`<pubDate>soon</pubDate><dcterms:created>2026-05-30</dcterms:created>`), "2026-05-30T00:00:00Z", ""},
		{"atom", entry(`<published>2026-05-30T10:00:00Z</published><updated>2026-05-31T10:00:00Z</updated>`), "2026-05-30T10:00:00Z", "2026-05-31T10:00:00Z"},
		{"atom updated alone", entry(`<updated>2026-05-31T10:00:00Z</updated>`), "2026-05-31T10:00:00Z", "2026-05-31T10:00:00Z"},
		{"atom in rss", item(`<atom:published>2026-05-30T10:00:00Z</atom:published><atom:updated>2026-05-31T10:00:00Z</atom:updated>`), "2026-05-30T10:00:00Z", "2026-05-31T10:00:00Z"},
		{"none", item(`<title>t</title>`), "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := only(t, c.doc)
			got := func(d time.Time) string {
				if d.IsZero() {
					return ""
				}
				return d.Format(time.RFC3339)
			}
			if got(p.Published) != c.published || got(p.Updated) != c.updated || p.Inferred != (c.published == "") {
				t.Errorf("got %q, %q, inferred %v; want %q, %q", got(p.Published), got(p.Updated), p.Inferred, c.published, c.updated)
			}
		})
	}
}

func TestTheRestOfAPost(t *testing.T) {
	p := only(t, item(`<category>A</category><category domain="x"> B  C </category><dc:subject>a</dc:subject><itunes:keywords>d, e</itunes:keywords>
		<comments>/c</comments><source url="https://s.example/feed">S</source><dc:language>fr</dc:language>`))
	if d := cmp.Diff([]string{"a", "d", "e", "B C"}, p.Tags); d != "" {
		t.Errorf("tags: -want +got\n%s", d)
	}
	if p.Comments != "https://example.org/c" || p.Language != "fr" || *p.Feed != (feeds.Origin{Title: "S", Self: "https://s.example/feed"}) {
		t.Errorf("got %+v from %+v", p, p.Feed)
	}
	p = only(t, entry(`<category term="t" label="Label"/><category term="u"/><link rel="replies" type="text/html" href="/r"/><link rel="replies" type="application/atom+xml" href="/feed"/>
		<source><id>i</id><title type="html">&lt;b&gt;S&lt;/b&gt;</title><link href="https://s.example/"/><link rel="self" href="https://s.example/f"/><updated>2026-01-01T00:00:00Z</updated></source>`))
	want := feeds.Origin{ID: "i", Title: "S", Link: "https://s.example/", Self: "https://s.example/f", Updated: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}
	if *p.Feed != want || p.Comments != "https://feeds.example.net/r" || p.Language != "de" || strings.Join(p.Tags, " ") != "Label u" {
		t.Errorf("got %+v from %+v", p, p.Feed)
	}
}

func TestShare(t *testing.T) {
	for _, c := range []struct {
		name, doc, share string
		private          bool
	}{
		{"words", item(`<posse:post>Read this!</posse:post>`), "Read this!", false},
		{"a format", entry(`<posse:post format="json"><![CDATA[{"format_string":"New: {{title}} {{url}}",}]]></posse:post><title>T</title><link href="https://example.org/1"/>`), "New: T https://example.org/1", false},
		{"the title alone", entry(`<title>T</title><posse:post>{"format_string":"{{title}}"}</posse:post>`), "", false},
		{"content", entry(`<posse:post>{"content":"&lt;p&gt;A&lt;/p&gt;"}</posse:post>`), "A", false},
		{"not to be shared", entry(`<posse:post>{"syndicate":false}</posse:post>`), "", true},
		{"json", `{"version":"https://jsonfeed.org/version/1","items":[{"id":"1","_posse":{"content":"A"}}]}`, "A", false},
		{"broken", entry(`<posse:post>{"format_string</posse:post>`), "", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if p := only(t, c.doc); p.Share != c.share || p.Private != c.private {
				t.Errorf("got %q, private %v", p.Share, p.Private)
			}
		})
	}
}

func TestExtensionsOfJSON(t *testing.T) {
	p := only(t, `{"version":"https://jsonfeed.org/version/1.1","items":[{"id":"1","image":"/i.png","_source":{"title":"S","url":"https://s.example/","feed_url":"https://s.example/f"},
		"_syndicated":{"share":"Words","private":true,"comments":"/c","image_alt":"A cat"}}]}`)
	if p.Share != "Words" || !p.Private || p.Comments != "https://feeds.example.net/c" || p.Image.Alt != "A cat" ||
		*p.Feed != (feeds.Origin{Title: "S", Link: "https://s.example/", Self: "https://s.example/f"}) {
		t.Errorf("got %+v from %+v", p, p.Feed)
	}
}

func TestFeedItself(t *testing.T) {
	feed, _ := parse(t, `<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom" xmlns:fh="http://purl.org/syndication/history/1.0" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"><channel>
		<title>T &amp;amp; U</title><link>https://example.org/</link><description>D</description><language>en-GB</language><atom:link rel="self" href="self.xml"/>
		<atom:link rel="hub" href="https://hub.example/"/><atom:link rel="next" href="?page=2"/><managingEditor>e@x.org (E)</managingEditor>
		<image><url>/i.png</url><title>I</title><width>88</width><height>31</height></image><ttl>90</ttl><skipHours><hour>3</hour></skipHours><skipDays><day>Sunday</day></skipDays>
		<lastBuildDate>Sun, 31 May 2026 10:00:00 GMT</lastBuildDate><fh:complete/></channel></rss>`)
	want := feeds.Feed{
		Format: "rss", Title: "T & U", Link: "https://example.org/", Description: "D", Language: "en-GB", Self: "https://feeds.example.net/dir/self.xml",
		Hubs: []string{"https://hub.example/"}, Next: "https://feeds.example.net/dir/feed.xml?page=2", Authors: []feeds.Author{{Name: "E", Email: "e@x.org"}},
		Image: &feeds.Media{URL: "https://feeds.example.net/i.png", Title: "I", Width: 88, Height: 31}, TTL: 90 * time.Minute,
		SkipHours: []int{3}, SkipDays: []time.Weekday{time.Sunday}, Updated: time.Date(2026, 5, 31, 10, 0, 0, 0, time.UTC), Complete: true, Posts: []feeds.Post{},
	}
	if d := cmp.Diff(want, feed); d != "" {
		t.Errorf("-want +got\n%s", d)
	}
}

func TestRepair(t *testing.T) {
	two := `<item><guid>1</guid><title>A</title></item><item><guid>2</guid><title>B</title></item>`
	for _, c := range []struct {
		name, doc string
		titles    string
		note      string // part of a note, empty when nothing is to be repaired
	}{
		{"nothing", `<rss><channel>` + two + `</channel></rss>`, "A|B", ""},
		{"cut off in an item", `<rss><channel>` + two + `<item><guid>3</guid><title>C`, "A|B", "kept the 2 whole items"},
		{"cut off in a tag", `<rss><channel>` + two + `<item><guid isPerma`, "A|B", "kept the 2 whole items"},
		{"cut off in CDATA", `<rss><channel>` + two + `<item><title><![CDATA[C`, "A|B", "kept the 2 whole items"},
		{"cut off between items", `<rss><channel>` + two, "A|B", "cut off"},
		{"cut off in the only item", `<rss><channel><item><title>A</title><description>D`, "A", "cut off"},
		{"illegal characters", "<rss><channel><item><title>A\x01\x02\ufffe</title></item></channel></rss>", "A", "dropped"},
		{"illegal reference", `<rss><channel><item><title>A&#8;&#x0;</title></item></channel></rss>`, "A", "references"},
		{"illegal bytes", "<rss><channel><item><title>A\xff é é é</title></item></channel></rss>", "A é é é", "dropped"},
		{"less than", `<rss><channel><item><title>a < b</title></item></channel></rss>`, "a < b", "<"},
		{"the end of a CDATA section that never began", `<rss><channel><item><title>a ]]> b</title></item></channel></rss>`, "a ]]> b", "not well-formed"},
		{"ampersand", `<rss><channel><item><title>a & b &c</title></item></channel></rss>`, "a & b &c", ""},
		{"text before the declaration", "<b>Warning</b>: it failed\n<?xml version=\"1.0\"?><rss><channel>" + two + `</channel></rss>`, "A|B", "before"},
		{"far away from the beginning", strings.Repeat(" \n<!-- x -->", 2000) + `<rss><channel>` + two + `</channel></rss>`, "A|B", ""},
		{"text behind", `<rss><channel>` + two + `</channel></rss><script>x</script>`, "A|B", "follows"},
		{"end tags missing", `<rss><channel><item><title>A</title><description><p>x<br>y</description></item><item><title>B</title></channel></rss>`, "A|B", "closed"},
		{"end tags too many", `<rss><channel><item><title>A</title></b></item></p><item><title>B</title></item></channel></rss>`, "A|B", "close nothing"},
		{"an item that is not closed", `<rss><channel><item><title>A</title><item><title>B</title></item></channel></rss>`, "A|B", "closed items"},
		{"a title that is not closed", `<rss><channel><item><title>A<link>https://x.example/</link></item></channel></rss>`, "A", "closed"},
		{"crossed tags", `<rss><channel><item><title>A</title><description><b><i>x</b></i></description></item></channel></rss>`, "A", "closed"},
		{"quotes forgotten", `<rss version=2.0><channel><item><title>A</title><enclosure url="a.mp3 length=1 type=x></item></channel></rss>`, "A", "not well-formed"},
		{"two hyphens in a comment", `<rss><channel><!-- a -- b --><item><title>A</title></item></channel></rss>`, "A", "not well-formed"},
		{"undeclared prefixes", `<rss><channel><item><title>A</title><media:content url="x"/><dc:creator>x</dc:creator></item></channel></rss>`, "A", ""},
		{"deep", `<rss><channel>` + two + `<x>` + strings.Repeat("<a>", 3000) + strings.Repeat("</a>", 3000) + `</x></channel></rss>`, "A|B", "nested"},
		{"a made-up namespace", `<rss xmlns="http://made.up/"><channel>` + two + `</channel></rss>`, "A|B", ""},
		{"a made-up namespace of Atom", `<feed xmlns="http://www.w3.org/2005/atom"><entry><title>A</title></entry></feed>`, "A", ""},
		{"no root", `<channel>` + two + `</channel>`, "A|B", ""},
		{"an entry alone", `<entry xmlns="http://www.w3.org/2005/Atom"><title>A</title></entry>`, "A", ""},
		{"JSON with a mark", "\ufeff" + `{"version":"https://jsonfeed.org/version/1","items":[{"id":"1","title":"A"}]}`, "A", ""},
		{"JSON with odd types", `{"version":1,"title":5,"author":"x","items":[{"id":1,"title":7,"tags":"a, b","authors":"y"},{"id":null},{"title":"no id"},5]}`, "7", "left out 3 items"},
		{"JSON with commas and line breaks", "{\"items\":[{\"id\":\"1\",\"title\":\"A\nB\",},]}", "A B", "repaired"},
		{"JSON cut off", `{"version":"https://jsonfeed.org/version/1","items":[{"id":"1","title":"A"},{"id":"2","title":"B`, "A", "cut off"},
	} {
		t.Run(c.name, func(t *testing.T) {
			feed, notes := parse(t, c.doc)
			var titles []string
			for _, p := range feed.Posts {
				titles = append(titles, p.Title)
			}
			if got := strings.Join(titles, "|"); got != c.titles {
				t.Errorf("got %q, want %q (%q)", got, c.titles, notes)
			}
			told := ""
			for _, n := range notes {
				if !strings.HasPrefix(n, "no date") {
					told += n + "\n"
				}
			}
			if c.note == "" && told != "" || !strings.Contains(told, c.note) {
				t.Errorf("notes: got %q, want %q", told, c.note)
			}
		})
	}
}

func TestCharsets(t *testing.T) {
	doc := func(label string) string {
		if label != "" {
			label = ` encoding="` + label + `"`
		}
		return `<?xml version="1.0"` + label + `?><rss><channel><item><title>Grüße – Ђ</title></item></channel></rss>`
	}
	latin := func(s string) string {
		out := make([]byte, 0, len(s))
		for _, r := range s {
			switch r {
			case '–':
				out = append(out, 0x96)
			case 'Ђ':
				out = append(out, '?')
			default:
				out = append(out, byte(r))
			}
		}
		return string(out)
	}
	wide := func(s string, big, mark bool) string {
		var b bytes.Buffer
		units := utf16.Encode([]rune(s))
		if mark {
			units = append([]uint16{0xfeff}, units...)
		}
		for _, u := range units {
			if big {
				b.Write([]byte{byte(u >> 8), byte(u)})
			} else {
				b.Write([]byte{byte(u), byte(u >> 8)})
			}
		}
		return b.String()
	}
	const utf, western = "Grüße – Ђ", "Grüße – ?"
	for _, c := range []struct{ name, body, header, want string }{
		{"UTF-8", doc("utf-8"), "", utf},
		{"a mark", "\xef\xbb\xbf" + doc(""), "", utf},
		{"a mark beats the header", "\xef\xbb\xbf" + doc(""), "text/xml; charset=iso-8859-1", utf},
		{"declared", latin(doc("windows-1252")), "", western},
		{"declared as Latin 1, which is windows-1252", latin(doc("ISO-8859-1")), "", western},
		{"the header", latin(doc("")), "application/xml; charset=windows-1252", western},
		{"the header beats the declaration", latin(doc("koi8-r")), `application/xml; charset="windows-1252"`, western},
		{"text/xml says nothing", doc(""), "text/xml", utf},
		{"a header that is wrong", doc("utf-8"), "text/xml; charset=iso-8859-1", utf},
		{"undeclared", latin(doc("")), "", western},
		{"declared as UTF-8 and not so", latin(doc("utf-8")), "", western},
		{"unknown", doc("klingon"), "", utf},
		{"UTF-16 with a mark", wide(doc("utf-16"), true, true), "", utf},
		{"UTF-16 without", wide(doc("utf-16"), false, false), "", utf},
		{"UTF-16 that is UTF-8", doc("utf-16"), "", utf},
		{"a header that is no header", latin(doc("")), "text/xml;charset= 'windows-1252", western},
	} {
		t.Run(c.name, func(t *testing.T) {
			feed, _, err := remote.Parse(remote.Document{Body: []byte(c.body), ContentType: c.header})
			if err != nil {
				t.Fatal(err)
			}
			if got := feed.Posts[0].Title; got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestUndeclaredCharsets(t *testing.T) {
	for _, c := range []struct {
		name string
		enc  encoding.Encoding
		text string
	}{
		{"windows-1252", charmap.Windows1252, "Das schöne Mädchen aß süße Äpfel – «d’été à Noël»"},
		{"windows-1251", charmap.Windows1251, "Съешь же ещё этих мягких французских булок, да выпей чаю"},
		{"koi8-r", charmap.KOI8R, "Съешь же ещё этих мягких французских булок, да выпей чаю"},
		{"windows-1253", charmap.Windows1253, "Ξεσκεπάζω την ψυχοφθόρα σας βδελυγμία"},
		{"windows-1255", charmap.Windows1255, "דג סקרן שט בים מאוכזב ולפתע מצא לו חברה"},
		{"windows-1256", charmap.Windows1256, "صف خلق خود كمثل الشمس إذ بزغت"},
		{"windows-874", charmap.Windows874, "เป็นมนุษย์สุดประเสริฐเลิศคุณค่า"},
		{"shift_jis", japanese.ShiftJIS, "いろはにほへと散りぬるを我が世誰ぞ常ならむ"},
		{"euc-jp", japanese.EUCJP, "いろはにほへと散りぬるを我が世誰ぞ常ならむ"},
		{"euc-kr", korean.EUCKR, "키스의 고유조건은 입술끼리 만나야 하고 특별한 기술은 필요치 않다"},
		{"gb18030", simplifiedchinese.GBK, "天地玄黄宇宙洪荒日月盈昃辰宿列张"},
	} {
		t.Run(c.name, func(t *testing.T) {
			body, err := c.enc.NewEncoder().String(`<rss><channel><title>` + c.text + `</title></channel></rss>`)
			if err != nil {
				t.Fatal(err)
			}
			feed, notes := parse(t, body)
			if feed.Title != c.text || len(notes) != 1 {
				t.Errorf("got %q, want %q (%q)", feed.Title, c.text, notes)
			}
		})
	}
}

func TestRefused(t *testing.T) {
	for name, doc := range map[string]string{
		"empty": "", "spaces": " \n", "text": "hello", "another XML": "<opml><body/></opml>", "JSON": `{"a":1}`, "a JSON list": `[1]`, "broken JSON": `{"items`,
		"a comment": "<!-- x -->", "only a declaration": `<?xml version="1.0"?>`, "binary": "\x89PNG\r\n\x1a\n\x00\x00\x00", "an open tag": "<", "a tag": "<rss",
	} {
		if _, _, err := remote.Parse(remote.Document{Body: []byte(doc)}); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	for name, doc := range map[string]string{
		"page": "<!DOCTYPE html><p>x", "page without a doctype": "<html><rss></rss></html>", "page with a declaration": `<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"/>`,
	} {
		if _, _, err := remote.Parse(remote.Document{Body: []byte(doc)}); !errors.Is(err, remote.ErrPage) {
			t.Errorf("%s: got %v, want ErrPage", name, err)
		}
	}
}

// Documents that were made to take long or to fall over.
func TestPoller13Bombs(t *testing.T) {
	const size = 512 << 10 // with which what is quadratic takes many seconds
	fill := func(s string) string { return strings.Repeat(s, size/len(s)) }
	in := func(s string) string {
		return `<rss xmlns:x="x"><channel><item><title>A</title>` + s + `</item></channel></rss>`
	}
	for name, doc := range map[string]string{
		"nested elements":          in(fill("<x:a>")),
		"nested two million deep":  in(strings.Repeat("<x:a>", 2_000_000)), // kills gofeed
		"nested and closed":        in(strings.Repeat("<x:a>", 30_000) + strings.Repeat("</x:a>", 30_000)),
		"nested in a description":  in("<description>" + fill("<b>") + "</description>"),
		"flat elements":            in(fill("<x:a/>")),
		"attributes":               in("<x:a " + fill(`b="c" `) + "/>"),
		"namespaces":               in("<x:a " + fill(`xmlns:b="c" `) + "/>"),
		"ampersands":               in("<description>" + fill("&amp;") + "</description>"),
		"bare ampersands":          in("<description>" + fill("&") + "</description>"),
		"less than":                in("<description>" + fill("< ") + "</description>"),
		"CDATA":                    in("<description>" + fill("<![CDATA[a]]>") + "</description>"),
		"comments":                 in(fill("<!---->")),
		"comments that stay open":  fill("<!--"),
		"CDATA that stays open":    "<rss><channel><item><title>" + fill("<![CDATA["),
		"doctypes":                 fill("<!x [>"),
		"instructions":             fill("<?x>"),
		"end tags":                 "<rss><channel>" + fill("</x>"),
		"quotes that stay open":    in(fill(`<a b="`)),
		"quotes of two kinds":      in(fill(`<a b="><a b='>`)),
		"many items":               "<rss><channel>" + fill("<item/>") + "</channel></rss>",
		"items in items":           "<rss><channel>" + fill("<item>"),
		"many bases":               in(fill(`<x:a xml:base="b/"/>`)),
		"nested bases":             in(strings.Repeat(`<x:a xml:base="b/">`, 200) + strings.Repeat("</x:a>", 200)),
		"JSON lists":               `{"version":"jsonfeed","items":` + fill("["),
		"JSON objects":             `{"version":"jsonfeed","items":[` + fill(`{"id":`),
		"JSON items":               `{"version":"jsonfeed","items":[` + fill(`{"id":1},`),
		"JSON escapes":             `{"version":"jsonfeed","title":"` + fill(`\u0000`) + `"}`,
		"hours":                    "<rss><channel><skipHours>" + fill("<hour>1</hour>") + "</skipHours></channel></rss>",
		"categories":               in(fill("<category>x</category>")),
		"authors":                  in(fill("<author>x</author>")),
		"different authors":        "<rss><channel><item>" + many(5_000, "<author>%d@x.org</author>") + "</item></channel></rss>",
		"different files":          "<rss><channel><item>" + many(5_000, `<enclosure url="http://x/%d"/>`) + "</item></channel></rss>",
		"zeros":                    strings.Repeat("\x00", size),
		"high bytes":               strings.Repeat("\xff", size),
		"mixed bytes":              "<rss><channel><item><title>" + fill("é\xff") + "</title></item></channel></rss>",
		"illegal characters":       in(fill("\x01")),
		"a long tag name":          in("<" + fill("a") + ">"),
		"an entity that is nested": `<!DOCTYPE rss [<!ENTITY a "aaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>` + in("<description>"+fill("&b;")+"</description>"),
	} {
		t.Run(name, func(t *testing.T) {
			_, took, err := timed(remote.Document{URL: "https://example.org/", Body: []byte(doc)})
			t.Logf("%v (%v)", took.Round(time.Millisecond), err)
			if took > time.Second {
				t.Errorf("took %v", took)
			}
		})
	}
}

// timed parses and tells what it took.
func timed(d remote.Document) (feed feeds.Feed, took time.Duration, err error) {
	took = spent(func() { feed, _, err = remote.Parse(d) })
	return feed, took / slower, err
}

func many(n int, format string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, format, i)
	}
	return b.String()
}

func TestFeedIsJSON(t *testing.T) {
	// What is read can be printed and read again.
	feed, _ := parse(t, item(`<guid>1</guid><pubDate>Sun, 31 May 2026 10:00:00 GMT</pubDate>`))
	b, err := json.Marshal(feed)
	if err != nil {
		t.Fatal(err)
	}
	var again feeds.Feed
	if err := json.Unmarshal(b, &again); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(feed, again); d != "" {
		t.Errorf("-first +again\n%s", d)
	}
}

func TestBodyIsNotChanged(t *testing.T) {
	docs := []string{
		item(`<title>A\x01</title>`), entry(`<title xml:base="x">A</title>`), "\xef\xbb\xbf" + item(""), `{"items":[{"id":1}]}`,
	}
	var z bytes.Buffer
	w := gzip.NewWriter(&z)
	io.WriteString(w, "x")
	w.Close()
	for _, doc := range append(docs, z.String()) {
		body := []byte(doc)
		_, _, _ = remote.Parse(remote.Document{Body: body})
		if string(body) != doc {
			t.Errorf("the body was changed: %.80q", doc)
		}
	}
}
