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
	mu     sync.Mutex
	asked  time.Time // by the machine's clock
	server time.Time // then
}

// every is how often the server is asked.
const every = 15 * time.Second

// Now implements store.Store.
func (s *Store) Now(ctx context.Context) (time.Time, error) {
	s.clock.mu.Lock()
	asked, server := s.clock.asked, s.clock.server
	s.clock.mu.Unlock()
	if age := time.Since(asked); !asked.IsZero() && age < every && age >= 0 {
		return server.Add(age), nil
	}
	began := time.Now()
	t, err := s.client.Time(ctx).Result()
	if err != nil {
		return time.Time{}, fmt.Errorf("ask redis for the time: %w", err)
	}
	half := time.Since(began) / 2
	s.clock.mu.Lock()
	defer s.clock.mu.Unlock()
	s.clock.asked, s.clock.server = began.Add(half), t.UTC()
	return t.UTC().Add(half), nil
}
