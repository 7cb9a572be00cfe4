package worker

import (
	"context"
	"slices"
	"time"

	"syndicated/worker/network"
	"syndicated/worker/store"
)

// recall guards against a memory that vanished: an empty store, or a deleted
// file, where the accounts have history. What a first read would share is
// looked for on those networks that can be asked; if any of it is there, the
// account was told before, and nothing of this first read goes to it.
func (w *Worker) recall(ctx context.Context, s *Source, out *store.Outcome, now time.Time) {
	told := map[string]bool{} // by account, once it was asked
	for _, q := range out.Messages {
		a := w.accounts[q.Message.Account]
		if a == nil || told[a.Name] {
			continue
		}
		f, ok := a.Account.(network.Finder)
		if !ok {
			continue
		}
		if !a.take(ctx) {
			return
		}
		ask, cancel := context.WithTimeout(ctx, 30*time.Second)
		_, found, err := f.Find(ask, q.Message)
		cancel()
		a.give()
		if err != nil {
			w.Log.Info("the account does not tell what it was sent before", "account", a.Name, "err", err)
			continue
		}
		told[a.Name] = found
	}
	out.Messages = slices.DeleteFunc(out.Messages, func(q store.Queued) bool { return told[q.Message.Account] })
	out.Decisions = slices.DeleteFunc(out.Decisions, func(d store.Decision) bool { return told[d.Account] })
	for _, a := range w.Accounts {
		if told[a.Name] {
			out.Decisions = append(out.Decisions, store.Decision{
				Source: s.Name, At: now, What: "alert", Account: a.Name,
				Reason: "the store remembers nothing of this source, yet its posts are on the account already: nothing of this first read is shared there",
			})
		}
	}
}
