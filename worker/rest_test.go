package worker_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"syndicated/worker"
	"syndicated/worker/network"
	"syndicated/worker/store"
)

// asked is a network whose server is asked for its limits, and at first wants
// not to be asked anything for a while.
type asked struct {
	plain
	rest   time.Duration
	until  time.Time
	probes []time.Time
}

func (a *asked) Probe(context.Context) (network.Profile, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.probes = append(a.probes, time.Now())
	if a.until.IsZero() {
		a.until = time.Now().Add(a.rest)
		return network.Profile{}, network.After(errors.New("429 Too Many Requests"), a.until)
	}
	return network.Profile{Name: "me"}, nil
}

// TestProbeToldToWait: what a server says to the question for its limits holds
// for what is sent to it too.
func TestProbeToldToWait(t *testing.T) {
	s, n := &site{}, &asked{rest: 20 * time.Minute}
	run(t, worker.Config{Sources: []*worker.Source{read("site", s)}, Accounts: []*worker.Account{account("a", n)}}, func(x *bench) {
		time.Sleep(2 * time.Minute)
		s.write("one", "<p>Words that have to wait.</p>")
		time.Sleep(time.Hour)
		if got := len(n.sent()); got != 1 || len(n.probes) < 2 {
			t.Fatalf("%d messages and %d questions, want 1 and 2 or more", got, len(n.probes))
		}
		if early := n.until.Sub(n.probes[1]); early > 0 {
			t.Errorf("it was asked again %s too early", early)
		}
		if early := n.until.Sub(n.times[0]); early > 0 {
			t.Errorf("it was sent %s too early", early)
		}
		if late := n.times[0].Sub(n.until); late > 10*time.Second {
			t.Errorf("it was sent %s too late", late)
		}
		all, err := x.store.Messages(x.t.Context(), store.Filter{})
		if err != nil || len(all) != 1 || all[0].Try != 1 {
			t.Errorf("%+v, %v: want one message with one try", all, err)
		}
	})
}
