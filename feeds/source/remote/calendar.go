package remote

import (
	"strings"
	"time"
)

// calendar reads the pieces that are left without the time of day.
func (p *dateParser) calendar(rest []piece) bool {
	rest = p.names(rest)
	if rest == nil {
		return false
	}
	if p.month < 0 && p.iso(rest) {
		return true
	}
	var numbers []piece
	var separator byte
	for i, t := range rest {
		switch t.kind {
		case '0':
			if len(t.text) > 4 {
				return false
			}
			if len(numbers) == 1 && i > 0 && rest[i-1].kind != '0' {
				separator = rest[i-1].kind
			}
			numbers = append(numbers, t)
		case 'a', '+', ':':
			return false
		}
	}
	if p.month >= 0 {
		return p.withMonth(numbers)
	}
	return p.numeric(numbers, separator)
}

// names takes out months, weekdays and the words around them; nil when there is
// a word that no date has.
func (p *dateParser) names(words []piece) []piece {
	kept := make([]piece, 0, len(words))
	count := 0
	for _, t := range words {
		if t.kind == 'a' {
			if _, ok := month(strings.ToLower(t.text)); ok {
				count++
			}
		}
	}
	for i, t := range words {
		if t.kind != 'a' {
			kept = append(kept, t)
			continue
		}
		word := strings.ToLower(t.text)
		// What leads and has a comma is a weekday in whatever language: "mar.,
		// 01 déc." is a Tuesday.
		leads := i == 0 && i+1 < len(words) && (words[i+1].kind == ',' || words[i+1].kind == '.')
		m, isMonth := month(word)
		day, isDay := weekday(word)
		switch {
		case isDay && (!isMonth || count > 1 && i == 0):
			p.weekday, p.hasWeekday = day, true
		case leads && (!isMonth || count > 1):
		case isMonth && p.month < 0:
			p.month = m
			kept = append(kept, piece{kind: '~'})
		case ordinal(word) && !t.spaced && i > 0 && words[i-1].kind == '0':
		case i > 0 && filler(word):
			kept = append(kept, piece{kind: '~'})
		case word == "w" || word == "t":
			kept = append(kept, t)
		default:
			return nil
		}
	}
	return kept
}

func ordinal(word string) bool {
	switch word {
	case "st", "nd", "rd", "th", "er", "º", "ª":
		return true
	}
	return false
}

func filler(word string) bool {
	switch word {
	case "of", "de", "del", "di", "the", "den", "d", "г", "року", "года":
		return true
	}
	return false
}

// iso reads the dates of ISO 8601 with a four-digit year, and the shortened
// ones of its first edition.
func (p *dateParser) iso(rest []piece) bool {
	kinds := make([]byte, 0, 8)
	for _, t := range rest {
		kinds = append(kinds, t.kind)
	}
	n := func(i int) (int, int) { return rest[i].value, len(rest[i].text) }
	switch string(kinds) {
	case "0":
		v, digits := n(0)
		switch {
		case digits == 4: // 2003
			return p.ymd(v, 1, 1)
		case digits == 8: // 20031231
			return p.ymd(v/10000, v/100%100, v%100)
		case digits == 7: // 2003335
			return p.ordinalDay(v/1000, v%1000)
		case digits == 6: // 031231
			return p.ymd(century(v/10000), v/100%100, v%100)
		case digits == 5 && rest[0].text[0] == '0':
			// 03335. Without the zero it is some other number.
			return p.ordinalDay(century(v/1000), v%1000)
		}
	case "-0": // -0312
		v, digits := n(1)
		return digits == 4 && p.ymd(century(v/100), v%100, 1)
	case "-0-0": // -03-12
		y, yd := n(1)
		m, md := n(3)
		return yd == 2 && md == 2 && p.ymd(century(y), m, 1)
	case "0-0": // 2003-12, 2003-335
		y, yd := n(0)
		m, md := n(2)
		if yd == 4 && md == 3 {
			return p.ordinalDay(y, m)
		}
		return yd == 4 && p.ymd(y, m, 1)
	case "0-a0-0", "0-a0": // 2003-W49-1
		y, yd := n(0)
		if yd != 4 || !strings.EqualFold(rest[2].text, "w") {
			return false
		}
		w, _ := n(3)
		d := 1
		if len(rest) > 4 {
			d, _ = n(5)
		}
		return p.weekDay(y, w, d)
	case "0-0-0", "0/0/0", "0.0.0", "0~0~0~", "0~0~0":
		// Four digits at the head are a year; 2003-012-31 has been seen.
		y, yd := n(0)
		m, _ := n(2)
		d, _ := n(4)
		if yd == 4 {
			return p.ymd(y, m, d)
		}
		if yd == 2 && kinds[1] == '-' && d <= 31 && len(rest[4].text) == 2 {
			return p.ymd(century(y), m, d) // 03-12-31
		}
	}
	return false
}

