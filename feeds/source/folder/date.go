package folder

import (
	"regexp"
	"strings"
	"time"
)

// layouts are the forms of date that people and their programs put into front
// matter; those without a zone are in the source's.
var layouts = []string{
	time.RFC3339Nano, "2006-01-02T15:04:05.999999999Z0700", "2006-01-02T15:04Z07:00",
	"2006-01-02 15:04:05.999999999Z07:00", "2006-01-02 15:04:05 Z07:00", "2006-01-02 15:04:05 Z0700", "2006-01-02 15:04:05Z0700",
	"2006-01-02 15:04:05 Z07", "2006-01-02 15:04 Z07:00", "2006-01-02 15:04 Z0700", "2006-01-02 15:04:05 Z0700 MST",
	"2006-01-02T15:04:05.999999999", "2006-01-02T15:04", "2006-01-02 15:04:05.999999999", "2006-01-02 15:04", "2006-01-02",
	"2006-1-2 15:04:05", "2006-1-2 15:04", "2006-1-2", "2006/01/02 15:04:05", "2006/01/02 15:04", "2006/1/2", "20060102", "2006.01.02",
	time.RFC1123Z, time.RFC1123, "Mon, 2 Jan 2006 15:04:05 Z0700", "Mon, 2 Jan 2006 15:04:05 MST", time.RFC850, time.ANSIC, time.UnixDate, time.RubyDate,
	"2 January 2006", "2 Jan 2006", "January 2, 2006", "Jan 2, 2006", "January 2 2006", "Jan 2 2006",
	"2 January 2006 15:04", "2 Jan 2006 15:04", "January 2, 2006 15:04", "Jan 2, 2006 15:04", "January 2, 2006 3:04 PM", "Jan 2, 2006 3:04 PM",
	"2006-01-02 3:04 PM", "2006-01-02 3:04:05 PM", "2006-01-02 15:04:05 MST", "2006-01",
}

// parseDate reads a date of front matter.
func parseDate(s string, zone *time.Location) (time.Time, bool) {
	s = strings.Join(strings.Fields(s), " ")
	if len(s) < 6 || len(s) > 64 {
		return time.Time{}, false
	}
	s = strings.TrimSuffix(s, " (UTC)")
	for _, layout := range layouts {
		t, err := time.ParseInLocation(layout, s, zone)
		if err != nil || t.Year() < 1 {
			continue
		}
		// Go takes a zone name that it does not know for UTC.
		if name, offset := t.Zone(); offset == 0 && strings.HasSuffix(layout, "MST") && name != "UTC" && name != "GMT" && name != "Z" {
			known, ok := zoneOffset(name)
			if !ok {
				return time.Time{}, false
			}
			t = t.Add(-known)
		}
		return t.UTC(), true
	}
	return time.Time{}, false
}

// zoneOffset: the names of RFC 822 and those of Europe.
func zoneOffset(name string) (time.Duration, bool) {
	hours := map[string]int{
		"EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7,
		"WET": 0, "WEST": 1, "CET": 1, "CEST": 2, "MET": 1, "MEST": 2, "MEZ": 1, "EET": 2, "EEST": 3, "BST": 1, "JST": 9,
	}
	h, ok := hours[name]
	return time.Duration(h) * time.Hour, ok
}

var dated = regexp.MustCompile(`^(\d{4})-(\d{2})-(\d{2})(?:[-_ ](.+))?$`)

// fileDate splits 2024-05-06-hello into the date and hello; the date is empty
// if there is none.
func fileDate(stem string) (date, rest string) {
	m := dated.FindStringSubmatch(stem)
	if m == nil {
		return "", stem
	}
	date = m[1] + "-" + m[2] + "-" + m[3]
	if _, err := time.Parse("2006-01-02", date); err != nil {
		return "", stem
	}
	if m[4] == "" {
		return date, stem
	}
	return date, m[4]
}
