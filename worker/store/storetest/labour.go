package storetest

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"syndicated/worker/network"
	"syndicated/worker/store"
)

// Labour is work that may be killed at any moment and begun again, by the same
// process or another: so many sources with so many posts each, each told to
// three accounts. The networks are files in Dir, which tell what they took.
type Labour struct {
	Dir            string
	Sources, Posts int
	// TTL of leases. A worker that may share its store with others sends
	// nothing when more than half of it is gone.
	TTL time.Duration
	// Patience is how long to go on after the first of a row of errors of the
	// store; the next call then gives it back.
	Patience time.Duration
	// Sent, if not nil, is called after every message.
	Sent func()
}

var labourAccounts = []string{"a", "b", "c"}

// Work reads and sends until everything is out.
func (l Labour) Work(ctx context.Context, s store.Store) error {
	var trouble time.Time
	for {
		done, err := l.round(ctx, s)
		switch {
		case err == nil && done:
			return nil
		case err == nil:
			trouble = time.Time{}
		case trouble.IsZero():
			trouble = time.Now()
		case time.Since(trouble) > l.Patience || ctx.Err() != nil:
			return err
		default:
			select {
			case <-time.After(10 * time.Millisecond):
			case <-ctx.Done():
			}
		}
	}
}

func (l Labour) round(ctx context.Context, s store.Store) (done bool, err error) {
	now, err := s.Now(ctx)
	if err != nil {
		return false, err
	}
	var plan []store.Planned
	for i := range l.Sources {
		plan = append(plan, store.Planned{Source: fmt.Sprintf("s%d", i), Next: now})
	}
	if err := s.Plan(ctx, now, plan); err != nil {
		return false, err
	}
	polls, _, err := s.ClaimPolls(ctx, now, 3, l.TTL)
	if err != nil {
		return false, err
	}
	for _, p := range polls {
		if err := l.poll(ctx, s, now, p); err != nil {
			return false, err
		}
	}
	leases, next, err := s.Claim(ctx, now, labourAccounts, 2, l.TTL)
	if err != nil {
		return false, err
	}
	for _, lease := range leases {
		for next := &lease; next != nil; {
			if next, err = l.send(ctx, s, *next); err != nil {
				return false, err
			}
		}
	}
	if len(polls)+len(leases) > 0 {
		return false, nil
	}
	known, err := s.Sources(ctx)
	if err != nil {
		return false, err
	}
	for _, k := range known {
		if k.Posts < l.Posts {
			return false, s.Wait(ctx, now.Add(10*time.Millisecond))
		}
	}
	if next.IsZero() {
		return true, nil
	}
	return false, s.Wait(ctx, min2(next, now.Add(10*time.Millisecond)))
}

func min2(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// poll finds one more post at its source, or two.
func (l Labour) poll(ctx context.Context, s store.Store, now time.Time, p store.Poll) error {
	memory, err := s.Memory(ctx, p.Source)
	if err != nil {
		return err
	}
	o := store.Outcome{State: []byte("read"), Memory: map[string][]byte{}, Next: now}
	for n := len(memory); n < l.Posts && len(o.Memory) < 1+n%2; n++ {
		key := fmt.Sprintf("%s-%04d", p.Source, n)
		o.Memory[key] = []byte("seen")
		o.Decisions = append(o.Decisions, store.Decision{Post: key, What: "new", At: now})
		for _, a := range labourAccounts {
			o.Messages = append(o.Messages, store.Queued{
				Message: network.Message{ID: a + "/" + key, Account: a, Source: p.Source, Post: key, Text: strings.Repeat("text ", 100)}, Due: now,
			})
		}
	}
	if len(o.Memory) == 0 {
		return s.Reschedule(ctx, now, []store.Rescheduled{{Poll: p, Next: now.Add(time.Hour)}})
	}
	_, err = s.Commit(ctx, now, p, o)
	return err
}

// send sends a message and gives the one to send next, or nil.
func (l Labour) send(ctx context.Context, s store.Store, lease store.Lease) (*store.Lease, error) {
	file := filepath.Join(l.Dir, lease.Account)
	if lease.Doubt {
		out, err := os.ReadFile(file)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		if strings.Contains("\n"+string(out), "\n"+lease.Message.ID+"\n") {
			return l.finish(ctx, s, lease)
		}
	}
	now, err := s.Now(ctx)
	if err != nil {
		return nil, err
	}
	if !lease.Begun {
		if ok, err := s.Attempt(ctx, now, lease); err != nil || !ok {
			return nil, err
		}
	}
	if now, err = s.Now(ctx); err != nil || now.After(lease.Until.Add(-l.TTL/2)) {
		return nil, err
	}
	f, err := os.OpenFile(file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if _, err := f.WriteString(lease.Message.ID + "\n"); err != nil {
		return nil, err
	}
	if l.Sent != nil {
		l.Sent()
	}
	return l.finish(ctx, s, lease)
}

func (l Labour) finish(ctx context.Context, s store.Store, lease store.Lease) (*store.Lease, error) {
	now, err := s.Now(ctx)
	if err != nil {
		return nil, err
	}
	next, _, err := s.Finish(ctx, now, lease, store.Settlement{
		Result: store.Sent, Receipt: network.Receipt{ID: lease.Message.ID, At: now}, Take: l.TTL, Begin: true,
	})
	return next, err
}

// Check tells what the networks got twice, not at all or in the wrong order.
func (l Labour) Check() error {
	for _, a := range labourAccounts {
		f, err := os.Open(filepath.Join(l.Dir, a))
		if err != nil {
			return err
		}
		defer f.Close()
		last := map[string]int{}
		count := 0
		for lines := bufio.NewScanner(f); lines.Scan(); count++ {
			_, key, _ := strings.Cut(lines.Text(), "/")
			source, number, _ := strings.Cut(key, "-")
			n, err := strconv.Atoi(number)
			if err != nil {
				return fmt.Errorf("%s got %q", a, lines.Text())
			}
			if want := last[source]; n != want {
				return fmt.Errorf("%s got post %d of %s, want %d", a, n, source, want)
			}
			last[source]++
		}
		if want := l.Sources * l.Posts; count != want {
			return fmt.Errorf("%s got %d messages, want %d: %v", a, count, want, slices.Sorted(func(yield func(string) bool) {
				for s, n := range last {
					if !yield(fmt.Sprintf("%s %d", s, n)) {
						return
					}
				}
			}))
		}
	}
	return nil
}
