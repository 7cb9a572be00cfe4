package remote

import (
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
)

// sniffed bounds the bytes that are looked at.
const sniffed = 64 << 10

// sniff guesses the encoding of bytes that are not UTF-8 and that nothing is
// said about: each candidate decodes them, and the text that reads most like
// writing wins. Western Europe wins where none does.
func sniff(b []byte) (encoding.Encoding, string) {
	b = b[:min(len(b), sniffed)]
	best, bestName, most := encoding.Encoding(charmap.Windows1252), "windows-1252", score(b, charmap.Windows1252, latin, false)
	// What is called EUC-KR has been extended into the bytes of Shift JIS, but
	// Korean feeds are nearly all written in the common characters, without.
	if !lowHalf(b) {
		if s := score(b, korean.EUCKR, hangul, false); s > most {
			best, bestName, most = korean.EUCKR, "euc-kr", s
		}
	}
	for _, c := range [...]struct {
		enc  encoding.Encoding
		name string
		of   func(r rune) float64
		// alone: its letters do not stand in one word with Latin ones.
		alone bool
	}{
		{japanese.ShiftJIS, "shift_jis", kana, false},
		{japanese.EUCJP, "euc-jp", kana, false},
		{simplifiedchinese.GB18030, "gb18030", han, false},
		{traditionalchinese.Big5, "big5", han, false},
		{charmap.Windows1251, "windows-1251", cyrillic, true},
		{charmap.KOI8R, "koi8-r", cyrillic, true},
		{charmap.Windows1253, "windows-1253", greek, true},
		{charmap.Windows1255, "windows-1255", hebrew, true},
		{charmap.Windows1256, "windows-1256", arabic, true},
		{charmap.Windows874, "windows-874", thai, true},
	} {
		if s := score(b, c.enc, c.of, c.alone); s > most {
			best, bestName, most = c.enc, c.name, s
		}
	}
	return best, bestName
}

// lowHalf reports whether a good part of the bytes beyond ASCII is below 0xA1.
func lowHalf(b []byte) bool {
	low, all := 0, 0
	for _, c := range b {
		if c >= 0x80 {
			all++
			if c < 0xa1 {
				low++
			}
		}
	}
	return low*20 > all
}

// score is the mean worth of the characters beyond ASCII, by what the language
// would use; a byte that the encoding does not have costs dearly.
func score(b []byte, enc encoding.Encoding, of func(r rune) float64, alone bool) float64 {
	text, err := enc.NewDecoder().Bytes(b)
	if err != nil {
		return -1
	}
	sum, n := 0.0, 0
	last := byte(0) // the character before, when it is ASCII
	for len(text) > 0 {
		r, size := utf8.DecodeRune(text)
		text = text[size:]
		if r < 0x80 {
			last = byte(r)
			continue
		}
		switch {
		case r == utf8.RuneError, r < 0xa0:
			sum -= 10
		case r > 0x2000 && r < 0x2070: // punctuation
		case alone && (letter(last) || len(text) > 0 && letter(text[0])):
			sum--
		default:
			sum += of(r)
		}
		n++
		last = 0
	}
	if n == 0 {
		return 0
	}
	return sum / float64(n)
}

func letter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

func in(r, from, to rune) bool { return from <= r && r <= to }

// latin is worth less than a script of its own: nearly all bytes mean something
// in it.
func latin(r rune) float64 {
	switch {
	case in(r, 0xe0, 0xff) && r != 0xf7:
		return 0.5
	case in(r, 0xc0, 0xdf) && r != 0xd7:
		return 0.2
	}
	return 0
}

func kana(r rune) float64 {
	switch {
	case in(r, 0x3040, 0x30ff):
		return 1
	case in(r, 0x3000, 0x303f), in(r, 0xff01, 0xff5e):
		return 0.7
	case in(r, 0x4e00, 0x9fff):
		return 0.65
	case in(r, 0xff61, 0xff9f): // half-width, what Shift JIS makes of anything
		return -0.5
	}
	return -1
}

func hangul(r rune) float64 {
	switch {
	case in(r, 0xac00, 0xd7a3):
		return 1
	case in(r, 0x4e00, 0x9fff):
		return 0.1
	case in(r, 0x3000, 0x303f):
		return 0.5
	}
	return -1
}

func han(r rune) float64 {
	switch {
	case in(r, 0x4e00, 0x9fff):
		return 0.7
	case in(r, 0x3000, 0x303f), in(r, 0xff01, 0xff5e):
		return 0.7
	}
	return -1
}

// cyrillic prefers lower case, by which KOI8-R and windows-1251 differ. It is
// worth a little less than Hebrew, whose bytes are all Cyrillic letters too,
// though not the other way about.
func cyrillic(r rune) float64 {
	switch {
	case in(r, 0x430, 0x44f), r == 0x451:
		return 0.97
	case in(r, 0x410, 0x42f), r == 0x401:
		return 0.3
	}
	return -1
}

func greek(r rune) float64 {
	switch {
	case in(r, 0x3b1, 0x3ce), in(r, 0x3ac, 0x3af):
		return 1
	case in(r, 0x391, 0x3a9), in(r, 0x386, 0x38f):
		return 0.3
	}
	return -1
}

func hebrew(r rune) float64 {
	if in(r, 0x5d0, 0x5ea) {
		return 1
	}
	return -1
}

func arabic(r rune) float64 {
	if in(r, 0x621, 0x64a) || r == 0x60c || r == 0x61f {
		return 0.9
	}
	return -1
}

func thai(r rune) float64 {
	if in(r, 0xe01, 0xe5b) {
		return 1
	}
	return -1
}
