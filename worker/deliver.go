package worker

import (
	"context"
	"errors"
	"fmt"
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
				w.deliver(hand, l)
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

// deliver takes one leased message to its network and settles it.
func (w *Worker) deliver(ctx context.Context, l store.Lease) {
	begin := time.Now()
	a := w.accounts[l.Account]
	var s store.Settlement
	done := false
	w.holding(ctx, func(ctx context.Context, now time.Time) (bool, error) {
		return w.Store.Extend(ctx, now, l, w.Lease)
	}, func(ctx context.Context) {
		s, done = w.send(ctx, a, l)
	})
	if !done {
		return // the lease was lost or the store is away: nothing can be said
	}
	w.settle(ctx, a, l, s)
	if w.Seen.Delivered != nil {
		w.Seen.Delivered(a.Name, string(s.Result), time.Since(begin))
	}
}

// settle writes down how a delivery ended. It is tried for as long as the lease
// could hold: what was sent must not stay in doubt because of one lost packet.
func (w *Worker) settle(ctx context.Context, a *Account, l store.Lease, s store.Settlement) {
	end := time.Now().Add(w.Lease)
	for pause := 50 * time.Millisecond; ; pause *= 2 {
		now, err := w.Store.Now(ctx)
		if err == nil {
			s.Decision = w.line(a, l, s, now)
			var ok bool
			if ok, err = w.Store.Finish(ctx, now, l, s); err == nil {
				if !ok {
					w.Log.Warn("another worker has taken over", "account", a.Name, "message", l.Message.ID)
					return
				}
				if s.Decision.What != "" {
					w.told(s.Decision)
				}
				return
			}
		}
		if time.Now().After(end) || ctx.Err() != nil {
			w.Log.Error("a delivery is not settled and will be taken up again", "account", a.Name, "message", l.Message.ID, "result", s.Result, "err", err)
			return
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

// send decides what to do with a leased message and does it. done is false
// when nothing may be settled.
func (w *Worker) send(ctx context.Context, a *Account, l store.Lease) (s store.Settlement, done bool) {
	now, err := w.Store.Now(ctx)
	if err != nil {
		return s, false
	}
	f, _ := a.Account.(network.Finder)
	switch step := next(facts{
		doubt: l.Doubt, elapsed: now.Sub(l.Attempted), wait: a.UnknownWait, finder: f != nil,
		repeatable: a.Account.Manner().Repeatable || l.Message.Verb == network.VerbEdit || l.Message.Verb == network.VerbDelete,
		resend:     a.OnUnknown == "resend",
	}); step {
	case stepHold:
		return store.Settlement{Result: store.Held, Reason: fmt.Sprintf("the answer to the attempt of %s was lost and %s cannot be asked: look there, then retry or drop it", l.Attempted.UTC().Format(time.RFC3339), a.Name)}, true
	case stepWait:
		return store.Settlement{Result: store.Doubt, Next: l.Attempted.Add(a.UnknownWait), Rate: l.Rate, Reason: "waiting for the lost attempt to end"}, true
	case stepAsk, stepAskAndWait:
		r, found, err := f.Find(ctx, l.Message)
		if ctx.Err() != nil {
			return s, false
		}
		if err != nil {
			return w.unanswered(a, l, err, now), true
		}
		if found {
			p := a.Limits.sent(readPace(l.Rate), now)
			return store.Settlement{Result: store.Sent, Receipt: stamped(r, now), Rate: p.bytes(), Reason: "its answer had been lost; it was found on the network"}, true
		}
		if step == stepAskAndWait {
			return store.Settlement{Result: store.Doubt, Next: l.Attempted.Add(a.UnknownWait), Rate: l.Rate, Reason: "waiting for the lost attempt to end"}, true
		}
	}
	if s, wait := w.gate(a, l, now); wait {
		return s, true
	}
	if folded, err := w.fold(ctx, a, l, now); folded || err != nil {
		if err != nil {
			w.Log.Warn("no digest", "account", a.Name, "err", err)
		}
		return s, false
	}
	original, verb, s, ok, err := w.original(ctx, a, l)
	if err != nil {
		return s, false
	}
	if !ok {
		return s, true
	}
	// Once for the whole process: what the server allows and who we are there.
	if _, err := a.Words(ctx, func(err error) { w.Log.Warn("the account does not answer", "account", a.Name, "err", err) }); err != nil {
		return s, false
	}
	// From here on others take the message for one that may be out. They ask or
	// send again once UnknownWait has passed, so this attempt ends well before,
	// even if the system stops this process in between.
	begin := time.Now()
	if now, err = w.Store.Now(ctx); err != nil {
		return s, false
	}
	if ok, err := w.Store.Attempt(ctx, now, l); err != nil || !ok {
		return s, false
	}
	sending, cancel := context.WithDeadline(ctx, begin.Add(min(or(a.Timeout, time.Minute), a.UnknownWait*2/3)))
	defer cancel()
	r, err := do(sending, a.Account, verb, original, l.Message)
	if errors.Is(context.Cause(ctx), errLost) {
		return s, false
	}
	now, clockErr := w.Store.Now(context.WithoutCancel(ctx))
	if clockErr != nil {
		now = time.Now()
	}
	if err != nil {
		return w.outcome(a, l, err, now), true
	}
	if verb != l.Message.Verb && r.Was == "" {
		r.Was = string(verb)
	}
	p := a.Limits.sent(readPace(l.Rate), now)
	return store.Settlement{Result: store.Sent, Receipt: stamped(r, now), Rate: p.bytes()}, true
}

func stamped(r network.Receipt, now time.Time) network.Receipt {
	if r.At.IsZero() {
		r.At = now
	}
	return r
}

// gate keeps a message back whose time has not come.
func (w *Worker) gate(a *Account, l store.Lease, now time.Time) (store.Settlement, bool) {
	m := l.Message
	if a.Stale > 0 && now.Sub(m.Created) > a.Stale && l.Try <= 1 {
		return store.Settlement{Result: store.Held, Rate: l.Rate, Reason: fmt.Sprintf("queued %s ago, longer than stale (%s): release it if it is still worth sending", now.Sub(m.Created).Round(time.Minute), a.Stale)}, true
	}
	wait, ok := a.Limits.check(readPace(l.Rate), now)
	if ok {
		return store.Settlement{}, false
	}
	if wait.Quota && a.Limits.Overflow == "drop" {
		return store.Settlement{Result: store.Dead, Rate: l.Rate, Reason: wait.Reason + " and overflow is drop"}, true
	}
	return store.Settlement{Result: store.Defer, Next: wait.Until, Rate: l.Rate, Reason: wait.Reason}, true
}

// original finds the message that l's is about and the verb that the account
// can do. ok is false when s settles it: there is nothing to be done.
func (w *Worker) original(ctx context.Context, a *Account, l store.Lease) (r network.Receipt, verb network.Verb, s store.Settlement, ok bool, err error) {
	m := l.Message
	if m.Verb == network.VerbPost || m.Of == "" {
		return r, network.VerbPost, s, true, nil
	}
	r, found, err := w.Store.Receipt(ctx, m.Of)
	if err != nil {
		return r, m.Verb, s, false, err
	}
	_, edits := a.Account.(network.Editor)
	_, replies := a.Account.(network.Replier)
	_, deletes := a.Account.(network.Deleter)
	switch {
	case m.Verb == network.VerbDelete && (!found || !deletes):
		return r, m.Verb, store.Settlement{Result: store.Dead, Rate: l.Rate, Reason: "there is no message to delete"}, false, nil
	case !found:
		// Followers have not heard of the post, unless the message about it is
		// one that may be out.
		e, known, err := w.Store.Message(ctx, m.Of)
		if err != nil {
			return r, m.Verb, s, false, err
		}
		if known && e.State == store.OnHold && !e.Attempted.IsZero() {
			return r, m.Verb, store.Settlement{Result: store.Held, Rate: l.Rate, Reason: "the message it belongs to (" + m.Of + ") is on hold and may be out: settle that one first, then release this"}, false, nil
		}
		if m.Verb == network.VerbReply && m.Kind != "update" { // a part of a thread
			return r, m.Verb, store.Settlement{Result: store.Dead, Rate: l.Rate, Reason: "the part of the thread before it (" + m.Of + ") was not sent"}, false, nil
		}
		return r, network.VerbPost, s, true, nil
	case m.Verb == network.VerbEdit && !edits && replies:
		return r, network.VerbReply, s, true, nil
	case m.Verb == network.VerbEdit && !edits, m.Verb == network.VerbReply && !replies:
		return r, network.VerbPost, s, true, nil
	}
	return r, m.Verb, s, true, nil
}

func do(ctx context.Context, a network.Account, verb network.Verb, of network.Receipt, m network.Message) (network.Receipt, error) {
	switch verb {
	case network.VerbEdit:
		return a.(network.Editor).Edit(ctx, of, m)
	case network.VerbReply:
		return a.(network.Replier).Reply(ctx, of, m)
	case network.VerbDelete:
		return of, a.(network.Deleter).Delete(ctx, of)
	}
	return a.Post(ctx, m)
}
