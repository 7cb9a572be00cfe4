package redis

import (
	"context"
	"fmt"
	"strings"
	"time"

	"syndicated/worker/store"
)

// chunk is how many sources a script takes at once, so that none keeps the
// server from its other work for more than some milliseconds.
const chunk = 1000

// Plan implements store.Polls.
func (s *Store) Plan(ctx context.Context, _ time.Time, sources []store.Planned) error {
	for _, p := range sources {
		if err := store.CheckName("source", p.Source); err != nil {
			return fmt.Errorf("plan: %w", err)
		}
	}
	keys := s.keys.all("poll", "fences")
	for rest := sources; len(rest) > 0; {
		n := min(len(rest), chunk)
		args := make([]any, 0, 3*n)
		for _, p := range rest[:n] {
			args = append(args, p.Source, millis(p.Next), flag(p.Sooner))
		}
		if err := s.call(ctx, s.run.plan, keys, args).Err(); err != nil {
			return fmt.Errorf("plan %d sources: %w", len(sources), err)
		}
		rest = rest[n:]
	}
	return nil
}

func flag(b bool) string {
	if b {
		return "1"
	}
	return "0"
}

// top is the name that a feed's settings may use for all of an opml source.
func top(source string) (name string, grouped bool) {
	name, _, grouped = strings.Cut(source, "/")
	return name, grouped
}

// Forget implements store.Polls.
func (s *Store) Forget(ctx context.Context, sources []string) error {
	keys := s.keys.all("poll", "fences")
	for rest := sources; len(rest) > 0; {
		n := min(len(rest), chunk)
		args := make([]any, n)
		for i, name := range rest[:n] {
			args[i] = name
		}
		if err := s.call(ctx, s.run.forget, keys, args).Err(); err != nil {
			return fmt.Errorf("forget %d sources: %w", len(sources), err)
		}
		rest = rest[n:]
	}
	return nil
}

// ClaimPolls implements store.Polls.
func (s *Store) ClaimPolls(ctx context.Context, now time.Time, max int, ttl time.Duration) ([]store.Poll, time.Time, error) {
	until := millis(now.Add(ttl))
	out, err := s.call(ctx, s.run.claimPolls, s.keys.all("poll", "fences", "states"), []any{millis(now), until, max}).Slice()
	if err != nil {
		return nil, time.Time{}, fmt.Errorf("claim polls: %w", err)
	}
	r := reply{out}
	var next time.Time
	if first := r.text(); first != "" {
		next = time.UnixMilli(parseMillis(first)).UTC()
	}
	var polls []store.Poll
	for r.more() {
		polls = append(polls, store.Poll{Source: r.text(), Fence: r.number(), State: r.bytes(), Until: moment(until)})
	}
	return polls, next, nil
}

// ClaimPoll implements store.Polls.
func (s *Store) ClaimPoll(ctx context.Context, now time.Time, source string, ttl time.Duration) (store.Poll, bool, error) {
	if err := store.CheckName("source", source); err != nil {
		return store.Poll{}, false, fmt.Errorf("claim: %w", err)
	}
	until := millis(now.Add(ttl))
	out, err := s.call(ctx, s.run.claimPoll, s.keys.all("poll", "fences", "states"), []any{source, millis(now), until}).Slice()
	if err != nil {
		return store.Poll{}, false, fmt.Errorf("claim %s: %w", source, err)
	}
	r := reply{out}
	if !r.more() {
		return store.Poll{}, false, nil
	}
	return store.Poll{Source: source, Fence: r.number(), State: r.bytes(), Until: moment(until)}, true, nil
}

// ExtendPoll implements store.Polls.
func (s *Store) ExtendPoll(ctx context.Context, now time.Time, p store.Poll, ttl time.Duration) (bool, error) {
	ok, err := s.call(ctx, s.run.extendPoll, s.keys.all("poll", "fences"), []any{p.Source, p.Fence, millis(now.Add(ttl))}).Bool()
	if err != nil {
		return false, fmt.Errorf("extend the lease of %s: %w", p.Source, err)
	}
	return ok, nil
}

// Memory implements store.Polls.
func (s *Store) Memory(ctx context.Context, source string) (map[string][]byte, error) {
	fields, err := s.client.HGetAll(ctx, s.keys.memory(source)).Result()
	if err != nil {
		return nil, fmt.Errorf("read what is remembered of %s: %w", source, err)
	}
	memory := make(map[string][]byte, len(fields))
	for key, record := range fields {
		memory[key] = []byte(record)
	}
	return memory, nil
}

// Reschedule implements store.Polls.
func (s *Store) Reschedule(ctx context.Context, _ time.Time, done []store.Rescheduled) error {
	keys := s.keys.all("poll", "fences", "states")
	for rest := done; len(rest) > 0; {
		n := min(len(rest), chunk)
		args := make([]any, 0, 5*n)
		for _, d := range rest[:n] {
			args = append(args, d.Poll.Source, d.Poll.Fence, millis(d.Next), flag(d.State != nil), d.State)
		}
		if err := s.call(ctx, s.run.reschedule, keys, args).Err(); err != nil {
			return fmt.Errorf("reschedule %d sources: %w", len(done), err)
		}
		rest = rest[n:]
	}
	return nil
}
