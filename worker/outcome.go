package worker

import (
	"errors"
	"time"

	"syndicated/worker/network"
	"syndicated/worker/store"
)

const (
	retryBase = 10 * time.Second
	retryMost = time.Hour
)

// facts are all that decides what to do with a message that is leased.
type facts struct {
	doubt         bool          // an attempt neither ended nor failed: it may be out
	elapsed, wait time.Duration // since that attempt; before it may be repeated
	finder        bool          // the network can be asked
	repeatable    bool          // sending twice is seen once
	resend        bool          // the operator prefers a double to a gap
}

// factsOf are the facts about a message that is to be sent by verb, which is
// what counts: an update meant as an edit that is posted, because nothing is
// there to be edited, must not be repeated like an edit.
func factsOf(a *Account, l store.Lease, verb network.Verb, now time.Time) facts {
	f := facts{
		doubt: l.Doubt, elapsed: now.Sub(l.Attempted), wait: a.UnknownWait,
		repeatable: a.Account.Manner().Repeatable || verb == network.VerbDelete, resend: a.OnUnknown == "resend",
	}
	if verb == network.VerbEdit {
		// The same edit twice is one, but a lost one may still be at work: repeated
		// too soon, it could land after a newer one and leave stale words.
		f.resend = true
		return f
	}
	_, f.finder = a.Account.(network.Finder)
	return f
}

// step is the next thing to do with a message.
type step int

const (
	stepSend       step = iota
	stepAsk             // ask the network, send if it is not there
	stepAskAndWait      // ask; if it is not there, it may still come
	stepWait            // the lost attempt may still be at work
	stepHold            // only a person can tell
)

// next is the rule for a message in doubt: never send what may be out, unless
// sending again shows nothing twice, or the network was asked after its own
// time had run out, or the operator said so.
//
//	queued ──claim──> leased ──attempt──> attempting ──answer──> sent | later | dead
//	                    ▲                     │
//	                    │                     └─crash, lost answer─> doubt
//	                    │                                             │ claim
//	                    │      repeatable, or resend after the wait   ▼
//	                    └───────────────<─────────────────────── leased in doubt
//	                    │                                             │
//	                    └──<── not there, after the wait ── ask ──<───┤ finder
//	                                                         │        │ neither
//	                                                  found ─┴─> sent └─────────> held
//
// Behind a message that is held because it may still land, the account waits as
// long as that can be.
//
// Where nothing holds an account back, settling a message also leases the next
// and begins its attempt (store.Settlement): one step in place of three. What
// then does not go out after all is given back, as if it had not begun.
func next(f facts) step {
	switch {
	case !f.doubt, f.repeatable:
		return stepSend
	case f.finder && f.elapsed < f.wait:
		return stepAskAndWait
	case f.finder:
		return stepAsk
	case !f.resend:
		return stepHold
	case f.elapsed < f.wait:
		return stepWait
	}
	return stepSend
}

// outcome settles an attempt that ended with err.
func (w *Worker) outcome(a *Account, l store.Lease, verb network.Verb, err error, now time.Time) store.Settlement {
	s := store.Settlement{Reason: err.Error(), Rate: l.Rate}
	class, at := network.ClassOf(err)
	try := l.Try
	last := a.Retries > 0 && try > a.Retries
	if errors.Is(err, network.ErrMissing) {
		s.Result, s.Reason = store.Dead, err.Error()+", so there is nothing to change or answer"
		return s
	}
	switch class {
	case network.ClassPermanent:
		s.Result = store.Dead
	case network.ClassStopped:
		s.Result, s.Stop = store.Defer, true
	case network.ClassUnknown:
		f := factsOf(a, l, verb, now)
		switch {
		case last && (f.repeatable || verb == network.VerbEdit):
			s.Result, s.MayBeOut, s.Reason = store.Dead, true, "given up after many tries, it may be out: "+s.Reason
		case last:
			s.Result, s.Next, s.Reason = store.Held, now.Add(a.UnknownWait), "given up after many tries, it may be out: "+s.Reason
		case f.repeatable:
			s.Result, s.Next = store.Doubt, now.Add(backoff(retryBase, try, retryMost))
		case !f.finder && !f.resend:
			s.Result, s.Next = store.Held, now.Add(a.UnknownWait) // what comes after it is not to overtake it
			s.Reason = "it may be out, and the network cannot be asked: look there, then retry or drop it; " + s.Reason
		default:
			s.Result, s.Next = store.Doubt, now.Add(a.UnknownWait)
		}
	default:
		switch {
		case !at.IsZero():
			s.Result, s.Next = store.Defer, byStore(at, now) // the network said when: no try is lost
			s.Decision.What = "later"
		case last:
			s.Result, s.Reason = store.Dead, "given up after many tries: "+s.Reason
		default:
			s.Result, s.Next = store.Retry, now.Add(backoff(retryBase, try, retryMost))
		}
	}
	if verb == network.VerbEdit && at.IsZero() && s.Result == store.Retry { // a client calls a lost edit one that may be tried again
		s.Next = now.Add(max(s.Next.Sub(now), a.UnknownWait))
	}
	return s
}

// unanswered settles a message in doubt when the network could not be asked.
func (w *Worker) unanswered(a *Account, l store.Lease, err error, now time.Time) store.Settlement {
	s := store.Settlement{Result: store.Doubt, Rate: l.Rate, Reason: "asked whether it is there: " + err.Error()}
	class, at := network.ClassOf(err)
	s.Next = now.Add(backoff(retryBase, 1+int(now.Sub(l.Attempted)/time.Minute), retryMost))
	if at := byStore(at, now); at.After(s.Next) {
		s.Next = at
	}
	switch class {
	case network.ClassStopped:
		s.Stop = true
	case network.ClassPermanent:
		s.Result, s.Reason = store.Held, "it may be out, and the network does not tell: "+err.Error()
	}
	return s
}

// byStore is a time that a network told, by the store's clock, where it is now:
// the network's times come by the machine's, which may differ by a minute. A
// time that has passed is a second away, lest a network be asked without a pause.
func byStore(at, now time.Time) time.Time {
	return now.Add(max(time.Until(at), time.Second))
}
