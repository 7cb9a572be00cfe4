package write_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"io"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"golang.org/x/net/html"

	"syndicated/feeds"
	"syndicated/feeds/write"
)

// item is the part of JSON Feed that tests look at: what it says needs no
// further decoding.
type item struct {
	ID        string `json:"id"`
	URL       string `json:"url"`
	Title     string `json:"title"`
	HTML      string `json:"content_html"`
	Text      string `json:"content_text"`
	Summary   string `json:"summary"`
	Published string `json:"date_published"`
	Modified  string `json:"date_modified"`
	Language  string `json:"language"`
	Authors   []struct{ Name, URL string }
	Tags      []string
}

func itemsOf(t *testing.T, f write.Feed) []item {
	t.Helper()
	b, err := write.JSON(f)
	if err != nil {
		t.Fatal(err)
	}
	var doc struct{ Items []item }
	if err := json.Unmarshal(b, &doc); err != nil {
		t.Fatal(err)
	}
	return doc.Items
}

func one(t *testing.T, p feeds.Post) item {
	t.Helper()
	items := itemsOf(t, write.Feed{Name: "f", BaseURL: "https://f.example", Title: "F", Posts: []feeds.Post{p}})
	if len(items) != 1 {
		t.Fatalf("%d items", len(items))
	}
	return items[0]
}

