package embedded

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"syndicated/worker/store"
)

// Plan implements store.Polls.
func (s *Store) Plan(ctx context.Context, _ time.Time, sources []store.Planned) error {
	for _, p := range sources {
		if err := store.CheckName("source", p.Source); err != nil {
			return fmt.Errorf("plan: %w", err)
		}
	}
	err := s.update(ctx, func(h *handle) error {
		for _, p := range sources {
			const q = `INSERT INTO sources(name, top, next) VALUES (?1, ?2, ?3)
				ON CONFLICT (name) DO UPDATE SET next = ?3
				WHERE next IS NULL OR (?4 AND leased = 0 AND next > ?3)`
			if _, err := h.exec(q, p.Source, top(p.Source), millis(p.Next), p.Sooner); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("plan %d sources: %w", len(sources), err)
	}
	return nil
}

// top is the name that a feed's settings may use for all of an opml source.
func top(source string) string {
	first, _, _ := strings.Cut(source, "/")
	return first
}

// Forget implements store.Polls.
func (s *Store) Forget(ctx context.Context, sources []string) error {
	err := s.update(ctx, func(h *handle) error {
		for _, name := range sources {
			if _, err := h.exec(`UPDATE sources SET next = NULL, leased = 0, fence = fence + 1 WHERE name = ? AND next IS NOT NULL`, name); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("forget %d sources: %w", len(sources), err)
	}
	return nil
}

// ClaimPolls implements store.Polls.
func (s *Store) ClaimPolls(ctx context.Context, now time.Time, max int, ttl time.Duration) ([]store.Poll, time.Time, error) {
	var polls []store.Poll
	var next sql.NullInt64
	until := millis(now.Add(ttl))
	err := s.update(ctx, func(h *handle) error {
		polls = nil
		const q = `SELECT name, fence, state FROM sources WHERE next <= ? ORDER BY next, name LIMIT ?`
		err := h.rows(q, []any{millis(now), max}, func(scan func(...any) error) error {
			p := store.Poll{Until: moment(until)}
			if err := scan(&p.Source, &p.Fence, &p.State); err != nil {
				return err
			}
			p.Fence++
			polls = append(polls, p)
			return nil
		})
		if err != nil {
			return err
		}
		for _, p := range polls {
			if _, err := h.exec(`UPDATE sources SET next = ?, fence = ?, leased = 1 WHERE name = ?`, until, p.Fence, p.Source); err != nil {
				return err
			}
		}
		_, err = h.row(`SELECT min(next) FROM sources WHERE next IS NOT NULL`, nil, &next)
		return err
	})
	if err != nil {
		return nil, time.Time{}, fmt.Errorf("claim polls: %w", err)
	}
	if !next.Valid {
		return polls, time.Time{}, nil
	}
	return polls, time.UnixMilli(next.Int64).UTC(), nil
}

// ClaimPoll implements store.Polls.
func (s *Store) ClaimPoll(ctx context.Context, now time.Time, source string, ttl time.Duration) (p store.Poll, ok bool, err error) {
	if err := store.CheckName("source", source); err != nil {
		return p, false, fmt.Errorf("claim: %w", err)
	}
	until := millis(now.Add(ttl))
	err = s.update(ctx, func(h *handle) error {
		p, ok = store.Poll{Source: source, Until: moment(until)}, false
		var next sql.NullInt64
		var leased bool
		found, err := h.row(`SELECT next, fence, leased, state FROM sources WHERE name = ?`, []any{source}, &next, &p.Fence, &leased, &p.State)
		if err != nil || found && leased && next.Int64 > millis(now) {
			return err
		}
		p.Fence++
		ok = true
		_, err = h.exec(`INSERT INTO sources(name, top, next, fence, leased) VALUES (?1, ?2, ?3, ?4, 1)
			ON CONFLICT (name) DO UPDATE SET next = ?3, fence = ?4, leased = 1`, source, top(source), until, p.Fence)
		return err
	})
	if err != nil {
		return store.Poll{}, false, fmt.Errorf("claim %s: %w", source, err)
	}
	if !ok {
		return store.Poll{}, false, nil
	}
	return p, true, nil
}

// ExtendPoll implements store.Polls.
func (s *Store) ExtendPoll(ctx context.Context, now time.Time, p store.Poll, ttl time.Duration) (ok bool, err error) {
	err = s.update(ctx, func(h *handle) error {
		n, err := h.exec(`UPDATE sources SET next = ? WHERE name = ? AND fence = ? AND leased = 1`, millis(now.Add(ttl)), p.Source, p.Fence)
		ok = n == 1
		return err
	})
	if err != nil {
		return false, fmt.Errorf("extend the lease of %s: %w", p.Source, err)
	}
	return ok, nil
}

// Memory implements store.Polls.
func (s *Store) Memory(ctx context.Context, source string) (map[string][]byte, error) {
	memory := map[string][]byte{}
	err := s.view(ctx, func(h *handle) error {
		const q = `SELECT key, record FROM memory WHERE source = (SELECT id FROM sources WHERE name = ?)`
		return h.rows(q, []any{source}, func(scan func(...any) error) error {
			var key string
			var record []byte
			if err := scan(&key, &record); err != nil {
				return err
			}
			memory[key] = record
			return nil
		})
	})
	if err != nil {
		return nil, fmt.Errorf("read what is remembered of %s: %w", source, err)
	}
	return memory, nil
}

// Reschedule implements store.Polls.
func (s *Store) Reschedule(ctx context.Context, _ time.Time, done []store.Rescheduled) error {
	err := s.update(ctx, func(h *handle) error {
		for _, d := range done {
			const q = `UPDATE sources SET next = ?, leased = 0, state = coalesce(?, state) WHERE name = ? AND fence = ? AND leased = 1`
			if _, err := h.exec(q, millis(d.Next), orNull(d.State), d.Poll.Source, d.Poll.Fence); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("reschedule %d sources: %w", len(done), err)
	}
	return nil
}

// orNull makes SQL's NULL of nil and keeps what is empty.
func orNull(b []byte) any {
	if b == nil {
		return nil
	}
	return b
}
