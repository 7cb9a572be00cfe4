package storetest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"syndicated/worker/network"
	"syndicated/worker/store"
)

// chooser makes steps. What the first store answers goes into its memory, the
// others must answer the same.
type chooser struct {
	*rand.Rand
	now    time.Time
	polls  []store.Poll
	leases []store.Lease
	n      int
}

func (c *chooser) pick(d ...time.Duration) time.Duration { return d[c.IntN(len(d))] }

func one[T any](c *chooser, of ...T) T { return of[c.IntN(len(of))] }

func (c *chooser) source() string  { return one(c, "blog", "news", "planet/x", "planet/y/z") }
func (c *chooser) account() string { return one(c, "a", "b", "ab") }
func (c *chooser) key() string     { return fmt.Sprintf("k%d", c.IntN(12)) }
func (c *chooser) id() string      { return fmt.Sprintf("%s:%d", c.account(), c.IntN(40)) }

func (c *chooser) later() time.Time {
	return c.now.Add(time.Duration(c.IntN(3)) * c.pick(0, time.Second, time.Minute))
}

// poll is one of the newest leases, mostly the last.
func (c *chooser) poll() (store.Poll, bool) {
	if len(c.polls) == 0 {
		return store.Poll{}, false
	}
	return c.polls[max(0, len(c.polls)-1-c.IntN(4))], true
}

func (c *chooser) lease() (store.Lease, bool) {
	if len(c.leases) == 0 {
		return store.Lease{}, false
	}
	return c.leases[max(0, len(c.leases)-1-c.IntN(4))], true
}

type step func(ctx context.Context, s store.Store, first int) (any, error)

func (c *chooser) step() (string, step) {
	now := c.now
	switch n := c.IntN(100); {
	case n < 4:
		var all []store.Planned
		for range 1 + c.IntN(3) {
			all = append(all, store.Planned{Source: c.source(), Next: c.later(), Sooner: c.IntN(2) == 0})
		}
		return fmt.Sprintf("plan %v", all), func(ctx context.Context, s store.Store, _ int) (any, error) { return nil, s.Plan(ctx, now, all) }
	case n < 5:
		source := c.source()
		return "forget " + source, func(ctx context.Context, s store.Store, _ int) (any, error) {
			return nil, s.Forget(ctx, []string{source})
		}
	case n < 12:
		most, d := c.IntN(3), c.pick(time.Second, time.Minute)
		return fmt.Sprintf("claim %d polls for %s", most, d), func(ctx context.Context, s store.Store, i int) (any, error) {
			polls, next, err := s.ClaimPolls(ctx, now, most, d)
			if i == 0 {
				c.polls = append(c.polls, polls...)
			}
			return []any{polls, next}, err
		}
	case n < 22:
		source, d := c.source(), c.pick(time.Second, time.Minute)
		return fmt.Sprintf("claim poll %s for %s", source, d), func(ctx context.Context, s store.Store, i int) (any, error) {
			p, ok, err := s.ClaimPoll(ctx, now, source, d)
			if i == 0 && ok {
				c.polls = append(c.polls, p)
			}
			return []any{p, ok}, err
		}
	case n < 40:
		if p, ok := c.poll(); ok {
			o := c.outcome()
			return fmt.Sprintf("commit %s/%d %+v", p.Source, p.Fence, o), func(ctx context.Context, s store.Store, _ int) (any, error) {
				return s.Commit(ctx, now, p, o)
			}
		}
	case n < 43:
		if p, ok := c.poll(); ok {
			r := store.Rescheduled{Poll: p, Next: c.later(), State: one(c, nil, []byte("r"), []byte{})}
			return fmt.Sprintf("reschedule %+v", r), func(ctx context.Context, s store.Store, _ int) (any, error) {
				return nil, s.Reschedule(ctx, now, []store.Rescheduled{r})
			}
		}
	case n < 45:
		if p, ok := c.poll(); ok {
			return fmt.Sprintf("extend poll %s/%d", p.Source, p.Fence), func(ctx context.Context, s store.Store, _ int) (any, error) {
				return s.ExtendPoll(ctx, now, p, time.Minute)
			}
		}
	case n < 60:
		accounts := one(c, []string{"a", "b", "ab"}, []string{"a"}, []string{"b", "ab", "b"})
		most, d := c.IntN(4), c.pick(time.Second, time.Minute)
		return fmt.Sprintf("claim %v, %d for %s", accounts, most, d), func(ctx context.Context, s store.Store, i int) (any, error) {
			leases, next, err := s.Claim(ctx, now, accounts, most, d)
			if i == 0 {
				c.leases = append(c.leases, leases...)
			}
			return []any{leases, next}, err
		}
	case n < 68:
		if l, ok := c.lease(); ok {
			return fmt.Sprintf("attempt %s/%d %s", l.Account, l.Fence, l.Message.ID), func(ctx context.Context, s store.Store, _ int) (any, error) {
				return s.Attempt(ctx, now, l)
			}
		}
	case n < 70:
		if l, ok := c.lease(); ok {
			return fmt.Sprintf("extend %s/%d", l.Account, l.Fence), func(ctx context.Context, s store.Store, _ int) (any, error) {
				return s.Extend(ctx, now, l, time.Minute)
			}
		}
	case n < 82:
		if l, ok := c.lease(); ok {
			t := c.settlement(l)
			return fmt.Sprintf("finish %s/%d %s %+v", l.Account, l.Fence, l.Message.ID, t), func(ctx context.Context, s store.Store, i int) (any, error) {
				next, ok, err := s.Finish(ctx, now, l, t)
				if i == 0 && next != nil {
					c.leases = append(c.leases, *next)
				}
				return []any{next, ok}, err
			}
		}
	case n < 92:
		id, reason := c.id(), fmt.Sprintf("reason %d", c.IntN(100))
		switch c.IntN(4) {
		case 0:
			return "hold " + id, func(ctx context.Context, s store.Store, _ int) (any, error) {
				return s.HoldMessage(ctx, now, id, reason)
			}
		case 1:
			return "drop " + id, func(ctx context.Context, s store.Store, _ int) (any, error) { return s.Drop(ctx, now, id, reason) }
		default:
			return "requeue " + id, func(ctx context.Context, s store.Store, _ int) (any, error) { return s.Requeue(ctx, now, id, reason) }
		}
	case n < 94:
		account := c.account()
		return "resume " + account, func(ctx context.Context, s store.Store, _ int) (any, error) { return nil, s.Resume(ctx, now, account) }
	case n < 95:
		before := now.Add(-time.Duration(c.IntN(10)) * time.Minute)
		return "trim", func(ctx context.Context, s store.Store, _ int) (any, error) { return nil, s.Trim(ctx, before) }
	case n < 96:
		key, value := c.key(), one(c, nil, []byte("v"), []byte{0, 1})
		return "save " + key, func(ctx context.Context, s store.Store, _ int) (any, error) { return nil, s.Save(ctx, key, value) }
	}
	f := store.Filter{
		Account: one(c, "", c.account()), State: one(c, "", store.Waiting, store.OnHold, store.IsDead, store.IsSent, store.Dropped),
		Source: one(c, "", c.source()), Post: one(c, "", c.key()), Limit: c.IntN(6),
	}
	return fmt.Sprintf("list %+v", f), func(ctx context.Context, s store.Store, _ int) (any, error) {
		all, err := s.Messages(ctx, f)
		return plain(all), err
	}
}

