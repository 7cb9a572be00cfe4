package embedded

import (
	"encoding/json"
	"fmt"
	"time"

	"syndicated/worker/store"
)

// candidate is an account with something to do, from when on.
type candidate struct {
	account string
	fence   int64
	leased  int
	seq     int64
	from    int64
	rate    []byte
}

// look tells which message an account is to send next and from when on; ok is
// false when it has none or may send none.
func look(h *handle, account string) (c candidate, ok bool, err error) {
	c.account = account
	var until, notBefore int64
	var head string
	const q = `SELECT fence, leased, until, not_before, head, rate FROM accounts WHERE name = ? AND stopped = ''`
	found, err := h.row(q, []any{account}, &c.fence, &c.leased, &until, &notBefore, &head, &c.rate)
	if err != nil || !found {
		return c, false, err
	}
	found = false
	if head != "" {
		found, err = h.row(`SELECT seq, due FROM messages WHERE id = ? AND state = 'waiting'`, []any{head}, &c.seq, &c.from)
	}
	if err == nil && !found {
		c.leased = 0 // its message is gone
		found, err = h.row(`SELECT seq, due FROM messages WHERE account = ? AND state = 'waiting' ORDER BY due, seq LIMIT 1`, []any{account}, &c.seq, &c.from)
	}
	if err != nil || !found {
		return c, false, err
	}
	if c.leased > 0 {
		c.from = until
	} else {
		c.from = max(c.from, notBefore)
	}
	return c, true, nil
}

// How a lease came about: what accounts.leased says.
const (
	byClaim = 1
	byTake  = 2
)

// lease leases an account with the message at its head.
func lease(h *handle, c candidate, how int, until int64) (store.Lease, error) {
	l, err := held(h, c, until)
	if err != nil {
		return l, err
	}
	l.Fence++
	const q = `UPDATE accounts SET fence = ?, leased = ?, until = ?, head = ? WHERE name = ?`
	_, err = h.exec(q, l.Fence, how, until, l.Message.ID, c.account)
	return l, err
}

// held is the lease of an account on the message at its head.
func held(h *handle, c candidate, until int64) (store.Lease, error) {
	l := store.Lease{Account: c.account, Fence: c.fence, Rate: c.rate, Until: moment(until)}
	var id string
	var body []byte
	var attempted int64
	const q = `SELECT id, try + 1, attempted, priority, ` + bodyOf + ` FROM messages WHERE seq = ?`
	if _, err := h.row(q, []any{c.seq}, &id, &l.Try, &attempted, &l.Priority, &body); err != nil {
		return l, err
	}
	if err := json.Unmarshal(body, &l.Message); err != nil {
		return l, fmt.Errorf("message %s: %w", id, err)
	}
	l.Doubt, l.Attempted = attempted != 0, moment(attempted)
	return l, nil
}

// take leases the next message of an account if it is to be sent now, or gives
// the lease that was taken before.
func take(h *handle, account string, now, until int64, begin bool) (*store.Lease, error) {
	c, ok, err := look(h, account)
	if err != nil || !ok || c.from > now && c.leased != byTake {
		return nil, err
	}
	if c.leased == byTake {
		l, err := held(h, c, c.from)
		if err != nil {
			return nil, err
		}
		var tried int64
		if _, err := h.row(`SELECT tried FROM messages WHERE seq = ?`, []any{c.seq}, &tried); err != nil {
			return nil, err
		}
		if tried == l.Fence { // begun when it was taken
			l.Begun, l.Try, l.Doubt, l.Attempted = true, l.Try-1, false, time.Time{}
		}
		return &l, nil
	}
	l, err := lease(h, c, byTake, until)
	if err == nil && begin && !l.Doubt {
		l.Begun = true
		err = attempt(h, now, l)
	}
	return &l, err
}

// attempt writes down that a message is about to go out, once for each lease.
func attempt(h *handle, now int64, l store.Lease) error {
	const q = `UPDATE messages SET try = try + 1, attempted = ?2, tried = ?3 WHERE id = ?1 AND tried <> ?3`
	_, err := h.exec(q, l.Message.ID, now, l.Fence)
	return err
}

type hold int

const (
	lost    hold = iota // by another's claim
	has                 // still the lease's
	settled             // by this lease
	taken               // the same, and the next one was leased with it
)

// holds tells whether the account is still this lease's.
func holds(h *handle, l store.Lease) (hold, error) {
	var fence int64
	var leased int
	found, err := h.row(`SELECT fence, leased FROM accounts WHERE name = ?`, []any{l.Account}, &fence, &leased)
	switch {
	case err != nil || !found:
		return lost, err
	case fence == l.Fence+1 && leased == byTake:
		return taken, nil
	case fence != l.Fence:
		return lost, nil
	case leased > 0:
		return has, nil
	default:
		return settled, nil
	}
}
