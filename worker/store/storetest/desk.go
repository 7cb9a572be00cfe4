package storetest

import (
	"time"

	"syndicated/feeds"
	"syndicated/worker/store"
)

func (h *hand) requeue(id string) bool {
	h.Helper()
	ok, err := h.Requeue(h.ctx, h.now, id, "a person said so")
	h.must(err)
	return ok
}

func (h *hand) drop(id string) bool {
	h.Helper()
	ok, err := h.Drop(h.ctx, h.now, id, "not wanted")
	h.must(err)
	return ok
}

func (h *hand) hold(id string) bool {
	h.Helper()
	ok, err := h.HoldMessage(h.ctx, h.now, id, "wait")
	h.must(err)
	return ok
}

// every makes a store with messages in every state.
func (h *hand) every() {
	h.Helper()
	held := msg("fedi:held")
	held.Hold = "burst"
	other := msg("sky:other")
	other.Message.Source, other.Message.Post = "news", "other"
	h.queue(msg("fedi:sent"))
	h.send("fedi")
	h.after(time.Second)
	h.queue(msg("fedi:dead"))
	h.tried("fedi", store.Settlement{Result: store.Dead, Reason: "422"})
	h.queue(held, msg("fedi:waiting"), dueAt("fedi:early", start.Add(-time.Hour)), msg("sky:gone"), other)
	h.drop("sky:gone")
}

