package share

import (
	"regexp"
	"slices"
	"sort"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/clipperhouse/uax29/v2/graphemes"
	"github.com/clipperhouse/uax29/v2/sentences"
	"github.com/clipperhouse/uax29/v2/words"
)

const ellipsis = "…"

// cut gives the longest beginning of s that fits: whole sentences if they fill
// the better part of the room, else whole words and an ellipsis, which fits
// gets to see. Never broken are URLs, hashtags, mentions and graphemes. It is
// "" if nothing fits.
func cut(s string, fits func(string) bool) string {
	s = strings.TrimSpace(s)
	if s == "" || fits(s) {
		return s
	}
	ends := wordEnds(s)
	// The longest that fits is found by halving, then walked back to, because a
	// count is not quite monotonous (a URL shorter than its 23).
	at := func(end int) string { return soften(s[:end]) + ellipsis }
	n := sort.Search(len(ends), func(i int) bool { return !fits(at(ends[i])) })
	for n > 0 && !fits(at(ends[n-1])) {
		n--
	}
	if n == 0 {
		return cutWord(s, ends, fits)
	}
	best := ends[n-1]
	for _, end := range slices.Backward(sentenceEnds(s)) {
		if end <= best+len(ellipsis) && end*2 >= best {
			if whole := strings.TrimSpace(s[:end]); fits(whole) {
				return whole
			}
		}
	}
	return at(best)
}

// cutWord breaks the first word of s, which is too long, between graphemes.
func cutWord(s string, ends []int, fits func(string) bool) string {
	word := s
	if len(ends) > 0 {
		word = s[:ends[0]]
	}
	if unbroken.MatchString(word) || strings.ContainsAny(word, "./@#") {
		return ""
	}
	var cuts []int
	for g := graphemes.FromString(word); g.Next(); {
		cuts = append(cuts, g.End())
	}
	at := func(end int) string { return soften(word[:end]) + ellipsis }
	n := sort.Search(len(cuts), func(i int) bool { return !fits(at(cuts[i])) })
	for n > 0 && !fits(at(cuts[n-1])) {
		n--
	}
	if n == 0 || at(cuts[n-1]) == ellipsis {
		return ""
	}
	return at(cuts[n-1])
}

// soften takes off what should not stand before an ellipsis.
func soften(s string) string {
	return strings.TrimRightFunc(s, func(r rune) bool {
		return unicode.IsSpace(r) || strings.ContainsRune(".,;:–—-…([{<«“‘„\"'、。，；：·•>\u200d\u2060", r)
	})
}

// unbroken is what must stay in one piece although it may hold word boundaries.
var unbroken = regexp.MustCompile(`(?:https?://|www\.)\S+|[#＃@＠][\p{L}\p{M}\p{N}_][\p{L}\p{M}\p{N}_.@\x{200c}-]*`)

// wordEnds gives the places where s may be cut, the end not among them: before
// white space, and between words of scripts that are written without it.
func wordEnds(s string) []int {
	var ends []int
	var fixed [][]int
	if strings.ContainsAny(s, "#＃@＠") || strings.Contains(s, "://") || strings.Contains(s, "www.") {
		fixed = unbroken.FindAllStringIndex(s, -1)
	}
	for w := words.FromString(s); w.Next(); {
		end := w.End()
		for len(fixed) > 0 && end >= fixed[0][1] {
			fixed = fixed[1:]
		}
		if end == len(s) {
			break
		}
		last, _ := utf8.DecodeLastRuneInString(s[:end])
		next, _ := utf8.DecodeRuneInString(s[end:])
		space := unicode.IsSpace(next) && !unicode.IsSpace(last)
		dense := (unspaced(last) || unspaced(next)) && !unicode.IsPunct(next) && !unicode.IsSpace(last) && !opening(last)
		if (space || dense) && (len(fixed) == 0 || end <= fixed[0][0]) {
			ends = append(ends, end)
		}
	}
	return ends
}

func unspaced(r rune) bool {
	return r >= 0x0e00 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar)
}

func opening(r rune) bool { return unicode.In(r, unicode.Ps, unicode.Pi) }

// sentenceEnds gives the ends of the sentences and paragraphs of s.
func sentenceEnds(s string) []int {
	var ends []int
	for it := sentences.FromString(s); it.Next(); {
		end := it.End()
		trimmed := strings.TrimRightFunc(s[:end], unicode.IsSpace)
		newline := strings.ContainsAny(s[len(trimmed):end], "\n\u2029")
		if end == len(s) || newline || ended(trimmed) {
			ends = append(ends, len(trimmed))
		}
	}
	return ends
}

// ended tells whether s ends as a sentence does, and not with an abbreviation.
func ended(s string) bool {
	bare := strings.TrimRightFunc(s, func(r rune) bool { return unicode.In(r, unicode.Pe, unicode.Pf) || r == '"' || r == '\'' })
	last, _ := utf8.DecodeLastRuneInString(bare)
	if !strings.ContainsRune(".!?…。！？؟।", last) {
		return false
	}
	if last != '.' {
		return true
	}
	word := bare[strings.LastIndexFunc(bare, unicode.IsSpace)+1:]
	word = strings.TrimLeft(strings.TrimSuffix(word, "."), "([\"'“‘«")
	return !abbreviations[strings.ToLower(word)] && utf8.RuneCountInString(word) != 1
}

var abbreviations = map[string]bool{
	"mr": true, "mrs": true, "ms": true, "dr": true, "prof": true, "st": true, "sr": true, "jr": true, "vs": true, "etc": true, "e.g": true, "i.e": true,
	"no": true, "nr": true, "vol": true, "fig": true, "approx": true, "inc": true, "ltd": true, "co": true, "corp": true, "u.s": true, "u.k": true,
	"z.b": true, "d.h": true, "bzw": true, "ca": true, "usw": true, "m": true, "mme": true, "p.ex": true, "p.e": true, "sra": true, "cf": true, "al": true,
	"jan": true, "feb": true, "mar": true, "apr": true, "jun": true, "jul": true, "aug": true, "sep": true, "sept": true, "oct": true, "nov": true, "dec": true,
}

// length is the number of graphemes of s.
func length(s string) int {
	n := 0
	for g := graphemes.FromString(s); g.Next(); {
		n++
	}
	return n
}

// within cuts s to at most n graphemes.
func within(s string, n int) string {
	return cut(s, func(t string) bool { return length(t) <= n })
}
