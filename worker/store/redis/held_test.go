package redis_test

import (
	"sync"
	"testing"
	"time"

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