var desks = []rule{
	{"sources as they are", func(h *hand) {
		h.plan(store.Planned{Source: "b", Next: start.Add(time.Hour)})
		h.commit("a", store.Outcome{State: []byte("s"), Next: start.Add(time.Minute), Memory: map[string][]byte{"1": {1}, "2": {2}, "#own": {3}}})
		h.poll("c")
		h.commit("d", store.Outcome{})
		h.must(h.Forget(h.ctx, []string{"d"}))
		all, err := h.Sources(h.ctx)
		h.must(err)
		h.same("sources", all, []store.SourceState{
			{Source: "a", Next: start.Add(time.Minute), State: []byte("s"), Posts: 2}, {Source: "b", Next: start.Add(time.Hour)}, {Source: "c", Next: start.Add(ttl)},
		})
	}},
	{"accounts as they are", func(h *hand) {
		h.every()
		all, err := h.Accounts(h.ctx)
		h.must(err)
		h.same("accounts", all, []store.AccountState{
			{Account: "fedi", Waiting: 2, Held: 1, Dead: 1, Sent: 1}, {Account: "sky", Waiting: 1},
		})
	}},
	{"messages in sending order, by what is asked for", func(h *hand) {
		h.every()
		all := []string{"fedi:sent sent", "sky:gone dropped", "fedi:early waiting", "fedi:dead dead", "fedi:held held", "fedi:waiting waiting", "sky:other waiting"}
		for _, c := range []struct {
			name string
			f    store.Filter
			want []string
		}{
			{"all", store.Filter{}, all},
			{"account", store.Filter{Account: "sky"}, []string{"sky:gone dropped", "sky:other waiting"}},
			{"waiting", store.Filter{State: store.Waiting}, []string{"fedi:early waiting", "fedi:waiting waiting", "sky:other waiting"}},
			{"held", store.Filter{State: store.OnHold}, []string{"fedi:held held"}},
			{"dead", store.Filter{State: store.IsDead}, []string{"fedi:dead dead"}},
			{"sent", store.Filter{State: store.IsSent}, []string{"fedi:sent sent"}},
			{"dropped", store.Filter{State: store.Dropped}, []string{"sky:gone dropped"}},
			{"source", store.Filter{Source: "news"}, []string{"sky:other waiting"}},
			{"post", store.Filter{Post: "sent"}, []string{"fedi:sent sent"}},
			{"post and source", store.Filter{Post: "other", Source: "news"}, []string{"sky:other waiting"}},
			{"post of another source", store.Filter{Post: "other", Source: "blog"}, nil},
			{"limit", store.Filter{Limit: 3}, []string{"fedi:early waiting", "fedi:dead dead", "fedi:held held"}},
			{"limit with room for the newest past", store.Filter{Limit: 6}, append([]string{"sky:gone dropped"}, all[2:]...)},
		} {
			h.same(c.name, h.list(c.f), c.want)
		}
	}},
	{"all messages about a post, in the order in which they were", func(h *hand) {
		about := func(id string) store.Queued {
			q := msg(id)
			q.Message.Post = "p"
			return q
		}
		h.queue(about("fedi:z"), about("fedi:y"))
		h.send("fedi")
		h.after(time.Second)
		h.send("fedi")
		h.queue(about("fedi:x"), about("sky:w"))
		h.same("list", h.list(store.Filter{Source: "blog", Post: "p"}), []string{"fedi:z sent", "fedi:y sent", "fedi:x waiting", "sky:w waiting"})
		h.same("of an account", h.list(store.Filter{Source: "blog", Post: "p", Account: "fedi"}), []string{"fedi:z sent", "fedi:y sent", "fedi:x waiting"})
	}},
	{"entries tell all", func(h *hand) {
		h.every()
		e := h.entry("fedi:sent")
		h.same("sent", e, store.Entry{Message: msg("fedi:sent").Message, State: store.IsSent, Try: 1, Since: start, Attempted: start, Receipt: sent("fedi:sent", start).Receipt})
		e = h.entry("fedi:dead")
		h.same("dead", e, store.Entry{Message: msg("fedi:dead").Message, State: store.IsDead, Due: start, Try: 1, Since: h.now, Reason: "422"})
		e = h.entry("sky:gone")
		h.same("dropped", e, store.Entry{Message: msg("sky:gone").Message, State: store.Dropped, Since: h.now, Reason: "not wanted"})
		_, found, err := h.Message(h.ctx, "unheard of")
		h.must(err)
		h.same("found", found, false)
	}},
	{"a dead message is requeued with its tries anew", func(h *hand) {
		h.queue(msg("fedi:1"))
		h.tried("fedi", store.Settlement{Result: store.Retry, Reason: "503"})
		h.tried("fedi", store.Settlement{Result: store.Dead, Reason: "422"})
		h.after(time.Hour)
		h.same("requeued", h.requeue("fedi:1"), true)
		h.same("twice", h.requeue("fedi:1"), false)
		e := h.entry("fedi:1")
		h.same("reason", e.Reason, "a person said so")
		h.same("since", e.Since, h.now)
		l := h.lease("fedi")
		h.same("try", l.Try, 1)
		h.same("doubt", l.Doubt, false)
	}},
	{"what may be out is known to be in doubt when it is requeued", func(h *hand) {
		h.queue(msg("a:1"), msg("b:1"))
		h.tried("a", store.Settlement{Result: store.Held, Reason: "time-out"})
		h.tried("b", store.Settlement{Result: store.Dead, Reason: "time-out", MayBeOut: true})
		h.after(time.Hour)
		for _, account := range []string{"a", "b"} {
			h.same("requeued", h.requeue(account+":1"), true)
			l := h.lease(account)
			h.same("try", l.Try, 1)
			h.same("doubt", l.Doubt, true)
			h.same("attempted", l.Attempted, start)
		}
	}},
	{"released messages take their old places", func(h *hand) {
		for _, id := range []string{"fedi:1", "fedi:2", "fedi:3"} {
			q := msg(id)
			q.Hold = "burst"
			h.queue(q)
		}
		h.after(time.Hour)
		h.queue(dueAt("fedi:4", h.now))
		h.same("requeued", h.requeue("fedi:2"), true)
		h.same("requeued", h.requeue("fedi:1"), true)
		h.same("sent", h.send("fedi"), "fedi:1")
		h.same("sent", h.send("fedi"), "fedi:2")
		h.same("sent", h.send("fedi"), "fedi:4")
		h.idle("fedi")
	}},
	{"a message held for later is due when it is released", func(h *hand) {
		q := dueAt("fedi:1", start.Add(24*time.Hour))
		q.Hold = "review"
		h.queue(q)
		h.same("requeued", h.requeue("fedi:1"), true)
		h.same("sent", h.send("fedi"), "fedi:1")
	}},
	{"dropping ends a message for ever", func(h *hand) {
		h.every()
		for _, id := range []string{"fedi:held", "fedi:dead", "fedi:waiting"} {
			h.same("dropped "+id, h.drop(id), true)
			h.same("twice "+id, h.drop(id), false)
			h.same("requeued "+id, h.requeue(id), false)
			h.same("held "+id, h.hold(id), false)
			h.same("state of "+id, h.entry(id).State, store.Dropped)
		}
		h.same("a sent one", h.drop("fedi:sent"), false)
		h.same("unheard of", h.drop("unheard of"), false)
		h.same("sent", h.send("fedi"), "fedi:early")
		h.idle("fedi")
	}},
	{"a waiting message is held back", func(h *hand) {
		h.queue(msg("fedi:1"), msg("fedi:2"))
		h.same("held", h.hold("fedi:1"), true)
		h.same("twice", h.hold("fedi:1"), false)
		h.same("sent", h.send("fedi"), "fedi:2")
		h.idle("fedi")
		h.same("requeued", h.requeue("fedi:1"), true)
		h.same("sent", h.send("fedi"), "fedi:1")
		h.same("a sent one", h.hold("fedi:1"), false)
	}},
	{"a message in a worker's hands is neither held nor dropped", func(h *hand) {
		h.queue(msg("fedi:1"), msg("fedi:2"))
		l := h.lease("fedi")
		h.same("held", h.hold("fedi:1"), false)
		h.same("dropped", h.drop("fedi:1"), false)
		h.same("the one behind it", h.hold("fedi:2"), true)
		h.same("attempted", h.attempt(l), true)
		h.after(ttl)
		h.same("dropped when lapsed", h.drop("fedi:1"), true)
		h.same("finished", h.finish(l, sent("fedi:1", h.now)), false)
		h.same("state", h.entry("fedi:1").State, store.Dropped)
		h.idle("fedi")
	}},
	{"a head that was put back for later can be held", func(h *hand) {
		h.queue(msg("fedi:1"), msg("fedi:2"))
		h.tried("fedi", store.Settlement{Result: store.Doubt, Reason: "time-out", Next: h.now.Add(time.Minute)})
		h.same("held", h.hold("fedi:1"), true)
		h.idle("fedi")
		h.after(time.Minute)
		h.same("sent", h.send("fedi"), "fedi:2")
		h.same("requeued", h.requeue("fedi:1"), true)
		h.same("doubt", h.lease("fedi").Doubt, true)
	}},
	{"trim forgets what is old and keeps what was sent", func(h *hand) {
		h.commit("blog", store.Outcome{Posts: []feeds.Post{post("1", start)}, Decisions: []store.Decision{told("1", "new")}, Messages: []store.Queued{msg("fedi:1"), msg("sky:1")}})
		h.send("fedi")
		h.after(48 * time.Hour)
		young := told("2", "new")
		young.At = h.now
		h.commit("blog", store.Outcome{Decisions: []store.Decision{young}, Messages: []store.Queued{msg("fedi:2")}})
		h.send("fedi")
		h.must(h.Trim(h.ctx, start.Add(47*time.Hour)))
		h.must(h.Trim(h.ctx, start.Add(47*time.Hour)))
		h.same("list", h.list(store.Filter{}), []string{"fedi:2 sent", "sky:1 waiting"})
		h.same("by post", h.list(store.Filter{Source: "blog", Post: "1"}), []string{"fedi:1 sent", "sky:1 waiting"})
		e := h.entry("fedi:1")
		h.same("text", e.Message.Text, "")
		h.same("account", e.Message.Account, "fedi")
		r, found, err := h.Receipt(h.ctx, "fedi:1")
		h.must(err)
		h.same("found", found, true)
		h.same("receipt", r, sent("fedi:1", start).Receipt)
		h.same("text of a young one", h.entry("fedi:2").Message.Text, "text of fedi:2")
		story, err := h.Story(h.ctx, "blog", "1")
		h.must(err)
		h.same("old story", len(story), 0)
		story, err = h.Story(h.ctx, "", "2")
		h.must(err)
		h.same("young story", len(story), 1)
		recent, err := h.Recent(h.ctx, 10)
		h.must(err)
		h.same("recent", len(recent), 1)
		h.same("posts", h.titles(feeds.Query{}), []string{"blog 1"})
		h.same("the waiting one", h.lease("sky").Message.Text, "text of sky:1")
	}},
	{"check passes", func(h *hand) {
		if _, err := h.Check(h.ctx); err != nil {
			h.Fatal(err)
		}
	}},
}
