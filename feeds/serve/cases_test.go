package serve_test

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"syndicated/feeds"
	"syndicated/feeds/serve"
	"syndicated/feeds/source/remote"
)

// corpus is the folder of real feeds beside the repository; the test is skipped
// where there is none.
func corpus(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		if dir == filepath.Dir(dir) {
			t.Fatal("no go.mod above the test")
		}
		dir = filepath.Dir(dir)
	}
	root := filepath.Join(dir, "..", "shared", "corpus", "feeds")
	if _, err := os.Stat(root); err != nil {
		t.Skip("no corpus beside the repository: " + root)
	}
	return root
}

// corpusPosts reads every feed of the corpus that can be read. The files are
// spread over sources, 25 to one.
func corpusPosts(t *testing.T) map[string][]feeds.Post {
	t.Helper()
	root := corpus(t)
	var files []string
	err := filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() && !strings.Contains("EXPECT.jsonl INDEX.tsv dates.tsv", d.Name()) {
			files = append(files, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(files)
	out := map[string][]feeds.Post{}
	read, looked := 0, 0
	for i, file := range files {
		if underRace && i/25%5 != 0 {
			continue
		}
		looked++
		body, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		feed, _, err := remote.Parse(remote.Document{Body: body, URL: "https://corpus.example.org/" + filepath.Base(file), Now: day0.Add(40 * 24 * time.Hour)})
		if err != nil {
			continue // not every file of the corpus is a feed
		}
		read++
		source := fmt.Sprintf("corpus-%02d", i/25)
		for j, p := range feed.Posts {
			p.Source, p.Key = source, fmt.Sprintf("f%03d-p%04d", i, j)
			out[source] = append(out[source], p)
		}
	}
	if read < looked/2 {
		t.Errorf("only %d of %d files could be read", read, looked)
	}
	return out
}

var nasty = []string{
	"plain", "", " ", "Tom & Jerry", "AT&T", "a &amp; b", "&lt;b&gt;", "<b>bold</b>", "x </b> y", "</p>", "</title>", "<script>alert(1)</script>", "]]>", "<![CDATA[x]]>",
	"<!-- comment -->", "<a href='javascript:alert(1)'>x</a>", "&#38;", "&#x3C;i&#x3E;", "&nbsp;", "&notanentity;", "&", "<", ">", "a < b > c", "if (a<b && c>d)", "100 %",
	"\x00\x01\x08\x0b\x0c\x1f", "tab\tand\nnewline\r\n", "\u0080\u0085\u0093quoted\u0094\u009f", "\ufffd", "\ufffe\uffff", "bad \xff\xfe utf-8 \xc3(", "\ufeffBOM",
	"😀 👩‍👩‍👧‍👦 🇪🇺", "שלום עולם", "مرحبا بالعالم", "\u202ereversed\u202c", "日本語のタイトル", "e\u0301 a\u0308", "🙂\u200d", "\u2028\u2029", "{{.Title}}", "${HOME}", "%s%d%n",
	"'single' \"double\"", "\\u003c", "<?xml version=\"1.0\"?>", "<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>&e;", strings.Repeat("long ", 300), strings.Repeat("x", 3000),
}

var nastyHTML = []string{
	"", "plain text & more < less", "<p>unclosed", "</p></div>stray ends", "<p>a<p>b<div>c", "<b><i>mis</b>nested</i>", "<table><tr><td>1<td>2</table>", "<ul>text<p>para</p><li>item</ul>",
	"<li>stray item</li><dd>stray</dd>", "<script>alert(1)</script>after", "<img src=x onerror=alert(1)>", `<a href="javascript:alert(1)">x</a>`, `<a href="data:text/html,x">x</a>`,
	`<a href="#note">1</a> <a href="/rel">2</a> <a href="rel?x=1&y=2">3</a> <a href="//host.example/x">4</a> <a href="?q">5</a> <a href="">6</a> <a>7</a>`,
	`<iframe src="https://video.example/embed/1" title="A film"></iframe>`, `<p><iframe src="/x"></iframe></p>`, `<object data="x.swf"><p>instead</p></object>`, `<p><object><p>in p</p></object></p>`,
	`<embed src="https://x.example/x.swf">`, `<form action="/x"><input name=a><button>go</button><textarea>t</textarea><select><option>1</select></form>`,
	`<svg viewBox="0 0 1 1"><script>alert(1)</script><path d="M0 0"/></svg>`, `<math><mi>x</mi><mo>=</mo><mn>1</mn></math>`, `<math alttext="x=1"><mi>x</mi></math>`,
	`<style>body{display:none}</style><p style="position:fixed;background:url(javascript:x)">styled</p>`, `<p onclick="x()" id="a" class="b" data-x="1">attrs</p>`, `<my-element>custom</my-element>`,
	`<img src="a.png" srcset="a.png 1x, b.png 2x" width="100%" height="abc"> <img src="/b.png" alt="It's &quot;b&quot;"> <img> <img src="">`, `<img src="https://t.example/p.gif" width="1" height="1">`,
	`<img src="data:image/png;base64,iVBORw0KGgo="> <img src="data:image/svg+xml;base64,PHN2Zz4=">`, `<video src="v.mp4" autoplay onplay=x poster="p.png"><track src="t.vtt" kind="captions"><source src="/w.webm"></video>`,
	`<audio controls><source src="a.mp3"></audio><audio></audio>`, `<picture><source srcset="a.webp" type="image/webp"><img src="a.jpg"></picture>`, `<figure><img src=a.jpg><figcaption>cap</figcaption></figure>`,
	"<pre>\n\n  two\n newlines</pre><pre>\nx</pre>", "<code>a &lt; b &amp;&amp; c</code>", "<h1>One</h1><h3>Three</h3><h6>Six</h6>", "<h1><h2>nested</h2></h1>", "<!-- c --><!DOCTYPE html><html><head><title>t</title></head><body bgcolor=red>body</body></html>",
	"<ruby>漢<rp>(</rp><rt>kan</rt><rp>)</rp></ruby>", "<details><summary>s</summary>d</details>", "<p dir=rtl lang=he>שלום</p><p lang='not a language' dir=up>x</p>", "<font color=red size=7>old</font><center>c</center><marquee><p>m</p></marquee><blink>b</blink>",
	"\u0080\u0093\u0099 \x01\x02 \ufffe", "]]> ]]&gt; <![CDATA[ x ]]>", "&nbsp;&copy;&#8217;&#x80;&#0;&#xD800;&bogus;&amp;amp;", "<a href='http://ex ample.org/a b|c\"d<e>'>bad url</a>", "<a href='http://münchen.example/ä?ö=ü#ß'>idn</a>",
	"<a href='http://[::1]/'>six</a><a href='http://u:p@host.example/'>user</a><a href='mailto:a@b.example?subject=x y'>mail</a><a href='gemini://x.example/'>gem</a>",
	strings.Repeat("<div>", 600) + "deep" + strings.Repeat("</div>", 600), strings.Repeat("<b>", 300) + "x", strings.Repeat("<p>para ", 2000), "<template><p>x</p></template><noscript><img src=x></noscript><canvas>c</canvas>",
	"<a href=/x><a href=/y>nested</a></a>", "<a href='/x'><img src='/i.png'></a>", "<a href='/x'><div><p>block in link</p></div></a>", "<button><p>in button</p></button>", "<p>a<table><tr><td>t</td></tr></table>b</p>", "<table><p>fostered</p><tr><td>x</td></tr></table>",
	"<select><p>x</select>", "<dl><p>x</p><dt>t<dd>d</dl>", "<q cite='/c'>q</q><blockquote cite='javascript:x'>b</blockquote><time datetime='2026-01-01'>t</time><abbr title='T'>t</abbr>", "<ol start=3 reversed type=a><li value=5>x</ol>", "<plaintext>all <b>the</b> rest", "<xmp><b>x</b></xmp>", "<textarea><p>", "<title>x</title>y",
	"<table><caption>c</caption><colgroup><col span=2></colgroup><thead><tr><th scope=col colspan=2>h</th></tr></thead><tbody><tr><td rowspan=2>x</td></tr></tbody></table>", "<sub>1</sub><sup>2</sup><kbd>k</kbd><samp>s</samp><var>v</var><mark>m</mark><del>d</del><ins>i</ins><s>s</s><u>u</u><small>s</small><wbr>", "&#x1F600; &#128512;",
	"<p><strong>Update:</strong> it <em>works</em> &mdash; really</p>", "a\r\nb\rc", "<br></br><p/>", "<p><p><p>", "<i><p>x</i>y</p>", "<nobr>a<nobr>b", "<body onload=x><p>hi", "<image src=x.png>", "<keygen><isindex><menuitem>", "<a name=x>anchor</a><area href=/x><map name=m></map>", "<math><annotation-xml encoding='text/html'><p>x</p></annotation-xml></math>", "<svg><foreignObject><p>x<table></table></p></foreignObject></svg>", "<svg><style><img src=x onerror=alert(1)></style></svg>", "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\"></noscript>", "<input type=image src=x onerror=alert(1)>",
}

var nastyURLs = []string{
	"", "https://example.org/ok", "HTTP://EXAMPLE.org:80/%7euser/../a", "https://example.org", "https://example.org/a b", "https://example.org/ä/日本?q=ü#x", "https://münchen.example/", "http://x.example/%zz", "http://x.example/%2541", "http://x.example/%ff",
	"javascript:alert(1)", "data:text/html,x", "ftp://ftp.example.org/x", "gemini://x.example/", "mailto:a@b.example", "/relative", "//host.example/p", "not a url", "http://", "http:///x", "https://[2001:db8::1]/x", "http://localhost/x", "http://10.0.0.1:8080/x", "https://user:pass@x.example/", "http://a_b.example/", "http://x.example/a|b[c]^d`e\"f<g>h\\i{j}", "https://x.example/?a=1&b=2;c=3", "http://x.example./", "http://-bad-.example/", "urn:isbn:123", "tag:x.example,2026:1", "https://x.example/" + strings.Repeat("a", 2000), " https://x.example/space ", "https://x.example/\x01ctl", "http://xn--zzzzzz.example/", "https://x.example/e\u0301", "https://EXAMPLE.ORG/Case", "http://x.example/#", "http://x.example/?", "HTTPS://x.example:443", "http://x.example/.././a/./b", "http://x.example/'(*)!~$,;:@&=+",
}

var nastyIDs = append(append([]string{}, nastyURLs...), "1", "12345678", "123456789", "abc", "tag:example.org,2026:/x y", "tag:EXAMPLE.org,2026:x", "tag:example.org,2026:ü", "urn:uuid:F81D4FAE-7DEC-11D0-A765-00A0C91E6BF6", "urn:uuid:nonsense", "urn:x", "urn:ISBN:0-395-36341-1", "https://example.org/?p=17", "<b>id</b>", "a]]>b", "\x01\x02", "it's & \"this\"", strings.Repeat("i", 500))

var nastyTimes = []time.Time{
	{},
	time.Unix(0, 0), time.Date(1969, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(1, 1, 1, 0, 0, 1, 0, time.UTC), time.Date(1899, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC), time.Date(12000, 1, 1, 0, 0, 0, 0, time.UTC),
	time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC), time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC), time.Date(2026, 10, 1, 0, 0, 0, 123456789, time.UTC), time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2026, 2, 3, 4, 5, 6, 0, time.FixedZone("x", 5*3600+45*60)),
}

