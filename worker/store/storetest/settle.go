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
	{"a result that there is none of is an error", func(h *hand) {
		h.queue(msg("fedi:1"))
		l := h.lease("fedi")
		if _, err := h.Finish(h.ctx, h.now, l, store.Settlement{Result: "fine"}); err == nil {
			h.Error("no error")
		}
		h.same("still leased", h.finish(l, sent("fedi:1", h.now)), true)
	}},
}
