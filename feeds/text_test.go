package feeds_test

import (
	"testing"

	"syndicated/feeds"
)

func TestText(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"plain", "  a\n b ", "a b"},
		{"blocks", "<p>One <b>two</b></p><p>three</p>", "One two\nthree"},
		{"list", "<ul><li>a</li><li>b</li></ul>", "• a\n• b"},
		{"entities once", "a &amp;lt; b &amp; c", "a &lt; b & c"},
		{"hidden", "a<script>x<1</script><style>p{}</style>b", "ab"},
		{"cells", "<table><tr><td>1</td><td>2</td></tr></table>", "1 2"},
		{"pre", "<pre>a\n  b</pre>", "a\nb"},
		{"break", "a<br>b<br/>c", "a\nb\nc"},
		{"unclosed", "<p>a<p>b", "a\nb"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := feeds.Text(c.in); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}
