package share_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"syndicated/feeds"
	"syndicated/worker/network"
	"syndicated/worker/share"
)

// noteText is what a note of html becomes on a network that takes most runes.
func noteText(t *testing.T, html string, most int) string {
	t.Helper()
	p := feeds.Post{Key: "k", Content: html}
	out := compose(t, share.Config{Account: "a", Manner: network.Manner{Max: most, Markup: network.Plain}}, share.Event{Verdict: verdict("new", p, "")})
	if len(out.Messages) == 0 {
		return ""
	}
	return out.Messages[0].Text
}

func TestCut(t *testing.T) {
	for _, c := range []struct {
		name, in string
		most     int
		want     string
	}{
		{"fits", "One two three.", 14, "One two three."},
		{"word", "One two three four", 12, "One two…"},
		{"the ellipsis counts", "One two three four", 8, "One two…"},
		{"sentence", "One is one. Two is two and more.", 20, "One is one."},
		{"a short sentence is no end", "Ah. Then it went on for a long time and so on", 30, "Ah. Then it went on for a…"},
		{"abbreviation", "We met Dr. Smith and Mr. Jones in the town hall", 22, "We met Dr. Smith and…"},
		{"initials", "By J. K. Rowling and some other people of note", 20, "By J. K. Rowling…"},
		{"comma before the ellipsis", "One, two, three, four", 12, "One, two…"},
		{"opening bracket", "One two (three four)", 10, "One two…"},
		{"URL stays whole", "See https://example.org/a-long-path for more of it", 20, "See…"},
		{"URL alone", "https://example.org/a-long-path", 20, ""},
		{"hashtag stays whole", "Now #OpenSourceSoftware is here", 14, "Now…"},
		{"mention stays whole", "Hi " + "@someone@example.org and more", 18, "Hi…"},
		{"hyphens", "A well-known fact-checker said", 14, "A well-known…"},
		{"long word", "Donaudampfschifffahrtsgesellschaft", 10, "Donaudamp…"},
		{"japanese", "これは日本語の文章です。とても長いです。", 14, "これは日本語の文章です。"},
		{"japanese words", "日本語の文章をここで切りたいと思います", 8, "日本語の文章を…"},
		{"no closing mark at the start", "日本語、文章。また", 4, "日本語…"},
		{"family emoji", "👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦", 16, "👨‍👩‍👧‍👦👨‍👩‍👧‍👦…"},
		{"flags", "🇩🇪🇫🇷🇮🇹", 4, "🇩🇪…"},
		{"combining marks", "e\u0301e\u0301e\u0301e\u0301", 6, "éé…"},
		{"paragraph", "First line of it\n\nSecond line of it", 20, "First line of it"},
	} {
		t.Run(c.name, func(t *testing.T) {
			in := strings.ReplaceAll(c.in, "\n\n", "<p>")
			got := strings.ReplaceAll(noteText(t, in, c.most), "\u2060", "")
			if c.name == "combining marks" {
				c.want = "e\u0301e\u0301…"
			}
			if got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
			if n := utf8.RuneCountInString(got); n > c.most {
				t.Errorf("%d runes, limit %d", n, c.most)
			}
		})
	}
}

