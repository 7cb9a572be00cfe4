package worker

import (
	"math/rand/v2"
	"time"

	"github.com/cespare/xxhash/v2"
	"github.com/robfig/cron/v3"
)

const (
	autoMin    = 15 * time.Minute // schedule: auto polls no faster
	autoMax    = 24 * time.Hour   // and no slower
	backoffMax = 24 * time.Hour   // a failing source is tried at least this often
	spreadMax  = 15 * time.Minute // offset of a member within its schedule
)

// Schedule says when a source is polled. Every is the interval of a schedule
// that has no times of its own, Auto one that adapts to the source.
type Schedule struct {
	Cron  cron.Schedule // nil unless it is cron words
	Every time.Duration
	Auto  bool
	// Asked: no sooner than the host asks (Cache-Control, ttl, sy:*, skipHours).
	// A schedule that the operator gave is kept as given; Retry-After binds both.
	Asked bool
}

// next is when a source is due after now. A source on an interval is due at its
// own phase of it, a hash of its name, so that many sources spread evenly and
// keep their places over restarts; cron words mean what they say, but the many
// members of one list are spread within the gap.
func (s *Source) next(now time.Time, auto time.Duration) time.Time {
	c := s.Schedule.Cron
	if c == nil {
		return phased(s.Name, now, s.interval(now, auto))
	}
	at := c.Next(now)
	if s.Spread {
		gap := min(c.Next(at).Sub(at), spreadMax)
		at = c.Next(now.Add(-gap)).Add(offset(s.Name, gap))
		for !at.After(now) {
			at = c.Next(at).Add(offset(s.Name, gap))
		}
	}
	return at
}

func phased(name string, now time.Time, every time.Duration) time.Time {
	at := now.Truncate(every).Add(offset(name, every))
	for !at.After(now) {
		at = at.Add(every)
	}
	return at
}

func offset(name string, within time.Duration) time.Duration {
	if within <= 0 {
		return 0
	}
	return time.Duration(xxhash.Sum64String(name) % uint64(within))
}

// interval is how far apart the polls of a source are.
func (s *Source) interval(now time.Time, auto time.Duration) time.Duration {
	switch {
	case s.Schedule.Cron != nil:
		at := s.Schedule.Cron.Next(now)
		return s.Schedule.Cron.Next(at).Sub(at)
	case s.Schedule.Auto:
		return min(max(auto, autoMin), autoMax)
	}
	return or(s.Schedule.Every, autoMin)
}

// autoInterval is how often a source is worth a look: a quarter of the mean gap
// between its newest posts, and slower when it has been silent for longer.
func autoInterval(published []time.Time, now time.Time) time.Duration {
	if len(published) < 2 {
		return time.Hour
	}
	newest, oldest := published[0], published[0]
	for _, t := range published {
		if t.After(newest) {
			newest = t
		}
		if t.Before(oldest) {
			oldest = t
		}
	}
	mean := newest.Sub(oldest) / time.Duration(len(published)-1)
	mean = max(mean, now.Sub(newest)/4)
	return min(max(mean/4, autoMin), autoMax)
}

// backoff is the pause after a number of failures in a row: exponential with
// full jitter above the half, never over most.
func backoff(base time.Duration, failures int, most time.Duration) time.Duration {
	d := base
	for range failures - 1 {
		if d *= 2; d >= most || d <= 0 {
			d = most
			break
		}
	}
	d = min(d, most)
	return d/2 + rand.N(d/2+1)
}
