package nostr_test

import (
	"encoding/json"
	"testing"

	"syndicated/worker/network/nostr"
)

func TestMarkdown(t *testing.T) {
	for _, c := range []struct{ name, html, want string }{
		{"paragraphs", "<p>One\n line.</p><p>Two.</p>", "One line.\n\nTwo."},
		{"emphasis", "<p>a <em>b </em>c <strong>d</strong>.</p>", "a *b* c **d**."},
		{"links", `<p>See <a href="https://x.example/a (b)">here</a>.</p>`, "See [here](https://x.example/a%20%28b%29)."},
		{"anchor", `<p><a name="x">here</a></p>`, "here"},
		{"headings", "<h2>Title</h2><p>Text</p>", "## Title\n\nText"},
		{"lists", "<ul><li>a</li><li>b<ol><li>c</li><li>d</li></ol></li></ul><p>e</p>", "- a\n- b\n    1. c\n    2. d\n\ne"},
		{"quote", "<blockquote><p>a</p><p>b</p></blockquote><p>c</p>", "> a\n> \n> b\n\nc"},
		{"code", "<p>Use <code>a*b</code></p><pre><code>x := 1\ny</code></pre>", "Use `a*b`\n\n```\nx := 1\ny\n```"},
		{"image", `<img src="https://x.example/a.png" alt="A [cat]">`, `![A \[cat\]](https://x.example/a.png)`},
		{"signs", "<p>2 * 3 # _x_ &lt;b&gt;</p>", `2 \* 3 \# \_x\_ \<b>`},
		{"scripts", "<script>alert(1)</script><style>p{}</style><p>a</p>", "a"},
		{"breaks", "a<br>b<hr>c", "a\nb\n\n---\n\nc"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRelay(t)
			m := message("m1", "short")
			m.Link = ""
			m.Data, _ = json.Marshal(map[string]string{"content": c.html})
			if _, err := open(t, env(), nostr.Config{Relays: []string{r.url}, Kind: 30023}).Post(t.Context(), m); err != nil {
				t.Fatal(err)
			}
			if got := r.events[0].Content; got != c.want {
				t.Errorf("got\n%q\nwant\n%q", got, c.want)
			}
		})
	}
}
