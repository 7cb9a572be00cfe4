package change

import (
	"math/bits"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/cespare/xxhash/v2"
)

// token is a word, a number, an address, or a character of a script that does
// not part its words. Punctuation and case are not in it: what differs in
// nothing else reads the same.
type token struct {
	sum        uint64 // of the folded word
	line       int32
	start, end int32 // bytes in the line's text
	kind       byte
}

// Kinds of tokens.
const (
	word    = 'w'
	number  = 'n' // begins with a digit, or holds one: a date, a version, a price
	ideo    = 'i' // Han, kana, Thai …: a character
	address = 'u'
)

// tokenise gives the tokens of the lines in order.
func tokenise(lines []line) []token {
	n := 0
	for _, l := range lines {
		n += len(l.text)/6 + 1
	}
	tokens := make([]token, 0, n)
	for i, l := range lines {
		tokens = appendTokens(tokens, l.text, int32(i))
	}
	return tokens
}

func appendTokens(tokens []token, text string, at int32) []token {
	var folded [64]byte
	for i := 0; i < len(text); {
		r, size := rune(text[i]), 1
		if r >= utf8.RuneSelf {
			r, size = utf8.DecodeRuneInString(text[i:])
		}
		switch {
		case ideographic(r):
			tokens = append(tokens, token{xxhash.Sum64String(text[i : i+size]), at, int32(i), int32(i + size), ideo})
			i += size
		case !wordRune(r):
			i += size
		case r == 'h' && (strings.HasPrefix(text[i:], "http://") || strings.HasPrefix(text[i:], "https://")):
			end := strings.IndexFunc(text[i:], func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune("<>\"'|", r) || ideographic(r) })
			if end < 0 {
				end = len(text) - i
			}
			end = len(strings.TrimRight(text[i:i+end], ".,;:!?)]"))
			trimmed := strings.TrimPrefix(strings.TrimPrefix(text[i:i+end], "https://"), "http://")
			tokens = append(tokens, token{xxhash.Sum64String(strings.TrimSuffix(trimmed, "/")), at, int32(i), int32(i + end), address})
			i += end
		default:
			end, kind := wordEnd(text, i)
			fold := foldWord(folded[:0], text[i:end])
			tokens = append(tokens, token{xxhash.Sum64(fold), at, int32(i), int32(end), kind})
			i = end
		}
	}
	return tokens
}

// wordEnd is the end of the word that begins at i. Within numbers, and between
// letters and digits, the marks of dates, versions, prices and hours belong to it.
func wordEnd(text string, i int) (int, byte) {
	kind := byte(word)
	var before rune
	for i < len(text) {
		r, size := rune(text[i]), 1
		if r >= utf8.RuneSelf {
			r, size = utf8.DecodeRuneInString(text[i:])
		}
		if ideographic(r) {
			return i, kind
		}
		if !wordRune(r) {
			next, _ := utf8.DecodeRuneInString(text[i+size:])
			digits := unicode.IsDigit(before) && unicode.IsDigit(next)
			switch {
			case r == '\'' && unicode.IsLetter(before) && unicode.IsLetter(next):
			case (r == '.' || r == ',' || r == ':' || r == '-' || r == '/') && digits:
			case r == '.' && wordRune(before) && wordRune(next) && !unicode.IsUpper(next):
			case r == '-' && kind == number && wordRune(next) && (unicode.IsDigit(before) || unicode.IsDigit(next)):
			default:
				return i, kind
			}
		}
		if unicode.IsDigit(r) {
			kind = number
		}
		before = r
		i += size
	}
	return i, kind
}

func wordRune(r rune) bool {
	if r < utf8.RuneSelf {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_'
	}
	return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) || r == '\u200c'
}

// ideographic scripts are compared by character: they have no spaces.
func ideographic(r rune) bool {
	switch {
	case r < 0x0e00:
		return false
	case r <= 0x0eff, r >= 0x1000 && r <= 0x109f, r >= 0x1780 && r <= 0x17ff: // Thai, Lao, Burmese, Khmer
		return unicode.IsLetter(r) || unicode.IsMark(r)
	case r >= 0x3040 && r <= 0x30ff, r >= 0x3400 && r <= 0x4dbf, r >= 0x4e00 && r <= 0x9fff, r >= 0xf900 && r <= 0xfaff, r >= 0x20000 && r <= 0x3ffff:
		return r != '\u30fb'
	}
	return false
}

func foldWord(dst []byte, s string) []byte {
	ascii := true
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			ascii = false
			break
		}
	}
	if ascii {
		for i := range len(s) {
			c := s[i]
			if c >= 'A' && c <= 'Z' {
				c += 'a' - 'A'
			}
			dst = append(dst, c)
		}
		return dst
	}
	for _, r := range s {
		if r != '\u200c' { // written or not, it is the same word
			dst = utf8.AppendRune(dst, unicode.ToLower(r))
		}
	}
	return dst
}

// sketchSize is the number of parts of a sketch, a byte each.
const sketchSize = 32

// sketch is small enough to keep for ever and tells how much two texts have in
// common: one-permutation minhash over runs of three tokens, a byte a bin.
type sketch [sketchSize]byte

func sketchOf(tokens []token) sketch {
	var (
		least [sketchSize]uint64
		out   sketch
	)
	for i := range least {
		least[i] = ^uint64(0)
	}
	for i := range tokens {
		h := tokens[i].sum
		for j := 1; j < 3 && i+j < len(tokens); j++ {
			h = bits.RotateLeft64(h, 21) ^ tokens[i+j].sum
		}
		h *= 0x9e3779b97f4a7c15
		h ^= h >> 29
		h *= 0xbf58476d1ce4e5b9
		bin := h >> 59
		least[bin] = min(least[bin], h<<5>>5)
	}
	for i, v := range least {
		if v != ^uint64(0) {
			out[i] = byte(v>>11)%255 + 1
		}
	}
	return out
}

// likeness is about the share of runs that two texts have in common, 0 to 1.
func (s sketch) likeness(o sketch) float64 {
	same, all := 0, 0
	for i := range s {
		if s[i] == 0 && o[i] == 0 {
			continue
		}
		all++
		if s[i] == o[i] {
			same++
		}
	}
	if all == 0 {
		return 0
	}
	return float64(same) / float64(all)
}

// sumOf is a fingerprint of the words alone.
func sumOf(tokens []token) uint64 {
	if len(tokens) == 0 {
		return 0
	}
	var h uint64 = 0x243f6a8885a308d3
	for i := range tokens {
		h = (bits.RotateLeft64(h, 5) ^ tokens[i].sum) * 0x9e3779b97f4a7c15
	}
	return h | 1
}
