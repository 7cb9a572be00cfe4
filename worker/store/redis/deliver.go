package redis

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"syndicated/worker/network"
	"syndicated/worker/store"
)

// Claim implements store.Deliveries.
func (s *Store) Claim(ctx context.Context, now time.Time, accounts []string, max int, ttl time.Duration) ([]store.Lease, time.Time, error) {
	if len(accounts) == 0 {
		return nil, time.Time{}, nil
	}
	until := millis(now.Add(ttl))
	args := make([]any, 0, 3+len(accounts))
	args = append(args, millis(now), until, max)
	for _, a := range accounts {
		args = append(args, a)
	}
	out, err := s.call(ctx, s.run.claim, s.keys.all("due", "accounts", "queue", "messages", "bodies", "past"), args).Slice()
	if err != nil {
		return nil, time.Time{}, fmt.Errorf("claim messages: %w", err)
	}
	r := reply{out}
	next := moment(parseMillis(r.text()))
	var leases []store.Lease
	for r.more() {
		name := r.text()
		h, err := parseHeld(name, r.text(), r.text(), r.text())
		if err != nil {
			return nil, time.Time{}, fmt.Errorf("claim messages: %w", err)
		}
		l, err := s.lease(name, h, r.text())
		if err != nil {
			return nil, time.Time{}, fmt.Errorf("claim messages: %w", err)
		}
		leases = append(leases, *l)
	}
	return leases, next, nil
}

// scratch holds bodies while they are read.
var scratch = sync.Pool{New: func() any { return new([]byte) }}

// lease makes of two records and a body what a worker gets, and keeps the records.
func (s *Store) lease(name string, h *held, body string) (*store.Lease, error) {
	a, m := &h.account, &h.message
	l := &store.Lease{Account: name, Fence: a.fence, Try: m.try, Rate: a.rate, Priority: m.priority, Until: moment(a.until)}
	if l.Begun = m.tried == a.fence; !l.Begun {
		l.Try, l.Doubt, l.Attempted = m.try+1, m.attempted != 0, moment(m.attempted)
	}
	b := scratch.Get().(*[]byte)
	defer scratch.Put(b)
	*b = append((*b)[:0], body...)
	if err := json.Unmarshal(*b, &l.Message); err != nil {
		return nil, fmt.Errorf("message %s: %w", m.id, err)
	}
	s.holds.set(name, h)
	return l, nil
}

// Attempt implements store.Deliveries.
func (s *Store) Attempt(ctx context.Context, now time.Time, l store.Lease) (ok bool, err error) {
	err = s.decide(ctx, &l, func(h *held) (done bool, err error) {
		if h.stands(&l) != leased {
			return true, nil
		}
		next := *h
		text := ""
		if m := &next.message; m.tried != l.Fence {
			m.try, m.attempted, m.tried = m.try+1, millis(now), l.Fence
			text = m.String()
		}
		answer, err := s.each(ctx, &s.attempts, decision{}, l.Account, h.text, l.Message.ID, text)
		if err != nil || answer != int64(1) {
			return false, err
		}
		ok = true
		s.holds.set(l.Account, &next)
		return true, nil
	})
	if err != nil {
		return false, fmt.Errorf("begin message %s: %w", l.Message.ID, err)
	}
	return ok, nil
}

// Extend implements store.Deliveries.
func (s *Store) Extend(ctx context.Context, now time.Time, l store.Lease, ttl time.Duration) (bool, error) {
	text, err := s.call(ctx, s.run.extend, s.keys.all("accounts", "due"), []any{l.Account, l.Fence, millis(now.Add(ttl))}).Text()
	if errors.Is(err, goredis.Nil) {
		return false, nil
	}
	if err == nil {
		err = s.holds.renew(&l, text)
	}
	if err != nil {
		return false, fmt.Errorf("extend the lease of %s: %w", l.Account, err)
	}
	return true, nil
}

