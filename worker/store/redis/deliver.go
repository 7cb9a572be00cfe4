package redis

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

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
	out, err := s.call(ctx, s.run.claim, s.keys.all("due", "accounts", "queue", "messages", "bodies", "over"), args).Slice()
	if err != nil {
		return nil, time.Time{}, fmt.Errorf("claim messages: %w", err)
	}
	r := reply{out}
	next := moment(parseMillis(r.text()))
	var leases []store.Lease
	for r.more() {
		l := store.Lease{Account: r.text(), Fence: r.number(), Until: moment(until)}
		id := r.text()
		var try, attempted, priority int64
		if err := parseNumbers(r.text(), &try, &attempted, &priority); err != nil {
			return nil, time.Time{}, fmt.Errorf("claim messages: message %s: its record: %w", id, err)
		}
		l.Try, l.Attempted, l.Priority = int(try)+1, moment(attempted), int(priority)
		l.Doubt = !l.Attempted.IsZero()
		body := r.bytes()
		l.Rate = r.bytes()
		if err := json.Unmarshal(body, &l.Message); err != nil {
			return nil, time.Time{}, fmt.Errorf("claim messages: message %s: %w", id, err)
		}
		leases = append(leases, l)
	}
	return leases, next, nil
}

// Attempt implements store.Deliveries.
func (s *Store) Attempt(ctx context.Context, now time.Time, l store.Lease) (bool, error) {
	ok, err := s.each(ctx, &s.attempts, l.Account, l.Fence, l.Message.ID, millis(now))
	if err != nil {
		return false, fmt.Errorf("begin message %s: %w", l.Message.ID, err)
	}
	return ok, nil
}

// Extend implements store.Deliveries.
func (s *Store) Extend(ctx context.Context, now time.Time, l store.Lease, ttl time.Duration) (bool, error) {
	ok, err := s.call(ctx, s.run.extend, s.keys.all("accounts", "due"), []any{l.Account, l.Fence, millis(now.Add(ttl))}).Bool()
	if err != nil {
		return false, fmt.Errorf("extend the lease of %s: %w", l.Account, err)
	}
	return ok, nil
}

// Finish implements store.Deliveries.
func (s *Store) Finish(ctx context.Context, now time.Time, l store.Lease, t store.Settlement) (bool, error) {
	args, err := s.settlement(now, l, t)
	if err != nil {
		return false, fmt.Errorf("settle message %s: %w", l.Message.ID, err)
	}
	ok, err := s.each(ctx, &s.finishes, args...)
	if err != nil {
		return false, fmt.Errorf("settle message %s: %w", l.Message.ID, err)
	}
	return ok, nil
}

func (s *Store) settlement(now time.Time, l store.Lease, t store.Settlement) ([]any, error) {
	var receipt, decision []byte
	var err error
	switch t.Result {
	case store.Sent:
		if receipt, err = json.Marshal(t.Receipt); err != nil {
			return nil, err
		}
	case store.Retry, store.Defer, store.Doubt, store.Held, store.Dead:
	default:
		return nil, fmt.Errorf("result %q is none that there is", t.Result)
	}
	if t.Decision.What != "" {
		if decision, err = json.Marshal(t.Decision); err != nil {
			return nil, err
		}
	}
	stopped := ""
	if t.Stop {
		stopped = t.Reason
		if stopped == "" {
			stopped = "no reason was given"
		}
	}
	size := any("-")
	if t.Rate != nil {
		size = len(t.Rate)
	}
	return []any{
		l.Account, l.Fence, l.Message.ID, millis(now), string(t.Result), receipt, t.Reason, millis(t.Next),
		size, t.Rate, stopped, flag(t.MayBeOut), decision, story(s.keys.story(t.Decision.Source)),
	}, nil
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