func TestReadable(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"paragraphs", "<p>One</p><p>two</p>", "One\n\ntwo"},
		{"break", "One<br>two", "One\ntwo"},
		{"list", "<p>Buy:</p><ul><li>milk</li><li>eggs <b>now</b></li></ul><p>Thanks</p>", "Buy:\n\n• milk\n• eggs now\n\nThanks"},
		{"numbered", "<ol start=3><li>c</li><li><p>d</p></li></ol>", "3. c\n4. d"},
		{"nested list", "<ul><li>a<ul><li>b</li></ul></li></ul>", "• a\n  • b"},
		{"quote", "<p>He said:</p><blockquote><p>No way.</p></blockquote>", "He said:\n\n“No way.”"},
		{"long quote", "<blockquote><p>One.</p><p>Two.</p></blockquote>", "> One.\n> \n> Two."},
		{"inline quote", "A <q>word</q>", "A “word”"},
		{"link", `Read <a href="https://example.com/x">this</a>.`, "Read this (https://example.com/x)."},
		{"link that shows its address", `See <a href="https://www.example.com/x/">example.com/x</a>`, "See https://www.example.com/x/"},
		{"link that is shortened", `See <a href="https://example.com/a/long/path">example.com/a/lo…</a>`, "See https://example.com/a/long/path"},
		{"hashtag link", `Hi <a href="https://social.example/tags/go" class="mention hashtag">#<span>go</span></a>`, "Hi #go"},
		{"relative link", `<a href="/x">this</a>`, "this"},
		{"script link", `<a href="javascript:alert(1)">this</a>`, "this"},
		{"entities once", "AT&amp;T &amp;lt;3 &eacute; &#x1F600;", "AT&T &lt;3 é 😀"},
		{"code", "<p>Run:</p><pre>a\n  b</pre>", "Run:\n\na\n  b"},
		{"hidden", `One<script>x</script><style>y</style><span class="screen-reader-text">z</span><!-- c -->`, "One"},
		{"ruby", "<ruby>漢<rp>(</rp><rt>kan</rt><rp>)</rp></ruby>字", "漢字"},
		{"table", "<table><tr><td>a</td><td>b</td></tr><tr><td>c</td><td>d</td></tr></table>", "a | b\nc | d"},
		{"soft hyphen", "Zeit&shy;schrift", "Zeitschrift"},
		{"non-breaking space", "10&nbsp;km", "10 km"},
		{"unclosed", "<p>a<p>b<b>c", "a\n\nbc"},
		{"text alone", "a < b & c", "a < b & c"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := noteText(t, c.in, 0); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestPoint(t *testing.T) {
	for _, c := range []struct{ name, title, summary, content, want string }{
		{"wordpress footer", "T", "<p>One thing.</p><p>The post <a href='https://x.example/'>T</a> appeared first on <a href='https://x.example'>Blog</a>.</p>", "", "One thing."},
		{"continue reading", "T", "<p>One thing happened &hellip; <a href='https://x.example'>Continue reading <span>T</span> &rarr;</a></p>", "", "One thing happened…"},
		{"cut by a machine", "T", "<p>One thing. Another thing is that it was [&#8230;]</p>", "", "One thing. Another thing is that it was…"},
		{"cut after whole sentences", "T", "<p>One thing is quite clear by now. It was [&#8230;]</p>", "", "One thing is quite clear by now."},
		{"reddit", "T", `<div>It works.</div> &#32; submitted by &#32; <a href="x"> /u/me </a> <br/> <span><a href="x">[link]</a></span>`, "", "It works."},
		{"hacker news", "T", `<p>Article URL: <a href="https://a.example">https://a.example</a></p><p>Comments URL: x</p><p>Points: 3</p><p># Comments: 0</p>`, "", ""},
		{"title again", "A long title of it", "<h2>A long title of it</h2><p>A long title of it. And then more of the same.</p>", "", "And then more of the same."},
		{"greeting", "T", "", "<p>Dear friends,</p><p>It is done.</p>", "It is done."},
		{"credit", "T", "", "<p>Photo: Ann</p><p>It is done.</p>", "It is done."},
		{"leads to code", "T", "", "<p>It is easy to install. Run this:</p><pre>x</pre>", "It is easy to install."},
		{"the first of a list", "T", "", "<p>There are usually two ways to do so, with minor variations:</p><ol><li>" + strings.Repeat("One is this. ", 16) + "</li><li>" + strings.Repeat("Two is that. ", 12) + "</li></ol>", "There are usually two ways to do so, with minor variations…"},
		{"stub", "T", "Ann and guests talk…", "<p>Ann and guests talk about a great many things.</p>", "Ann and guests talk about a great many things."},
		{"foreign address", "T", `<p>The site <a href="https://other.example/a">https://other.example/a</a> is down.</p>`, "", "The site other.example/a is down."},
		{"footnote mark", "T", `<p>It is so<sup><a href="#fn1">1</a></sup> said.</p>`, "", "It is so said."},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := feeds.Post{Key: "k", Title: c.title, Summary: c.summary, Content: c.content}
			out := compose(t, share.Config{Account: "a", Manner: mastodon}, share.Event{Verdict: verdict("new", p, "")})
			want := c.title
			if c.want != "" {
				want += "\n\n" + c.want
			}
			if got := out.Messages[0].Text; got != want {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
}
