package storetest

import (
	"fmt"
	"time"

	"syndicated/worker/store"
)

// due claims what is due and gives its names.
func (h *hand) due(max int) ([]string, time.Time) {
	h.Helper()
	polls, next, err := h.ClaimPolls(h.ctx, h.now, max, ttl)
	h.must(err)
	var names []string
	for _, p := range polls {
		names = append(names, p.Source)
	}
	return names, next
}

var polls = []rule{
	{"nothing is planned at first", func(h *hand) {
		names, next := h.due(10)
		h.same("due", names, []string(nil))
		h.same("next", next, time.Time{})
	}},
	{"most overdue first, ties by name", func(h *hand) {
		h.plan(store.Planned{Source: "c", Next: h.now}, store.Planned{Source: "b", Next: h.now}, store.Planned{Source: "a", Next: h.now.Add(time.Second)},
			store.Planned{Source: "z", Next: h.now.Add(-time.Second)})
		names, next := h.due(2)
		h.same("due", names, []string{"z", "b"})
		h.same("next", next, h.now)
		names, next = h.due(10)
		h.same("due", names, []string{"c"})
		h.same("next", next, h.now.Add(time.Second))
	}},
	{"a lease keeps others away until it lapses", func(h *hand) {
		h.plan(store.Planned{Source: "a", Next: h.now})
		names, next := h.due(10)
		h.same("due", names, []string{"a"})
		h.same("next", next, h.now.Add(ttl))
		h.after(ttl - time.Millisecond)
		names, _ = h.due(10)
		h.same("due while leased", names, []string(nil))
		_, ok, err := h.ClaimPoll(h.ctx, h.now, "a", ttl)
		h.must(err)
		h.same("claimed while leased", ok, false)
		h.after(time.Millisecond)
		names, _ = h.due(10)
		h.same("due when lapsed", names, []string{"a"})
	}},
	{"planning again keeps a source's own time", func(h *hand) {
		h.plan(store.Planned{Source: "a", Next: h.now.Add(time.Hour)})
		h.plan(store.Planned{Source: "a", Next: h.now}, store.Planned{Source: "a", Next: h.now.Add(2 * time.Hour), Sooner: true})
		names, next := h.due(10)
		h.same("due", names, []string(nil))
		h.same("next", next, h.now.Add(time.Hour))
		h.plan(store.Planned{Source: "a", Next: h.now.Add(time.Minute), Sooner: true})
		_, next = h.due(10)
		h.same("next with sooner", next, h.now.Add(time.Minute))
	}},
	{"sooner leaves a lease alone", func(h *hand) {
		p := h.poll("a")
		h.plan(store.Planned{Source: "a", Next: h.now, Sooner: true})
		names, _ := h.due(10)
		h.same("due", names, []string(nil))
		h.same("committed", h.end(p, store.Outcome{}).OK, true)
	}},
	{"forgotten sources are not due and lose their lease", func(h *hand) {
		p := h.poll("a")
		h.must(h.Forget(h.ctx, []string{"a", "never known"}))
		h.same("committed", h.end(p, store.Outcome{State: []byte("s"), Memory: map[string][]byte{"k": []byte("r")}}), store.Committed{})
		h.after(time.Hour)
		names, next := h.due(10)
		h.same("due", names, []string(nil))
		h.same("next", next, time.Time{})
	}},
	{"what is remembered outlives forgetting", func(h *hand) {
		h.commit("a", store.Outcome{State: []byte("s"), Memory: map[string][]byte{"k": []byte("r")}})
		h.must(h.Forget(h.ctx, []string{"a"}))
		h.plan(store.Planned{Source: "a", Next: h.now})
		h.same("state", string(h.poll("a").State), "s")
		m, err := h.Memory(h.ctx, "a")
		h.must(err)
		h.same("memory", m, map[string][]byte{"k": []byte("r")})
	}},
	{"fences rise with every claim", func(h *hand) {
		first := h.poll("a")
		h.after(ttl)
		second := h.poll("a")
		if second.Fence <= first.Fence {
			h.Fatalf("fence %d after %d", second.Fence, first.Fence)
		}
		ok, err := h.ExtendPoll(h.ctx, h.now, first, ttl)
		h.must(err)
		h.same("extended with the old fence", ok, false)
		h.same("committed with the old fence", h.end(first, store.Outcome{State: []byte("old")}), store.Committed{})
		h.same("committed with the new one", h.end(second, store.Outcome{State: []byte("new")}).OK, true)
		h.same("state", string(h.poll("a").State), "new")
	}},
	{"an extended lease lasts", func(h *hand) {
		p := h.poll("a")
		h.same("until", p.Until, h.now.Add(ttl))
		h.after(ttl / 2)
		ok, err := h.ExtendPoll(h.ctx, h.now, p, ttl)
		h.must(err)
		h.same("extended", ok, true)
		h.after(ttl / 2)
		_, ok, err = h.ClaimPoll(h.ctx, h.now, "a", ttl)
		h.must(err)
		h.same("claimed by another", ok, false)
		h.end(p, store.Outcome{})
		ok, err = h.ExtendPoll(h.ctx, h.now, p, ttl)
		h.must(err)
		h.same("extended after its end", ok, false)
	}},
	{"reschedule ends the leases that it still has", func(h *hand) {
		a, b, c := h.poll("a"), h.poll("b"), h.poll("c")
		h.after(ttl)
		taken := h.poll("b")
		soon, late := h.now.Add(time.Minute), h.now.Add(time.Hour)
		h.must(h.Reschedule(h.ctx, h.now, []store.Rescheduled{
			{Poll: a, State: []byte("etag"), Next: soon},
			{Poll: b, State: []byte("stale"), Next: soon},
			{Poll: c, Next: late},
		}))
		h.same("the other's commit", h.end(taken, store.Outcome{State: []byte("fresh"), Next: late}).OK, true)
		h.now = soon
		names, next := h.due(10)
		h.same("due", names, []string{"a"})
		h.same("next", next, soon.Add(ttl))
		h.now = late
		h.same("state", string(h.poll("b").State), "fresh")
		h.same("state", string(h.poll("a").State), "etag")
		h.same("state", h.poll("c").State, []byte(nil))
	}},
	{"hundreds at once", func(h *hand) {
		var all []store.Planned
		for i := range 1500 {
			all = append(all, store.Planned{Source: fmt.Sprintf("planet/%04d", i), Next: h.now.Add(-time.Duration(i) * time.Millisecond)})
		}
		h.plan(all...)
		polls, _, err := h.ClaimPolls(h.ctx, h.now, 1200, ttl)
		h.must(err)
		h.same("claimed", len(polls), 1200)
		h.same("first", polls[0].Source, "planet/1499")
		var done []store.Rescheduled
		for _, p := range polls {
			done = append(done, store.Rescheduled{Poll: p, State: []byte(p.Source), Next: h.now.Add(time.Hour)})
		}
		h.must(h.Reschedule(h.ctx, h.now, done))
		names, next := h.due(10_000)
		h.same("the rest", len(names), 300)
		h.same("next", next, h.now.Add(ttl))
		h.same("state", string(h.poll("planet/0777").State), "planet/0777")
	}},
	{"names that cannot be keys are refused", func(h *hand) {
		for _, name := range []string{"", "a\nb", "a\x00b", "\xff"} {
			if err := h.Plan(h.ctx, h.now, []store.Planned{{Source: name, Next: h.now}}); err == nil {
				h.Errorf("plan %q: no error", name)
			}
			if _, _, err := h.ClaimPoll(h.ctx, h.now, name, ttl); err == nil {
				h.Errorf("claim %q: no error", name)
			}
		}
	}},
}
