package fetch

import (
	"context"
	"sync"
	"time"
)

// turns lets each host have its requests one after the other, with a space
// between them, and all hosts together a bounded number at a time. A host is
// remembered only while someone asks it, waits for it, or must still keep its
// distance.
type turns struct {
	perHost int
	spacing time.Duration
	active  chan struct{}

	mu    sync.Mutex
	hosts map[string]*host
	sweep int // hosts at which those that are idle are next forgotten
}

type host struct {
	busy  int
	free  time.Time // earliest start of the next request
	queue []chan struct{}
}

func newTurns(perHost, active int, spacing time.Duration) *turns {
	return &turns{
		perHost: perHost, spacing: spacing,
		active: make(chan struct{}, active),
		hosts:  map[string]*host{}, sweep: 1024,
	}
}

// take waits for name's turn, first come first served. The turn must be given
// back.
func (t *turns) take(ctx context.Context, name string) error {
	t.mu.Lock()
	h := t.hosts[name]
	if h == nil {
		t.forget()
		h = &host{}
		t.hosts[name] = h
	}
	if h.busy < t.perHost {
		h.busy++
		t.mu.Unlock()
	} else {
		called := make(chan struct{})
		h.queue = append(h.queue, called)
		t.mu.Unlock()
		select {
		case <-called:
		case <-ctx.Done():
			t.leave(name, h, called)
			return ctx.Err()
		}
	}
	if err := t.keepDistance(ctx, h); err != nil {
		t.give(name)
		return err
	}
	select {
	case t.active <- struct{}{}:
		return nil
	case <-ctx.Done():
		t.give(name)
		return ctx.Err()
	}
}

// keepDistance waits until the spacing after the host's last request is over.
func (t *turns) keepDistance(ctx context.Context, h *host) error {
	if t.spacing <= 0 {
		return nil
	}
	t.mu.Lock()
	now := time.Now()
	start := h.free
	if start.Before(now) {
		start = now
	}
	h.free = start.Add(t.spacing)
	t.mu.Unlock()
	if wait := start.Sub(now); wait > 0 {
		timer := time.NewTimer(wait)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// done gives back a turn that was taken.
func (t *turns) done(name string) {
	<-t.active
	t.give(name)
}

func (t *turns) give(name string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	h := t.hosts[name]
	if len(h.queue) > 0 {
		called := h.queue[0]
		h.queue[0] = nil
		h.queue = h.queue[1:]
		close(called)
		return
	}
	if h.busy--; h.busy == 0 && t.spacing <= 0 {
		delete(t.hosts, name)
	}
}

// leave takes a waiter out of the queue. When its turn came at the same
// moment, the turn goes to the next.
func (t *turns) leave(name string, h *host, called chan struct{}) {
	t.mu.Lock()
	for i, c := range h.queue {
		if c == called {
			h.queue = append(h.queue[:i], h.queue[i+1:]...)
			t.mu.Unlock()
			return
		}
	}
	t.mu.Unlock()
	t.give(name)
}

// forget drops the hosts that nobody asks and whose distance is kept, each
// time their number has doubled.
func (t *turns) forget() {
	if len(t.hosts) < t.sweep {
		return
	}
	now := time.Now()
	for name, h := range t.hosts {
		if h.busy == 0 && h.free.Before(now) {
			delete(t.hosts, name)
		}
	}
	t.sweep = max(1024, 2*len(t.hosts))
}
