package embedded

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"syndicated/worker/network"
	"syndicated/worker/store"
)

// Claim implements store.Deliveries.
func (s *Store) Claim(ctx context.Context, now time.Time, accounts []string, max int, ttl time.Duration) ([]store.Lease, time.Time, error) {
	var leases []store.Lease
	var next int64
	err := s.update(ctx, func(h *handle) (err error) {
		leases, next, err = claim(h, millis(now), accounts, max, millis(now.Add(ttl)))
		return err
	})
	if err != nil {
		return nil, time.Time{}, fmt.Errorf("claim messages: %w", err)
	}
	return leases, moment(next), nil
}

func claim(h *handle, now int64, accounts []string, max int, until int64) ([]store.Lease, int64, error) {
	var all []candidate
	var next int64
	earliest := func(at int64) {
		if next == 0 || at < next {
			next = at
		}
	}
	seen := map[string]bool{}
	for _, name := range accounts {
		if seen[name] {
			continue
		}
		seen[name] = true
		c, ok, err := look(h, name)
		if err != nil {
			return nil, 0, err
		}
		if !ok {
			continue
		}
		if c.from > now {
			earliest(c.from)
			continue
		}
		all = append(all, c)
	}
	slices.SortFunc(all, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(a.account, b.account))
	})
	if len(all) > max {
		earliest(now)
		all = all[:max]
	}
	var leases []store.Lease
	for _, c := range all {
		l, err := lease(h, c, byClaim, until)
		if err != nil {
			return nil, 0, err
		}
		earliest(until)
		leases = append(leases, l)
	}
	return leases, next, nil
}

// Attempt implements store.Deliveries.
func (s *Store) Attempt(ctx context.Context, now time.Time, l store.Lease) (ok bool, err error) {
	err = s.update(ctx, func(h *handle) error {
		held, err := holds(h, l)
		if ok = held == has; err != nil || !ok {
			return err
		}
		return attempt(h, millis(now), l)
	})
	if err != nil {
		return false, fmt.Errorf("begin message %s: %w", l.Message.ID, err)
	}
	return ok, nil
}

// Extend implements store.Deliveries.
func (s *Store) Extend(ctx context.Context, now time.Time, l store.Lease, ttl time.Duration) (ok bool, err error) {
	err = s.update(ctx, func(h *handle) error {
		n, err := h.exec(`UPDATE accounts SET until = ? WHERE name = ? AND fence = ? AND leased > 0`, millis(now.Add(ttl)), l.Account, l.Fence)
		ok = n == 1
		return err
	})
	if err != nil {
		return false, fmt.Errorf("extend the lease of %s: %w", l.Account, err)
	}
	return ok, nil
}

// Finish implements store.Deliveries.
func (s *Store) Finish(ctx context.Context, now time.Time, l store.Lease, t store.Settlement) (next *store.Lease, ok bool, err error) {
	err = s.update(ctx, func(h *handle) error {
		how, err := holds(h, l)
		if ok = how != lost; err != nil {
			return err
		}
		if how == has {
			if err := finish(h, millis(now), l, t); err != nil {
				return err
			}
		}
		if t.Take > 0 && (how == has || how == taken) {
			next, err = take(h, l.Account, millis(now), millis(now.Add(t.Take)), t.Begin)
		}
		return err
	})
	if err != nil {
		return nil, false, fmt.Errorf("settle message %s: %w", l.Message.ID, err)
	}
	if ok {
		s.wake()
	}
	return next, ok, nil
}

func finish(h *handle, now int64, l store.Lease, t store.Settlement) error {
	id := l.Message.ID
	stays := false
	var err error
	switch t.Result {
	case store.Sent:
		receipt, jerr := json.Marshal(t.Receipt)
		if jerr != nil {
			return jerr
		}
		if _, err = h.exec(`UPDATE messages SET state = 'sent', since = ?, receipt = ?, reason = '' WHERE id = ?`, now, receipt, id); err == nil {
			_, err = h.exec(`UPDATE accounts SET sent = sent + 1 WHERE name = ?`, l.Account)
		}
	case store.Retry:
		stays = true
		_, err = h.exec(`UPDATE messages SET attempted = 0, reason = ? WHERE id = ?`, t.Reason, id)
	case store.Defer:
		stays = true
		_, err = h.exec(`UPDATE messages SET reason = ?2, try = try - (tried = ?3), attempted = attempted * (tried <> ?3), tried = tried * (tried <> ?3) WHERE id = ?1`, id, t.Reason, l.Fence)
	case store.Doubt:
		stays = true
		_, err = h.exec(`UPDATE messages SET reason = ? WHERE id = ?`, t.Reason, id)
	case store.Held:
		_, err = h.exec(`UPDATE messages SET state = 'held', since = ?, reason = ? WHERE id = ?`, now, t.Reason, id)
	case store.Dead:
		_, err = h.exec(`UPDATE messages SET state = 'dead', since = ?2, reason = ?3, attempted = attempted * (?4 OR tried <> ?5) WHERE id = ?1`, id, now, t.Reason, t.MayBeOut, l.Fence)
	default:
		return fmt.Errorf("result %q is none that there is", t.Result)
	}
	if err != nil {
		return err
	}
	head := ""
	if stays {
		head = id
	}
	const q = `UPDATE accounts SET leased = 0, until = 0, head = ?, not_before = ?, rate = ?, stopped = CASE WHEN ? THEN ? ELSE stopped END WHERE name = ?`
	if _, err := h.exec(q, head, millis(t.Next), orNull(t.Rate), t.Stop, why(t.Reason), l.Account); err != nil {
		return err
	}
	if t.Decision.What == "" {
		return nil
	}
	return decide(h, now, t.Decision.Source, []store.Decision{t.Decision})
}

// why is never empty, since an account is stopped when it has a reason.
func why(reason string) string {
	if reason == "" {
		return "no reason was given"
	}
	return reason
}

// Receipt implements store.Deliveries.
func (s *Store) Receipt(ctx context.Context, id string) (r network.Receipt, found bool, err error) {
	err = s.view(ctx, func(h *handle) error {
		var b []byte
		ok, err := h.row(`SELECT receipt FROM messages WHERE id = ? AND state = 'sent'`, []any{id}, &b)
		if err != nil || !ok {
			return err
		}
		found = true
		return json.Unmarshal(b, &r)
	})
	if err != nil {
		return network.Receipt{}, false, fmt.Errorf("receipt of message %s: %w", id, err)
	}
	return r, found, nil
}
