package network

import (
	"strings"
	"unicode/utf8"

	"github.com/clipperhouse/uax29/v2/graphemes"
)

// Graphemes is the length of text in user-perceived characters (UAX 29), as
// Mastodon and Bluesky count it.
func Graphemes(text string) int {
	n := 0
	for it := graphemes.FromString(text); it.Next(); {
		n++
	}
	return n
}

// cutAlt cuts an alternative text to limit characters, at a word where it can.
func cutAlt(text string, limit int) string {
	text = strings.TrimSpace(strings.ToValidUTF8(text, "\ufffd"))
	if limit <= 0 || utf8.RuneCountInString(text) <= limit {
		return text
	}
	var end, n int
	for it := graphemes.FromString(text); it.Next(); {
		if n += utf8.RuneCountInString(it.Value()); n > limit-1 {
			break
		}
		end = it.End()
	}
	cut := text[:end]
	if at := strings.LastIndexByte(cut, ' '); at > len(cut)*3/4 {
		cut = cut[:at]
	}
	return strings.TrimRight(cut, " ") + "…"
}