func (c *chooser) outcome() store.Outcome {
	o := store.Outcome{Next: c.later(), State: one(c, nil, fmt.Appendf(nil, "state %d", c.n))}
	for range c.IntN(3) {
		o.Memory = map[string][]byte{c.key(): one(c, nil, []byte{byte(c.n)}), "#own": []byte("x")}
	}
	for range c.IntN(3) {
		p := post(c.key(), start.Add(time.Duration(c.IntN(100))*time.Second))
		p.Revision = c.n
		o.Posts = append(o.Posts, p)
	}
	if c.IntN(8) == 0 {
		o.Removed = append(o.Removed, c.key())
	}
	for range c.IntN(3) {
		c.n++
		d := told(c.key(), fmt.Sprintf("what %d", c.n))
		d.At = c.now
		d.Link = one(c, "", "https://example.net/"+c.key())
		o.Decisions = append(o.Decisions, d)
	}
	for range c.IntN(4) {
		c.n++
		q := msg(c.id())
		q.Message.Text = fmt.Sprintf("text %d", c.n)
		q.Message.Source, q.Message.Post = c.source(), c.key()
		q.Due, q.Priority = c.later().Add(-time.Minute), c.IntN(3)
		q.Hold = one(c, "", "", "hold")
		q.Once = one(c, "", "", c.key())
		if c.IntN(3) == 0 {
			of := q.Message.Account + ":" + fmt.Sprint(c.IntN(40))
			if of != q.Message.ID {
				u := update(q.Message.ID, of, fmt.Sprintf("update %d", c.n))
				q.Instead = u.Instead
				q.Instead.Due = one(c, time.Time{}, c.later())
				if c.IntN(3) == 0 {
					q.Instead.Body = nil
				}
				if c.IntN(4) == 0 {
					q.Message.ID = ""
				}
			}
		}
		if c.IntN(10) == 0 {
			q.Message.Account, q.Message.ID, q.Stream, q.Instead, q.Hold = "bus", "bus:"+fmt.Sprint(c.IntN(40)), true, nil, ""
		}
		o.Messages = append(o.Messages, q)
	}
	return o
}

func (c *chooser) settlement(l store.Lease) store.Settlement {
	t := store.Settlement{
		Result: one(c, store.Sent, store.Sent, store.Sent, store.Retry, store.Defer, store.Doubt, store.Held, store.Dead),
		Next:   one(c, time.Time{}, c.later()), Rate: one(c, nil, []byte("rate"), []byte{}), Stop: c.IntN(12) == 0, MayBeOut: c.IntN(2) == 0, Take: c.pick(0, time.Second, time.Minute), Begin: c.IntN(2) == 0,
	}
	if t.Result == store.Sent {
		t.Receipt = network.Receipt{ID: "r" + l.Message.ID, At: c.now}
	} else {
		t.Reason = one(c, "", "why\nnot")
	}
	if c.IntN(2) == 0 {
		t.Decision = store.Decision{Source: l.Message.Source, Post: l.Message.Post, At: c.now, What: string(t.Result)}
	}
	return t
}
