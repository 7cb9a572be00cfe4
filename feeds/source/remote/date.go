package remote

import (
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// longestDate bounds what is looked at as a date, in bytes.
const longestDate = 120

// date reads a date in any of the forms that feeds use: RFC 822 and its
// corruptions, RFC 3339 and ISO 8601, asctime, US and European numerals, Unix
// time, names in other languages. A date without a zone is in loc. What could
// be read in two ways is read as most feeds mean it; what cannot be read is
// refused, for no date is better than a wrong one.
func date(s string, loc *time.Location) (time.Time, bool) {
	s = strings.TrimSpace(s)
	if s == "" || len(s) > longestDate {
		return time.Time{}, false
	}
	if loc == nil {
		loc = time.UTC
	}
	p := dateParser{loc: loc, month: -1, hour: -1}
	if !p.tokens(s) {
		return time.Time{}, false
	}
	t, ok := p.parse()
	if !ok || t.Year() < 0 || t.Year() > 9999 {
		return time.Time{}, false
	}
	return t.UTC(), true
}

// piece of a date: a number, a word or a sign.
type piece struct {
	text  string
	value int
	kind  byte // '0' a number, 'a' a word, else the sign itself
	// spaced: white space stands before it.
	spaced bool
}

type dateParser struct {
	loc    *time.Location
	pieces []piece
	array  [24]piece

	year, day      int
	month          time.Month // -1 when unknown
	hour, min, sec int        // hour is -1 when unknown
	nano           int
	weekday        time.Weekday
	hasWeekday     bool
}

// tokens cuts s into pieces; it fails on what no date has.
func (p *dateParser) tokens(s string) bool {
	p.pieces = p.array[:0]
	spaced := false
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		var t piece
		switch {
		case r == '(':
			// A comment, RFC 5322.
			n := strings.IndexByte(s[i:], ')')
			if n < 0 {
				return false
			}
			i += n + 1
			continue
		case unicode.IsSpace(r) || r == 0x200e || r == 0x200f:
			i += size
			spaced = true
			continue
		case r >= '0' && r <= '9':
			n := i
			for n < len(s) && s[n] >= '0' && s[n] <= '9' {
				n++
			}
			v, err := strconv.Atoi(s[i:n])
			if err != nil {
				return false
			}
			t = piece{text: s[i:n], value: v, kind: '0'}
			i = n
		case cjkUnit(r):
			// Years, months and days that are named stand as their numbers do;
			// hours, minutes and seconds as with colons.
			if strings.ContainsRune("时時시點点分분", r) {
				t = piece{text: ":", kind: ':'}
			} else {
				t = piece{text: " ", kind: '~'}
			}
			i += size
		case unicode.IsLetter(r):
			n := i
			for n < len(s) {
				r, size := utf8.DecodeRuneInString(s[n:])
				// Names of zones have slashes and underscores; dots stand in a.m.
				if !unicode.IsLetter(r) && !unicode.IsMark(r) && (r != '.' || n+1 >= len(s)) && r != '_' && !(r == '/' && n+1 < len(s) && asciiUpper(s[n+1])) {
					break
				}
				n += size
			}
			t = piece{text: strings.Trim(s[i:n], "."), kind: 'a'}
			i = n
		case r == ':' || r == ',' || r == '/' || r == '-' || r == '.' || r == '+' || r == '\'':
			t = piece{text: s[i : i+size], kind: byte(r)}
			i += size
		case r == '\u2212' || r == '\u2013':
			t = piece{text: "-", kind: '-'}
			i += size
		case r == '|' || r == '@' || r == '\u2022' || r == '\u060c' || r == '\u3001':
			i += size
			spaced = true
			continue
		default:
			return false
		}
		if len(p.pieces) == cap(p.pieces) {
			return false
		}
		t.spaced = spaced
		spaced = false
		p.pieces = append(p.pieces, t)
	}
	return len(p.pieces) > 0
}

func asciiUpper(c byte) bool { return 'A' <= c && c <= 'Z' }

func cjkUnit(r rune) bool {
	return strings.ContainsRune("年月日时時點点分秒년월일시분초", r)
}

func (p *dateParser) at(i int) piece {
	if i < 0 || i >= len(p.pieces) {
		return piece{}
	}
	return p.pieces[i]
}

func (p *dateParser) number(i int) bool { return p.at(i).kind == '0' }

func (p *dateParser) parse() (time.Time, bool) {
	if t, ok := p.compact(); ok {
		return t, true
	}
	rest, ok := p.clock()
	if !ok {
		return time.Time{}, false
	}
	if !p.calendar(rest) {
		return time.Time{}, false
	}
	return p.time()
}

// compact reads what is a single number: Unix time, and ISO 8601 without signs.
func (p *dateParser) compact() (time.Time, bool) {
	if len(p.pieces) != 1 || !p.number(0) {
		return time.Time{}, false
	}
	v, text := int64(p.pieces[0].value), p.pieces[0].text
	switch len(text) {
	case 9, 10:
		return time.Unix(v, 0), v > 0
	case 13:
		return time.UnixMilli(v), true
	case 12:
		return p.layout("200601021504", text)
	case 14:
		return p.layout("20060102150405", text)
	}
	return time.Time{}, false
}

func (p *dateParser) layout(layout, text string) (time.Time, bool) {
	t, err := time.ParseInLocation(layout, text, p.loc)
	return t, err == nil
}
