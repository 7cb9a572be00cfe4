// Package embedded keeps the store in one SQLite file, for all that runs on one
// machine. It knows files and SQL; what the words mean stands in package store.
//
// Every write is on disk before it is acknowledged (WAL, synchronous=FULL); what
// many callers write at the same moment shares one fsync. One process has the
// file; a second one is refused.
//
// Bytes of the file (go test -run xxx -bench Footprint -benchtime 1x): a known
// post 380 beside its key and what change remembers of it; a post in feeds with
// 2,000 bytes of HTML 1,260, and 420 for a line of its story and the words by
// which it is found; a message that waits 970, one that was sent 1,230. The file
// does not shrink: what Trim frees is used again, where it frees whole pages. A
// thousand sources with 23 posts each, all new, are committed in 2.5 to 4 s on
// two shared cores, and read again with nothing new in 18 ms (-bench Sweep).
package embedded

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"time"

	"syndicated/worker/store"
)

// Config of a store.
type Config struct {
	// Path of the file, made if it is not there. Empty keeps everything in
	// memory until Close.
	Path string
	// ReadOnly opens a file beside the process that has it, to look and to
	// export; everything that writes is refused with ErrReadOnly.
	ReadOnly bool
	// Posts is how many posts of a source are kept for feeds, the newest by
	// Published; 0 is 1000.
	Posts int
	// Now is the clock, nil for the machine's.
	Now func() time.Time
	Log *slog.Logger
}

// Store is a store.Store in a SQLite file.
type Store struct {
	cfg   Config
	lock  io.Closer
	write *writer
	read  *readers
	woken chan struct{} // holds at most one token

	close    sync.Once
	closeErr error
}

var _ store.Store = (*Store)(nil)

// Open opens or makes the file. It refuses one that another process has, one
// that is damaged, one of another program and one of a newer version, and
// leaves those as they are.
func Open(ctx context.Context, cfg Config) (*Store, error) {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.Posts == 0 {
		cfg.Posts = 1000
	}
	s := &Store{cfg: cfg, woken: make(chan struct{}, 1)}
	if err := s.open(ctx); err != nil {
		s.Close()
		if cfg.Path == "" {
			return nil, fmt.Errorf("open store in memory: %w", err)
		}
		return nil, fmt.Errorf("open store %s: %w", cfg.Path, err)
	}
	return s, nil
}

func (s *Store) open(ctx context.Context) error {
	if s.cfg.Path == "" {
		h, err := openHandle(ctx, ":memory:")
		if err != nil {
			return err
		}
		if err := prepare(ctx, h); err != nil {
			h.close()
			return err
		}
		s.write = startWriter(h)
		return nil
	}
	if s.cfg.ReadOnly {
		if err := inspect(s.cfg.Path, true); err != nil {
			return err
		}
		s.read = newReaders(s.cfg.Path)
		return s.read.with(ctx, func(h *handle) error {
			if err := verify(h); err != nil {
				return err
			}
			return current(h)
		})
	}
	lock, err := lockFile(s.cfg.Path + ".lock")
	if err != nil {
		return err
	}
	s.lock = lock
	if err := inspect(s.cfg.Path, false); err != nil {
		return err
	}
	h, err := openHandle(ctx, dsn(s.cfg.Path, false))
	if err != nil {
		return err
	}
	if err := prepare(ctx, h); err != nil {
		h.close()
		return err
	}
	s.write = startWriter(h)
	s.read = newReaders(s.cfg.Path)
	return s.update(ctx, func(h *handle) error { return takeOver(h, millis(s.cfg.Now())) })
}

// takeOver ends the leases of the process that had the file before: nobody
// else can hold one.
func takeOver(h *handle, now int64) error {
	if _, err := h.exec(`UPDATE sources SET leased = 0, fence = fence + 1, next = min(next, ?) WHERE leased = 1`, now); err != nil {
		return err
	}
	_, err := h.exec(`UPDATE accounts SET leased = 0, fence = fence + 1, until = 0 WHERE leased > 0`)
	return err
}

// Now is the machine's clock: there is no other worker to agree with.
func (s *Store) Now(context.Context) (time.Time, error) { return s.cfg.Now().UTC(), nil }

// Close waits for what is being written and gives the file free.
func (s *Store) Close() error {
	s.close.Do(func() {
		if s.read != nil {
			s.closeErr = s.read.close()
		}
		if s.write != nil {
			if err := s.write.stop(); err != nil && s.closeErr == nil {
				s.closeErr = err
			}
		}
		if s.lock != nil {
			if err := s.lock.Close(); err != nil && s.closeErr == nil {
				s.closeErr = err
			}
		}
	})
	return s.closeErr
}

// wake lets Wait return.
func (s *Store) wake() {
	select {
	case s.woken <- struct{}{}:
	default:
	}
}

// Wait implements store.Deliveries.
func (s *Store) Wait(ctx context.Context, until time.Time) error {
	var clock <-chan time.Time
	if !until.IsZero() {
		t := time.NewTimer(until.Sub(s.cfg.Now()))
		defer t.Stop()
		clock = t.C
	}
	select {
	case <-s.woken:
		return nil
	case <-clock:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// millis and moment turn times into what is stored and back: milliseconds
// since 1970, 0 for the zero time.
func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func moment(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}
