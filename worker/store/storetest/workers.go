package storetest

import (
	"fmt"
	"sync"
	"time"

	"syndicated/feeds"
	"syndicated/worker/store"
)

var workers = []rule{
	{"two that read the same source queue each message once", func(h *hand) {
		// The second took the lease over; the first does not know.
		first := h.poll("blog")
		h.after(ttl)
		second := h.poll("blog")
		o := store.Outcome{Memory: map[string][]byte{"1": {1}}, Messages: []store.Queued{msg("fedi:1"), msg("sky:1")}, Next: h.now.Add(time.Hour)}
		var wg sync.WaitGroup
		got := make([]store.Committed, 2)
		errs := make([]error, 2)
		for i, p := range []store.Poll{first, second} {
			wg.Go(func() { got[i], errs[i] = h.Commit(h.ctx, h.now, p, o) })
		}
		wg.Wait()
		h.must(errs[0])
		h.must(errs[1])
		h.same("first", got[0], store.Committed{})
		h.same("second", got[1], store.Committed{OK: true, Queued: []string{"fedi:1", "sky:1"}})
		h.same("sent", h.send("fedi"), "fedi:1")
		h.idle("fedi")
	}},
	{"many that poll and send at once send each message once, in order", func(h *hand) {
		const readers, senders, sources, posts = 4, 4, 8, 12
		accounts := []string{"a", "b", "c"}
		var wg sync.WaitGroup
		errs := make(chan error, readers+senders)
		var mu sync.Mutex
		out := map[string][]string{} // by account
		var plan []store.Planned
		for s := range sources {
			plan = append(plan, store.Planned{Source: fmt.Sprintf("s%d", s), Next: h.now})
		}
		h.plan(plan...)
		total := sources * posts * len(accounts)
		count := func() (n int) {
			mu.Lock()
			defer mu.Unlock()
			for _, ids := range out {
				n += len(ids)
			}
			return n
		}
		read := func() error {
			for {
				polls, next, err := h.ClaimPolls(h.ctx, h.now, 3, ttl)
				if err != nil {
					return err
				}
				if len(polls) == 0 && next.After(h.now.Add(ttl)) {
					return nil
				}
				for _, p := range polls {
					at := len(p.State) // how many posts were told
					o := store.Outcome{State: append(p.State, 'x'), Next: h.now}
					if at+1 == posts {
						o.Next = h.now.Add(time.Hour)
					}
					key := fmt.Sprintf("%s-%02d", p.Source, at)
					o.Posts = []feeds.Post{{Key: key}}
					for _, a := range accounts {
						o.Messages = append(o.Messages, msg(a+":"+key))
					}
					if _, err := h.Commit(h.ctx, h.now, p, o); err != nil {
						return err
					}
				}
			}
		}
		send := func() error {
			for count() < total {
				leases, _, err := h.Claim(h.ctx, h.now, accounts, 2, ttl)
				if err != nil {
					return err
				}
				for _, l := range leases {
					if ok, err := h.Attempt(h.ctx, h.now, l); err != nil || !ok {
						return fmt.Errorf("attempt %s: %v, %w", l.Message.ID, ok, err)
					}
					mu.Lock()
					out[l.Account] = append(out[l.Account], l.Message.Post)
					mu.Unlock()
					if _, ok, err := h.Finish(h.ctx, h.now, l, sent(l.Message.ID, h.now)); err != nil || !ok {
						return fmt.Errorf("finish %s: %v, %w", l.Message.ID, ok, err)
					}
				}
			}
			return nil
		}
		for range readers {
			wg.Go(func() { errs <- read() })
		}
		for range senders {
			wg.Go(func() { errs <- send() })
		}
		wg.Wait()
		close(errs)
		for err := range errs {
			h.must(err)
		}
		for _, a := range accounts {
			h.same("messages of "+a, len(out[a]), sources*posts)
			last := map[string]string{}
			for _, key := range out[a] {
				if source := key[:2]; key <= last[source] {
					h.Fatalf("%s: %s after %s", a, key, last[source])
				} else {
					last[source] = key
				}
			}
		}
	}},
}
