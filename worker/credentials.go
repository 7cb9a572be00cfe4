package worker

import (
	"context"
	"fmt"
	"time"

	"syndicated/worker/network"
)

// warnDays are how many days ahead it is told that credentials end.
var warnDays = []int{14, 7, 1}

// credentials asks every account that can tell when its credentials end, and
// says so 14, 7 and 1 days ahead, once each.
func (w *Worker) credentials(ctx context.Context) {
	for _, a := range w.Accounts {
		p, ok := a.Account.(network.Prober)
		if !ok {
			continue
		}
		if err := w.expiry(ctx, a, p); err != nil && ctx.Err() == nil {
			w.Log.Info("the account does not tell when its credentials end", "account", a.Name, "err", err)
		}
	}
}

func (w *Worker) expiry(ctx context.Context, a *Account, p network.Prober) error {
	if !a.take(ctx) {
		return ctx.Err()
	}
	profile, err := a.ask(ctx, p)
	a.give()
	if err != nil || profile.Expires.IsZero() {
		return err
	}
	if w.Seen.Expires != nil {
		w.Seen.Expires(a.Name, profile.Expires)
	}
	now, err := w.Store.Now(ctx)
	if err != nil {
		return err
	}
	days := 0
	for _, d := range warnDays {
		if profile.Expires.Before(now.AddDate(0, 0, d)) {
			days = d
		}
	}
	if days == 0 {
		return nil
	}
	key, said := "expiry/"+a.Name, fmt.Sprintf("%s within %d days", profile.Expires.UTC().Format(time.DateOnly), days)
	before, err := w.Store.Load(ctx, key)
	if err != nil || string(before) == said {
		return err
	}
	w.Log.Warn("the account's credentials end soon: renew them", "account", a.Name, "expires", profile.Expires.UTC())
	return w.Store.Save(ctx, key, []byte(said))
}
