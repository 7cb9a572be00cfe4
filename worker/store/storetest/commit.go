package storetest

import (
	"fmt"
	"time"

	"syndicated/feeds"
	"syndicated/worker/store"
)

var commits = []rule{
	{"everything of a commit is there", func(h *hand) {
		p := h.poll("blog")
		h.same("first state", p.State, []byte(nil))
		c := h.end(p, store.Outcome{
			State:     []byte("etag"),
			Memory:    map[string][]byte{"k1": {0, 1, 255}, "k2": {}, "#noise": []byte("n")},
			Posts:     []feeds.Post{{Key: "k1", Title: "One", Published: h.now}},
			Decisions: []store.Decision{{Post: "k1", At: h.now, What: "new", Reason: "never seen", Link: "https://example.org/1"}},
			Messages:  []store.Queued{msg("fedi:1"), msg("sky:1")},
			Next:      h.now.Add(time.Minute),
		})
		h.same("committed", c, store.Committed{OK: true, Queued: []string{"fedi:1", "sky:1"}})
		m, err := h.Memory(h.ctx, "blog")
		h.must(err)
		h.same("memory", m, map[string][]byte{"k1": {0, 1, 255}, "k2": {}, "#noise": []byte("n")})
		posts, err := h.Posts(h.ctx, feeds.Query{})
		h.must(err)
		h.same("posts", posts, []feeds.Post{{Source: "blog", Key: "k1", Title: "One", Published: h.now}})
		story, err := h.Story(h.ctx, "blog", "k1")
		h.must(err)
		h.same("story", story, []store.Decision{{Source: "blog", Post: "k1", At: h.now, What: "new", Reason: "never seen", Link: "https://example.org/1"}})
		_, next := h.due(10)
		h.same("next", next, h.now.Add(time.Minute))
		h.same("state", string(h.poll("blog").State), "etag")
		h.same("sent", h.send("sky"), "sky:1")
	}},
	{"nil state leaves the state, nil records are forgotten", func(h *hand) {
		h.commit("blog", store.Outcome{State: []byte("s"), Memory: map[string][]byte{"a": []byte("1"), "b": []byte("2")}})
		h.commit("blog", store.Outcome{Memory: map[string][]byte{"a": nil, "c": []byte("3"), "never": nil}})
		m, err := h.Memory(h.ctx, "blog")
		h.must(err)
		h.same("memory", m, map[string][]byte{"b": []byte("2"), "c": []byte("3")})
		h.same("state", string(h.poll("blog").State), "s")
		m, err = h.Memory(h.ctx, "unheard of")
		h.must(err)
		h.same("memory of an unknown source", m, map[string][]byte{})
	}},
	{"many records at once", func(h *hand) {
		memory := map[string][]byte{}
		for i := range 2500 {
			memory[fmt.Sprintf("key-%d", i)] = fmt.Appendf(nil, "record %d", i)
		}
		h.commit("blog", store.Outcome{Memory: memory})
		m, err := h.Memory(h.ctx, "blog")
		h.must(err)
		h.same("memory", m, memory)
	}},
	{"a lost lease changes nothing", func(h *hand) {
		old := h.poll("blog")
		h.after(ttl)
		mine := h.poll("blog")
		revision, err := h.Revision(h.ctx)
		h.must(err)
		c := h.end(old, store.Outcome{
			State: []byte("old"), Memory: map[string][]byte{"k": []byte("old")}, Posts: []feeds.Post{{Key: "k"}},
			Decisions: []store.Decision{{Post: "k", What: "new"}}, Messages: []store.Queued{msg("fedi:1")},
		})
		h.same("committed", c, store.Committed{})
		m, err := h.Memory(h.ctx, "blog")
		h.must(err)
		h.same("memory", m, map[string][]byte{})
		h.same("messages", h.list(store.Filter{}), []string(nil))
		now, err := h.Revision(h.ctx)
		h.must(err)
		h.same("revision", now, revision)
		recent, err := h.Recent(h.ctx, 10)
		h.must(err)
		h.same("recent", len(recent), 0)
		h.same("the other's", h.end(mine, store.Outcome{}).OK, true)
	}},
	{"a lease that lapsed and was not taken still counts", func(h *hand) {
		p := h.poll("blog")
		h.after(time.Hour)
		h.same("committed", h.end(p, store.Outcome{Messages: []store.Queued{msg("fedi:1")}}).OK, true)
	}},
	{"the same commit again changes nothing", func(h *hand) {
		p := h.poll("blog")
		o := store.Outcome{
			State: []byte("s"), Memory: map[string][]byte{"k": []byte("r")}, Posts: []feeds.Post{{Key: "k"}},
			Decisions: []store.Decision{{Post: "k", What: "new", Reason: "once"}},
			Messages:  []store.Queued{msg("fedi:1"), msg("sky:1")}, Next: h.now.Add(time.Hour),
		}
		h.end(p, o)
		h.same("sent", h.send("fedi"), "fedi:1")
		revision, err := h.Revision(h.ctx)
		h.must(err)
		h.same("again", h.end(p, o), store.Committed{OK: true, Known: []string{"fedi:1", "sky:1"}})
		h.idle("fedi")
		h.same("sent", h.send("sky"), "sky:1")
		h.idle("sky")
		story, err := h.Story(h.ctx, "blog", "k")
		h.must(err)
		h.same("decisions", len(story), 1)
		now, err := h.Revision(h.ctx)
		h.must(err)
		h.same("revision", now, revision)
	}},
	{"an id is known for ever, whatever became of it", func(h *hand) {
		held := msg("held:1")
		held.Hold = "to be looked at"
		stream := msg("stream:1")
		stream.Stream = true
		h.queue(msg("waiting:1"), held, msg("sent:1"), msg("dead:1"), msg("dropped:1"), msg("held:2"), stream)
		h.send("sent")
		l := h.lease("dead")
		h.attempt(l)
		h.finish(l, store.Settlement{Result: store.Dead, Reason: "refused"})
		ok, err := h.Drop(h.ctx, h.now, "dropped:1", "not wanted")
		h.must(err)
		h.same("dropped", ok, true)
		ids := []string{"waiting:1", "held:1", "sent:1", "dead:1", "dropped:1", "held:2", "stream:1"}
		var again []store.Queued
		for _, id := range ids {
			again = append(again, msg(id))
		}
		h.same("again", h.commit("other", store.Outcome{Messages: again}), store.Committed{OK: true, Known: ids})
		h.after(365 * 24 * time.Hour)
		h.must(h.Trim(h.ctx, h.now))
		h.same("after trim", h.commit("other", store.Outcome{Messages: again}), store.Committed{OK: true, Known: ids})
		h.idle("sent")
		h.idle("dead")
		h.idle("dropped")
	}},
	{"the same id twice in one commit counts once", func(h *hand) {
		h.same("committed", h.commit("blog", store.Outcome{Messages: []store.Queued{msg("fedi:1"), msg("fedi:1")}}),
			store.Committed{OK: true, Queued: []string{"fedi:1"}, Known: []string{"fedi:1"}})
		h.send("fedi")
		h.idle("fedi")
	}},
	{"once is taken once per account", func(h *hand) {
		once := func(id string) store.Queued {
			q := msg(id)
			q.Once = "https://example.org/p\n1"
			return q
		}
		h.same("first", h.commit("a", store.Outcome{Messages: []store.Queued{once("fedi:1")}}), store.Committed{OK: true, Queued: []string{"fedi:1"}})
		h.same("second", h.commit("b", store.Outcome{Messages: []store.Queued{once("fedi:2"), once("sky:2"), msg("fedi:3")}}),
			store.Committed{OK: true, Queued: []string{"sky:2", "fedi:3"}, Taken: []string{"fedi:2"}})
		h.same("its owner again", h.commit("a", store.Outcome{Messages: []store.Queued{once("fedi:1")}}), store.Committed{OK: true, Known: []string{"fedi:1"}})
		h.send("fedi")
		ok, err := h.Drop(h.ctx, h.now, "sky:2", "no")
		h.must(err)
		h.same("dropped", ok, true)
		h.same("for ever", h.commit("b", store.Outcome{Messages: []store.Queued{once("fedi:2"), once("sky:4")}}),
			store.Committed{OK: true, Taken: []string{"fedi:2", "sky:4"}})
	}},
	{"a held message waits for a person", func(h *hand) {
		q := msg("fedi:1")
		q.Hold, q.Priority = "12 posts at once", 3
		h.queue(q, msg("fedi:2"))
		h.same("sent", h.send("fedi"), "fedi:2")
		h.idle("fedi")
		e := h.entry("fedi:1")
		h.same("entry", e, store.Entry{Message: q.Message, State: store.OnHold, Due: start, Reason: "12 posts at once", Since: h.now, Priority: 3})
	}},
	{"a stream's message counts as sent", func(h *hand) {
		q := msg("bus:1")
		q.Stream = true
		h.queue(q)
		h.idle("bus")
		r, found, err := h.Receipt(h.ctx, "bus:1")
		h.must(err)
		if !found || r.ID == "" || !r.At.Equal(h.now) {
			h.Fatalf("receipt %+v, found %v; want an id and %s", r, found, h.now)
		}
		e := h.entry("bus:1")
		h.same("message", e.Message, q.Message)
		h.same("state", e.State, store.IsSent)
		h.same("list", h.list(store.Filter{Account: "bus"}), []string{"bus:1 sent"})
		accounts, err := h.Accounts(h.ctx)
		h.must(err)
		h.same("accounts", accounts, []store.AccountState{{Account: "bus", Sent: 1}})
	}},
	{"decisions of other sources and none", func(h *hand) {
		h.commit("blog", store.Outcome{Decisions: []store.Decision{{Source: "other", Post: "k", What: "a"}, {What: "alert", Reason: "about the source"}, {Post: "k", What: "b"}}})
		recent, err := h.Recent(h.ctx, 10)
		h.must(err)
		var got []string
		for _, d := range recent {
			got = append(got, d.Source+" "+d.What)
		}
		h.same("recent", got, []string{"blog b", "blog alert", "other a"})
	}},
	{"names that cannot be keys are refused", func(h *hand) {
		p := h.poll("blog")
		for _, o := range []store.Outcome{
			{Messages: []store.Queued{msg("")}},
			{Messages: []store.Queued{msg("fe\ndi:1")}},
			{Messages: []store.Queued{msg(":1")}},
			{Posts: []feeds.Post{{}}},
		} {
			if _, err := h.Commit(h.ctx, h.now, p, o); err == nil {
				h.Errorf("commit %+v: no error", o)
			}
		}
		h.same("the lease", h.end(p, store.Outcome{}).OK, true)
	}},
	{"strange keys and texts come back as they were", func(h *hand) {
		key := "a\tb\nc\x00%0A ü"
		q := msg("fedi:1")
		q.Message.Post, q.Message.Source = key, "bl%og"
		q.Hold = "line one\nline two"
		h.commit("blog", store.Outcome{
			Memory: map[string][]byte{key: []byte("r")}, Posts: []feeds.Post{{Key: key, ID: key + "id"}},
			Decisions: []store.Decision{{Post: key, What: "new"}}, Messages: []store.Queued{q},
		})
		h.same("list", h.list(store.Filter{Post: key, Source: "bl%og"}), []string{"fedi:1 held"})
		h.same("reason", h.entry("fedi:1").Reason, "line one\nline two")
		story, err := h.Story(h.ctx, "", key+"id")
		h.must(err)
		h.same("story", len(story), 1)
		posts, err := h.Posts(h.ctx, feeds.Query{Sources: []string{"blog"}})
		h.must(err)
		h.same("posts", len(posts), 1)
	}},
}
