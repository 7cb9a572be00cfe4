package embedded

import (
	"context"
	"errors"
	"fmt"
	"sync"
)

// ErrReadOnly is what writing to a store that was opened to read gives.
var ErrReadOnly = errors.New("the store was opened to read only")

// ErrClosed is what a closed store gives.
var ErrClosed = errors.New("the store is closed")

// batch is how many callers' changes share a transaction and so an fsync.
const batch = 128

// writer owns the one connection that writes. Changes that wait while another
// is written go into the next transaction together, each within a savepoint of
// its own: one that fails takes no other with it.
type writer struct {
	h    *handle
	ops  chan *change
	gone chan struct{} // closed when the loop has ended
	once sync.Once
	end  chan struct{}
	err  error
}

type change struct {
	do   func(*handle) error
	done chan error
}

func startWriter(h *handle) *writer {
	w := &writer{h: h, ops: make(chan *change, batch), gone: make(chan struct{}), end: make(chan struct{})}
	go w.loop()
	return w
}

func (w *writer) stop() error {
	w.once.Do(func() { close(w.end) })
	<-w.gone
	return w.err
}

func (w *writer) loop() {
	defer close(w.gone)
	var todo []*change
	for {
		todo = todo[:0]
		select {
		case c := <-w.ops:
			todo = append(todo, c)
		case <-w.end:
			w.drain()
			w.err = w.h.close()
			return
		}
	more:
		for len(todo) < batch {
			select {
			case c := <-w.ops:
				todo = append(todo, c)
			default:
				break more
			}
		}
		w.commit(todo)
	}
}

// drain refuses what came too late.
func (w *writer) drain() {
	for {
		select {
		case c := <-w.ops:
			c.done <- ErrClosed
		default:
			return
		}
	}
}

func (w *writer) commit(todo []*change) {
	errs := make([]error, len(todo))
	err := w.transaction(todo, errs)
	for i, c := range todo {
		if err != nil {
			c.done <- err
		} else {
			c.done <- errs[i]
		}
	}
}

func (w *writer) transaction(todo []*change, errs []error) (err error) {
	if _, err := w.h.exec("BEGIN IMMEDIATE"); err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	defer func() {
		if err != nil {
			w.h.exec("ROLLBACK") // it may be rolled back already, as on a full disk
		}
	}()
	for i, c := range todo {
		if len(todo) == 1 {
			if err := c.do(w.h); err != nil {
				return err
			}
			continue
		}
		if _, err := w.h.exec("SAVEPOINT one"); err != nil {
			return fmt.Errorf("savepoint: %w", err)
		}
		if errs[i] = c.do(w.h); errs[i] != nil {
			if _, err := w.h.exec("ROLLBACK TO one"); err != nil {
				return fmt.Errorf("roll back: %w", errors.Join(errs[i], err))
			}
		}
		if _, err := w.h.exec("RELEASE one"); err != nil {
			return fmt.Errorf("release savepoint: %w", err)
		}
	}
	if _, err := w.h.exec("COMMIT"); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}

// update runs do in a transaction that is on disk when update returns nil.
// When ctx ends before do has its turn, nothing is done; after that update waits
// for the disk, since do may write to what its caller holds.
func (s *Store) update(ctx context.Context, do func(*handle) error) error {
	if s.write == nil {
		return ErrReadOnly
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	c := &change{do: do, done: make(chan error, 1)}
	select {
	case <-s.write.end:
		return ErrClosed
	default:
	}
	select {
	case s.write.ops <- c:
	case <-s.write.gone:
		return ErrClosed
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case err := <-c.done:
		return err
	case <-s.write.gone:
		select {
		case err := <-c.done:
			return err
		default:
			return ErrClosed
		}
	}
}
