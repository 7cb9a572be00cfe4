package storetest

import (
	"time"

	"syndicated/worker/store"
)

var settlements = []rule{
	{"an attempt is counted once per lease", func(h *hand) {
		h.queue(msg("fedi:1"))
		l := h.lease("fedi")
		h.same("attempted", h.attempt(l), true)
		h.after(time.Second)
		h.same("again", h.attempt(l), true)
		h.finish(l, store.Settlement{Result: store.Doubt, Reason: "time-out"})
		l = h.lease("fedi")
		h.same("try", l.Try, 2)
		h.same("attempted at", l.Attempted, start)
	}},
	{"retry forgets the attempt and counts it", func(h *hand) {
		h.queue(msg("fedi:1"), msg("fedi:2"))
		h.tried("fedi", store.Settlement{Result: store.Retry, Reason: "503", Next: h.now.Add(time.Minute), Rate: []byte("r1")})
		e := h.entry("fedi:1")
		h.same("reason", e.Reason, "503")
		h.same("state", e.State, store.Waiting)
		h.same("attempted", e.Attempted, time.Time{})
		h.same("tries", e.Try, 1)
		_, next := h.claim("fedi")
		h.same("next", next, h.now.Add(time.Minute))
		h.idle("fedi")
		h.after(time.Minute)
		l := h.lease("fedi")
		h.same("head", l.Message.ID, "fedi:1")
		h.same("try", l.Try, 2)
		h.same("doubt", l.Doubt, false)
		h.same("rate", l.Rate, []byte("r1"))
	}},
	{"defer gives the try back", func(h *hand) {
		h.queue(msg("fedi:1"))
		h.tried("fedi", store.Settlement{Result: store.Retry, Reason: "503"})
		h.tried("fedi", store.Settlement{Result: store.Defer, Reason: "rate", Next: h.now})
		l := h.lease("fedi")
		h.same("try", l.Try, 2)
		h.same("doubt", l.Doubt, false)
		h.finish(l, store.Settlement{Result: store.Defer, Reason: "quiet hours"})
		h.same("try", h.lease("fedi").Try, 2)
	}},
	{"defer without an attempt leaves an older doubt", func(h *hand) {
		h.queue(msg("fedi:1"))
		h.tried("fedi", store.Settlement{Result: store.Doubt, Reason: "time-out"})
		h.finish(h.lease("fedi"), store.Settlement{Result: store.Defer, Reason: "not yet to be asked"})
		l := h.lease("fedi")
		h.same("doubt", l.Doubt, true)
		h.same("try", l.Try, 2)
	}},
	{"doubt stays until it is settled", func(h *hand) {
		h.queue(msg("fedi:1"))
		h.tried("fedi", store.Settlement{Result: store.Doubt, Reason: "connection reset", Next: h.now.Add(90 * time.Second)})
		h.same("attempted", h.entry("fedi:1").Attempted, start)
		h.idle("fedi")
		h.after(90 * time.Second)
		l := h.lease("fedi")
		h.same("doubt", l.Doubt, true)
		h.same("attempted", l.Attempted, start)
		h.finish(l, store.Settlement{Result: store.Doubt, Reason: "cannot be asked"})
		l = h.lease("fedi")
		h.same("doubt", l.Doubt, true)
		h.finish(l, store.Settlement{Result: store.Retry, Reason: "it is not there"})
		h.same("doubt after retry", h.lease("fedi").Doubt, false)
	}},
	{"held leaves the queue and keeps the attempt in mind", func(h *hand) {
		h.queue(msg("fedi:1"), msg("fedi:2"))
		h.tried("fedi", store.Settlement{Result: store.Held, Reason: "it may be out"})
		e := h.entry("fedi:1")
		h.same("state", e.State, store.OnHold)
		h.same("attempted", e.Attempted, start)
		h.same("then", h.send("fedi"), "fedi:2")
		h.idle("fedi")
	}},
	{"dead leaves the queue; a refused attempt is certainly not out", func(h *hand) {
		h.queue(msg("fedi:1"), msg("fedi:2"), msg("fedi:3"))
		h.tried("fedi", store.Settlement{Result: store.Dead, Reason: "422"})
		h.tried("fedi", store.Settlement{Result: store.Dead, Reason: "given up", MayBeOut: true})
		h.tried("fedi", store.Settlement{Result: store.Doubt, Reason: "time-out"})
		h.finish(h.lease("fedi"), store.Settlement{Result: store.Dead, Reason: "given up asking"})
		h.same("list", h.list(store.Filter{State: store.IsDead}), []string{"fedi:1 dead", "fedi:2 dead", "fedi:3 dead"})
		h.same("refused", h.entry("fedi:1").Attempted, time.Time{})
		h.same("may be out", h.entry("fedi:2").Attempted, start)
		h.same("an older doubt", h.entry("fedi:3").Attempted, start)
		h.same("reason", h.entry("fedi:1").Reason, "422")
		h.idle("fedi")
	}},
	{"the account waits until next, whatever the result", func(h *hand) {
		h.queue(msg("fedi:1"), msg("fedi:2"), msg("fedi:3"))
		s := sent("fedi:1", h.now)
		s.Next, s.Rate = h.now.Add(2*time.Minute), []byte{1, 0, 2}
		h.tried("fedi", s)
		accounts, err := h.Accounts(h.ctx)
		h.must(err)
		h.same("accounts", accounts, []store.AccountState{{Account: "fedi", Waiting: 2, Sent: 1, NotBefore: s.Next}})
		_, next := h.claim("fedi")
		h.same("next", next, s.Next)
		h.idle("fedi")
		h.queue(dueAt("fedi:0", start.Add(-time.Hour)))
		h.idle("fedi")
		h.now = s.Next
		l := h.lease("fedi")
		h.same("first by time", l.Message.ID, "fedi:0")
		h.same("rate", l.Rate, []byte{1, 0, 2})
		h.finish(l, store.Settlement{Result: store.Held, Reason: "stale"})
		l = h.lease("fedi")
		h.same("rate forgotten", l.Rate, []byte(nil))
		h.same("head", l.Message.ID, "fedi:2")
	}},
	{"a stopped account sends nothing until it is resumed", func(h *hand) {
		h.queue(msg("fedi:1"), msg("sky:1"))
		h.tried("fedi", store.Settlement{Result: store.Defer, Reason: "401 token revoked", Stop: true})
		l, next := h.claim("fedi")
		h.same("leases", len(l), 0)
		h.same("next", next, time.Time{})
		h.queue(msg("fedi:2"))
		l, next = h.claim("fedi")
		h.same("leases", len(l), 0)
		h.same("next", next, time.Time{})
		accounts, err := h.Accounts(h.ctx)
		h.must(err)
		h.same("stopped", accounts[0].Stopped, "401 token revoked")
		h.same("others", h.send("sky"), "sky:1")
		h.must(h.Resume(h.ctx, h.now, "fedi"))
		h.must(h.Resume(h.ctx, h.now, "fedi"))
		h.must(h.Resume(h.ctx, h.now, "unheard of"))
		h.same("sent", h.send("fedi"), "fedi:1")
		h.same("sent", h.send("fedi"), "fedi:2")
	}},
	{"settling takes the next message", func(h *hand) {
		h.queue(msg("fedi:1"), msg("fedi:2"), dueAt("fedi:3", start.Add(time.Minute)))
		l := h.lease("fedi")
		h.attempt(l)
		s := sent("fedi:1", h.now)
		s.Rate = []byte("r1")
		next := h.take(l, s)
		want := store.Lease{Account: "fedi", Fence: 2, Message: msg("fedi:2").Message, Try: 1, Rate: []byte("r1"), Until: h.now.Add(ttl)}
		h.same("next", next, &want)
		h.same("the settled one", h.entry("fedi:1").State, store.IsSent)
		h.idle("fedi")
		_, due := h.claim("fedi")
		h.same("to ask again", due, want.Until)
		h.after(time.Second)
		h.same("again", h.take(l, s), &want)
		h.same("again, and nothing taken", h.finish(l, s), true)
		h.same("attempt of the settled one", h.attempt(l), false)
		h.same("attempt", h.attempt(*next), true)
		h.same("after the last that is due", h.take(*next, sent("fedi:2", h.now)), (*store.Lease)(nil))
		_, due = h.claim("fedi")
		h.same("to ask again", due, start.Add(time.Minute))
		accounts, err := h.Accounts(h.ctx)
		h.must(err)
		h.same("sent", accounts[0].Sent, 2)
		h.after(time.Minute)
		h.same("then", h.send("fedi"), "fedi:3")
	}},
	{"settling takes nothing that is not to be sent now", func(h *hand) {
		h.queue(msg("fedi:1"), msg("fedi:2"), msg("sky:1"), msg("sky:2"))
		s := sent("fedi:1", h.now)
		s.Next = h.now.Add(time.Second)
		h.same("the account waits", h.take(h.lease("fedi"), s), (*store.Lease)(nil))
		h.idle("fedi")
		h.after(time.Second)
		l := h.lease("fedi")
		h.attempt(l)
		h.same("the message waits", h.take(l, store.Settlement{Result: store.Retry, Reason: "503", Next: h.now.Add(time.Second)}), (*store.Lease)(nil))
		h.same("the account is stopped", h.take(h.lease("sky"), store.Settlement{Result: store.Defer, Reason: "401", Stop: true}), (*store.Lease)(nil))
		h.idle("sky")
	}},
	{"settling takes the same message where that stays first", func(h *hand) {
		h.queue(msg("fedi:1"), msg("fedi:2"))
		l := h.lease("fedi")
		h.attempt(l)
		began := h.now
		h.queue(dueAt("fedi:0", start.Add(-time.Hour)))
		next := h.take(l, store.Settlement{Result: store.Doubt, Reason: "time-out", Next: h.now})
		h.same("message", next.Message.ID, "fedi:1")
		h.same("fence", next.Fence, l.Fence+1)
		h.same("try", next.Try, 2)
		h.same("doubt", next.Doubt, true)
		h.same("attempted", next.Attempted, began)
		next = h.take(*next, store.Settlement{Result: store.Held, Reason: "look there"})
		h.same("then the first by time", next.Message.ID, "fedi:0")
	}},
	{"what is taken may begin at once", func(h *hand) {
		h.queue(msg("fedi:1"), msg("fedi:2"), msg("fedi:3"), msg("fedi:4"))
		l := h.lease("fedi")
		h.attempt(l)
		h.after(time.Second)
		began := h.now
		s := sent("fedi:1", h.now)
		s.Begin = true
		next := h.take(l, s)
		want := store.Lease{Account: "fedi", Fence: 2, Message: msg("fedi:2").Message, Try: 1, Begun: true, Until: h.now.Add(ttl)}
		h.same("next", next, &want)
		h.same("attempted", h.entry("fedi:2").Attempted, began)
		h.after(time.Second)
		h.same("again", h.take(l, s), &want)
		h.same("an attempt", h.attempt(*next), true)
		h.same("tries", h.entry("fedi:2").Try, 1)
		// It is given back, and begins again.
		again := h.take(*next, store.Settlement{Result: store.Defer, Reason: "quiet hours", Begin: true})
		h.same("try of what was given back", again.Try, 1)
		h.same("begun", again.Begun, true)
		h.same("given back", h.finish(*again, store.Settlement{Result: store.Defer, Reason: "quiet hours"}), true)
		h.same("tries", h.entry("fedi:2").Try, 0)
		h.same("attempted", h.entry("fedi:2").Attempted, time.Time{})
		// What may be out does not begin.
		l = h.lease("fedi")
		h.attempt(l)
		next = h.take(l, store.Settlement{Result: store.Doubt, Reason: "time-out", Begin: true})
		h.same("doubt", next.Doubt, true)
		h.same("begun", next.Begun, false)
		h.same("try", next.Try, 2)
		// A worker that dies with what has begun leaves it in doubt.
		s = sent("fedi:2", h.now)
		s.Begin = true
		next = h.take(*next, s)
		began = h.now
		h.same("message", next.Message.ID, "fedi:3")
		h.after(ttl)
		l = h.lease("fedi")
		h.same("doubt", l.Doubt, true)
		h.same("attempted", l.Attempted, began)
		h.same("begun", l.Begun, false)
		h.same("try", l.Try, 2)
	}},
	{"a lease that was taken is lost like another", func(h *hand) {
		h.queue(msg("fedi:1"), msg("fedi:2"), msg("sky:1"), msg("sky:2"))
		first := h.lease("fedi")
		next := h.take(first, sent("fedi:1", h.now))
		h.after(ttl)
		other := h.lease("fedi")
		h.same("message", other.Message.ID, "fedi:2")
		h.same("attempt", h.attempt(*next), false)
		h.same("settle", h.finish(*next, sent("fedi:2", h.now)), false)
		h.same("settle the one before", h.finish(first, sent("fedi:1", h.now)), false)
		next = h.take(h.lease("sky"), sent("sky:1", h.now))
		ok, err := h.Extend(h.ctx, h.now.Add(time.Second), *next, ttl)
		h.must(err)
		h.same("extended", ok, true)
		h.commit("blog", store.Outcome{Messages: []store.Queued{update("sky:3", "sky:2", "better")}})
		h.same("attempt of what was replaced", h.attempt(*next), false)
		l := h.lease("sky")
		h.same("text", l.Message.Text, "better")
		ok, err = h.Drop(h.ctx, h.now, "sky:2", "no")
		h.must(err)
		h.same("dropped while in hand", ok, false)
	}},
	{"a result that there is none of is an error", func(h *hand) {
		h.queue(msg("fedi:1"))
		l := h.lease("fedi")
		if _, _, err := h.Finish(h.ctx, h.now, l, store.Settlement{Result: "fine"}); err == nil {
			h.Error("no error")
		}
		h.same("still leased", h.finish(l, sent("fedi:1", h.now)), true)
	}},
}
