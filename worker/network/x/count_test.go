package x_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"syndicated/worker/network/x"
)

// The counts are those of parseTweet in twitter-text 3.1.0.
func TestCount(t *testing.T) {
	for _, c := range []struct {
		text string
		want int
	}{
		{"", 0},
		{"hello", 5},
		{"é", 1},
		{"e\u0301", 1},
		{"日本語", 6},
		{"العربية", 7},
		{"क्षि", 4},
		{"“quoted” – and…", 16},
		{"😀", 2},
		{"👩‍👩‍👧", 2},
		{"👍🏽", 2},
		{"🇩🇪", 2},
		{"🇽🇽", 4},
		{"1️⃣", 2},
		{"©", 1},
		{"©️", 2},
		{"🏴󠁧󠁢󠁥󠁮󠁧󠁿", 2},
		{"🏳️‍🌈", 2},
		{"🤷🏻‍♀️", 2},
		{"🧑‍🚀", 5},
		{"https://example.org/" + strings.Repeat("a", 300), 23},
		{"http://a.com", 23},
		{"see https://example.org/a, and.", 33},
		{"see (https://example.org/a_(b))", 29},
		{"example.com", 23},
		{"user@example.com", 16},
		{"readme.md", 23},
		{"file.go", 7},
		{"3.14", 4},
		{"http://localhost/x", 18},
		{"見てexample.comです", 31},
		{"https://example.comです", 27},
		{"https://t.co/abc", 23},
		{"example.com?q=1", 27},
		{"example.com/?q=1", 23},
		{"#hashtag @user $CASH", 20},
	} {
		if got := x.Count(c.text); got != c.want {
			t.Errorf("%q: got %d, want %d", c.text, got, c.want)
		}
	}
}

// FuzzCount: an address or an emoji never weighs more than X says, and what is
// added never makes a text lighter than its characters can be.
func FuzzCount(f *testing.F) {
	for _, s := range []string{"a.b.com/(c)?d#", "https://t.co/a?b", "👩‍👩‍👧🇩🇪1️⃣", "\xff.com", "http://例え.みんな/"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		n := x.Count(s)
		if most := 23*strings.Count(s, ".") + 23*strings.Count(s, "/") + 2*3*utf8.RuneCountInString(s); n < 0 || n > most {
			t.Errorf("%q weighs %d, at most %d", s, n, most)
		}
	})
}
