package network

import (
	"iter"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/publicsuffix"
)

// webAddress finds what may be a URL. Networks that follow twitter-text want a
// scheme and a public domain, and take everything to the next space or bracket.
var webAddress = regexp.MustCompile(`(?i)https?://((?:[\p{L}\p{N}_](?:[\p{L}\p{N}\p{Pd}_]*[\p{L}\p{N}])?\.)+[\p{L}\p{N}-]+)(:[0-9]+)?(/[^\s\p{Z}<>()?]*(?:\([^\s\p{Z}<>()]*\)[^\s\p{Z}<>()?]*)*)?(\?[^\s\p{Z}<>]*)?`)

// Links yields where the web addresses of a text begin and end, in bytes, as
// twitter-text (X, Mastodon) finds them: with their scheme, on a domain under a
// public suffix, without the punctuation that ends a sentence.
func Links(text string) iter.Seq2[int, int] {
	return func(yield func(int, int) bool) {
		for _, at := range webAddress.FindAllStringSubmatchIndex(text, -1) {
			start, end := at[0], at[1]
			if before, _ := utf8.DecodeLastRuneInString(text[:start]); start > 0 &&
				(unicode.IsLetter(before) && before < 0x80 || unicode.IsDigit(before) || strings.ContainsRune("@＠$#＃", before)) {
				continue
			}
			host := text[at[2]:at[3]]
			if !publicDomain(host) {
				continue
			}
			// Only a path or a query can end in punctuation.
			first := at[3]
			if at[5] > 0 {
				first = at[5]
			}
			end = first + len(trimmedEnd(text[first:end]))
			if !yield(start, end) {
				return
			}
		}
	}
}

func publicDomain(host string) bool {
	last := host[strings.LastIndexByte(host, '.')+1:]
	if strings.HasPrefix(strings.ToLower(last), "xn--") {
		return true
	}
	suffix, icann := publicsuffix.PublicSuffix("x." + strings.ToLower(last))
	return icann && suffix == strings.ToLower(last)
}

// trimmedEnd leaves out what cannot end a path or a query: punctuation, and a
// closing bracket that was not opened.
func trimmedEnd(s string) string {
	for s != "" {
		r, size := utf8.DecodeLastRuneInString(s)
		if r == ')' && strings.Count(s, "(") >= strings.Count(s, ")") || !strings.ContainsRune(`()?!*"'「」<>;:=,.$%[]~&|@`, r) {
			break
		}
		if r == '=' || r == '&' { // these may end a query
			if strings.ContainsRune(s, '?') {
				break
			}
		}
		s = s[:len(s)-size]
	}
	return s
}
