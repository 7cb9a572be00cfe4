package network

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode"
)

const (
	// unsaid is how long to wait after a 429 that does not say.
	unsaid = time.Minute
	// longest wait that a server is believed; then it is asked again.
	longest = 24 * time.Hour
	// told is how much of an answer goes into an error, in characters.
	told = 200
)

// Failure makes the error of an answer that is not OK. what says what was being
// done: "post status" gives "post status: 422 Unprocessable Entity: " and the
// beginning of the answer, without secrets.
//
// 429, 408 and 425 are to be tried again, not before the time that the answer
// tells in any of its usual headers; so is 503 with Retry-After when the call may be
// repeated. 401, 403 and a permanent redirect stop the account. Every other 4xx
// is permanent. Every other 5xx is Unknown after a Once call, else to be tried again.
func (c *Client) Failure(call Call, a Answer, what string) error {
	text := fmt.Sprintf("%s: %d %s", what, a.Status, http.StatusText(a.Status))
	if to := a.Header.Get("Location"); to != "" && a.Status/100 == 3 {
		text += ": moved to " + hostOf(to) + "; set this address if it is right"
	} else if said := excerpt(call.Redact(string(a.Body))); said != "" {
		text += ": " + said
	}
	err := &cleaned{text: call.Redact(text)}
	at, saysWhen := a.until(c.now(), "Retry-After")
	switch {
	case a.Status == http.StatusTooManyRequests:
		if at, saysWhen = a.Until(c.now()); !saysWhen {
			at = c.now().Add(unsaid)
		}
		return After(err, at)
	case a.Status == http.StatusRequestTimeout, a.Status == http.StatusTooEarly:
		return After(err, at)
	case a.Status == http.StatusUnauthorized, a.Status == http.StatusForbidden,
		a.Status == http.StatusMovedPermanently, a.Status == http.StatusPermanentRedirect:
		return Stopped(err)
	case a.Status >= 400 && a.Status < 500:
		return Permanent(err)
	case a.Status >= 500 && call.Once:
		return Unknown(err)
	case a.Status == http.StatusServiceUnavailable && saysWhen:
		return After(err, at)
	case a.Status < 300 && call.Once:
		return Unknown(err) // a success that makes no sense
	}
	return err
}

// Until is when the server wants to be asked again, and whether it says so:
// Retry-After in seconds or as a date, X-RateLimit-Reset-After and
// X-RateLimit-Reset (ISO 8601 in Mastodon, seconds since 1970 in Discord),
// RateLimit-Reset (seconds since 1970 in Bluesky, from now elsewhere). Dates
// count from the answer's own Date, for clocks differ. At most a day from now.
func (a Answer) Until(now time.Time) (time.Time, bool) {
	return a.until(now, "Retry-After", "X-RateLimit-Reset-After", "X-RateLimit-Reset", "RateLimit-Reset")
}

func (a Answer) until(now time.Time, keys ...string) (time.Time, bool) {
	for _, key := range keys {
		v := strings.TrimSpace(a.Header.Get(key))
		if v == "" {
			continue
		}
		var wait time.Duration
		if n, err := strconv.ParseFloat(v, 64); err == nil && n >= 0 && n < 1e11 {
			if n < 1e9 {
				wait = time.Duration(min(n, longest.Seconds()) * float64(time.Second))
			} else {
				wait = time.Unix(0, int64(n*1e9)).Sub(a.date(now))
			}
		} else if t, err := http.ParseTime(v); err == nil {
			wait = t.Sub(a.date(now))
		} else if t, err := time.Parse(time.RFC3339Nano, v); err == nil {
			wait = t.Sub(a.date(now))
		} else {
			continue
		}
		return now.Add(min(max(wait, 0), longest)), true
	}
	return time.Time{}, false
}

// date is the server's clock when it answered.
func (a Answer) date(now time.Time) time.Time {
	if t, err := http.ParseTime(a.Header.Get("Date")); err == nil {
		return t
	}
	return now
}

// Remaining is how many calls the server says are left, and whether it says so.
func (a Answer) Remaining() (int, bool) {
	for _, key := range []string{"X-RateLimit-Remaining", "RateLimit-Remaining"} {
		if n, err := strconv.Atoi(strings.TrimSpace(a.Header.Get(key))); err == nil {
			return n, true
		}
	}
	return 0, false
}

func (c *Client) notePause(bucket string, a Answer) {
	if bucket == "" {
		return
	}
	n, says := a.Remaining()
	if a.Status != http.StatusTooManyRequests && (!says || n > 0) {
		return
	}
	now := c.now()
	until, saysWhen := a.Until(now)
	if !saysWhen {
		return
	}
	c.pauseLock.Lock()
	defer c.pauseLock.Unlock()
	for k, t := range c.pauses {
		if !t.After(now) {
			delete(c.pauses, k)
		}
	}
	c.pauses[bucket] = until
}

func (c *Client) pausedUntil(bucket string) time.Time {
	if bucket == "" {
		return time.Time{}
	}
	c.pauseLock.Lock()
	defer c.pauseLock.Unlock()
	if until := c.pauses[bucket]; until.After(c.now()) {
		return until
	}
	return time.Time{}
}

// excerpt is the beginning of an answer on one line.
func excerpt(body string) string {
	var b strings.Builder
	n, space := 0, false
	for _, r := range body {
		switch {
		case unicode.IsSpace(r):
			space = n > 0
			continue
		case !unicode.IsPrint(r):
			r = unicode.ReplacementChar
		}
		if space {
			b.WriteByte(' ')
			n++
		}
		space = false
		if n++; n > told {
			b.WriteString("…")
			break
		}
		b.WriteRune(r)
	}
	return b.String()
}
