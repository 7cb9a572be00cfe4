package worker

import (
	"context"
	"time"

	"syndicated/worker/network"
	"syndicated/worker/store"
)

// looked is how many waiting messages are looked at to share a quota.
const looked = 200

// left is how much of the quota is left in the period of now.
func (l Limits) left(p pace, now time.Time) int {
	if name, _ := period(l.QuotaPer, now); p.Period == name {
		return l.Quota - p.Count
	}
	return l.Quota
}

// yield lets what matters more go first where a quota does not reach for all
// that is due: new before update before re-run. The message in hand goes behind
// what is due now; its lease ends with that, so it must not be settled.
func (w *Worker) yield(ctx context.Context, a *Account, l store.Lease, now time.Time) (yielded bool, err error) {
	if a.Limits.Quota == 0 || l.Priority == 0 || l.Doubt || l.Try > 1 {
		return false, nil
	}
	waiting, err := w.Store.Messages(ctx, store.Filter{Account: a.Name, State: store.Waiting, Limit: looked})
	if err != nil {
		return false, err
	}
	due, before := 0, 0
	for _, e := range waiting {
		if e.Due.After(now) {
			continue
		}
		due++
		if e.Priority < l.Priority {
			before++
		}
	}
	if before == 0 || due <= a.Limits.left(readPace(l.Rate), now) {
		return false, nil
	}
	return w.aside(ctx, "priority of "+a.Name, now, store.Outcome{Messages: []store.Queued{{
		Message: network.Message{Account: a.Name},
		Instead: &store.Instead{ID: l.Message.ID, Body: &l.Message, Due: now.Add(time.Second), Reason: "what matters more goes first: the quota does not reach for all"},
	}}})
}

// aside makes a commit that belongs to no source: under a lease of its own, so
// that it happens once. done is false if another worker is at it.
func (w *Worker) aside(ctx context.Context, name string, now time.Time, out store.Outcome) (done bool, err error) {
	p, ok, err := w.Store.ClaimPoll(ctx, now, name, w.Lease)
	if err != nil || !ok {
		return false, err
	}
	out.Next = now.AddDate(1, 0, 0)
	committed, err := w.Store.Commit(ctx, now, p, out)
	if err != nil {
		return false, err
	}
	if !committed.OK {
		return false, errLost
	}
	w.told(out.Decisions...)
	nudge(w.kick)
	return true, w.Store.Forget(ctx, []string{name})
}
