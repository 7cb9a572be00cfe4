package storetest

import (
	"time"

	"syndicated/worker/store"
)

var insteads = []rule{
	{"a waiting message is given another body and keeps its place", func(h *hand) {
		h.queue(msg("fedi:1"), msg("fedi:2"))
		h.same("committed", h.commit("blog", store.Outcome{Messages: []store.Queued{update("fedi:3", "fedi:1", "better")}}),
			store.Committed{OK: true, Replaced: []string{"fedi:1"}})
		l := h.lease("fedi")
		h.same("id", l.Message.ID, "fedi:1")
		h.same("text", l.Message.Text, "better")
		h.attempt(l)
		h.finish(l, sent("fedi:1", h.now))
		h.same("then", h.send("fedi"), "fedi:2")
		h.idle("fedi")
		h.same("known", h.commit("blog", store.Outcome{Messages: []store.Queued{update("fedi:3", "fedi:1", "better")}}),
			store.Committed{OK: true, Known: []string{"fedi:3"}})
		h.same("state", h.entry("fedi:3").State, store.Dropped)
	}},
	{"a waiting message is cancelled", func(h *hand) {
		h.queue(msg("fedi:1"), msg("fedi:2"))
		q := update("fedi:3", "fedi:1", "")
		q.Instead.Body = nil
		h.same("committed", h.commit("blog", store.Outcome{Messages: []store.Queued{q}}), store.Committed{OK: true, Replaced: []string{"fedi:1"}})
		h.same("sent", h.send("fedi"), "fedi:2")
		h.idle("fedi")
		e := h.entry("fedi:1")
		h.same("state", e.State, store.Dropped)
		h.same("reason", e.Reason, "an update came")
		h.same("known", h.commit("blog", store.Outcome{Messages: []store.Queued{msg("fedi:1")}}), store.Committed{OK: true, Known: []string{"fedi:1"}})
	}},
	{"a held message is replaced and stays held", func(h *hand) {
		q := msg("fedi:1")
		q.Hold = "burst"
		h.queue(q)
		h.same("committed", h.commit("blog", store.Outcome{Messages: []store.Queued{update("fedi:2", "fedi:1", "better")}}),
			store.Committed{OK: true, Replaced: []string{"fedi:1"}})
		e := h.entry("fedi:1")
		h.same("state", e.State, store.OnHold)
		h.same("text", e.Message.Text, "better")
		h.idle("fedi")
	}},
	{"a lease on a message not yet attempted is lost with its body", func(h *hand) {
		h.queue(msg("fedi:1"))
		l := h.lease("fedi")
		h.same("committed", h.commit("blog", store.Outcome{Messages: []store.Queued{update("fedi:2", "fedi:1", "better")}}),
			store.Committed{OK: true, Replaced: []string{"fedi:1"}})
		h.same("attempted with the old body", h.attempt(l), false)
		h.same("finished", h.finish(l, sent("fedi:1", h.now)), false)
		l = h.lease("fedi")
		h.same("text", l.Message.Text, "better")
	}},
	{"what was attempted, sent or dead is not replaced", func(h *hand) {
		h.queue(msg("a:1"), msg("b:1"), msg("c:1"), msg("d:1"))
		h.attempt(h.lease("a"))
		h.send("b")
		l := h.lease("c")
		h.attempt(l)
		h.finish(l, store.Settlement{Result: store.Dead, Reason: "no"})
		l = h.lease("d")
		h.attempt(l)
		h.finish(l, store.Settlement{Result: store.Retry, Reason: "later"})
		for _, account := range []string{"a", "b", "c", "d"} {
			id := account + ":2"
			h.same(account, h.commit("blog", store.Outcome{Messages: []store.Queued{update(id, account+":1", "better")}}),
				store.Committed{OK: true, Queued: []string{id}})
		}
		h.same("unheard of", h.commit("blog", store.Outcome{Messages: []store.Queued{update("e:2", "e:1", "better")}}),
			store.Committed{OK: true, Queued: []string{"e:2"}})
	}},
	{"what was deferred is replaced at the head", func(h *hand) {
		h.queue(msg("fedi:1"), msg("fedi:2"))
		l := h.lease("fedi")
		h.attempt(l)
		h.finish(l, store.Settlement{Result: store.Defer, Reason: "quiet hours", Next: h.now.Add(time.Minute)})
		h.same("committed", h.commit("blog", store.Outcome{Messages: []store.Queued{update("fedi:3", "fedi:1", "better")}}),
			store.Committed{OK: true, Replaced: []string{"fedi:1"}})
		h.idle("fedi")
		h.after(time.Minute)
		h.same("text", h.lease("fedi").Message.Text, "better")
	}},
	{"a change without a message of its own does only that", func(h *hand) {
		held := msg("fedi:4")
		held.Hold = "burst"
		h.queue(msg("fedi:1"), msg("fedi:2"), msg("fedi:3"), held, msg("sky:1"))
		h.attempt(h.lease("sky"))
		cancel := update("", "fedi:1", "")
		cancel.Instead.Body = nil
		later := update("", "fedi:3", "later")
		later.Instead.Due = h.now.Add(time.Minute)
		fresh := msg("fedi:5")
		p := h.poll("blog")
		o := store.Outcome{Messages: []store.Queued{
			cancel, update("", "fedi:2", "better"), later, update("", "fedi:4", "held and better"),
			update("", "sky:1", "too late"), update("", "fedi:none", "unheard of"), fresh, update("", "fedi:5", "queued a moment ago"),
		}}
		h.same("committed", h.end(p, o),
			store.Committed{OK: true, Queued: []string{"fedi:5"}, Replaced: []string{"fedi:1", "fedi:2", "fedi:3", "fedi:4", "fedi:5"}})
		h.same("again", h.end(p, o), store.Committed{OK: true, Known: []string{"fedi:5"}})
		h.same("all", h.list(store.Filter{}), []string{
			"fedi:1 dropped", "fedi:2 waiting", "fedi:4 held", "fedi:5 waiting", "fedi:3 waiting", "sky:1 waiting",
		})
		h.same("cancelled", h.entry("fedi:1").Reason, "an update came")
		h.same("held", h.entry("fedi:4").Message.Text, "held and better")
		h.same("attempted", h.entry("sky:1").Message.Text, "text of sky:1")
		for _, want := range []string{"better", "queued a moment ago"} {
			l := h.lease("fedi")
			h.same("text", l.Message.Text, want)
			h.attempt(l)
			h.finish(l, sent(l.Message.ID, h.now))
		}
		h.idle("fedi")
		h.after(time.Minute)
		l := h.lease("fedi")
		h.same("moved", l.Message.ID, "fedi:3")
		h.same("text", l.Message.Text, "later")
	}},
	{"a lease is lost to a change without a message of its own", func(h *hand) {
		h.queue(msg("fedi:1"), msg("fedi:2"))
		l := h.lease("fedi")
		cancel := update("", "fedi:1", "")
		cancel.Instead.Body = nil
		h.same("committed", h.commit("blog", store.Outcome{Messages: []store.Queued{cancel}}), store.Committed{OK: true, Replaced: []string{"fedi:1"}})
		h.same("attempted", h.attempt(l), false)
		h.same("sent", h.send("fedi"), "fedi:2")
		h.idle("fedi")
	}},
	{"another due time moves it", func(h *hand) {
		h.queue(msg("fedi:1"), msg("fedi:2"))
		l := h.lease("fedi")
		h.finish(l, store.Settlement{Result: store.Defer})
		q := update("fedi:3", "fedi:1", "better")
		q.Instead.Due = h.now.Add(time.Minute)
		h.same("committed", h.commit("blog", store.Outcome{Messages: []store.Queued{q}}), store.Committed{OK: true, Replaced: []string{"fedi:1"}})
		h.same("sent", h.send("fedi"), "fedi:2")
		_, next := h.claim("fedi")
		h.same("next", next, h.now.Add(time.Minute))
		h.after(time.Minute)
		h.same("text", h.lease("fedi").Message.Text, "better")
	}},
}

// update is a message that replaces another where it can.
func update(id, of, text string) store.Queued {
	q := msg(id)
	body := msg(of).Message
	if id == "" {
		q.Message.Account = body.Account
	}
	q.Message.Kind, q.Message.Of = "update", of
	body.Text = text
	q.Instead = &store.Instead{ID: of, Body: &body, Reason: "an update came"}
	return q
}
