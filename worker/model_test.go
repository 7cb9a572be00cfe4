package worker

import (
	"fmt"
	"testing"
	"time"
)

// The delivery of one message, in the small: two workers, a store that leases
// with a fence, and a network on which a request may land late, be lost, or
// have its answer lost. Every order of steps is tried.
//
// Time goes in ticks: a lease lapses after modelLease, a send gives up after
// modelSend, and the network has done with a request before modelWait is over.
const (
	modelLease = 1
	modelSend  = 1
	modelWait  = 3
	modelEnd   = 8
	modelMost  = 3 // claims: a third shows nothing that a fourth would add to
)

type phase int8

const (
	idle     phase = iota
	claimed        // has the lease, has not begun
	sending        // attempting is written, the request is not out yet
	waiting        // the request is out
	answered       // the network said yes
	refused        // the network said no: certainly not posted
	lost           // no answer
	frozen         // stopped by the system between two steps (SIGSTOP)
)

type modelWorker struct {
	phase, was phase
	fence      int8
	began      int8 // attempting was written
	doubt      bool
}

type fate int8

const (
	open fate = iota
	isSent
	isHeld
)

type model struct {
	now       int8
	fence     int8
	leased    bool
	until     int8
	attempted int8 // -1: never, or settled as certainly not posted
	fate      fate
	copies    int8
	flights   [2]int8 // requests that may still land, until this tick; -1: none
	workers   [2]modelWorker
}

// rules are what the worker decides by, so that a test can break them.
type rules struct {
	next         func(facts) step
	finder       bool
	resend       bool
	checksFence  bool // the store refuses an old fence
	checksExpiry bool // a send that was stopped for long does not go out
}

// steps gives every state that can follow m.
func (m model) steps(r rules) (out []model) {
	add := func(f func(*model)) {
		n := m
		f(&n)
		out = append(out, n)
	}
	if m.now < modelEnd {
		add(func(n *model) {
			n.now++
			for i, last := range n.flights {
				if last >= 0 && n.now > last {
					n.flights[i] = -1 // the network dropped it
				}
			}
		})
	}
	for i, last := range m.flights {
		if last >= 0 {
			add(func(n *model) { n.copies++; n.flights[i] = -1 })
		}
	}
	for i, w := range m.workers {
		set := func(f func(n *model, w *modelWorker)) {
			add(func(n *model) { f(n, &n.workers[i]) })
		}
		mine := !r.checksFence || m.leased && m.fence == w.fence
		if w.phase != idle {
			set(func(_ *model, w *modelWorker) { *w = modelWorker{} }) // SIGKILL
		}
		if w.phase != idle && w.phase != frozen && i == 0 {
			set(func(_ *model, w *modelWorker) { w.was, w.phase = w.phase, frozen })
		}
		switch w.phase {
		case frozen:
			set(func(_ *model, w *modelWorker) { w.phase = w.was })
		case idle:
			if m.fate == open && m.fence < modelMost && (!m.leased || m.now > m.until) {
				set(func(n *model, w *modelWorker) {
					n.fence++
					n.leased, n.until = true, n.now+modelLease
					*w = modelWorker{phase: claimed, fence: n.fence, doubt: n.attempted >= 0}
				})
			}
		case claimed:
			out = append(out, m.decide(r, i, mine)...)
		case sending:
			if r.checksExpiry && m.now > w.began+modelSend {
				set(func(_ *model, w *modelWorker) { w.phase = lost })
				break
			}
			for f := range m.flights {
				if m.flights[f] < 0 {
					set(func(n *model, w *modelWorker) { n.flights[f], w.phase = w.began+modelWait-1, waiting })
					if !r.checksExpiry {
						out[len(out)-1].flights[f] = m.now + modelWait - 1
					}
					break
				}
			}
			set(func(_ *model, w *modelWorker) { w.phase = refused })
		case waiting:
			set(func(_ *model, w *modelWorker) { w.phase = lost })
			if m.copies > 0 {
				set(func(_ *model, w *modelWorker) { w.phase = answered })
			}
		case answered, refused, lost:
			set(func(n *model, w *modelWorker) {
				if mine {
					n.leased = false
					switch {
					case w.phase == answered:
						n.fate = isSent
					case w.phase == refused:
						n.attempted = -1
					case !r.finder && !r.resend:
						n.fate = isHeld
					}
				}
				*w = modelWorker{}
			})
		}
	}
	return out
}

// decide is what a worker does with a message that it has leased.
func (m model) decide(r rules, i int, mine bool) []model {
	n := m
	w := &n.workers[i]
	release := func() { n.leased = n.leased && !mine; *w = modelWorker{} }
	do := r.next(facts{
		doubt: w.doubt, elapsed: time.Duration(m.now - m.attempted), wait: modelWait, finder: r.finder, resend: r.resend,
	})
	send := do == stepSend
	switch do {
	case stepHold:
		if mine {
			n.fate = isHeld
		}
		release()
	case stepWait:
		release()
	case stepAsk, stepAskAndWait:
		switch {
		case m.copies > 0:
			if mine {
				n.fate = isSent
			}
			release()
		case do == stepAskAndWait:
			release()
		default:
			send = true
		}
	}
	if send {
		if !mine {
			*w = modelWorker{} // Attempt is refused
		} else {
			w.phase, w.began, n.attempted = sending, m.now, m.now
		}
	}
	return []model{n}
}

// explore tries everything and gives the first state that breaks the promise.
func explore(r rules) (states int, broken *model, sent, held bool) {
	first := model{attempted: -1, flights: [2]int8{-1, -1}}
	seen := map[model]bool{first: true}
	queue := []model{first}
	for len(queue) > 0 {
		m := queue[0]
		queue = queue[1:]
		if m.copies > 1 || m.fate == isSent && m.copies == 0 {
			return len(seen), &m, sent, held
		}
		sent = sent || m.fate == isSent
		held = held || m.fate == isHeld
		for _, n := range m.steps(r) {
			if !seen[n] {
				seen[n] = true
				queue = append(queue, n)
			}
		}
	}
	return len(seen), nil, sent, held
}

func TestModelNeverTwice(t *testing.T) {
	for _, finder := range []bool{true, false} {
		t.Run(fmt.Sprintf("finder=%v", finder), func(t *testing.T) {
			states, broken, sent, held := explore(rules{next: next, finder: finder, checksFence: true, checksExpiry: true})
			if broken != nil {
				t.Fatalf("after %d states: %+v", states, *broken)
			}
			if !sent || held == finder {
				t.Errorf("sent=%v held=%v: the model does not reach what it should", sent, held)
			}
			t.Logf("%d states", states)
		})
	}
}

// TestModelCatches breaks each rule on purpose: the model must see it.
func TestModelCatches(t *testing.T) {
	whole := rules{next: next, finder: true, checksFence: true, checksExpiry: true}
	for name, breakIt := range map[string]func(*rules){
		"doubt is forgotten": func(r *rules) {
			r.next = func(f facts) step { f.doubt = false; return next(f) }
		},
		"asked too early": func(r *rules) {
			r.next = func(f facts) step { f.wait = 1; return next(f) }
		},
		"a stopped worker sends late": func(r *rules) { r.checksExpiry = false },
		"sent again without asking": func(r *rules) {
			r.next = func(f facts) step { f.finder = false; f.resend = true; return next(f) }
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := whole
			breakIt(&r)
			if states, broken, _, _ := explore(r); broken == nil {
				t.Errorf("%d states and no double send was found", states)
			}
		})
	}
}