func (p *dateParser) ymd(y, m, d int) bool {
	if m < 1 || m > 12 || d < 1 || d > 31 {
		return false
	}
	p.year, p.month, p.day = y, time.Month(m), d
	return true
}

func (p *dateParser) ordinalDay(y, day int) bool {
	if day < 1 || day > 366 {
		return false
	}
	t := time.Date(y, 1, day, 0, 0, 0, 0, time.UTC)
	return t.Year() == y && p.ymd(y, int(t.Month()), t.Day())
}

func (p *dateParser) weekDay(y, week, day int) bool {
	if week < 1 || week > 53 || day < 1 || day > 7 {
		return false
	}
	fourth := time.Date(y, 1, 4, 0, 0, 0, 0, time.UTC) // is in week 1
	monday := fourth.AddDate(0, 0, -(int(fourth.Weekday())+6)%7)
	t := monday.AddDate(0, 0, (week-1)*7+day-1)
	return p.ymd(t.Year(), int(t.Month()), t.Day())
}

// century completes a year of two digits as RFC 5322 does (section 4.3).
func century(y int) int {
	switch {
	case y < 50:
		return 2000 + y
	case y < 100:
		return 1900 + y
	}
	return y
}

func yearOf(t piece) int {
	if len(t.text) <= 2 {
		return century(t.value)
	}
	if len(t.text) == 3 {
		return 1900 + t.value // a year counted from 1900, as C does
	}
	return t.value
}

// withMonth reads day and year beside a month's name.
func (p *dateParser) withMonth(numbers []piece) bool {
	var day, year piece
	switch len(numbers) {
	case 1:
		// "Nov. 2020"
		if len(numbers[0].text) != 4 {
			return false
		}
		return p.ymd(numbers[0].value, int(p.month), 1)
	case 2:
		day, year = numbers[0], numbers[1]
		if len(day.text) > 2 || day.value > 31 {
			day, year = year, day
		}
	default:
		return false
	}
	return len(day.text) <= 2 && p.ymd(yearOf(year), int(p.month), day.value)
}

// numeric reads three numbers that are day, month and year in some order.
// 03/04 is March in the United States, which write most of the slashes; a
// weekday decides where there is one.
func (p *dateParser) numeric(numbers []piece, separator byte) bool {
	if len(numbers) != 3 {
		return false
	}
	a, b, c := numbers[0], numbers[1], numbers[2]
	if len(a.text) == 4 {
		return p.ymd(a.value, b.value, c.value)
	}
	if len(c.text) == 3 || len(a.text) > 2 || len(b.text) > 2 {
		return false
	}
	y := yearOf(c)
	dayFirst := separator != '/'
	switch {
	case a.value > 12:
		dayFirst = true
	case b.value > 12:
		dayFirst = false
	case p.hasWeekday:
		american := time.Date(y, time.Month(a.value), b.value, 0, 0, 0, 0, time.UTC).Weekday() == p.weekday
		european := time.Date(y, time.Month(b.value), a.value, 0, 0, 0, 0, time.UTC).Weekday() == p.weekday
		if american != european {
			dayFirst = european
		}
	}
	if dayFirst {
		return p.ymd(y, b.value, a.value)
	}
	return p.ymd(y, a.value, b.value)
}

// time puts the parts together, if they are a day that exists.
func (p *dateParser) time() (time.Time, bool) {
	h := max(0, p.hour)
	next := h == 24 && p.min == 0 && p.sec == 0 // midnight at the day's end
	if h > 24 || h == 24 && !next || p.min > 59 || p.sec > 60 {
		return time.Time{}, false
	}
	sec := min(p.sec, 59) // a leap second
	day := time.Date(p.year, p.month, p.day, 0, 0, 0, 0, time.UTC)
	if day.Day() != p.day {
		return time.Time{}, false
	}
	return time.Date(p.year, p.month, p.day, h, p.min, sec, p.nano, p.loc), true
}
