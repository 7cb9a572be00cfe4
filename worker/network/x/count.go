package x

import "golang.org/x/text/unicode/norm"

// Weights of a post's characters, of configuration version 3
// (https://github.com/twitter/twitter-text/blob/master/config/v3.json).
const (
	maxWeight = 280
	urlWeight = 23
)

// light are the characters that weigh 1; all others weigh 2.
var light = []struct{ from, to rune }{{0, 4351}, {8192, 8205}, {8208, 8223}, {8242, 8247}}

// Count is the length of text as X counts it: each address 23, whatever its
// length, an emoji 2, however many characters it is made of, other characters 1
// or 2 by their script, after composition (NFC).
func Count(text string) int {
	rs := []rune(norm.NFC.String(text))
	links := addresses(rs)
	n := 0
	for i := 0; i < len(rs); {
		if len(links) > 0 && links[0].from == i {
			n += urlWeight
			i = links[0].to
			links = links[1:]
			continue
		}
		if size := emoji(rs[i:]); size > 0 {
			n += 2
			i += size
			continue
		}
		n += weight(rs[i])
		i++
	}
	return n
}

func weight(r rune) int {
	for _, l := range light {
		if r >= l.from && r <= l.to {
			return 1
		}
	}
	return 2
}
