package worker_test

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"syndicated/worker"
	"syndicated/worker/network"
)

// single is a slow network that notices when it is called twice at a time. Its
// server does not answer the first questions for its limits.
type single struct {
	plain
	inside, together, probes atomic.Int32
}

func (s *single) enter(d time.Duration) {
	if s.inside.Add(1) > 1 {
		s.together.Add(1)
	}
	time.Sleep(d)
	s.inside.Add(-1)
}

func (s *single) Manner() network.Manner {
	s.enter(0)
	return s.plain.Manner()
}

func (s *single) Probe(context.Context) (network.Profile, error) {
	s.enter(10 * time.Second)
	if s.probes.Add(1) < 4 {
		return network.Profile{}, errors.New("connection refused")
	}
	return network.Profile{Name: "me"}, nil
}

func (s *single) Post(ctx context.Context, m network.Message) (network.Receipt, error) {
	s.enter(50 * time.Second)
	return s.plain.Post(ctx, m)
}

// TestOneAtATime: what is asked while posts are read does not meet what is sent.
func TestOneAtATime(t *testing.T) {
	s, n := &site{}, &single{}
	run(t, worker.Config{Sources: []*worker.Source{read("site", s)}, Accounts: []*worker.Account{account("a", n)}}, func(x *bench) {
		time.Sleep(2 * time.Minute)
		for i := range 40 {
			s.write(fmt.Sprint(i), fmt.Sprintf("<p>Words number %d.</p>", i))
			time.Sleep(time.Minute)
		}
		time.Sleep(time.Hour)
		if got := len(n.sent()); got != 40 || n.probes.Load() < 4 {
			t.Errorf("%d messages, %d questions, want 40 and 4 or more", got, n.probes.Load())
		}
		if got := n.together.Load(); got != 0 {
			t.Errorf("the network was called %d times while it was busy", got)
		}
	})
}