func TestContent(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"good stays", `<p>One <em>two</em> <a href="https://x.example/">three</a></p>`, `<p>One <em>two</em> <a href="https://x.example/">three</a></p>`},
		{"plain text", `a & b < c`, `a &amp; b &lt; c`},
		{"unclosed", `<p>a<p>b<ul><li>c`, `<p>a</p><p>b</p><ul><li>c</li></ul>`},
		{"mis-nested", `<b>a<i>b</b>c</i>`, `<b>a<i>b</i></b><i>c</i>`},
		{"relative links", `<a href="two">a</a><a href="/three">b</a><a href="?q=1&r=2">c</a><a href="#n">d</a><a href="//h.example/">e</a>`, `<a href="https://b.example/dir/two">a</a><a href="https://b.example/three">b</a><a href="https://b.example/dir/one?q=1&amp;r=2">c</a><a href="https://b.example/dir/one#n">d</a><a href="https://h.example/">e</a>`},
		{"relative images", `<img src="i.png" srcset="i.png 1x, /j.png 2x" alt="I">`, `<img src="https://b.example/dir/i.png" alt="I" srcset="https://b.example/dir/i.png 1x, https://b.example/j.png 2x"/>`},
		{"international", `<a href="http://münchen.example/ä ö">x</a>`, `<a href="http://xn--mnchen-3ya.example/%C3%A4%20%C3%B6">x</a>`},
		{"password in a link", `<a href="https://u:p@x.example/">x</a>`, `<a href="https://x.example/">x</a>`},
		{"script", `a<script>x()</script><p onclick="x()">b</p><a href="javascript:x()">c</a>`, `a<p>b</p>c`},
		{"style", `<style>p{}</style><p style="color:red" class="x" id="y">a</p>`, `<p>a</p>`},
		{"svg", `a<svg><script>x()</script><text>t</text></svg>b`, `ab`},
		{"math", `<math><mi>x</mi><mo>=</mo><mn>1</mn></math>`, `x=1`},
		{"math with words", `<math alttext="x is 1"><mi>x</mi></math>`, `x is 1`},
		{"embedded film", `<p><iframe src="//v.example/1" title="A film"></iframe></p>`, `<p><a href="https://v.example/1">A film</a></p>`},
		{"object with words", `<p><object data="x"><p>in</p></object></p>`, `<p></p><p>in</p><p></p>`},
		{"form", `<form><p>a</p><input name=x><button>b</button></form>`, `<p>a</p>b`},
		{"custom element", `<my-box><p>a</p></my-box>`, `<p>a</p>`},
		{"tracker", `a<img src="https://t.example/p.gif" width=1 height=1>`, `a`},
		{"lazy image", `<img src="data:image/gif;base64,AAAA" data-src="/i.png">`, `<img src="https://b.example/i.png" alt=""/>`},
		{"data image", `<img src="data:image/png;base64,iVBORw0KGgo=">`, `<img src="data:image/png;base64,iVBORw0KGgo=" alt=""/>`},
		{"data elsewhere", `<img src="data:text/html,x"><a href="data:text/html,x">y</a>`, `y`},
		{"video", `<video src="v.mp4" autoplay></video>`, `<video controls="" preload="none" src="https://b.example/dir/v.mp4"></video>`},
		{"video of nothing", `a<video></video>`, `a`},
		{"nested links", `<a href="/1">a<iframe src="/2"></iframe></a>`, `<a href="https://b.example/1">ahttps://b.example/2</a>`},
		{"link of an image", `<a href="/1"><img src="/i.png"></a>`, `<a href="https://b.example/1"><img src="https://b.example/i.png" alt="Image"/></a>`},
		{"link of nothing", `a<a href="/1"> </a>b`, `a b`},
		{"stray item", `<li>a</li>`, `<div>a</div>`},
		{"list of no items", `<ul>a<p>b</p><li>c</li></ul>`, `<ul><li>a</li><li><p>b</p></li><li>c</li></ul>`},
		{"terms", `<dl><p>a</p><dt>b<dd>c</dl><dd>d</dd>`, `<dl><dd><p>a</p></dd><dt>b</dt><dd>c</dd></dl><div>d</div>`},
		{"empty heading", `<h2></h2><h3>a</h3>`, `<h3>a</h3>`},
		{"language", `<p lang="HE" dir=RTL>a</p><p lang="nonsense!" dir=up>b</p>`, `<p lang="he" dir="rtl">a</p><p>b</p>`},
		{"entities", `a&nbsp;b&copy;&#8217;&#x80;&amp;amp;`, "a\u00a0b©’€&amp;amp;"},
		{"control characters", "a\x00\x01\x0b\x7fb\ufffe&#1;&#0;c", `abc`},
		{"windows-1252", "\u0093a\u0094", `“a”`},
		{"encoded twice", "GrÃ¼Ã\u009fe Ã© &#195;&#169;", `Grüße é é`},
		{"not encoded twice", "Ã, Â, SÃO, Ãgua", `Ã, Â, SÃO, Ãgua`},
		{"comment", `a<!-- b -->c`, `ac`},
		{"pre keeps its first empty line", "<pre>\n\na</pre>", "<pre>\n\na</pre>"},
		{"too deep", strings.Repeat("<div>", 600) + "a &amp; b", `<p>a &amp; b</p>`},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := one(t, feeds.Post{ID: "tag:x,1", Link: "https://b.example/dir/one", Content: c.in}).HTML; got != c.want {
				t.Errorf("\n got %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestIdentity(t *testing.T) {
	const uuid = "urn:uuid:"
	for _, c := range []struct {
		name, id  string
		aggregate bool
		json      string // "uuid": a UUID is made of it
		atom      string
	}{
		{"address", "https://x.example/?p=1", true, "https://x.example/?p=1", "https://x.example/?p=1"},
		{"address, not canonical", "HTTP://X.example:80/%7eu", true, "HTTP://X.example:80/%7eu", "http://x.example/~u"},
		{"address without path", "https://x.example", true, "https://x.example", "https://x.example/"},
		{"tag", "tag:x.example,2026:1", true, "tag:x.example,2026:1", "tag:x.example,2026:1"},
		{"broken tag", "tag:x example:1", true, "uuid", "uuid"},
		{"uuid", "urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6", true, "urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6", "urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6"},
		{"number in a feed of many", "17", true, "uuid", "uuid"},
		{"number in a feed of one", "17", false, "uuid", "uuid"},
		{"word in a feed of many", "post-17", true, "uuid", "uuid"},
		{"word in a feed of one", "post-17", false, "post-17", "uuid"},
		{"long word", "8c5d1f0a9b7e4c3d2f1a", true, "8c5d1f0a9b7e4c3d2f1a", "uuid"},
		{"none", "", true, "uuid", "uuid"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := write.Feed{Name: "f", BaseURL: "https://f.example", Title: "F", Aggregate: c.aggregate, Posts: []feeds.Post{{Source: "s", Key: "k", ID: c.id, Title: "T", Content: "<p>x</p>"}}}
			got := itemsOf(t, f)[0].ID
			if c.json == "uuid" && !strings.HasPrefix(got, uuid) || c.json != "uuid" && got != c.json {
				t.Errorf("JSON: got %q, want %q", got, c.json)
			}
			b, err := write.Atom(f)
			if err != nil {
				t.Fatal(err)
			}
			_, id, _ := strings.Cut(strings.SplitN(string(b), "<entry", 2)[1], "<id>")
			id, _, _ = strings.Cut(id, "</id>")
			if c.atom == "uuid" && !strings.HasPrefix(id, uuid) || c.atom != "uuid" && id != c.atom {
				t.Errorf("Atom: got %q, want %q", id, c.atom)
			}
			// The same post has the same id whatever else changes.
			f.Posts[0].Title, f.Posts[0].Content, f.Posts[0].Link = "Other", "<p>other</p>", "https://x.example/other"
			if again := itemsOf(t, f)[0].ID; again != got {
				t.Errorf("after an edit: %q, was %q", again, got)
			}
			f.Posts[0].Source = "t"
			if other := itemsOf(t, f)[0].ID; strings.HasPrefix(got, uuid) && c.json == "uuid" && other == got {
				t.Errorf("another source's post has the same id %q", other)
			}
		})
	}
}

