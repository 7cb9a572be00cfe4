package worker

import (
	"context"
	"sync"
	"time"

	"syndicated/worker/network"
	"syndicated/worker/store"
)

// deliverLoop takes messages that are due, one in flight per account, until ctx
// ends. hand is the context of work that was begun.
func (w *Worker) deliverLoop(ctx, hand context.Context) {
	if len(w.names) == 0 {
		return
	}
	var wg sync.WaitGroup
	freed := make(chan struct{}, 1)
	for ctx.Err() == nil {
		w.delivered.Store(time.Now().Unix())
		// With hand, so that a claim which was made is never lost to a stop.
		leases, next, err := w.claim(hand)
		if err != nil && ctx.Err() == nil {
			w.Log.Warn("no message claimed", "err", err)
		}
		for _, l := range leases {
			wg.Go(func() {
				w.deliver(ctx, hand, l)
				nudge(freed)
			})
		}
		if len(leases) > 0 {
			continue
		}
		w.rest(ctx, next, freed)
	}
	wg.Wait()
}

// rest waits until a message may be due: one was queued, an account is free
// again, or its time has come.
func (w *Worker) rest(ctx context.Context, next time.Time, freed <-chan struct{}) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	now, err := w.Store.Now(ctx)
	if err != nil {
		now = time.Now()
	}
	until := now.Add(w.Lease)
	if !next.IsZero() && next.Before(until) {
		until = next
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		select {
		case <-freed:
		case <-w.kick:
		case <-ctx.Done():
		}
		cancel()
	})
	if err := w.Store.Wait(ctx, until); err != nil && ctx.Err() == nil {
		w.Log.Warn("wait for messages", "err", err)
		select { // the store is away: do not ask it without a pause
		case <-time.After(time.Second):
		case <-ctx.Done():
		}
	}
	cancel()
	wg.Wait()
}

func (w *Worker) claim(ctx context.Context) ([]store.Lease, time.Time, error) {
	now, err := w.Store.Now(ctx)
	if err != nil {
		return nil, time.Time{}, err
	}
	return w.Store.Claim(ctx, now, w.names, len(w.names), w.Lease)
}

// deliver takes a leased message to its network and settles it, and goes on with
// the account's next one, if that is to be sent now, until ctx ends.
func (w *Worker) deliver(ctx, hand context.Context, l store.Lease) {
	for t := (&turn{Lease: l}); t != nil; {
		t = w.deliverOne(ctx, hand, *t)
	}
}

// turn is a lease and, where it came with an attempt that has begun, when that
// was at the earliest, by the machine's clock.
type turn struct {
	store.Lease
	began time.Time
}

// deliverOne gives the turn that was taken with settling t; nil if there is none.
func (w *Worker) deliverOne(ctx, hand context.Context, t turn) *turn {
	begin := time.Now()
	l, a := t.Lease, w.accounts[t.Account]
	var s store.Settlement
	done := false
	w.holding(hand, func(ctx context.Context, now time.Time) (bool, error) {
		return w.Store.Extend(ctx, now, l, w.Lease)
	}, func(ctx context.Context) {
		if a.take(ctx) {
			defer a.give()
			s, done = w.send(ctx, a, t)
		}
	})
	if !done {
		return nil // the lease was lost or the store is away: nothing can be said
	}
	ended := time.Now()
	if ctx.Err() == nil {
		s.Take = w.Lease
		s.Begin = s.Result == store.Sent && a.Limits.open(readPace(s.Rate), ended)
	}
	next := w.settle(hand, a, l, s)
	if w.Seen.Delivered != nil {
		w.Seen.Delivered(a.Name, string(s.Result), time.Since(begin))
	}
	if next == nil {
		return nil
	}
	return &turn{*next, ended}
}

// settle writes down how a delivery ended. It is tried for as long as the lease
// could hold: what was sent must not stay in doubt because of one lost packet.
func (w *Worker) settle(ctx context.Context, a *Account, l store.Lease, s store.Settlement) *store.Lease {
	end := time.Now().Add(w.Lease)
	for pause := 50 * time.Millisecond; ; pause *= 2 {
		now, err := w.Store.Now(ctx)
		if err == nil {
			s.Decision = w.line(a, l, s, now)
			var next *store.Lease
			var ok bool
			if next, ok, err = w.Store.Finish(ctx, now, l, s); err == nil {
				if !ok {
					w.Log.Warn("another worker has taken over", "account", a.Name, "message", l.Message.ID)
					return nil
				}
				if s.Decision.What != "" {
					w.told(s.Decision)
				}
				return next
			}
		}
		if time.Now().After(end) || ctx.Err() != nil {
			w.Log.Error("a delivery is not settled and will be taken up again", "account", a.Name, "message", l.Message.ID, "result", s.Result, "err", err)
			return nil
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
		}
	}
}

// line is the line of the post's story that a settlement adds; What is empty
// where nothing happened that anyone would ask about.
func (w *Worker) line(a *Account, l store.Lease, s store.Settlement, now time.Time) store.Decision {
	m := l.Message
	d := store.Decision{
		Source: m.Source, Post: m.Post, At: now, What: string(s.Result), Account: a.Name, Message: m.ID,
		Reason: s.Reason, Title: m.Title, Link: m.Link, URL: s.Receipt.URL,
	}
	switch s.Result {
	case store.Sent:
		if d.Reason == "" {
			d.Reason = done(or(s.Receipt.Was, string(m.Verb)))
		}
	case store.Defer:
		if !s.Stop {
			d.What = "" // waiting for its turn is no event
		} else {
			d.What = "stopped"
		}
	}
	return d
}

func done(verb string) string {
	switch network.Verb(verb) {
	case network.VerbPost:
		return "posted"
	case network.VerbEdit:
		return "the message was edited"
	case network.VerbReply:
		return "answered under the message"
	case network.VerbDelete:
		return "the message was deleted"
	}
	return verb
}
