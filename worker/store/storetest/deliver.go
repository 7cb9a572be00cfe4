package storetest

import (
	"context"
	"errors"
	"time"

	"syndicated/worker/network"
	"syndicated/worker/store"
)

// dueAt is a message with a time.
func dueAt(id string, at time.Time) store.Queued {
	q := msg(id)
	q.Due = at
	return q
}

// tried attempts the head of an account and ends with s.
func (h *hand) tried(account string, s store.Settlement) store.Lease {
	h.Helper()
	l := h.lease(account)
	if !h.attempt(l) {
		h.Fatalf("attempt %s: the lease was lost", l.Message.ID)
	}
	if !h.finish(l, s) {
		h.Fatalf("finish %s: the lease was lost", l.Message.ID)
	}
	return l
}

var deliveries = []rule{
	{"nothing waits at first", func(h *hand) {
		l, next := h.claim("fedi")
		h.same("leases", len(l), 0)
		h.same("next", next, time.Time{})
		l, next = h.claim()
		h.same("leases of no account", len(l), 0)
		h.same("next", next, time.Time{})
	}},
	{"a lease holds the whole message", func(h *hand) {
		q := msg("fedi:1")
		q.Message.Media = []network.Media{{URL: "https://example.org/i.png", Alt: "a cat"}}
		q.Message.Frozen = []byte(`{"rkey":"3k"}`)
		q.Priority = 7
		h.queue(q)
		h.same("lease", h.lease("fedi"), store.Lease{Account: "fedi", Fence: 1, Message: q.Message, Try: 1, Priority: 7, Until: h.now.Add(ttl)})
	}},
	{"in order of time, then of queueing; one in flight", func(h *hand) {
		h.queue(dueAt("fedi:3", start.Add(2)), dueAt("fedi:2", start.Add(-time.Hour)), dueAt("fedi:4", start), dueAt("fedi:5", start.Add(time.Second)), msg("sky:1"))
		h.queue(dueAt("fedi:1", start.Add(-2*time.Hour)))
		leases, next := h.claim("fedi", "sky")
		h.same("leases", len(leases), 2)
		h.same("longest waiting first", leases[0].Message.ID, "fedi:1")
		h.same("next", next, h.now.Add(ttl))
		h.idle("fedi")
		h.attempt(leases[0])
		h.finish(leases[0], sent("fedi:1", h.now))
		for _, want := range []string{"fedi:2", "fedi:3", "fedi:4"} {
			h.same("sent", h.send("fedi"), want)
		}
		h.idle("fedi")
		h.after(time.Second)
		h.same("sent", h.send("fedi"), "fedi:5")
	}},
	{"what is due later waits, and when is told", func(h *hand) {
		h.queue(dueAt("fedi:1", start.Add(time.Hour)), dueAt("sky:1", start.Add(time.Minute)))
		l, next := h.claim("fedi", "sky")
		h.same("leases", len(l), 0)
		h.same("next", next, start.Add(time.Minute))
		_, next = h.claim("fedi")
		h.same("next of fedi", next, start.Add(time.Hour))
		h.queue(dueAt("fedi:2", start.Add(time.Second)))
		_, next = h.claim("fedi", "sky")
		h.same("next with an earlier one", next, start.Add(time.Second))
	}},
	{"only accounts that were asked for", func(h *hand) {
		h.queue(msg("fedi:1"), msg("sky:1"), msg("fed:1"), msg("fedi2:1"))
		l, next := h.claim("sky", "sky", "unheard of")
		h.same("leases", len(l), 1)
		h.same("account", l[0].Account, "sky")
		h.same("next", next, h.now.Add(ttl))
		h.same("fed", h.lease("fed").Message.ID, "fed:1")
	}},
	{"no more than max, the rest at once", func(h *hand) {
		h.queue(dueAt("a:1", start.Add(-1*time.Second)), dueAt("b:1", start.Add(-3*time.Second)), dueAt("c:1", start.Add(-2*time.Second)), dueAt("d:1", start.Add(-3*time.Second)))
		l, next, err := h.Claim(h.ctx, h.now, []string{"a", "b", "c", "d"}, 2, ttl)
		h.must(err)
		h.same("leases", []string{l[0].Account, l[1].Account}, []string{"b", "d"})
		h.same("next", next, h.now)
	}},
	{"a receipt is kept", func(h *hand) {
		h.queue(msg("fedi:1"))
		_, found, err := h.Receipt(h.ctx, "fedi:1")
		h.must(err)
		h.same("found before", found, false)
		l := h.lease("fedi")
		h.attempt(l)
		r := network.Receipt{ID: "1", URL: "https://social.example/1", At: h.now, Own: []byte{0, 255}, Was: "edit"}
		h.same("finished", h.finish(l, store.Settlement{Result: store.Sent, Receipt: r, Decision: store.Decision{Source: "blog", Post: "1", What: "sent", Account: "fedi"}}), true)
		got, found, err := h.Receipt(h.ctx, "fedi:1")
		h.must(err)
		h.same("found", found, true)
		h.same("receipt", got, r)
		story, err := h.Story(h.ctx, "blog", "1")
		h.must(err)
		h.same("story", story, []store.Decision{{Source: "blog", Post: "1", What: "sent", Account: "fedi"}})
		_, found, err = h.Receipt(h.ctx, "unheard of")
		h.must(err)
		h.same("found an unknown one", found, false)
	}},
	{"settling again what is settled changes nothing", func(h *hand) {
		h.queue(msg("fedi:1"), msg("fedi:2"))
		l := h.lease("fedi")
		h.attempt(l)
		h.same("finished", h.finish(l, sent("fedi:1", h.now)), true)
		h.same("again", h.finish(l, store.Settlement{Result: store.Retry, Reason: "no"}), true)
		h.same("state", h.entry("fedi:1").State, store.IsSent)
		h.same("attempted", h.attempt(l), false)
		ok, err := h.Extend(h.ctx, h.now, l, ttl)
		h.must(err)
		h.same("extended", ok, false)
		h.same("then", h.send("fedi"), "fedi:2")
		accounts, err := h.Accounts(h.ctx)
		h.must(err)
		h.same("sent", accounts[0].Sent, 2)
	}},
	{"a dead worker's message is taken over, in doubt if it was attempted", func(h *hand) {
		h.queue(msg("a:1"), msg("b:1"))
		h.lease("a")
		b := h.lease("b")
		h.after(time.Second)
		began := h.now
		h.attempt(b)
		h.after(ttl)
		a := h.lease("a")
		h.same("doubt of a", a.Doubt, false)
		h.same("try of a", a.Try, 1)
		b2 := h.lease("b")
		h.same("doubt of b", b2.Doubt, true)
		h.same("attempted", b2.Attempted, began)
		h.same("try of b", b2.Try, 2)
	}},
	{"the head that was leased stays the head", func(h *hand) {
		h.queue(msg("fedi:2"))
		l := h.lease("fedi")
		h.attempt(l)
		h.queue(dueAt("fedi:1", start.Add(-time.Hour)))
		h.after(ttl)
		l = h.lease("fedi")
		h.same("taken over", l.Message.ID, "fedi:2")
		h.finish(l, store.Settlement{Result: store.Retry, Reason: "down"})
		h.same("tried again", h.send("fedi"), "fedi:2")
		h.same("then", h.send("fedi"), "fedi:1")
	}},
	{"a stalled worker can neither attempt nor settle what was taken over", func(h *hand) {
		h.queue(msg("fedi:1"), msg("fedi:2"))
		stalled := h.lease("fedi")
		h.after(ttl)
		mine := h.lease("fedi")
		h.same("attempted", h.attempt(stalled), false)
		h.same("finished", h.finish(stalled, sent("fedi:1", h.now)), false)
		ok, err := h.Extend(h.ctx, h.now, stalled, ttl)
		h.must(err)
		h.same("extended", ok, false)
		h.same("state", h.entry("fedi:1").State, store.Waiting)
		h.same("mine", h.attempt(mine), true)
		h.same("mine", h.finish(mine, sent("fedi:1", h.now)), true)
		h.same("stale after the end", h.finish(stalled, sent("fedi:1", h.now)), false)
		h.same("then", h.send("fedi"), "fedi:2")
	}},
	{"a lease that lapsed and was not taken may still settle", func(h *hand) {
		h.queue(msg("fedi:1"))
		l := h.lease("fedi")
		h.after(2 * ttl)
		h.same("attempted", h.attempt(l), true)
		h.same("finished", h.finish(l, sent("fedi:1", h.now)), true)
	}},
	{"an extended lease lasts", func(h *hand) {
		h.queue(msg("fedi:1"))
		l := h.lease("fedi")
		h.after(ttl / 2)
		ok, err := h.Extend(h.ctx, h.now, l, ttl)
		h.must(err)
		h.same("extended", ok, true)
		h.after(ttl - time.Millisecond)
		_, next := h.claim("fedi")
		h.same("next", next, h.now.Add(time.Millisecond))
		h.idle("fedi")
		h.after(time.Millisecond)
		h.lease("fedi")
	}},
	{"wait returns when something is queued, at its time, and with its context", func(h *hand) {
		// The clock of the store is the machine's here: Wait measures by it.
		now, err := h.Now(h.ctx)
		h.must(err)
		h.now = now
		h.commit("blog", store.Outcome{Messages: []store.Queued{msg("fedi:1")}})
		h.must(h.Wait(h.ctx, h.now.Add(time.Hour)))
		h.must(h.Wait(h.ctx, h.now.Add(-time.Second)))
		done := make(chan error, 1)
		go func() { done <- h.Wait(h.ctx, time.Time{}) }()
		h.commit("blog", store.Outcome{Messages: []store.Queued{msg("fedi:2")}})
		h.must(<-done)
		ctx, cancel := context.WithCancel(h.ctx)
		cancel()
		for {
			// A word that was underway may come first.
			if err := h.Wait(ctx, time.Time{}); err != nil {
				h.same("error", errors.Is(err, context.Canceled), true)
				break
			}
		}
	}},
}
