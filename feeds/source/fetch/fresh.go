package fetch

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// fresh gives the time until which an answer need not be asked for again,
// RFC 9111 section 4.2, zero if the host does not say.
func fresh(h http.Header, now time.Time) time.Time {
	rest, ok := maxAge(h)
	if !ok {
		expires, err := http.ParseTime(h.Get("Expires"))
		if err != nil {
			return time.Time{} // also "0" and "-1", which mean already stale
		}
		from := now
		if date, err := http.ParseTime(h.Get("Date")); err == nil {
			from = date // so that a clock that is wrong on both does no harm
		}
		rest = expires.Sub(from)
	} else if age, err := strconv.Atoi(strings.TrimSpace(h.Get("Age"))); err == nil && age > 0 {
		rest -= min(time.Duration(age), 1<<31) * time.Second
	}
	if rest <= 0 {
		return time.Time{}
	}
	return now.Add(min(rest, longestRest))
}

// maxAge reads Cache-Control. no-cache and no-store are a max-age of 0.
func maxAge(h http.Header) (rest time.Duration, ok bool) {
	for _, line := range h["Cache-Control"] {
		for directive := range strings.SplitSeq(line, ",") {
			name, value, _ := strings.Cut(strings.TrimSpace(directive), "=")
			switch {
			case strings.EqualFold(name, "no-cache") && value == "", strings.EqualFold(name, "no-store"):
				return 0, true
			case strings.EqualFold(name, "max-age") && !ok:
				n, err := strconv.ParseUint(strings.Trim(strings.TrimSpace(value), `"`), 10, 64)
				if err != nil {
					continue
				}
				rest, ok = time.Duration(min(n, uint64(longestRest/time.Second)*365))*time.Second, true
			}
		}
	}
	return rest, ok
}

// retryAfter reads Retry-After, which is in seconds or a date, RFC 9110
// section 10.2.3.
func retryAfter(h http.Header, now time.Time) (time.Time, bool) {
	v := strings.TrimSpace(h.Get("Retry-After"))
	if v == "" {
		return time.Time{}, false
	}
	latest := now.Add(longestRetry)
	if n, err := strconv.ParseUint(v, 10, 64); err == nil {
		if n > uint64(longestRetry/time.Second) {
			return latest, true
		}
		return now.Add(time.Duration(n) * time.Second), true
	}
	at, err := http.ParseTime(v)
	switch {
	case err != nil || !at.After(now):
		return time.Time{}, false
	case at.After(latest):
		return latest, true
	}
	return at, true
}
