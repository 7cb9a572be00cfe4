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
	rests time.Time // until when it wants none
	hung  int       // requests in succession that got no answer in time
	queue []chan bool
}

// askedRest bounds how long a host is left alone because it answered one of its
// feeds with 429: that it limits who asks is likely, that it means all, not sure.
const askedRest = 15 * time.Minute

// resting is how much longer a host wants to be left alone.
type resting time.Duration

func (r resting) Error() string { return "the host asked to be left alone" }

// A host that let this many requests in succession run out of time has those
// that wait for it sent away for a while: each would only wait for the next.
const (
	stuckAfter = 3
	stuckRest  = 5 * time.Minute
)

func newTurns(perHost, active int, spacing time.Duration) *turns {
	return &turns{
		perHost: perHost, spacing: spacing,
		active: make(chan struct{}, active),
		hosts:  map[string]*host{}, sweep: 1024,
	}
}

// take waits for name's turn, first come first served, and with spaced until the
// spacing after the last one is over. The turn must be given back.
func (t *turns) take(ctx context.Context, name string, spaced bool) error {
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
		called := make(chan bool, 1)
		h.queue = append(h.queue, called)
		t.mu.Unlock()
		select {
		case ok := <-called:
			if !ok {
				return errStuck
			}
		case <-ctx.Done():
			t.leave(name, h, called)
			return ctx.Err()
		}
	}
	var err error
	if left := t.left(h); spaced && left > 0 {
		err = resting(left)
	} else {
		err = t.start(ctx, h, spaced && t.spacing > 0)
	}
	if err != nil {
		t.give(name)
		return err
	}
	return nil
}

// left is how long a host still rests.
func (t *turns) left(h *host) time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	return time.Until(h.rests)
}

// leaveAlone lets a host rest; whoever calls has its turn.
func (t *turns) leaveAlone(name string, d time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	h := t.hosts[name]
	if at := time.Now().Add(min(d, askedRest)); at.After(h.rests) {
		h.rests = at
	}
}

// start waits until the host's distance is kept and there is room for one more
// exchange.
func (t *turns) start(ctx context.Context, h *host, spaced bool) error {
	for {
		if spaced {
			if err := t.rest(ctx, h); err != nil {
				return err
			}
		}
		select {
		case t.active <- struct{}{}:
		case <-ctx.Done():
			return ctx.Err()
		}
		if !spaced {
			return nil
		}
		t.mu.Lock()
		now := time.Now()
		early := now.Before(h.free)
		if !early {
			h.free = now.Add(t.spacing)
		}
		t.mu.Unlock()
		if !early {
			return nil
		}
		<-t.active // another of the host's was faster
	}
}

// rest waits until the spacing after the host's last request is over.
func (t *turns) rest(ctx context.Context, h *host) error {
	t.mu.Lock()
	wait := time.Until(h.free)
	t.mu.Unlock()
	if wait <= 0 {
		return nil
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// done gives back a turn that was taken; hung tells that the host did not answer
// in time.
func (t *turns) done(name string, hung bool) {
	<-t.active
	t.mu.Lock()
	defer t.mu.Unlock()
	h := t.hosts[name]
	if !hung {
		h.hung = 0
	} else if h.hung++; h.hung >= stuckAfter {
		for _, called := range h.queue {
			called <- false
		}
		h.queue = nil
	}
	t.next(name, h)
}

// give gives back a turn that was not used.
func (t *turns) give(name string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.next(name, t.hosts[name])
}

// next passes a turn on, or forgets a host for which nobody waits.
func (t *turns) next(name string, h *host) {
	if len(h.queue) > 0 {
		called := h.queue[0]
		h.queue[0] = nil
		h.queue = h.queue[1:]
		called <- true
		return
	}
	if h.busy--; h.busy == 0 && h.free.IsZero() && h.rests.IsZero() {
		delete(t.hosts, name)
	}
}

// leave takes a waiter out of the queue. When its turn came at the same
// moment, the turn goes to the next.
func (t *turns) leave(name string, h *host, called chan bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for i, c := range h.queue {
		if c == called {
			h.queue = append(h.queue[:i], h.queue[i+1:]...)
			return
		}
	}
	if <-called {
		t.next(name, h)
	}
}

// forget drops the hosts that nobody asks and whose distance is kept, each
// time their number has doubled.
func (t *turns) forget() {
	if len(t.hosts) < t.sweep {
		return
	}
	now := time.Now()
	for name, h := range t.hosts {
		if h.busy == 0 && h.free.Before(now) && h.rests.Before(now) {
			delete(t.hosts, name)
		}
	}
	t.sweep = max(1024, 2*len(t.hosts))
}