// Finish implements store.Deliveries.
func (s *Store) Finish(ctx context.Context, now time.Time, l store.Lease, t store.Settlement) (next *store.Lease, ok bool, err error) {
	err = s.decide(ctx, &l, func(h *held) (done bool, err error) {
		switch h.stands(&l) {
		case lost:
			return true, nil
		case settled:
			ok = true
			return true, nil
		case taken:
			ok = true
			if t.Take > 0 {
				next, err = s.again(ctx, l.Account, h)
			}
			return true, err
		}
		e, err := settle(now, h, &t)
		if err != nil {
			return false, err
		}
		d, err := s.decision(t.Decision)
		if err != nil {
			return false, err
		}
		answer, err := s.each(ctx, &s.finishes, d, e.words...)
		if err != nil || answer == int64(0) {
			return false, err
		}
		ok = true
		s.holds.end(&l)
		if found, is := answer.([]any); is {
			next, err = s.next(l.Account, e, reply{found})
		}
		return true, err
	})
	if err != nil {
		return nil, false, fmt.Errorf("settle message %s: %w", l.Message.ID, err)
	}
	return next, ok, nil
}

func (s *Store) decision(d store.Decision) (decision, error) {
	if d.What == "" {
		return decision{}, nil
	}
	line, err := json.Marshal(&d)
	return decision{s.keys.story(d.Source), string(line)}, err
}

// next is the lease that came with a settlement.
func (s *Store) next(name string, e *end, r reply) (*store.Lease, error) {
	id, text := r.text(), r.text()
	m, err := parseRecord(id, text)
	if err != nil {
		return nil, err
	}
	h := &held{account: e.account, message: m}
	if h.account.head = id; m.attempted != 0 {
		h.account.leased = byTake // a doubt is cleared up before anything begins
	}
	h.text = h.account.String()
	h.message.begin(&h.account)
	return s.lease(name, h, r.text())
}

// again is the lease that came with a settlement whose answer was lost; nil if it
// was lost by now.
func (s *Store) again(ctx context.Context, name string, was *held) (*store.Lease, error) {
	h, err := s.readHeld(ctx, name, was.account.head)
	if err != nil || h.text != was.text {
		return nil, err
	}
	body, err := s.client.HGet(ctx, s.keys.of("bodies"), h.message.id).Result()
	if err != nil {
		return nil, err
	}
	return s.lease(name, h, body)
}

// end is how a lease is to end.
type end struct {
	words   []string      // arguments of the script
	account accountRecord // as it is then if its next message is leased, but for the head
}

// settle tells how a lease is to end.
func settle(now time.Time, h *held, t *store.Settlement) (*end, error) {
	e := &end{account: h.account}
	a, m := &e.account, h.message
	place, set := m.member(), ""
	ours := m.tried == a.fence
	m.why = t.Reason
	switch t.Result {
	case store.Sent:
		a.sent++
		receipt := t.Receipt // which leaves the rest of t where it is
		text, err := json.Marshal(&receipt)
		if err != nil {
			return nil, err
		}
		m.state, m.receipt, m.why, set = store.IsSent, string(text), "", "6"
	case store.Retry:
		m.attempted = 0
	case store.Defer:
		if ours {
			m.try, m.attempted, m.tried = m.try-1, 0, 0
		}
	case store.Doubt:
	case store.Held:
		m.state, set = store.OnHold, "4"
	case store.Dead:
		m.state, set = store.IsDead, "5"
		if ours && !t.MayBeOut {
			m.attempted = 0
		}
	default:
		return nil, fmt.Errorf("result %q is none that there is", t.Result)
	}
	a.leased, a.until, a.notBefore, a.head, a.rate = 0, 0, millis(t.Next), m.id, t.Rate
	if set != "" {
		m.since, a.head = millis(now), ""
	}
	if t.Stop {
		a.stopped = cmp.Or(t.Reason, "no reason was given")
	}
	free, before := a.String(), ""
	if t.Take > 0 && a.stopped == "" && a.notBefore <= millis(now) {
		a.fence, a.leased, a.until = a.fence+1, byTake, millis(now.Add(t.Take))
		if t.Begin {
			a.leased = millis(now)
		}
		before = a.before()
	}
	e.words = []string{m.account, h.text, m.String(), place, set, strconv.FormatInt(millis(now), 10), free, before, a.behind()}
	return e, nil
}

// Receipt implements store.Deliveries.
func (s *Store) Receipt(ctx context.Context, id string) (network.Receipt, bool, error) {
	e, found, err := s.entry(ctx, id)
	if err != nil || !found || e.state != store.IsSent {
		return network.Receipt{}, false, err
	}
	var r network.Receipt
	if err := json.Unmarshal([]byte(e.receipt), &r); err != nil {
		return network.Receipt{}, false, fmt.Errorf("receipt of message %s: %w", id, err)
	}
	return r, true, nil
}
