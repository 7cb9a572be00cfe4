package worker

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"syndicated/worker/store"
)

// Tally is what Once did.
type Tally struct {
	Sources, Failed  int // read, of which so many could not be
	Sent, Dead, Held int
	Waiting          int      // messages that may not be sent yet
	Stopped          []string // accounts
}

// Once reads every source now, whatever its schedule, and sends everything that
// may be sent now; it waits for nothing but for attempts whose answer was lost
// (patience at most). New posts are not left to settle: whoever runs Once says
// when.
func (w *Worker) Once(ctx context.Context, patience time.Duration) (Tally, error) {
	var t Tally
	w.unsettled = true
	if err := w.start(ctx); err != nil {
		return t, err
	}
	hand, drop := w.grace(ctx)
	defer drop()
	var mu sync.Mutex
	failed := map[string]bool{}
	note := func(name string, ok bool) {
		mu.Lock()
		defer mu.Unlock()
		t.Sources++
		if !ok {
			failed[name] = true
		}
	}
	told := w.Told
	w.Told = func(d store.Decision) {
		mu.Lock()
		switch {
		case d.Message == "":
		case d.What == string(store.Sent):
			t.Sent++
		case d.What == string(store.Dead):
			t.Dead++
		}
		mu.Unlock()
		if told != nil {
			told(d)
		}
	}

	// Messages go out while sources are read: nothing waits for the slowest feed.
	reading, read := context.WithCancel(ctx)
	var wg sync.WaitGroup
	wg.Go(func() { w.deliverLoop(reading, hand) })
	names := make([]string, 0, len(w.Sources))
	for _, s := range w.Sources {
		names = append(names, s.Name)
	}
	err := w.readAll(ctx, hand, names, note)
	if err == nil {
		// What the lists name, known only now.
		var members []string
		if members, err = w.memberNames(ctx); err == nil {
			err = w.readAll(ctx, hand, members, note)
		}
	}
	w.done.flush(hand, w)
	read()
	wg.Wait()
	if err == nil {
		err = w.drain(ctx, hand, patience)
	}
	t.Failed = len(failed)
	if err != nil {
		return t, err
	}
	states, err := w.Store.Accounts(ctx)
	if err != nil {
		return t, fmt.Errorf("read the accounts: %w", err)
	}
	for _, s := range states {
		t.Waiting += s.Waiting
		t.Held += s.Held
		if s.Stopped != "" {
			t.Stopped = append(t.Stopped, s.Account)
		}
	}
	return t, ctx.Err()
}

// readAll polls the named sources, many at once. One that another worker holds
// is waited for as long as a dead worker's lease may last.
func (w *Worker) readAll(ctx, hand context.Context, names []string, note func(string, bool)) error {
	var wg sync.WaitGroup
	slots := make(chan struct{}, w.Polls)
	defer wg.Wait()
	if len(names) > many {
		rest, err := w.readMany(ctx, hand, names, slots, &wg, note)
		if err != nil {
			return err
		}
		names = rest
	}
	end := time.Now().Add(w.Lease + 2*time.Second)
	for len(names) > 0 && time.Now().Before(end) {
		var busy []string
		for _, name := range names {
			select {
			case slots <- struct{}{}:
			case <-ctx.Done():
				return ctx.Err()
			}
			now, err := w.Store.Now(ctx)
			if err != nil {
				return err
			}
			p, ok, err := w.Store.ClaimPoll(hand, now, name, w.Lease)
			if err != nil {
				return fmt.Errorf("claim %s: %w", name, err)
			}
			if !ok {
				<-slots
				busy = append(busy, name)
				continue
			}
			wg.Go(func() {
				defer func() { <-slots }()
				note(name, w.poll(hand, p) != "failed")
			})
		}
		if names = busy; len(busy) > 0 {
			select {
			case <-time.After(500 * time.Millisecond):
			case <-ctx.Done():
				return ctx.Err()
			}
		}
	}
	return nil
}

// many is from how many sources on they are claimed in batches.
const many = 64

// readMany polls sources that it claims in batches, and gives those that could
// not be claimed. It claims by the time at which it began, so that what it has
// read is not due again.
func (w *Worker) readMany(ctx, hand context.Context, names []string, slots chan struct{}, wg *sync.WaitGroup, note func(string, bool)) (rest []string, err error) {
	now, err := w.Store.Now(ctx)
	if err != nil {
		return nil, err
	}
	planned := make([]store.Planned, len(names))
	left := make(map[string]bool, len(names))
	for i, name := range names {
		planned[i] = store.Planned{Source: name, Next: now, Sooner: true}
		left[name] = true
	}
	if err := w.Store.Plan(hand, now, planned); err != nil {
		return nil, fmt.Errorf("plan the sources: %w", err)
	}
	begin := time.Now()
	for {
		select { // there is a slot, at the least
		case slots <- struct{}{}:
			<-slots
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		polls, _, err := w.Store.ClaimPolls(hand, now, cap(slots)-len(slots), time.Since(begin)+w.Lease)
		if err != nil {
			return nil, fmt.Errorf("claim sources: %w", err)
		}
		if len(polls) == 0 {
			break
		}
		for _, p := range polls {
			delete(left, p.Source)
			slots <- struct{}{}
			wg.Go(func() {
				defer func() { <-slots }()
				note(p.Source, w.poll(hand, p) != "failed")
			})
		}
	}
	for _, name := range names {
		if left[name] {
			rest = append(rest, name)
		}
	}
	return rest, nil
}

// drain delivers until nothing is left that may be sent now. An attempt whose
// answer was lost, or that a worker which died held, is waited for.
func (w *Worker) drain(ctx, hand context.Context, patience time.Duration) error {
	end := time.Now().Add(patience)
	for ctx.Err() == nil {
		leases, next, err := w.claim(hand)
		if err != nil {
			return fmt.Errorf("claim messages: %w", err)
		}
		var wg sync.WaitGroup
		for _, l := range leases {
			wg.Go(func() { w.deliver(ctx, hand, l) })
		}
		wg.Wait()
		if len(leases) > 0 {
			continue
		}
		now, err := w.Store.Now(ctx)
		if err != nil {
			return err
		}
		soon, err := w.inHand(ctx, now)
		if err != nil {
			return err
		}
		if !soon || next.IsZero() || now.Add(time.Until(end)).Before(next) {
			return nil
		}
		select {
		case <-time.After(max(next.Sub(now), 10*time.Millisecond)):
		case <-ctx.Done():
		}
	}
	return ctx.Err()
}

// inHand reports whether a message waits for nothing but an earlier attempt:
// its answer was lost, or a worker that died had claimed it.
func (w *Worker) inHand(ctx context.Context, now time.Time) (bool, error) {
	states, err := w.Store.Accounts(ctx)
	if err != nil {
		return false, fmt.Errorf("read the accounts: %w", err)
	}
	for _, st := range states {
		if !slices.Contains(w.names, st.Account) || st.Stopped != "" || st.Waiting == 0 {
			continue
		}
		entries, err := w.Store.Messages(ctx, store.Filter{Account: st.Account, State: store.Waiting, Limit: 1})
		if err != nil {
			return false, fmt.Errorf("read the queue of %s: %w", st.Account, err)
		}
		for _, e := range entries {
			if !e.Attempted.IsZero() || !e.Due.After(now) && !st.NotBefore.After(now) {
				return true, nil
			}
		}
	}
	return false, nil
}
