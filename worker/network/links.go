package network

import (
	"iter"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"
	"golang.org/x/net/publicsuffix"
)

// Links yields where the web addresses of a text begin and end, in bytes, as
// Mastodon finds them: twitter-text's rules with a path that may hold any sign.
// An address has its scheme and a host under a public suffix; it ends before the
// punctuation of the sentence around it.
// https://github.com/mastodon/mastodon/blob/main/config/initializers/twitter_regex.rb
func Links(text string) iter.Seq2[int, int] {
	return func(yield func(int, int) bool) {
		for at := 0; ; {
			m := scheme.FindStringIndex(text[at:])
			if m == nil {
				return
			}
			start, host := at+m[0], at+m[1]
			before, _ := utf8.DecodeLastRuneInString(text[:start])
			end := hostEnd(text[host:])
			if end == 0 || start > 0 && joins(before) {
				at = host
				continue
			}
			end += host
			end += len(afterHost.FindString(text[end:]))
			if !yield(start, end) {
				return
			}
			at = end
		}
	}
}

// joins: after such a sign a scheme is part of a word.
func joins(r rune) bool {
	return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || strings.ContainsRune("@＠$#＃\ufffe\ufeff\uffff", r)
}

// hostEnd is the length of the host that s begins with, 0 if there is none.
func hostEnd(s string) int {
	end, label, mayEnd := 0, 0, false
	for i, r := range s {
		switch {
		case r == '.':
			name := s[label:i]
			if !labelled(name) {
				return end
			}
			label, mayEnd = i+1, !strings.Contains(name, "_")
			if !mayEnd {
				continue
			}
			if n := suffix(s[label:]); n > 0 {
				end = label + n
			}
		case r != '-' && r != '_' && !hostSign(r):
			return end
		}
	}
	return end
}

// hostSign: twitter-text takes everything for part of a name but ASCII
// punctuation, spaces and marks of direction.
func hostSign(r rune) bool {
	return !(r < 0x80 && !('a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9')) &&
		!unicode.Is(unicode.White_Space, r) && !unicode.Is(unicode.Bidi_Control, r) && !strings.ContainsRune("\u180e\ufffe\ufeff\uffff", r)
}

// labelled: a label begins and ends with a letter or a digit.
func labelled(s string) bool {
	first, _ := utf8.DecodeRuneInString(s)
	last, _ := utf8.DecodeLastRuneInString(s)
	return s != "" && hostSign(first) && hostSign(last)
}

// suffix is the length of the top-level domain that s begins with, 0 if there is none.
func suffix(s string) int {
	if m := punycode.FindString(s); m != "" {
		return len(m)
	}
	letters := 0
	for letters < len(s) && ('a' <= s[letters]|0x20 && s[letters]|0x20 <= 'z') {
		letters++
	}
	if letters > 0 {
		if publicSuffix(strings.ToLower(s[:letters])) && (letters == len(s) || !strings.ContainsRune("0123456789@+-", rune(s[letters]))) {
			return letters
		}
		return 0
	}
	// A domain in another script may run into the words behind it.
	longest := 0
	for end := 0; end < min(len(s), 64); {
		r, size := utf8.DecodeRuneInString(s[end:])
		if r < 0x80 || r == utf8.RuneError || !hostSign(r) {
			break
		}
		end += size
		if a, err := idna.ToASCII(s[:end]); err == nil && publicSuffix(a) {
			longest = end
		}
	}
	return longest
}

func publicSuffix(name string) bool {
	s, icann := publicsuffix.PublicSuffix("x." + name)
	return icann && s == name
}

var (
	scheme   = regexp.MustCompile(`(?i)https?://`)
	punycode = regexp.MustCompile(`(?i)^xn--[-0-9a-z]+`)
	// afterHost is the port, the path and the query.
	afterHost = func() *regexp.Regexp {
		const (
			space   = `\t-\r \x{85}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}`
			sign    = `[^` + space + `<>()?]`
			within  = `\((?:` + sign + `+|` + sign + `*\(` + sign + `+\)` + sign + `*)\)`
			known   = `[a-z\p{Cyrillic}0-9!*';:=+,.$/%#\[\]\p{Pd}_~&|@\x{c0}-\x{d6}\x{d8}-\x{f6}\x{f8}-\x{24f}\x{253}\x{254}\x{256}\x{257}\x{259}\x{25b}\x{263}\x{268}\x{26f}\x{272}\x{289}\x{28b}\x{2bb}\x{300}-\x{36f}\x{1e00}-\x{1eff}]`
			ending  = `(?:[^` + space + `()?!*"'「」<>;:=,.$%\[\]~&|@]|\((?:` + known + `+|` + known + `*\(` + known + `+\)` + known + `*)\))`
			path    = `(?:` + sign + `*(?:` + within + sign + `*)*` + ending + `|` + sign + `+/)`
			other   = `\x{a0}-\x{d7ff}\x{e000}-\x{fdcf}\x{fdf0}-\x{ffef}\x{10000}-\x{10fffd}`
			query   = `[a-z0-9!?*'();:&=+$/%#\[\]\-_.,~|@^` + other + `]`
			closing = `[a-z0-9_&=#/\-` + other + `]`
		)
		return regexp.MustCompile(`(?i)^(?::[0-9]+)?(?:/(?:` + path + `)*)?(?:\?` + query + `*` + closing + `)?`)
	}()
)
