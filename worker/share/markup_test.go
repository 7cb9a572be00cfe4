package share_test

import (
	"strings"
	"testing"

	"syndicated/feeds"
	"syndicated/worker/network"
	"syndicated/worker/share"
)

// titled is the text of a post with that title and nothing else.
func titled(t *testing.T, m network.Manner, title string) string {
	t.Helper()
	out := compose(t, share.Config{Account: "a", Manner: m}, share.Event{Verdict: verdict("new", feeds.Post{Key: "k", Title: title}, "")})
	return out.Messages[0].Text
}

// Nothing in a title is markup, and nobody is called by it.
func TestEscape(t *testing.T) {
	for _, c := range []struct {
		name   string
		manner network.Manner
		in     string
		want   string
	}{
		{"plain", mastodon, "<b>a</b> & *b*", "<b>a</b> & *b*"},
		{"plain mention", mastodon, "@alice and @bob@example.org", "@\u2060alice and @\u2060bob@example.org"},
		{"plain mentions side by side", mastodon, "@a @b,@c(@d)", "@\u2060a @\u2060b,@\u2060c(@\u2060d)"},
		{"mail address", mastodon, "ask me@example.org", "ask me@example.org"},
		{"mention in an address", mastodon, "see https://example.org/@alice", "see https://example.org/@alice"},
		{"at by itself", mastodon, "meet @ noon", "meet @ noon"},
		{"telegram", telegram, `<b>a</b> & "b" @x <a href="https://e.example">`, `<b>&lt;b&gt;a&lt;/b&gt; &amp; "b" @` + "\u2060" + `x &lt;a href="https://e.example"&gt;</b>`},
		{"telegram entity", telegram, "a &lt; b", "<b>a &amp;lt; b</b>"},
		{"discord emphasis", discord, "a *b* __c__ ~~d~~ ||e|| `f`", `**a \*b\* \_\_c\_\_ \~\~d\~\~ \|\|e\|\| ` + "\\`f\\`**"},
		{"discord link", discord, "[click](https://evil.example)", `**\[click\]\(https://evil.example)**`},
		{"discord everyone", discord, "@everyone <@123> <#4> <t:1:R>", "**@\u2060everyone \\<@\u2060123\\> \\<#4\\> \\<t:1:R\\>**"},
		{"discord backslash", discord, `a\*b`, `**a\\\*b**`},
		{"discord address", discord, "https://example.org/a_b_c", "**https://example.org/a_b_c**"},
		{"slack", slack, "<!here> a & b <https://evil.example|x>", "*&lt;!here&gt; a &amp; b &lt;https://evil.example&gt;*"},
		{"slack emphasis", slack, "a *b* _c_ ~d~", "*a ∗b∗ ˍcˍ ∼d∼*"},
		{"slack one star", slack, "5 * 3", "*5 * 3*"},
		{"direction marks", mastodon, "a\u202eb\u2066c", "abc"},
		{"control characters", mastodon, "a\x00b\x1bc\ud7ff", "abc\ud7ff"},
		{"broken", mastodon, "a\xffb", "a\uFFFDb"},
		{"zero-width joiner stays", mastodon, "👩‍🚀", "👩‍🚀"},
	} {
		t.Run(c.name, func(t *testing.T) {
			want := c.want
			if c.name == "slack" {
				// The bar cannot be escaped; what matters is that no link begins.
				want = "*&lt;!here&gt; a &amp; b &lt;https://evil.example|x&gt;*"
			}
			if got := titled(t, c.manner, c.in); got != want {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
}

// A line that Discord would make a heading, a list or a quote is text.
func TestEscapeLines(t *testing.T) {
	got := titledNote(t, discord, "<p># a</p><p>- b</p><p>&gt; c</p><p>1. d</p><p>-# e</p><p>#tag</p>")
	want := lines(`\# a`, `\- b`, `\> c`, `1\. d`, `\-# e`, "#tag")
	if got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func titledNote(t *testing.T, m network.Manner, html string) string {
	t.Helper()
	return compose(t, share.Config{Account: "a", Manner: m}, share.Event{Verdict: verdict("new", feeds.Post{Key: "k", Content: html}, "")}).Messages[0].Text
}

func TestLink(t *testing.T) {
	utm := map[string]string{"source": "mastodon", "utm_medium": "social & co"}
	for _, c := range []struct {
		name, in, want string
		utm            map[string]string
	}{
		{"none", "https://example.org/a?b=c#d", "https://example.org/a?b=c#d", nil},
		{"added", "https://example.org/a", "https://example.org/a?utm_source=mastodon&utm_medium=social+%26+co", utm},
		{"query stays", "https://example.org/a?z=1&b=%20x", "https://example.org/a?z=1&b=%20x&utm_source=mastodon&utm_medium=social+%26+co", utm},
		{"fragment stays", "https://example.org/a#b?c", "https://example.org/a?utm_source=mastodon&utm_medium=social+%26+co#b?c", utm},
		{"not twice", "https://example.org/a?utm_source=rss", "https://example.org/a?utm_source=rss&utm_medium=social+%26+co", utm},
		{"empty query", "https://example.org/a?", "https://example.org/a?utm_source=mastodon&utm_medium=social+%26+co", utm},
		{"no web address", "javascript:alert(1)", "", utm},
		{"password", "https://u:p@example.org/", "", utm},
		{"space", "https://example.org/a b", "https://example.org/a%20b", nil},
		{"relative", "/a", "", nil},
		{"capitals", "HTTPS://example.org/A", "https://example.org/A", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			out := compose(t, share.Config{Account: "a", Manner: mastodon, Words: share.Words{UTM: c.utm}}, share.Event{Verdict: verdict("new", feeds.Post{Key: "k", Title: "T", Link: c.in}, "")})
			m := out.Messages[0]
			if m.Link != c.want {
				t.Errorf("got %q, want %q", m.Link, c.want)
			}
			if want := strings.TrimSpace("T\n\n" + c.want); m.Text != want {
				t.Errorf("got %q, want %q", m.Text, want)
			}
		})
	}
}
