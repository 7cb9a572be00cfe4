package redis

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"syndicated/worker/store"
)

// Sources implements store.Desk.
func (s *Store) Sources(ctx context.Context) ([]store.SourceState, error) {
	all, err := s.sources(ctx)
	if err != nil {
		return nil, fmt.Errorf("list sources: %w", err)
	}
	return all, nil
}

func (s *Store) sources(ctx context.Context) ([]store.SourceState, error) {
	plan, err := s.client.ZRangeWithScores(ctx, s.keys.of("poll"), 0, -1).Result()
	if err != nil {
		return nil, err
	}
	all := make([]store.SourceState, len(plan))
	for i, z := range plan {
		all[i] = store.SourceState{Source: z.Member.(string), Next: moment(int64(z.Score))}
	}
	slices.SortFunc(all, func(a, b store.SourceState) int { return cmp.Compare(a.Source, b.Source) })
	const some = 200
	for rest := all; len(rest) > 0; {
		n := min(len(rest), some)
		names, keys := make([]string, n), make([]string, n)
		for i, st := range rest[:n] {
			names[i], keys[i] = st.Source, s.keys.memory(st.Source)
		}
		states, err := s.client.HMGet(ctx, s.keys.of("states"), names...).Result()
		if err != nil {
			return nil, err
		}
		counts, err := s.call(ctx, s.run.count, keys, nil).Int64Slice()
		if err != nil {
			return nil, err
		}
		for i := range rest[:n] {
			if text, ok := states[i].(string); ok {
				rest[i].State = []byte(text)
			}
			rest[i].Posts = int(counts[i])
		}
		rest = rest[n:]
	}
	return all, nil
}

// Accounts implements store.Desk.
func (s *Store) Accounts(ctx context.Context) ([]store.AccountState, error) {
	all, err := s.accounts(ctx)
	if err != nil {
		return nil, fmt.Errorf("list accounts: %w", err)
	}
	return all, nil
}

func (s *Store) accounts(ctx context.Context) ([]store.AccountState, error) {
	records, err := s.client.HGetAll(ctx, s.keys.of("accounts")).Result()
	if err != nil {
		return nil, err
	}
	names := slices.Sorted(maps.Keys(records))
	counts := make([][3]*goredis.IntCmd, len(names))
	_, err = s.client.Pipelined(ctx, func(p goredis.Pipeliner) error {
		for i, name := range names {
			for j, set := range []string{"queue", "held", "dead"} {
				counts[i][j] = p.ZLexCount(ctx, s.keys.of(set), "["+name+"\n", "("+name+"\v")
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	all := make([]store.AccountState, len(names))
	for i, name := range names {
		a, err := parseAccount(name, records[name])
		if err != nil {
			return nil, err
		}
		all[i] = store.AccountState{
			Account: name, NotBefore: moment(a.notBefore), Stopped: a.stopped, Sent: int(a.sent),
			Waiting: int(counts[i][0].Val()), Held: int(counts[i][1].Val()), Dead: int(counts[i][2].Val()),
		}
	}
	return all, nil
}

// Message implements store.Desk.
func (s *Store) Message(ctx context.Context, id string) (store.Entry, bool, error) {
	r, found, err := s.entry(ctx, id)
	if err != nil || !found {
		return store.Entry{}, false, err
	}
	body, err := s.client.HGet(ctx, s.keys.of("bodies"), id).Result()
	if err != nil && !errors.Is(err, goredis.Nil) {
		return store.Entry{}, false, fmt.Errorf("read message %s: %w", id, err)
	}
	e, err := r.shown(body)
	return e, err == nil, err
}

// Requeue implements store.Desk.
func (s *Store) Requeue(ctx context.Context, now time.Time, id, reason string) (bool, error) {
	return s.move(ctx, now, id, "requeue", reason)
}

// Drop implements store.Desk.
func (s *Store) Drop(ctx context.Context, now time.Time, id, reason string) (bool, error) {
	return s.move(ctx, now, id, "drop", reason)
}

// HoldMessage implements store.Desk.
func (s *Store) HoldMessage(ctx context.Context, now time.Time, id, reason string) (bool, error) {
	return s.move(ctx, now, id, "hold", reason)
}

func (s *Store) move(ctx context.Context, now time.Time, id, verb, reason string) (bool, error) {
	keys := s.keys.all("accounts", "due", "queue", "held", "dead", "past", "messages")
	ok, err := s.call(ctx, s.run.move, keys, []any{id, millis(now), verb, reason, due13(now), s.keys.of("wake")}).Bool()
	if err != nil {
		return false, fmt.Errorf("%s message %s: %w", verb, id, err)
	}
	return ok, nil
}

// Resume implements store.Desk.
func (s *Store) Resume(ctx context.Context, now time.Time, account string) error {
	if err := s.call(ctx, s.run.resume, s.keys.all("accounts", "due"), []any{account, millis(now), s.keys.of("wake")}).Err(); err != nil {
		return fmt.Errorf("resume %s: %w", account, err)
	}
	return nil
}
