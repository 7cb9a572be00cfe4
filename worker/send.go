package worker

import (
	"context"
	"errors"
	"fmt"
	"time"

	"syndicated/worker/network"
	"syndicated/worker/store"
)

// late is how old an attempt that began with its lease may be when its message
// goes out.
const late = 5 * time.Second

// send decides what to do with a leased message and does it. done is false
// when nothing may be settled.
func (w *Worker) send(ctx context.Context, a *Account, t turn) (s store.Settlement, done bool) {
	l := t.Lease
	p, s, done := w.prepare(ctx, a, l)
	if l.Begun && ctx.Err() == nil && (p == nil && s.Result != store.Dead || time.Since(t.began) > late) {
		// It does not go out now, if at all: its attempt did not happen.
		return store.Settlement{Result: store.Defer, Next: s.Next, Rate: l.Rate, Reason: or(s.Reason, "another try")}, true
	}
	if p == nil {
		return s, done
	}
	// From here on others take the message for one that may be out. They ask or
	// send again once UnknownWait has passed, so this attempt ends well before,
	// even if the system stops this process in between.
	begin := t.began
	if !l.Begun {
		begin = time.Now()
		now, err := w.Store.Now(ctx)
		if err != nil {
			return s, false
		}
		if ok, err := w.Store.Attempt(ctx, now, l); err != nil || !ok {
			return s, false
		}
	}
	sending, cancel := context.WithDeadline(ctx, begin.Add(min(or(a.Timeout, time.Minute), a.UnknownWait*2/3)))
	defer cancel()
	r, err := do(sending, a.Account, p.verb, p.original, l.Message)
	if errors.Is(context.Cause(ctx), errLost) {
		return s, false
	}
	now, clockErr := w.Store.Now(context.WithoutCancel(ctx))
	if clockErr != nil {
		now = time.Now()
	}
	if err != nil {
		a.rests.note(ctx, err)
		return w.outcome(a, l, p.verb, err, now), true
	}
	if p.verb != l.Message.Verb && r.Was == "" {
		r.Was = string(p.verb)
	}
	rate := a.Limits.sent(readPace(l.Rate), now)
	return store.Settlement{Result: store.Sent, Receipt: stamped(r, now), Rate: rate.bytes()}, true
}

// prepared is a message that is to go out now: how, and the message that it is about.
type prepared struct {
	verb     network.Verb
	original network.Receipt
}

// prepare decides what to do with a leased message; nil if it does not go out
// now: then s settles it, if done.
func (w *Worker) prepare(ctx context.Context, a *Account, l store.Lease) (p *prepared, s store.Settlement, done bool) {
	now, err := w.Store.Now(ctx)
	if err != nil {
		return nil, s, false
	}
	original, verb, s, ok, err := w.original(ctx, a, l)
	if err != nil {
		return nil, s, false
	}
	if !ok {
		return nil, s, true
	}
	f, _ := a.Account.(network.Finder)
	switch step := next(factsOf(a, l, verb, now)); step {
	case stepHold:
		// What comes after it waits until the lost attempt is at its end, for the order.
		return nil, store.Settlement{Result: store.Held, Next: l.Attempted.Add(a.UnknownWait), Rate: l.Rate, Reason: fmt.Sprintf("the answer to the attempt of %s was lost and %s cannot be asked: look there, then retry or drop it", l.Attempted.UTC().Format(time.RFC3339), a.Name)}, true
	case stepWait:
		return nil, store.Settlement{Result: store.Doubt, Next: l.Attempted.Add(a.UnknownWait), Rate: l.Rate, Reason: "waiting for the lost attempt to end"}, true
	case stepAsk, stepAskAndWait:
		if until := a.rests.until(); !until.IsZero() {
			return nil, store.Settlement{Result: store.Doubt, Next: byStore(until, now), Rate: l.Rate, Reason: askedToWait}, true
		}
		r, found, err := f.Find(ctx, l.Message)
		if ctx.Err() != nil {
			return nil, s, false
		}
		if err != nil {
			a.rests.note(ctx, err)
			return nil, w.unanswered(a, l, err, now), true
		}
		if found {
			p := a.Limits.sent(readPace(l.Rate), now)
			return nil, store.Settlement{Result: store.Sent, Receipt: stamped(r, now), Rate: p.bytes(), Reason: "its answer had been lost; it was found on the network"}, true
		}
		if step == stepAskAndWait {
			return nil, store.Settlement{Result: store.Doubt, Next: l.Attempted.Add(a.UnknownWait), Rate: l.Rate, Reason: "waiting for the lost attempt to end"}, true
		}
	}
	if s, wait := w.gate(a, l, now); wait {
		return nil, s, true
	}
	for _, aside := range []func(context.Context, *Account, store.Lease, time.Time) (bool, error){w.yield, w.fold} {
		if gone, err := aside(ctx, a, l, now); gone || err != nil {
			if err != nil {
				w.Log.Warn("the queue is not rearranged", "account", a.Name, "err", err)
			}
			return nil, s, false
		}
	}
	// Once for the whole process: what the server allows and who we are there.
	if _, err := a.Words(ctx, func(err error) { w.Log.Warn("the account does not answer", "account", a.Name, "err", err) }); err != nil {
		return nil, s, false
	}
	if until := a.rests.until(); !until.IsZero() {
		return nil, store.Settlement{Result: store.Defer, Next: byStore(until, now), Rate: l.Rate, Reason: askedToWait}, true
	}
	return &prepared{verb, original}, s, true
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
