package remote

import "strings"

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
			if loc, ok := zone(p.pieces[n-1].text, p.loc); ok {
				p.loc = loc
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
		loc, ok := zone(t.text, p.loc)
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
		p.loc = loc
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
	p.loc = fixed(sign * (hours*3600 + minutes*60))
	// "-05:00Z" and "+0100 CET" say it twice.
	if t := p.at(end); t.kind == 'a' {
		if _, ok := zone(t.text, p.loc); ok {
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
