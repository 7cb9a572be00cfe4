package worker_test

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"syndicated/worker"
	"syndicated/worker/network"
	"syndicated/worker/store"
)

// counting counts attempts that are not begun with their lease.
type counting struct {
	store.Store
	attempts atomic.Int64
}

func (c *counting) Attempt(ctx context.Context, now time.Time, l store.Lease) (bool, error) {
	c.attempts.Add(1)
	return c.Store.Attempt(ctx, now, l)
}

// TestOneAfterAnother: what waits for an account that nothing holds back goes
// out one after another, each begun as the one before is settled.
func TestOneAfterAnother(t *testing.T) {
	for _, c := range []struct {
		name   string
		limits worker.Limits
		begun  bool
	}{{"no limits", worker.Limits{}, true}, {"a quota", worker.Limits{Quota: 100, QuotaPer: "day"}, false}} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				const posts = 8
				s, n := &site{}, &plain{}
				a := account("a", n)
				a.Limits = c.limits
				st := &counting{Store: open(t, "")}
				b := start(t, st, worker.Config{Sources: []*worker.Source{read("site", s)}, Accounts: []*worker.Account{a}})
				time.Sleep(2 * time.Minute)
				for i := range posts {
					s.write(fmt.Sprint(i), fmt.Sprintf("<p>Words number %d.</p>", i))
					time.Sleep(time.Second)
				}
				time.Sleep(time.Hour)
				b.stop()
				if got, want := fmt.Sprint(texts(n.sent())), "[post Post 0 post Post 1 post Post 2 post Post 3 post Post 4 post Post 5 post Post 6 post Post 7]"; got != want {
					t.Errorf("got %s, want %s", got, want)
				}
				if got := st.attempts.Load(); c.begun && got >= posts || !c.begun && got != posts {
					t.Errorf("%d attempts by themselves for %d messages", got, posts)
				}
				_ = st.Close()
			})
		})
	}
}

// TestStaleIsHeldThoughBegun: what began and did not go out is not taken for one
// that may be out.
func TestStaleIsHeldThoughBegun(t *testing.T) {
	s, n := &site{}, &plain{}
	back := time.Now() // in the bubble, below
	n.answer = func(int, network.Message) (bool, error) {
		if time.Now().Before(back) {
			return false, errors.New("connection refused")
		}
		return true, nil
	}
	a := account("a", n)
	a.Stale = time.Hour
	run(t, worker.Config{Sources: []*worker.Source{read("site", s)}, Accounts: []*worker.Account{a}}, func(x *bench) {
		back = time.Now().Add(3 * time.Hour)
		time.Sleep(2 * time.Minute)
		s.write("one", "<p>It is tried for hours.</p>")
		time.Sleep(time.Second)
		s.write("two", "<p>It waits behind the first.</p>")
		time.Sleep(6 * time.Hour)
		if got := fmt.Sprint(texts(n.sent())); got != "[post Post one]" {
			t.Errorf("sent %s", got)
		}
		held, err := x.store.Messages(x.t.Context(), store.Filter{State: store.OnHold})
		if err != nil || len(held) != 1 || held[0].Message.Title != "Post two" {
			t.Fatalf("held %+v, %v", held, err)
		}
		if !held[0].Attempted.IsZero() || held[0].Try != 0 {
			t.Errorf("held after %d tries, attempted %s; want none", held[0].Try, held[0].Attempted)
		}
	})
}

// TestNothingOvertakesALostOne: where the network cannot be asked, what comes
// after a message that may still land waits until it has landed.
func TestNothingOvertakesALostOne(t *testing.T) {
	s, n := &site{}, &plain{}
	a := account("a", n)
	var lost time.Time
	n.answer = func(try int, m network.Message) (bool, error) {
		if try > 1 {
			return true, nil
		}
		lost = time.Now()
		go func() { // the server takes its time
			time.Sleep(a.UnknownWait - time.Second)
			n.mu.Lock()
			defer n.mu.Unlock()
			n.out, n.times = append(n.out, m), append(n.times, time.Now())
		}()
		return false, network.Unknown(errors.New("time-out"))
	}
	run(t, worker.Config{Sources: []*worker.Source{read("site", s)}, Accounts: []*worker.Account{a}}, func(x *bench) {
		time.Sleep(2 * time.Minute)
		s.write("one", "<p>The first words.</p>")
		time.Sleep(time.Second)
		s.write("two", "<p>The second words.</p>")
		time.Sleep(time.Hour)
		if got := fmt.Sprint(texts(n.sent())); got != "[post Post one post Post two]" {
			t.Errorf("readers saw %s", got)
		}
		if wait := n.times[1].Sub(lost); wait > a.UnknownWait+10*time.Second {
			t.Errorf("the second waited %s", wait)
		}
		if held, err := x.store.Messages(x.t.Context(), store.Filter{State: store.OnHold}); err != nil || len(held) != 1 {
			t.Errorf("%d on hold, %v, want the first", len(held), err)
		}
	})
}
