package redis

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// clock follows the server's clock, so that workers whose own clocks differ
// agree on what is due. Between two questions it counts by the machine's
// monotonic clock.
type clock struct {
	mu sync.Mutex
	reading
}

// reading is one answer of the server.
type reading struct {
	asked  time.Time     // by the machine's clock
	server time.Time     // then
	off    time.Duration // how wrong that may be: half of how long the answer took
}

const (
	// every is how often the server is asked.
	every = 15 * time.Second
	// exact is an answer that came within twice this time. One that took
	// longer, because the server or this process stood still, would make leases
	// and waits that were written down by others seem older than they are.
	exact = 100 * time.Millisecond
	// trusted is for how long a good reading is better than a bad one: a
	// machine's clock runs off by some milliseconds in that time.
	trusted = 5 * time.Minute
	asks    = 3
)

// Now implements store.Store.
func (s *Store) Now(ctx context.Context) (time.Time, error) {
	s.clock.mu.Lock()
	last := s.clock.reading
	s.clock.mu.Unlock()
	if last.good(every) {
		return last.now(), nil
	}
	times := asks
	if last.good(trusted) {
		times = 1
	}
	best, err := s.read(ctx, times)
	if err != nil {
		return time.Time{}, err
	}
	if best.off > exact && last.good(trusted) && last.off < best.off {
		return last.now(), nil // asked again with the next call
	}
	s.clock.mu.Lock()
	defer s.clock.mu.Unlock()
	s.clock.reading = best
	return best.now(), nil
}

// read asks the server, up to so many times while the answers are slow; the best
// counts.
func (s *Store) read(ctx context.Context, times int) (best reading, err error) {
	for i := range times {
		began := time.Now()
		t, err := s.client.Time(ctx).Result()
		if err != nil {
			return reading{}, fmt.Errorf("ask redis for the time: %w", err)
		}
		half := time.Since(began) / 2
		if i == 0 || half < best.off {
			best = reading{asked: began.Add(half), server: t.UTC(), off: half}
		}
		if best.off <= exact {
			break
		}
	}
	return best, nil
}

// now is the server's time as the reading has it.
func (r reading) now() time.Time { return r.server.Add(time.Since(r.asked)) }

// good reports that the reading is younger than age, by both of the machine's
// clocks: the monotonic one stands still while the machine sleeps.
func (r reading) good(age time.Duration) bool {
	if r.asked.IsZero() {
		return false
	}
	mono, now := time.Since(r.asked), time.Now()
	wall := now.Round(0).Sub(r.asked.Round(0))
	return mono >= 0 && mono < age && (wall-mono).Abs() < time.Second
}
