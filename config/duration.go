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

func (d Duration) String() string { return time.Duration(d).String() }