func TestDates(t *testing.T) {
	now := at("2026-11-01T12:00:00Z")
	for _, c := range []struct{ name, published, updated, wantPublished, wantModified string }{
		{"as they are", "2026-10-01T10:00:00Z", "2026-10-02T10:00:00Z", "2026-10-01T10:00:00Z", "2026-10-02T10:00:00Z"},
		{"in UTC", "2026-10-01T10:00:00+05:45", "", "2026-10-01T04:15:00Z", ""},
		{"updated before published", "2026-10-02T10:00:00Z", "2026-10-01T10:00:00Z", "2026-10-02T10:00:00Z", ""},
		{"a wrong zone", "2026-11-01T20:00:00Z", "", "2026-10-31T20:00:00Z", ""},
		{"announced", "2026-11-03T10:00:00Z", "", "2026-11-01T10:00:00Z", ""},
		{"a wrong year", "2062-05-01T00:00:00Z", "", "2026-05-01T00:00:00Z", ""},
		{"a wrong year, later in the year", "2062-12-01T00:00:00Z", "", "2025-12-01T00:00:00Z", ""},
		{"old", "1985-01-01T00:00:00Z", "", "1985-01-01T00:00:00Z", ""},
		{"none", "", "", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := feeds.Post{ID: "tag:x,1", Title: "T"}
			if c.published != "" {
				p.Published = at(c.published)
			}
			if c.updated != "" {
				p.Updated = at(c.updated)
			}
			got := itemsOf(t, write.Feed{Name: "f", BaseURL: "https://f.example", Now: now, Posts: []feeds.Post{p}})[0]
			if got.Published != c.wantPublished || got.Modified != c.wantModified {
				t.Errorf("got %q and %q, want %q and %q", got.Published, got.Modified, c.wantPublished, c.wantModified)
			}
		})
	}
}

func TestSummaryAndLanguage(t *testing.T) {
	long := "<p>" + strings.Repeat("Many words make a sentence. ", 40) + "</p>"
	p := one(t, feeds.Post{ID: "tag:x,1", Title: "T", Content: `<figure><img src="https://x.example/i.png" alt="I"><figcaption>Caption</figcaption></figure>` + long})
	if !strings.HasPrefix(p.Summary, "Many words") || !strings.HasSuffix(p.Summary, "…") || utf8.RuneCountInString(p.Summary) > 301 {
		t.Errorf("summary %q", p.Summary)
	}
	f := write.Feed{Name: "f", BaseURL: "https://f.example", Title: "F", Content: "summary", Posts: []feeds.Post{{ID: "tag:x,1", Title: "T", Summary: "<p>Short &amp; good</p>", Content: long, Language: "pt_BR"}, {ID: "tag:x,2", Title: "U", Content: "x", Language: "pt"}}}
	items := itemsOf(t, f)
	if items[0].HTML != "" || items[0].Text != "Short & good" {
		t.Errorf("content summary: %+v", items[0])
	}
	b, err := write.RSS(f)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(b), "<language>pt</language>") || strings.Contains(string(b), "content:encoded>") {
		t.Errorf("RSS:\n%s", b)
	}
}

