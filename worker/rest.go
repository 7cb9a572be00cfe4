package worker

import (
	"context"
	"fmt"
	"sync"
	"time"

	"syndicated/worker/network"
)

// askTime is how long a server may take to say who the account is.
const askTime = 20 * time.Second

const askedToWait = "the server asked to wait"

// rest is until when a server wants to be left alone, whatever it was asked for
// when it said so. By the machine's clock.
type rest struct {
	// keep and load share it with other workers and with those that come after
	// this one; nil where there is no store.
	keep func(ctx context.Context, at time.Time)
	load func(ctx context.Context) time.Time

	mu sync.Mutex
	at time.Time
}

// note takes the time that an error of the network tells.
func (r *rest) note(ctx context.Context, err error) {
	if _, at := network.ClassOf(err); r.later(at) && r.keep != nil {
		r.keep(ctx, at)
	}
}

// later reports whether at was not known.
func (r *rest) later(at time.Time) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !at.After(r.at) {
		return false
	}
	r.at = at
	return true
}

// until is zero when the server may be asked.
func (r *rest) until() time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.at.After(time.Now()) {
		return r.at
	}
	return time.Time{}
}

// ask asks the account's server who it is and what it allows, unless it rests.
func (a *Account) ask(ctx context.Context, p network.Prober) (network.Profile, error) {
	if a.rests.load != nil {
		a.rests.later(a.rests.load(ctx))
	}
	if until := a.rests.until(); !until.IsZero() {
		return network.Profile{}, network.After(fmt.Errorf("the server asked to wait until %s", until.UTC().Format(time.RFC3339)), until)
	}
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	profile, err := p.Probe(ctx)
	a.rests.note(ctx, err)
	return profile, err
}

func restKey(account string) string { return "rest/" + account }

// keepRest and loadRest keep until when an account's server rests by the store's clock.
func (w *Worker) keepRest(account string) func(context.Context, time.Time) {
	return func(ctx context.Context, at time.Time) {
		ctx = context.WithoutCancel(ctx)
		now, err := w.Store.Now(ctx)
		if err == nil {
			err = w.Store.Save(ctx, restKey(account), byStore(at, now).UTC().AppendFormat(nil, time.RFC3339Nano))
		}
		if err != nil {
			w.Log.Info("other workers are not told to wait", "account", account, "err", err)
		}
	}
}

func (w *Worker) loadRest(account string) func(context.Context) time.Time {
	return func(ctx context.Context) time.Time {
		text, err := w.Store.Load(ctx, restKey(account))
		if err != nil || text == nil {
			return time.Time{} // that the store is away shows where it matters
		}
		at, err := time.Parse(time.RFC3339Nano, string(text))
		if err != nil {
			return time.Time{}
		}
		now, err := w.Store.Now(ctx)
		if err != nil {
			return time.Time{}
		}
		return time.Now().Add(at.Sub(now))
	}
}
