package worker_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
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

// probed is a network whose server is asked for its limits and always answers.
type probed struct {
	plain
	probes []time.Time
}

func (p *probed) Probe(context.Context) (network.Profile, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.probes = append(p.probes, time.Now())
	return network.Profile{Name: "me"}, nil
}

// TestNextWorkerLetsTheServerRest: a worker that starts asks no server that
// asked the one before to wait.
func TestNextWorkerLetsTheServerRest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, n, st := &site{}, &probed{}, open(t, "")
		var until time.Time
		n.answer = func(int, network.Message) (bool, error) {
			if until.IsZero() {
				until = time.Now().Add(30 * time.Minute)
				return false, network.After(errors.New("429 Too Many Requests"), until)
			}
			return true, nil
		}
		begin := func() *bench {
			return start(t, st, worker.Config{Sources: []*worker.Source{read("site", s)}, Accounts: []*worker.Account{account("a", n)}})
		}
		b := begin()
		time.Sleep(2 * time.Minute)
		s.write("one", "<p>The first words.</p>")
		time.Sleep(10 * time.Minute)
		b.stop()
		before := len(n.probes)
		if until.IsZero() || before == 0 {
			t.Fatalf("%d questions, 429 %v: the first worker did nothing", before, !until.IsZero())
		}
		b = begin()
		s.write("two", "<p>The second words.</p>")
		time.Sleep(time.Hour)
		b.stop()
		if len(n.probes) == before || n.probes[before].Before(until) {
			t.Errorf("the second worker asked at %v, want it after %s", n.probes[before:], until)
		}
		if got := len(n.sent()); got != 2 || n.times[0].Before(until) {
			t.Errorf("%d messages at %v, want 2 after %s", got, n.times, until)
		}
		if err := st.Close(); err != nil {
			t.Error(err)
		}
	})
}

// askable is a network that can be asked for messages too, and whose server is
// at first away, then wants to be left alone.
type askable struct {
	full
	probes int
	until  time.Time
	finds  []time.Time
}

func (a *askable) Probe(context.Context) (network.Profile, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	switch a.probes++; {
	case a.probes == 1:
		return network.Profile{}, errors.New("connection refused")
	case a.until.IsZero():
		a.until = time.Now().Add(20 * time.Minute)
		return network.Profile{}, network.After(errors.New("429 Too Many Requests"), a.until)
	}
	return network.Profile{Name: "me"}, nil
}

func (a *askable) Find(ctx context.Context, m network.Message) (network.Receipt, bool, error) {
	a.mu.Lock()
	a.finds = append(a.finds, time.Now())
	a.mu.Unlock()
	return a.full.Find(ctx, m)
}

// TestDoubtWaitsForTheServer: while a server rests it is not asked for a message
// whose answer was lost either.
func TestDoubtWaitsForTheServer(t *testing.T) {
	s, n := &site{}, &askable{}
	n.answer = func(try int, _ network.Message) (bool, error) {
		if try == 1 {
			return true, network.Unknown(errors.New("connection reset"))
		}
		return true, nil
	}
	a := account("a", n)
	a.UnknownWait = 10 * time.Minute
	run(t, worker.Config{Sources: []*worker.Source{read("site", s)}, Accounts: []*worker.Account{a}}, func(x *bench) {
		time.Sleep(2 * time.Minute)
		s.write("one", "<p>The first words.</p>")
		time.Sleep(6 * time.Minute)
		s.write("two", "<p>The second words.</p>")
		time.Sleep(time.Hour)
		if n.until.IsZero() || len(n.finds) == 0 {
			t.Fatalf("429 %v, asked %d times for the message: nothing happened", !n.until.IsZero(), len(n.finds))
		}
		if early := n.until.Sub(n.finds[0]); early > 0 {
			t.Errorf("it was asked for the message %s too early", early)
		}
		if got := fmt.Sprint(texts(n.sent())); got != "[post Post one post Post two]" {
			t.Errorf("sent %s", got)
		}
	})
}
