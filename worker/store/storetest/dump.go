package storetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
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
	{"an import is what was exported, and work goes on", func(h *hand) { h.moved(h.open) }},
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

// moved exports a store that holds something of everything, imports it into
// another, and goes on with that.
func (h *hand) moved(open func(*testing.T) store.Store) {
	h.Helper()
	h.full()
	var dump bytes.Buffer
	h.must(h.Export(h.ctx, &dump))
	to := &hand{T: h.T, Store: open(h.T), ctx: h.ctx, now: h.now}
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
}

// Move moves a store's work to one of another kind, which open gives empty, once
// at rest and once while work goes on.
func Move(t *testing.T, from, to func(t *testing.T) store.Store) {
	t.Run("at rest", func(t *testing.T) {
		h := &hand{T: t, Store: from(t), ctx: t.Context(), now: start, open: from}
		h.moved(to)
	})
	t.Run("while work goes on", func(t *testing.T) { moving(t, from(t), to) })
}

// moving exports a store while posts come and messages go out, three times, and
// wants each export to be one to go on from: what is remembered was queued, what
// was queued is there whole, and nothing that was sent before is to be sent.
func moving(t *testing.T, from store.Store, to func(t *testing.T) store.Store) {
	h := &hand{T: t, Store: from, ctx: t.Context(), now: start}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	const most = 1500 // posts, so that a fast store does not make a slow test
	var sentBefore sync.Map
	busy := make(chan error, 1)
	more := make(chan struct{}, 1) // something was sent since the last look
	go func() {
		defer close(more)
		busy <- func() error {
			for n := 0; n < most && ctx.Err() == nil; n++ {
				p, ok, err := from.ClaimPoll(ctx, start, "blog", ttl)
				if err != nil || !ok {
					return err
				}
				key := fmt.Sprint(n)
				o := store.Outcome{
					Next: start, State: []byte(key), Memory: map[string][]byte{key: {1}}, Posts: []feeds.Post{post(key, start)},
					Decisions: []store.Decision{told(key, "new")}, Messages: []store.Queued{msg("fedi:" + key), msg("sky:" + key)},
				}
				if _, err := from.Commit(ctx, start, p, o); err != nil {
					return err
				}
				leases, _, err := from.Claim(ctx, start, []string{"fedi", "sky"}, 1, ttl)
				if err != nil {
					return err
				}
				for _, l := range leases {
					if ok, err := from.Attempt(ctx, start, l); err != nil || !ok {
						return err
					}
					if _, ok, err := from.Finish(ctx, start, l, sent(l.Message.ID, start)); err != nil || !ok {
						return err
					}
					sentBefore.Store(l.Message.ID, true)
					select {
					case more <- struct{}{}:
					default:
					}
				}
			}
			return nil
		}()
	}()
	for range 3 {
		<-more
		var gone []string
		sentBefore.Range(func(id, _ any) bool { gone = append(gone, id.(string)); return true })
		var dump bytes.Buffer
		h.must(h.Export(h.ctx, &dump))
		then := &hand{T: t, Store: to(t), ctx: t.Context(), now: start}
		then.must(then.Import(then.ctx, &dump))
		memory, err := then.Memory(then.ctx, "blog")
		h.must(err)
		for key := range memory {
			for _, id := range []string{"fedi:" + key, "sky:" + key} {
				then.same("text of "+id, then.entry(id).Message.Text, "text of "+id)
			}
		}
		for _, id := range gone {
			then.same("state of "+id, then.entry(id).State, store.IsSent)
		}
		for range 5 {
			for _, account := range []string{"fedi", "sky"} {
				if leases, _ := then.claim(account); len(leases) > 0 {
					l := leases[0]
					then.same("attempted", then.attempt(l), true)
					then.same("finished", then.finish(l, sent(l.Message.ID, start)), true)
					if slices.Contains(gone, l.Message.ID) {
						t.Fatalf("%s is sent again", l.Message.ID)
					}
				}
			}
		}
	}
	cancel()
	if err := <-busy; err != nil && !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}
