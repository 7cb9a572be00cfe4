package source_test

import (
	"testing"

	"syndicated/feeds/source"
)

func TestAbsolute(t *testing.T) {
	tests := []struct{ name, fragment, want string }{
		{"text", "a & b", "a & b"},
		{"link", `<a href="b.html">x</a>`, `<a href="https://example.org/a/b.html">x</a>`},
		{"fragment", `<a href='#x'>x</a>`, `<a href="https://example.org/a/#x">x</a>`},
		{"root", `<img src=/i.png alt="a &amp; b">`, `<img src="https://example.org/i.png" alt="a &amp; b">`},
		{"no scheme", `<img src="//cdn.example/i.png">`, `<img src="https://cdn.example/i.png">`},
		{"untouched", `<A HREF='https://x.example/?a=1&b=2' class=x>`, `<A HREF='https://x.example/?a=1&b=2' class=x>`},
		{"mail and data", `<a href="mailto:a@b.example"><img src="data:image/png;base64,AA==">`, `<a href="mailto:a@b.example"><img src="data:image/png;base64,AA==">`},
		{"srcset", `<img srcset="a.png 1x,b.png 2x">`, `<img srcset="https://example.org/a/a.png 1x, https://example.org/a/b.png 2x">`},
		{"video", `<video poster="p.png" src="v.mp4"></video>`, `<video poster="https://example.org/a/p.png" src="https://example.org/a/v.mp4"></video>`},
		{"cut off", `<p>x <a href="y`, `<p>x <a href="y`},
		{"script text", `<script>"<a href='x'>"</script>`, `<script>"<a href='x'>"</script>`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := source.Absolute(test.fragment, source.Against("https://example.org/a/")); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}
