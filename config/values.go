package config

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"net/url"
	"strings"
	"time"
)

// Store is where is remembered: the path of a file, or a URL that may hold a
// password and therefore prints without it; string(s) is the whole.
type Store string

// Shared reports whether the store is a server, by URL.
func (s Store) Shared() bool { return strings.Contains(string(s), "://") }

func (s Store) String() string {
	scheme, rest, ok := strings.Cut(string(s), "://")
	if !ok {
		return string(s)
	}
	// A raw password may hold any of /?#, so all up to the last @ is hidden.
	if at := strings.LastIndexByte(rest, '@'); at >= 0 {
		rest = hidden + rest[at:]
	}
	if before, query, ok := strings.Cut(rest, "?"); ok && query != "" {
		rest = before + "?" + hidden
	}
	return scheme + "://" + rest
}

// GoString, LogValue and MarshalText hide the password too.
func (s Store) GoString() string             { return fmt.Sprintf("%q", s.String()) }
func (s Store) LogValue() slog.Value         { return slog.StringValue(s.String()) }
func (s Store) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// Headers are HTTP headers by name. Their values may be tokens, so they print
// as ***.
type Headers map[string]string

func (h Headers) masked() map[string]string {
	m := maps.Clone(map[string]string(h))
	for k := range m {
		m[k] = hidden
	}
	return m
}

func (h Headers) String() string               { return fmt.Sprint(h.masked()) }
func (h Headers) GoString() string             { return fmt.Sprintf("%#v", h.masked()) }
func (h Headers) LogValue() slog.Value         { return slog.AnyValue(h.masked()) }
func (h Headers) MarshalJSON() ([]byte, error) { return json.Marshal(h.masked()) }

// Rate is at most N messages per Per; the zero Rate is no limit of the settings.
type Rate struct {
	N   int
	Per time.Duration
}

func (r Rate) String() string {
	if r.N == 0 {
		return ""
	}
	return fmt.Sprintf("%d/%s", r.N, Duration(r.Per))
}

// ParseRate reads a Rate: 6/h, 1/30m, 100/d.
func ParseRate(s string) (Rate, error) {
	n, per, ok := cutNumber(s)
	if !ok {
		return Rate{}, fmt.Errorf("%q is no rate", s)
	}
	switch per {
	case "s", "m", "h", "d":
		per = "1" + per
	case "sec", "second", "min", "minute", "hour":
		per = "1" + per[:1]
	case "day":
		per = "1d"
	case "week", "w":
		per = "7d"
	}
	d, err := ParseDuration(per)
	if err != nil || d == 0 {
		return Rate{}, fmt.Errorf("%q is no rate", s)
	}
	return Rate{n, d.Std()}, nil
}

// cutNumber splits "6/h" into 6 and "h".
func cutNumber(s string) (n int, per string, ok bool) {
	left, right, ok := strings.Cut(s, "/")
	if !ok {
		return 0, "", false
	}
	n, ok = positive(strings.TrimSpace(left))
	return n, strings.TrimSpace(right), ok
}

func positive(s string) (n int, ok bool) {
	if s == "" || len(s) > 9 {
		return 0, false
	}
	for _, c := range []byte(s) {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int(c-'0')
	}
	return n, n > 0
}

// Quiet is a part of the day without messages, in minutes from midnight; From
// may be after To. From == To is none.
type Quiet struct {
	From, To int
	Zone     *time.Location
}

func (q Quiet) String() string {
	if q.From == q.To {
		return ""
	}
	return fmt.Sprintf("%02d:%02d-%02d:%02d %s", q.From/60, q.From%60, q.To/60, q.To%60, q.Zone)
}

// Until is when the quiet time that t falls into ends; ok is false when t is
// not in quiet time.
func (q Quiet) Until(t time.Time) (end time.Time, ok bool) {
	if q.From == q.To {
		return time.Time{}, false
	}
	zone := q.Zone
	if zone == nil {
		zone = time.UTC
	}
	l := t.In(zone)
	minute := l.Hour()*60 + l.Minute()
	day := l.Day()
	switch {
	case q.From < q.To && minute >= q.From && minute < q.To:
	case q.From > q.To && minute < q.To:
	case q.From > q.To && minute >= q.From:
		day++
	default:
		return time.Time{}, false
	}
	end = time.Date(l.Year(), l.Month(), day, q.To/60, q.To%60, 0, 0, zone)
	if !end.After(t) { // the end lies in an hour that a clock change took out
		return time.Time{}, false
	}
	return end.UTC(), true
}

// ParseQuiet reads a Quiet: "22:00-07:00" or "22:00-07:00 Europe/Brussels"; the
// zone is UTC when left out.
func ParseQuiet(s string) (Quiet, error) {
	span, zone, _ := strings.Cut(strings.TrimSpace(s), " ")
	from, to, ok := strings.Cut(span, "-")
	q := Quiet{Zone: time.UTC}
	var okFrom, okTo bool
	q.From, okFrom = clock(from)
	q.To, okTo = clock(to)
	if !ok || !okFrom || !okTo {
		return Quiet{}, fmt.Errorf("%q is no span of the day", s)
	}
	if q.From == q.To {
		return Quiet{}, fmt.Errorf("%q begins when it ends", s)
	}
	if zone = strings.TrimSpace(zone); zone != "" {
		l, err := location(zone)
		if err != nil {
			return Quiet{}, err
		}
		q.Zone = l
	}
	return q, nil
}

// clock reads 07:00, and 24:00 as the midnight that ends the day.
func clock(s string) (minutes int, ok bool) {
	if s == "24:00" {
		return 0, true
	}
	t, err := time.Parse("15:04", s)
	if err != nil {
		return 0, false
	}
	return t.Hour()*60 + t.Minute(), true
}

func location(name string) (*time.Location, error) {
	if name == "" || name == "Local" {
		return nil, fmt.Errorf("%q is no time zone", name)
	}
	l, err := time.LoadLocation(name)
	if err != nil {
		return nil, fmt.Errorf("%q is no time zone", name)
	}
	return l, nil
}

// Quota is at most N messages of a calendar day or month; the zero Quota is
// no limit.
type Quota struct {
	N   int
	Per string // day or month
}

func (q Quota) String() string {
	if q.N == 0 {
		return ""
	}
	return fmt.Sprintf("%d/%s", q.N, q.Per)
}

// ParseQuota reads a Quota: 500/month, 20/day.
func ParseQuota(s string) (Quota, error) {
	n, per, ok := cutNumber(s)
	if per == "d" {
		per = "day"
	}
	if !ok || per != "day" && per != "month" {
		return Quota{}, fmt.Errorf("%q is no quota", s)
	}
	return Quota{n, per}, nil
}

// webURL checks an absolute http or https URL.
func webURL(s string) (*url.URL, error) {
	u, err := url.Parse(s)
	switch {
	case err != nil:
		// url.Error repeats the URL, which may hold a password.
		return nil, fmt.Errorf("is no URL")
	case u.Scheme != "http" && u.Scheme != "https":
		return nil, fmt.Errorf("does not begin with http:// or https://")
	case u.Hostname() == "":
		return nil, fmt.Errorf("names no host")
	}
	return u, nil
}
