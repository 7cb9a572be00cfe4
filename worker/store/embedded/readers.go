package embedded

import (
	"context"
	"errors"
	"sync"
)

// readers are connections that only read; each transaction sees one state of
// the store, whatever is written meanwhile.
type readers struct {
	path string
	free chan struct{} // a token for each that may be open
	mu   sync.Mutex
	idle []*handle
	shut bool
}

func newReaders(path string) *readers {
	const most = 4
	r := &readers{path: path, free: make(chan struct{}, most)}
	for range most {
		r.free <- struct{}{}
	}
	return r
}

func (r *readers) with(ctx context.Context, do func(*handle) error) error {
	select {
	case <-r.free:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { r.free <- struct{}{} }()
	r.mu.Lock()
	if r.shut {
		r.mu.Unlock()
		return ErrClosed
	}
	var h *handle
	if n := len(r.idle); n > 0 {
		h, r.idle = r.idle[n-1], r.idle[:n-1]
	}
	r.mu.Unlock()
	if h == nil {
		var err error
		if h, err = openHandle(ctx, dsn(r.path, true)); err != nil {
			return err
		}
	}
	err := transaction(h, do)
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.shut {
		return errors.Join(err, h.close())
	}
	r.idle = append(r.idle, h)
	return err
}

func transaction(h *handle, do func(*handle) error) error {
	if _, err := h.exec("BEGIN"); err != nil {
		return err
	}
	err := do(h)
	_, end := h.exec("ROLLBACK")
	return errors.Join(err, end)
}

func (r *readers) close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.shut = true
	var err error
	for _, h := range r.idle {
		err = errors.Join(err, h.close())
	}
	r.idle = nil
	return err
}

// view runs do on one state of the store.
func (s *Store) view(ctx context.Context, do func(*handle) error) error {
	if s.read != nil {
		return s.read.with(ctx, do)
	}
	return s.update(ctx, do) // in memory: there is but one connection
}