var nastyLanguages = []string{"", "en", "en-GB", "en_US", "pt-br", "he", "zh-Hans-TW", "xx", "english", "x-klingon", "und", "mul", "<b>", "de-", "haw"}

// nastyPost is a post of nothing but trouble.
func nastyPost(r *rand.Rand, source string, n int) feeds.Post {
	pick := func(list []string) string { return list[r.IntN(len(list))] }
	p := feeds.Post{
		Source: source, Key: fmt.Sprintf("k%05d", n), ID: pick(nastyIDs), Link: pick(nastyURLs), External: pick(nastyURLs), Title: pick(nasty), Summary: pick(nastyHTML),
		Content: pick(nastyHTML) + pick(nastyHTML), Published: nastyTimes[r.IntN(len(nastyTimes))], Updated: nastyTimes[r.IntN(len(nastyTimes))], Language: pick(nastyLanguages), Comments: pick(nastyURLs), Note: pick(nasty), Revision: r.IntN(3), Inferred: r.IntN(2) == 0,
	}
	for range r.IntN(4) {
		p.Authors = append(p.Authors, feeds.Author{Name: pick(nasty), Email: pick([]string{"", "a@b.example", "x", "<a@b.example>", "a b@c", "ü@ü.example", "a@localhost"}), URL: pick(nastyURLs), Image: pick(nastyURLs)})
		p.Tags = append(p.Tags, pick(nasty))
		p.Enclosures = append(p.Enclosures, feeds.Media{URL: pick(nastyURLs), Type: pick([]string{"", "audio/mpeg", "x", "AUDIO/MPEG; x=1", "<b>", "image/png"}), Length: int64(r.IntN(5)) - 1, Title: pick(nasty), Duration: time.Duration(r.IntN(3)-1) * time.Second})
	}
	if r.IntN(2) == 0 {
		p.Image = &feeds.Media{URL: pick(nastyURLs), Type: pick([]string{"", "image/png", "x"}), Alt: pick(nasty), Width: r.IntN(3) - 1, Height: r.IntN(2000)}
	}
	if r.IntN(2) == 0 {
		p.Feed = &feeds.Origin{ID: pick(nastyIDs), Title: pick(nasty), Link: pick(nastyURLs), Self: pick(nastyURLs), Updated: nastyTimes[r.IntN(len(nastyTimes))]}
	}
	return p
}

