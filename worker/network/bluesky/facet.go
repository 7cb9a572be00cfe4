package bluesky

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"syndicated/worker/network"
)

// facet gives a part of a text a meaning. Where it begins and ends counts in
// bytes of UTF-8; a server takes offsets that lie outside the text, so that they
// must be right here. https://docs.bsky.app/docs/advanced-guides/post-richtext
type facet struct {
	Index    span      `json:"index"`
	Features []feature `json:"features"`
}

type span struct {
	Start int `json:"byteStart"`
	End   int `json:"byteEnd"`
}

type feature struct {
	Type string `json:"$type"`
	URI  string `json:"uri,omitzero"`
	Tag  string `json:"tag,omitzero"`
}

// hashtag is a word with # before it. What it may hold is the rule of the
// official client: no white space, no invisible joiners.
var hashtag = regexp.MustCompile(`(?:^|[\s\p{Z}])([#＃][^\s\p{Z}\x{00AD}\x{2060}\x{200A}-\x{200D}\x{20E2}]+)`)

// facets finds the links and the hashtags of a text. Mentions are left plain: no
// post of a blog is to call a stranger.
func facets(text string) []facet {
	var out []facet
	for start, end := range network.Links(text) {
		out = append(out, facet{span{start, end}, []feature{{Type: "app.bsky.richtext.facet#link", URI: text[start:end]}}})
	}
	for _, at := range hashtag.FindAllStringSubmatchIndex(text, -1) {
		start, end := at[2], at[3]
		_, mark := utf8.DecodeRuneInString(text[start:end])
		tag := strings.TrimRightFunc(text[start+mark:end], unicode.IsPunct)
		if !strings.ContainsFunc(tag, word) || network.Graphemes(tag) > maxTag || strings.HasPrefix(tag, "\ufe0f") {
			continue
		}
		f := facet{span{start, start + mark + len(tag)}, []feature{{Type: "app.bsky.richtext.facet#tag", Tag: tag}}}
		if !slices.ContainsFunc(out, f.meets) {
			out = append(out, f)
		}
	}
	slices.SortFunc(out, func(a, b facet) int { return cmp.Compare(a.Index.Start, b.Index.Start) })
	return out
}

// word: a tag has at least one sign that is neither digit nor punctuation.
func word(r rune) bool { return !unicode.IsDigit(r) && !unicode.IsPunct(r) }

func (f facet) meets(g facet) bool { return f.Index.Start < g.Index.End && g.Index.Start < f.Index.End }