func TestOPML(t *testing.T) {
	b, err := write.OPML([]write.Feed{{Name: "all", BaseURL: "https://f.example", Title: "Tom & Jerry", Description: "All", Language: "en"}})
	if err != nil {
		t.Fatal(err)
	}
	want := `<outline text="Tom &amp; Jerry" title="Tom &amp; Jerry" type="rss" xmlUrl="https://f.example/feeds/all.atom" htmlUrl="https://f.example/feeds/all" description="All" language="en"></outline>`
	if !strings.Contains(string(b), want) {
		t.Errorf("got\n%s\nwant\n%s", b, want)
	}
}

// FuzzDocuments: whatever a post holds, documents are well-formed and HTML is
// closed and runs nothing.
func FuzzDocuments(f *testing.F) {
	f.Add("title", "<p>x", "https://x.example/", "id", "note")
	f.Add("</b> & <i>", "<svg><style><img src=x onerror=y></style>", "http://[::1]/%zz", "tag:x,1", "\x00\xff")
	f.Add("Ã©", "<table><p><a href=x><object><p></table><math><mi>", "//x", "https://x/%41%2f", "]]>")
	f.Fuzz(func(t *testing.T, title, body, link, id, tag string) {
		p := feeds.Post{
			Source: "s", Key: "k", ID: id, Link: link, Title: title, Content: body, Summary: tag, Tags: []string{tag, title}, Authors: []feeds.Author{{Name: tag, URL: link, Email: id}},
			Enclosures: []feeds.Media{{URL: link, Type: tag, Title: title}}, Image: &feeds.Media{URL: link, Alt: title}, Feed: &feeds.Origin{Title: title, Link: link, ID: id}, Language: tag, Note: title, Revision: 1,
		}
		d := write.Make(write.Feed{Name: "f", BaseURL: "https://f.example", Title: title, Description: body, Link: link, Language: tag, Aggregate: true, Kind: "updates", Posts: []feeds.Post{p}, Now: time.Unix(1.7e9, 0)})
		for _, make := range []func() ([]byte, error){d.RSS, d.Atom} {
			b, err := make()
			if err != nil {
				t.Fatal(err)
			}
			x := xml.NewDecoder(bytes.NewReader(b))
			for {
				if _, err := x.Token(); err == io.EOF {
					break
				} else if err != nil {
					t.Fatalf("%v\n%s", err, b)
				}
			}
		}
		b, err := d.JSON()
		if err != nil || !json.Valid(b) {
			t.Fatalf("%v\n%s", err, b)
		}
		var doc struct{ Items []item }
		if err := json.Unmarshal(b, &doc); err != nil {
			t.Fatal(err)
		}
		for _, i := range doc.Items {
			if i.ID == "" || i.HTML == "" && i.Text == "" {
				t.Errorf("an item without id or content: %+v", i)
			}
			closed(t, i.HTML)
		}
		if _, err := d.Page(); err != nil {
			t.Fatal(err)
		}
	})
}

// closed checks that a fragment is balanced and harmless.
func closed(t *testing.T, fragment string) {
	z := html.NewTokenizer(strings.NewReader(fragment))
	var open []string
	for {
		switch z.Next() {
		case html.ErrorToken:
			if len(open) > 0 {
				t.Errorf("unclosed %v in %q", open, fragment)
			}
			return
		case html.StartTagToken:
			tok := z.Token()
			if !strings.Contains(" br col hr img source track wbr ", " "+tok.Data+" ") {
				open = append(open, tok.Data)
			}
			if tok.Data == "script" || tok.Data == "style" || tok.Data == "iframe" {
				t.Errorf("%s in %q", tok.Data, fragment)
			}
			for _, a := range tok.Attr {
				v := strings.ToLower(strings.TrimSpace(a.Val))
				if strings.HasPrefix(a.Key, "on") || a.Key == "style" || (a.Key == "href" || a.Key == "src") && (strings.HasPrefix(v, "javascript") || !strings.Contains(v, ":")) {
					t.Errorf("%s=%q in %q", a.Key, a.Val, fragment)
				}
			}
		case html.EndTagToken:
			name, _ := z.TagName()
			if len(open) == 0 || open[len(open)-1] != string(name) {
				t.Errorf("</%s> inside of %v in %q", name, open, fragment)
				return
			}
			open = open[:len(open)-1]
		}
	}
}