// hostileFeeds are feeds of nasty posts, of every kind and size. SEED makes
// others of them.
func hostileFeeds(lib *library) []serve.Feed {
	seed, _ := strconv.ParseUint(cmp.Or(os.Getenv("SEED"), "5"), 10, 64)
	r := rand.New(rand.NewPCG(seed, 5))
	var out []serve.Feed
	add := func(f serve.Feed, posts ...feeds.Post) {
		f.Sources = []string{f.Name}
		for i := range posts {
			posts[i].Source = f.Name
		}
		lib.put(posts...)
		out = append(out, f)
	}
	many := func(n int) (posts []feeds.Post) {
		for i := range n {
			posts = append(posts, nastyPost(r, "", i))
		}
		return posts
	}
	add(serve.Feed{Name: "empty", Title: "Empty"})
	add(serve.Feed{Name: "untitled", Title: " "}, many(3)...)
	add(serve.Feed{Name: "thousand", Title: "A thousand", Items: 1000, Language: "en"}, many(1000)...)
	var each []feeds.Post
	for i, h := range nastyHTML {
		each = append(each, feeds.Post{Key: fmt.Sprint("h", i), ID: fmt.Sprintf("https://example.org/html/%d", i), Link: fmt.Sprintf("https://example.org/html/%d", i), Title: fmt.Sprint("HTML ", i), Content: h, Published: day0.Add(time.Duration(i) * time.Minute)})
	}
	add(serve.Feed{Name: "html", Title: "HTML", Items: 1000, Language: "en"}, each...)
	each = nil
	for i, s := range nasty {
		each = append(each, feeds.Post{Key: fmt.Sprint("t", i), Link: fmt.Sprintf("https://example.org/title/%d", i), Title: s, Summary: s, Authors: []feeds.Author{{Name: s}}, Tags: []string{s}, Published: day0, Feed: &feeds.Origin{Title: s, Link: "https://example.org/"}})
	}
	add(serve.Feed{Name: "titles", Title: "Tom & Jerry's <b>\"feeds\"</b> &amp; more", Description: "x </b> &amp; <i>y</i>", Items: 1000, Language: "en"}, each...)
	each = nil
	for i, s := range nastyIDs {
		each = append(each, feeds.Post{Key: fmt.Sprint("i", i), ID: s, Link: nastyURLs[i%len(nastyURLs)], Title: fmt.Sprint("ID ", i), Content: "<p>x</p>", Comments: nastyURLs[i%len(nastyURLs)], Enclosures: []feeds.Media{{URL: nastyURLs[(i+1)%len(nastyURLs)]}, {URL: nastyURLs[(i+2)%len(nastyURLs)]}}, Image: &feeds.Media{URL: nastyURLs[i%len(nastyURLs)]}})
	}
	add(serve.Feed{Name: "ids", Title: "Ids", Items: 1000, Image: "https://example.org/logo.svg", Icon: "https://example.org/i.ico", Authors: []feeds.Author{{Name: "A & B", Email: "a@b.example"}}}, each...)
	each = nil
	for i, at := range nastyTimes {
		for j, up := range nastyTimes {
			each = append(each, feeds.Post{Key: fmt.Sprint("d", i, "-", j), ID: fmt.Sprintf("https://example.org/date/%d/%d", i, j), Title: "Date", Content: "x", Published: at, Updated: up, Revision: j % 2, Note: "n"})
		}
	}
	add(serve.Feed{Name: "dates", Title: "Dates", Items: 1000, Image: "https://example.org/logo.png"}, each...)
	add(serve.Feed{Name: "duplicates", Title: "Duplicates", Items: 100}, slices.Repeat([]feeds.Post{post(1)}, 3)...)
	var same []feeds.Post
	for i := range 1000 {
		same = append(same, feeds.Post{Key: fmt.Sprint("s", i), Title: "Same moment", Published: day0, Updated: day0})
	}
	add(serve.Feed{Name: "same-moment", Title: "Same moment", Items: 1000}, same...)
	var big []feeds.Post
	for i := range 14 {
		p := post(i)
		p.Key, p.Content = fmt.Sprint("b", i), strings.Repeat("<p>A very long post &amp; more.</p>\n", 10_000)
		big = append(big, p)
	}
	add(serve.Feed{Name: "big", Title: "Big", Items: 1000, Hub: "https://hub.example.org/"}, big...)
	for i := range 8 {
		f := serve.Feed{Name: fmt.Sprintf("mix-%02d", i), Title: nasty[i], Description: nastyHTML[i*2], Link: nastyURLs[i], Language: nastyLanguages[i%len(nastyLanguages)], Image: nastyURLs[i*2], Icon: nastyURLs[i], Items: 40, Hub: "https://hub.example.org/?a=1&b=2"}
		if i%3 == 1 {
			f.Kind = "updates"
		}
		if i%4 == 2 {
			f.Content = "summary"
		}
		add(f, many(60)...)
	}
	out = append(out, serve.Feed{Name: "everything", Title: "Everything", Items: 150, Language: "en"})
	return out
}

// troubled is a server of the corpus and of hostile posts.
func troubled(t *testing.T, base string, withCorpus bool) (*fixture, []serve.Feed) {
	t.Helper()
	lib := &library{}
	list := hostileFeeds(lib)
	if withCorpus {
		for source, posts := range corpusPosts(t) {
			lib.put(posts...)
			list = append(list, serve.Feed{Name: source, Title: source, Sources: []string{source}, Items: 1000, Language: "en"})
		}
	}
	f := &fixture{t: t, lib: lib, now: day0.Add(40 * 24 * time.Hour)}
	f.start(serve.Config{BaseURL: base, Feeds: list})
	return f, list
}
