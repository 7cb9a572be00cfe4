package config

import (
	"fmt"
	"strings"
	"time"
)

// Duration is a length of time as the settings file writes it: Go's form, and
// whole days as "7d" in front of it ("7d", "1d12h", "90s").
type Duration time.Duration

// ParseDuration reads a Duration. Negative lengths are refused.
func ParseDuration(s string) (Duration, error) {
	days, rest, ok := strings.Cut(s, "d")
	var total time.Duration
	if !ok {
		rest = s
	} else {
		n, err := time.ParseDuration(days + "h")
		if err != nil || strings.ContainsAny(days, "hmsuµn") {
			return 0, fmt.Errorf("%q is no length of time", s)
		}
		if total = n * 24; total/24 != n {
			return 0, fmt.Errorf("%q is too long", s)
		}
	}
	if strings.HasPrefix(rest, "-") {
		return 0, fmt.Errorf("%q is negative", s)
	}
	if rest != "" || !ok {
		n, err := time.ParseDuration(rest)
		if err != nil {
			return 0, fmt.Errorf("%q is no length of time", s)
		}
		if total += n; total < n && n > 0 {
			return 0, fmt.Errorf("%q is too long", s)
		}
	}
	if total < 0 || strings.HasPrefix(s, "-") {
		return 0, fmt.Errorf("%q is negative", s)
	}
	return Duration(total), nil
}

// Std gives the length as the standard library has it.
func (d Duration) Std() time.Duration { return time.Duration(d) }

// String is the shortest form that ParseDuration reads: 7d, 1d12h, 1h30m.
func (d Duration) String() string {
	const day = Duration(24 * time.Hour)
	if d <= 0 {
		return time.Duration(d).String()
	}
	rest := time.Duration(d % day).String()
	if strings.HasSuffix(rest, "m0s") {
		rest = strings.TrimSuffix(rest, "0s")
	}
	if strings.HasSuffix(rest, "h0m") {
		rest = strings.TrimSuffix(rest, "0m")
	}
	switch {
	case d < day:
		return rest
	case d%day == 0:
		return fmt.Sprintf("%dd", d/day)
	}
	return fmt.Sprintf("%dd%s", d/day, rest)
}

// MarshalText is String, for JSON.
func (d Duration) MarshalText() ([]byte, error) { return []byte(d.String()), nil }
