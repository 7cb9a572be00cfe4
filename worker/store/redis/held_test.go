package redis_test

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"syndicated/worker/network"
	"syndicated/worker/store"
)

// TestExtendBesideAttempt renews a lease while its attempt is written down: what
// is settled afterwards must still know of the attempt.
func TestExtendBesideAttempt(t *testing.T) {
	s := open(t, startServer(t, "--appendfsync", "no").url)
	ctx, now := t.Context(), time.Now()
	p, ok, err := s.ClaimPoll(ctx, now, "blog", time.Minute)
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	o := store.Outcome{Next: now, Messages: []store.Queued{{Message: network.Message{ID: "1", Account: "fedi"}, Due: now}}}
	if _, err := s.Commit(ctx, now, p, o); err != nil {
		t.Fatal(err)
	}
	for range 200 {
		leases, _, err := s.Claim(ctx, now, []string{"fedi"}, 1, time.Minute)
		if err != nil || len(leases) != 1 {
			t.Fatal(leases, err)
		}
		l := leases[0]
		var wg sync.WaitGroup
		for i := range 4 {
			wg.Go(func() {
				if ok, err := s.Extend(ctx, now, l, time.Minute+time.Duration(i)*time.Second); err != nil || !ok {
					t.Error(ok, err)
				}
			})
		}
		if ok, err := s.Attempt(ctx, now, l); err != nil || !ok {
			t.Fatal(ok, err)
		}
		wg.Wait()
		if _, ok, err := s.Finish(ctx, now, l, store.Settlement{Result: store.Doubt, Reason: "time-out"}); err != nil || !ok {
			t.Fatal(ok, err)
		}
		if e, _, err := s.Message(ctx, "1"); err != nil || e.Attempted.IsZero() {
			t.Fatalf("the attempt is forgotten: %+v, %v", e, err)
		}
		if _, err := s.HoldMessage(ctx, now, "1", "wait"); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Requeue(ctx, now, "1", "go"); err != nil {
			t.Fatal(err)
		}
	}
}

// TestHalfSettled has a settlement of which only the message's record was kept,
// and its worker is gone: what is queued afterwards must not wait for it.
func TestHalfSettled(t *testing.T) {
	for _, later := range []bool{false, true} {
		s := open(t, anyServer(t))
		ctx, now := t.Context(), time.Now()
		commit := func(id string, due time.Time) {
			p, ok, err := s.ClaimPoll(ctx, now, "blog", time.Minute)
			if err != nil || !ok {
				t.Fatal(ok, err)
			}
			o := store.Outcome{Next: now, Messages: []store.Queued{{Message: network.Message{ID: id, Account: "fedi"}, Due: due}}}
			if _, err := s.Commit(ctx, now, p, o); err != nil {
				t.Fatal(err)
			}
		}
		claim := func(want ...string) {
			leases, _, err := s.Claim(ctx, now, []string{"fedi"}, 1, time.Hour)
			var got []string
			for _, l := range leases {
				got = append(got, l.Message.ID)
			}
			if err != nil || !slices.Equal(got, want) {
				t.Fatalf("claimed %q, %v, want %q", got, err, want)
			}
		}
		commit("1", now)
		claim("1")
		// As long as it is leased, what comes is its holder's business.
		if later {
			commit("2", now.Add(2*time.Hour))
		}
		tag := "syndicated:{" + s.Workspace() + "}:"
		c := s.Client()
		record, err := c.HGet(ctx, tag+"messages", "1").Result()
		if err != nil {
			t.Fatal(err)
		}
		c.HSet(ctx, tag+"messages", "1", strings.Replace(record, "waiting", "sent", 1))
		// Somebody looks at the account, as after a restart of the server.
		c.ZAdd(ctx, tag+"due", goredis.Z{Score: float64(now.UnixMilli()), Member: "fedi"})
		claim()
		commit("3", now)
		claim("3")
	}
}

// TestMoveCutShort has a person hold a message whose worker died after its attempt
// began, and the server die in the middle of that: whatever part of it is kept,
// nobody takes the message for one that was never tried.
func TestMoveCutShort(t *testing.T) {
	url := anyServer(t)
	for budget := range 8 {
		s := open(t, url)
		if err := s.SetScripts(cut); err != nil {
			t.Fatal(err)
		}
		ctx, now := t.Context(), time.Now()
		p, ok, err := s.ClaimPoll(ctx, now, "blog", time.Minute)
		if err != nil || !ok {
			t.Fatal(ok, err)
		}
		o := store.Outcome{Next: now}
		for _, id := range []string{"1", "2"} {
			o.Messages = append(o.Messages, store.Queued{Message: network.Message{ID: id, Account: "fedi"}, Due: now})
		}
		if _, err := s.Commit(ctx, now, p, o); err != nil {
			t.Fatal(err)
		}
		leases, _, err := s.Claim(ctx, now, []string{"fedi"}, 1, time.Minute)
		if err != nil || len(leases) != 1 {
			t.Fatal(leases, err)
		}
		next, ok, err := s.Finish(ctx, now, leases[0], store.Settlement{Result: store.Sent, Take: time.Minute, Begin: true})
		if err != nil || !ok || next == nil || !next.Begun {
			t.Fatal(next, ok, err)
		}
		later := now.Add(2 * time.Minute)
		key := "syndicated:{" + s.Workspace() + "}:budget"
		s.Client().Set(ctx, key, budget, 0)
		_, _ = s.HoldMessage(ctx, later, "2", "wait")
		s.Client().Del(ctx, key)
		if leases, _, err = s.Claim(ctx, later, []string{"fedi"}, 1, time.Minute); err != nil {
			t.Fatal(err)
		}
		e, _, err := s.Message(ctx, "2")
		if err != nil || e.Attempted.IsZero() {
			t.Errorf("cut after %d writes: the attempt is forgotten: %+v, %v", budget, e, err)
		}
		if len(leases) == 1 && !leases[0].Doubt {
			t.Errorf("cut after %d writes: it is leased without a doubt", budget)
		}
	}
}
