package storetest

import (
	"bytes"
	"errors"
	"strings"
	"time"

	"syndicated/feeds"
	"syndicated/worker/store"
)

// full makes a store that holds something of everything.
func (h *hand) full() {
	h.Helper()
	h.every()
	once := msg("fedi:once")
	once.Once = "https://example.org/once"
	stream := msg("bus:1")
	stream.Stream = true
	h.commit("planet/a", store.Outcome{
		State: []byte{1, 2}, Memory: map[string][]byte{"k": {0, 255}}, Next: h.now.Add(time.Hour),
		Posts: []feeds.Post{post("k", start), post("l", start.Add(time.Minute))}, Decisions: []store.Decision{told("k", "new"), told("l", "new")},
		Messages: []store.Queued{once, stream},
	})
	h.plan(store.Planned{Source: "only planned", Next: h.now.Add(time.Minute)})
	h.commit("forgotten", store.Outcome{Memory: map[string][]byte{"k": {1}}})
	h.must(h.Forget(h.ctx, []string{"forgotten"}))
	h.must(h.Save(h.ctx, "session", []byte{9}))
	h.queue(msg("slow:1"), msg("slow:2"))
	h.tried("slow", store.Settlement{Result: store.Doubt, Reason: "time-out", Next: h.now.Add(time.Minute), Rate: []byte("rate")})
	h.queue(msg("stopped:1"))
	h.tried("stopped", store.Settlement{Result: store.Defer, Reason: "401", Stop: true})
	h.queue(msg("busy:1"))
	h.attempt(h.lease("busy"))
	h.poll("being read")
}

// everything is what that a store shows, for a comparison.
func (h *hand) everything() map[string]any {
	h.Helper()
	out := map[string]any{}
	put := func(name string, v any, err error) {
		h.Helper()
		h.must(err)
		out[name] = v
	}
	sources, err := h.Sources(h.ctx)
	put("sources", sources, err)
	for _, s := range append(sources, store.SourceState{Source: "forgotten"}) {
		m, err := h.Memory(h.ctx, s.Source)
		put("memory of "+s.Source, m, err)
	}
	accounts, err := h.Accounts(h.ctx)
	put("accounts", accounts, err)
	messages, err := h.Messages(h.ctx, store.Filter{})
	put("messages", messages, err)
	posts, err := h.Posts(h.ctx, feeds.Query{})
	put("posts", posts, err)
	recent, err := h.Recent(h.ctx, 100)
	put("recent", len(recent), err)
	story, err := h.Story(h.ctx, "", "https://example.org/k")
	put("story", story, err)
	value, err := h.Load(h.ctx, "session")
	put("value", value, err)
	return out
}

var dumps = []rule{
	{"an import is what was exported, and work goes on", func(h *hand) {
		h.full()
		var dump bytes.Buffer
		h.must(h.Export(h.ctx, &dump))
		to := &hand{T: h.T, Store: h.open(h.T), ctx: h.ctx, now: h.now}
		to.must(to.Import(h.ctx, bytes.NewReader(dump.Bytes())))
		h.same("all", to.everything(), h.everything())

		again := []store.Queued{msg("fedi:sent"), msg("fedi:waiting"), msg("bus:1"), msg("sky:gone")}
		taken := msg("fedi:twin")
		taken.Once = "https://example.org/once"
		to.same("known and taken", to.commit("blog", store.Outcome{Messages: append(again, taken)}),
			store.Committed{OK: true, Known: []string{"fedi:sent", "fedi:waiting", "bus:1", "sky:gone"}, Taken: []string{"fedi:twin"}})
		to.queue(msg("fedi:later"))
		for _, want := range []string{"fedi:early", "fedi:waiting", "fedi:once", "fedi:later"} {
			to.same("sent", to.send("fedi"), want)
		}
		to.idle("stopped")
		busy := to.lease("busy")
		to.same("a lease is over, its doubt is not", busy.Doubt, true)
		to.idle("slow")
		to.after(time.Minute)
		slow := to.lease("slow")
		to.same("head", slow.Message.ID, "slow:1")
		to.same("doubt", slow.Doubt, true)
		to.same("rate", slow.Rate, []byte("rate"))
		to.must(to.Resume(to.ctx, to.now, "stopped"))
		to.same("resumed", to.send("stopped"), "stopped:1")
		if p := to.poll("blog"); p.Fence < 2 {
			to.Errorf("the fence begins anew at %d", p.Fence)
		}
	}},
	{"an import needs an empty store", func(h *hand) {
		var dump bytes.Buffer
		h.must(h.Export(h.ctx, &dump))
		h.plan(store.Planned{Source: "a", Next: h.now})
		if err := h.Import(h.ctx, &dump); !errors.Is(err, store.ErrNotEmpty) {
			h.Fatalf("got %v, want ErrNotEmpty", err)
		}
		h.same("due", len(h.list(store.Filter{})), 0)
		names, _ := h.due(10)
		h.same("due", names, []string{"a"})
	}},
	{"an import that fails leaves nothing", func(h *hand) {
		h.full()
		var dump bytes.Buffer
		h.must(h.Export(h.ctx, &dump))
		lines := strings.SplitAfter(dump.String(), "\n")
		to := &hand{T: h.T, Store: h.open(h.T), ctx: h.ctx, now: h.now}
		for name, text := range map[string]string{
			"cut short":         strings.Join(lines[:len(lines)/2], ""),
			"cut within a line": dump.String()[:dump.Len()/2],
			"a line is missing": strings.Join(append(append([]string{}, lines[:3]...), lines[4:]...), ""),
			"no export":         "{}\n",
			"empty":             "",
			"newer":             strings.Replace(dump.String(), `"version":1`, `"version":99`, 1),
			"an unknown line":   lines[0] + "{\"strange\":{}}\n" + strings.Join(lines[1:], ""),
			"not JSON":          lines[0] + lines[1] + "<html>\n",
		} {
			if err := to.Import(h.ctx, strings.NewReader(text)); err == nil {
				h.Errorf("%s: no error", name)
			}
			to.same(name+": messages", to.list(store.Filter{}), []string(nil))
			sources, err := to.Sources(h.ctx)
			h.must(err)
			to.same(name+": sources", len(sources), 0)
		}
		to.must(to.Import(h.ctx, bytes.NewReader(dump.Bytes())))
		h.same("all", to.everything(), h.everything())
	}},
}
