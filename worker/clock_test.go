package worker_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"syndicated/worker"
	"syndicated/worker/network"
	"syndicated/worker/store/embedded"
)

// TestRetryAfterByAnotherClock: what a network tells by this machine's clock is
// waited for, though the store's clock is a minute ahead or behind.
func TestRetryAfterByAnotherClock(t *testing.T) {
	for name, ahead := range map[string]time.Duration{"store ahead": time.Minute, "store behind": -time.Minute, "same": 0} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				st, err := embedded.Open(t.Context(), embedded.Config{Now: func() time.Time { return time.Now().Add(ahead) }})
				if err != nil {
					t.Fatal(err)
				}
				const pause = 20 * time.Second
				var limited time.Time
				n := &plain{answer: func(try int, _ network.Message) (bool, error) {
					if try == 1 {
						limited = time.Now()
						return false, network.After(errors.New("429"), limited.Add(pause))
					}
					return true, nil
				}}
				s := &site{}
				x := start(t, st, worker.Config{Sources: []*worker.Source{read("site", s)}, Accounts: []*worker.Account{account("a", n)}})
				time.Sleep(5 * time.Minute)
				s.write("one", "<p>Words.</p>")
				time.Sleep(10 * time.Minute)
				if n.tries != 2 || len(n.times) != 1 {
					t.Fatalf("%d tries, %d messages, want 2 and 1", n.tries, len(n.times))
				}
				if waited := n.times[0].Sub(limited); waited < pause || waited > pause+2*time.Second {
					t.Errorf("waited %s, the network wanted %s", waited, pause)
				}
				x.stop()
				if err := st.Close(); err != nil {
					t.Error(err)
				}
			})
		})
	}
}
