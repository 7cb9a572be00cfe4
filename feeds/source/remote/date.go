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

	year, day        int
	month            time.Month // -1 when unknown
	hour, min, sec   int        // hour is -1 when unknown
	nano             int
	weekday          time.Weekday
	hasYear, hasDay  bool
	hasWeekday, zone bool
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

// clock finds the time of day with its zone and gives the pieces that are left.
func (p *dateParser) clock() ([]piece, bool) {
	for i := range p.pieces {
		if !p.number(i) {
			continue
		}
		next := p.at(i + 1)
		switch {
		case next.kind == ':':
		case next.kind == 'a' && !next.spaced && strings.EqualFold(next.text, "h") && i > 0:
		case next.kind == 'a' && halfOfDay(next.text) != 0 && i > 0 && !p.number(i+2):
			// "4 pm", but not "10일 오후 8시"
		default:
			// 20031231T101455Z
			if t := p.at(i - 1); t.kind == 'a' && strings.EqualFold(t.text, "t") && !t.spaced && len(p.pieces[i].text) >= 4 && len(p.pieces[i].text)%2 == 0 && len(p.pieces[i].text) <= 6 {
				v := p.pieces[i].value
				if len(p.pieces[i].text) == 6 {
					p.sec, v = v%100, v/100
				}
				p.hour, p.min = v/100, v%100
				return p.afterClock(i, i+1)
			}
			continue
		}
		return p.clockAt(i)
	}
	// No time, but perhaps a zone at the end: "26 Sep 2022 GMT".
	if n := len(p.pieces); n > 1 && p.pieces[n-1].kind == 'a' {
		if _, isMonth := month(strings.ToLower(p.pieces[n-1].text)); !isMonth {
			if loc, ok := zone(p.pieces[n-1].text); ok {
				p.loc, p.zone = loc, true
				return p.pieces[:n-1], true
			}
		}
	}
	return p.pieces, true
}

func (p *dateParser) clockAt(i int) ([]piece, bool) {
	p.hour = p.at(i).value
	end := i + 1
	if len(p.at(i).text) > 2 {
		return nil, false
	}
	if p.at(end).kind == ':' || p.at(end).kind == 'a' && strings.EqualFold(p.at(end).text, "h") {
		end++
		if p.number(end) && len(p.at(end).text) <= 2 && !(p.at(end).spaced && p.at(end-1).kind == 'a') {
			p.min = p.at(end).value
			end++
			if p.at(end).kind == ':' && p.number(end+1) && len(p.at(end+1).text) <= 2 {
				p.sec = p.at(end + 1).value
				end += 2
				if k := p.at(end).kind; (k == '.' || k == ',') && p.number(end+1) && !p.at(end+1).spaced && !p.at(end).spaced {
					p.nano = fraction(p.at(end + 1).text)
					end += 2
				}
			}
			if p.at(end).kind == ':' && !p.number(end+1) {
				end++ // a CJK unit after the last number
			}
		} else if p.at(end-1).kind == ':' && p.number(end) {
			return nil, false
		}
	}
	if p.at(end).kind == '~' {
		end++
	}
	if p.at(end).kind == ':' {
		return nil, false
	}
	return p.afterClock(i, end)
}

// afterClock reads what belongs to a time that ends before piece end: half of
// the day, zone.
func (p *dateParser) afterClock(start, end int) ([]piece, bool) {
	if t := p.at(end); t.kind == 'a' {
		if half := halfOfDay(t.text); half != 0 {
			if p.hour < 1 || p.hour > 12 {
				if half > 0 && p.hour < 24 || half < 0 && p.hour == 0 {
					half = 0 // "14:00 PM" is 14:00
				} else {
					return nil, false
				}
			}
			if half != 0 {
				p.hour %= 12
			}
			if half > 0 {
				p.hour += 12
			}
			end++
		}
	} else if t := p.at(start - 1); t.kind == 'a' && (halfOfDay(t.text) != 0) {
		// 오후 11:23
		if halfOfDay(t.text) > 0 && p.hour < 12 {
			p.hour += 12
		}
		start--
	}
	if p.at(end).kind == 'a' && clockWord(p.at(end).text) {
		end++
	}
	end, ok := p.offset(end)
	if !ok {
		return nil, false
	}
	// The T of ISO 8601, and words between date and time.
	if t := p.at(start - 1); t.kind == 'a' && (strings.EqualFold(t.text, "t") || between(t.text)) {
		start--
	}
	for start > 0 && (p.at(start-1).kind == ',' || p.at(start-1).kind == '-') {
		start--
	}
	rest := make([]piece, 0, len(p.pieces))
	rest = append(rest, p.pieces[:start]...)
	if end < len(p.pieces) {
		if len(rest) > 0 {
			rest = append(rest, piece{kind: '~'})
		}
		rest = append(rest, p.pieces[end:]...)
	}
	return rest, true
}

