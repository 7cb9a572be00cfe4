package telegram_test

import (
	"testing"
	"unicode/utf8"

	"syndicated/worker/network"
	"syndicated/worker/network/telegram"
)

func TestText(t *testing.T) {
	for _, c := range []struct {
		name, text, sent string
		count            int
	}{
		{"plain", "hello", "hello", 5},
		{"tags do not count", "<b>hello</b>", "<b>hello</b>", 5},
		{"entities count once", "a &lt; b &amp; c", "a &lt; b &amp; c", 9},
		{"entities that Telegram lacks", "a&nbsp;&eacute;&#x1F600;", "a\u00a0é😀", 5},
		{"bare signs", "1 < 2 & 3 > 2", "1 &lt; 2 &amp; 3 &gt; 2", 13},
		{"left open", "<b>hello <i>you", "<b>hello <i>you</i></b>", 9},
		{"crossed", "<b>a<i>b</b>c</i>", "<b>a<i>b&lt;/b&gt;c</i></b>", 7},
		{"unknown tag", "<script>x</script>", "&lt;script&gt;x&lt;/script&gt;", 18},
		{"link", `<a href="https://example.org/?a=1&amp;b=2">x</a>`, `<a href="https://example.org/?a=1&amp;b=2">x</a>`, 1},
		{"link that runs", `<a href="javascript:x">y</a>`, `&lt;a href="javascript:x"&gt;y&lt;/a&gt;`, 28},
		{"attributes", `<b onclick="x">y</b>`, `&lt;b onclick="x"&gt;y&lt;/b&gt;`, 20},
		{"spoiler", `<tg-spoiler>x</tg-spoiler><span class="tg-spoiler">y</span>`, `<tg-spoiler>x</tg-spoiler><span class="tg-spoiler">y</span>`, 2},
		{"code", `<pre><code class="language-go">a &lt; b</code></pre>`, `<pre><code class="language-go">a &lt; b</code></pre>`, 5},
		{"no tags in code", "<code><b>x</b></code>", "<code>&lt;b&gt;x&lt;/b&gt;</code>", 8},
		{"above the basic plane", "👩‍👩‍👧", "👩‍👩‍👧", 8},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, fake, _ := account(t, done)
			if _, err := a.Post(t.Context(), network.Message{ID: "m", Text: c.text}); err != nil {
				t.Fatal(err)
			}
			if got := fake.got[0].params["text"]; got != c.sent {
				t.Errorf("sent %q, want %q", got, c.sent)
			}
			if got := telegram.Count(c.text); got != c.count {
				t.Errorf("counted %d, want %d", got, c.count)
			}
		})
	}
}

// FuzzCount holds the count of any text between nothing and its UTF-16 length.
func FuzzCount(f *testing.F) {
	for _, s := range []string{"", "<b>x", "&amp;&#x1F600;", "<a href='https://x.example'>y</a>", "\x00\xff<", "&notanentity;"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		n := telegram.Count(s)
		most := 0
		for _, r := range s {
			most += utf8.RuneLen(max(r, 0)) // at most as many units as bytes, and 3 for what is not UTF-8
		}
		if n < 0 || n > most {
			t.Errorf("%q counts %d, at most %d bytes", s, n, most)
		}
	})
}