// offset reads a zone after the time.
func (p *dateParser) offset(i int) (int, bool) {
	if t := p.at(i); t.kind == 'a' {
		loc, ok := zone(t.text)
		switch {
		case ok:
		case t.text == strings.ToUpper(t.text) && len(t.text) >= 2 && len(t.text) <= 5 && asciiUpper(t.text[0]):
			// A zone that is not known: the source's own stands for it.
			if _, isMonth := month(strings.ToLower(t.text)); isMonth {
				return i, true
			}
			if _, isDay := weekday(strings.ToLower(t.text)); isDay {
				return i, true
			}
			return i + 1, true
		default:
			return i, true // a month or a weekday perhaps
		}
		if _, isMonth := month(strings.ToLower(t.text)); isMonth {
			return i, true
		}
		p.loc, p.zone = loc, true
		i++
		// "GMT+02:00": the offset says it.
		if k := p.at(i).kind; (k == '+' || k == '-') && p.number(i+1) && !p.at(i+1).spaced {
			return p.numericOffset(i)
		}
		return i, true
	}
	if k := p.at(i).kind; (k == '+' || k == '-') && !p.at(i+1).spaced {
		if !p.number(i + 1) {
			return i, p.at(i+1).kind != 'a'
		}
		return p.numericOffset(i)
	}
	return i, true
}

func (p *dateParser) numericOffset(i int) (int, bool) {
	sign := 1
	if p.at(i).kind == '-' {
		sign = -1
	}
	n := p.at(i + 1)
	hours, minutes := n.value, 0
	end := i + 2
	switch len(n.text) {
	case 1, 2:
		if p.at(end).kind == ':' {
			if !p.number(end+1) || len(p.at(end+1).text) != 2 {
				return 0, false
			}
			minutes = p.at(end + 1).value
			end += 2
		}
	case 3, 4:
		hours, minutes = n.value/100, n.value%100
	case 6: // +HHMMSS
		hours, minutes = n.value/10000, n.value/100%100
	default:
		return 0, false
	}
	if hours > 15 || minutes > 59 {
		return 0, false
	}
	p.loc, p.zone = fixed(sign*(hours*3600+minutes*60)), true
	// "-05:00Z" and "+0100 CET" say it twice.
	if t := p.at(end); t.kind == 'a' {
		if _, ok := zone(t.text); ok {
			end++
		} else if !t.spaced {
			return 0, false
		}
	}
	return end, true
}

func fraction(digits string) int {
	nano, scale := 0, 100_000_000
	for i := 0; i < len(digits) && scale > 0; i++ {
		nano += int(digits[i]-'0') * scale
		scale /= 10
	}
	return nano
}

// halfOfDay is -1 for am, 1 for pm, 0 for another word.
func halfOfDay(word string) int {
	switch strings.ToLower(strings.ReplaceAll(word, ".", "")) {
	case "am", "오전", "上午", "πμ", "vorm":
		return -1
	case "pm", "오후", "下午", "μμ", "nachm":
		return 1
	}
	return 0
}

// between tells words that stand between a date and its time.
func between(word string) bool {
	switch strings.ToLower(word) {
	case "at", "um", "à", "a", "alle", "ore", "om", "kl", "klo", "o", "в", "las":
		return true
	}
	return false
}

// clockWord tells words that follow a time.
func clockWord(word string) bool {
	switch strings.ToLower(word) {
	case "uhr", "hrs", "hs", "uur", "ч", "heures":
		return true
	}
	return false
}
