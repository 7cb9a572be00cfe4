package embedded

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"syndicated/worker/network"
	"syndicated/worker/store"
)

// Sources implements store.Desk.
func (s *Store) Sources(ctx context.Context) ([]store.SourceState, error) {
	var all []store.SourceState
	err := s.view(ctx, func(h *handle) error {
		all = nil
		const q = `SELECT s.name, s.next, s.state, (SELECT count(*) FROM memory m WHERE m.source = s.id AND substr(m.key, 1, 1) <> '#')
			FROM sources s WHERE s.next IS NOT NULL ORDER BY s.name`
		return h.rows(q, nil, func(scan func(...any) error) error {
			var st store.SourceState
			var next int64
			if err := scan(&st.Source, &next, &st.State, &st.Posts); err != nil {
				return err
			}
			st.Next = moment(next)
			all = append(all, st)
			return nil
		})
	})
	if err != nil {
		return nil, fmt.Errorf("list sources: %w", err)
	}
	return all, nil
}

// Accounts implements store.Desk.
func (s *Store) Accounts(ctx context.Context) ([]store.AccountState, error) {
	var all []store.AccountState
	err := s.view(ctx, func(h *handle) error {
		all = nil
		const q = `SELECT name, not_before, stopped, sent,
			(SELECT count(*) FROM messages WHERE account = name AND state = 'waiting'),
			(SELECT count(*) FROM messages WHERE account = name AND state = 'held'),
			(SELECT count(*) FROM messages WHERE account = name AND state = 'dead')
			FROM accounts ORDER BY name`
		return h.rows(q, nil, func(scan func(...any) error) error {
			var a store.AccountState
			var notBefore int64
			if err := scan(&a.Account, &notBefore, &a.Stopped, &a.Sent, &a.Waiting, &a.Held, &a.Dead); err != nil {
				return err
			}
			a.NotBefore = moment(notBefore)
			all = append(all, a)
			return nil
		})
	})
	if err != nil {
		return nil, fmt.Errorf("list accounts: %w", err)
	}
	return all, nil
}

const columns = `SELECT id, account, state, due, try, attempted, since, priority, source, post, reason, receipt, ` + bodyOf + ` FROM messages `

func entry(scan func(...any) error) (e store.Entry, err error) {
	var due, attempted, since int64
	var receipt, body []byte
	var m network.Message
	err = scan(&m.ID, &m.Account, &e.State, &due, &e.Try, &attempted, &since, &e.Priority, &m.Source, &m.Post, &e.Reason, &receipt, &body)
	if err != nil {
		return e, err
	}
	e.Due, e.Attempted, e.Since = moment(due), moment(attempted), moment(since)
	if e.State == store.IsSent || e.State == store.Dropped {
		e.Due = time.Time{}
	}
	if body != nil {
		if err := json.Unmarshal(body, &m); err != nil {
			return e, fmt.Errorf("message %s: %w", m.ID, err)
		}
	}
	if receipt != nil {
		if err := json.Unmarshal(receipt, &e.Receipt); err != nil {
			return e, fmt.Errorf("receipt of message %s: %w", m.ID, err)
		}
	}
	e.Message = m
	return e, nil
}

// Messages implements store.Desk.
func (s *Store) Messages(ctx context.Context, f store.Filter) ([]store.Entry, error) {
	if f.Limit <= 0 {
		f.Limit = 1000
	}
	const matches = ` AND (?1 = '' OR account = ?1) AND (?2 = '' OR state = ?2) AND (?3 = '' OR source = ?3) AND (?4 = '' OR post = ?4) `
	args := []any{f.Account, f.State, f.Source, f.Post}
	var live, over []store.Entry
	err := s.view(ctx, func(h *handle) error {
		live, over = nil, nil
		into := func(list *[]store.Entry) func(scan func(...any) error) error {
			return func(scan func(...any) error) error {
				e, err := entry(scan)
				*list = append(*list, e)
				return err
			}
		}
		index := ""
		if f.Post != "" {
			index = " AND post = ?4 "
		}
		q := columns + `WHERE state IN ('waiting', 'held', 'dead') ` + index + matches + ` ORDER BY account, due, seq LIMIT ?5`
		if err := h.rows(q, append(args, f.Limit), into(&live)); err != nil || len(live) == f.Limit {
			return err
		}
		q = columns + `WHERE state IN ('sent', 'dropped') AND (?4 <> '' OR EXISTS (SELECT 1 FROM bodies b WHERE b.seq = messages.seq)) ` + index + matches + ` ORDER BY since DESC, seq DESC LIMIT ?5`
		return h.rows(q, append(args, f.Limit-len(live)), into(&over))
	})
	if err != nil {
		return nil, fmt.Errorf("list messages: %w", err)
	}
	slices.Reverse(over)
	return append(over, live...), nil
}

// Message implements store.Desk.
func (s *Store) Message(ctx context.Context, id string) (e store.Entry, found bool, err error) {
	err = s.view(ctx, func(h *handle) error {
		return h.rows(columns+`WHERE id = ?`, []any{id}, func(scan func(...any) error) (err error) {
			e, err = entry(scan)
			found = true
			return err
		})
	})
	if err != nil {
		return store.Entry{}, false, fmt.Errorf("read message %s: %w", id, err)
	}
	return e, found, nil
}

// Requeue implements store.Desk.
func (s *Store) Requeue(ctx context.Context, now time.Time, id, reason string) (bool, error) {
	return s.move(ctx, now, id, "requeue", func(h *handle, m standing) (bool, error) {
		if m.state != store.IsDead && m.state != store.OnHold {
			return false, nil
		}
		_, err := h.exec(`UPDATE messages SET state = 'waiting', due = min(due, ?), try = 0, since = ?, reason = ? WHERE id = ?`, millis(now), millis(now), reason, id)
		return true, err
	})
}

// Drop implements store.Desk.
func (s *Store) Drop(ctx context.Context, now time.Time, id, reason string) (bool, error) {
	return s.move(ctx, now, id, "drop", func(h *handle, m standing) (bool, error) {
		if m.inHand || m.state == store.IsSent || m.state == store.Dropped {
			return false, nil
		}
		if err := release(h, m.account, id); err != nil {
			return false, err
		}
		_, err := h.exec(`UPDATE messages SET state = 'dropped', since = ?, reason = ? WHERE id = ?`, millis(now), reason, id)
		return true, err
	})
}

// HoldMessage implements store.Desk.
func (s *Store) HoldMessage(ctx context.Context, now time.Time, id, reason string) (bool, error) {
	return s.move(ctx, now, id, "hold", func(h *handle, m standing) (bool, error) {
		if m.inHand || m.state != store.Waiting {
			return false, nil
		}
		if err := release(h, m.account, id); err != nil {
			return false, err
		}
		_, err := h.exec(`UPDATE messages SET state = 'held', since = ?, reason = ? WHERE id = ?`, millis(now), reason, id)
		return true, err
	})
}

// standing is how a message stands before a person moves it.
type standing struct {
	account string
	state   store.State
	inHand  bool // leased, and the lease has not lapsed
}

func (s *Store) move(ctx context.Context, now time.Time, id, verb string, do func(*handle, standing) (bool, error)) (ok bool, err error) {
	err = s.update(ctx, func(h *handle) error {
		ok = false
		var m standing
		const q = `SELECT m.account, m.state, a.leased > 0 AND a.head = m.id AND a.until > ? FROM messages m JOIN accounts a ON a.name = m.account WHERE m.id = ?`
		found, err := h.row(q, []any{millis(now), id}, &m.account, &m.state, &m.inHand)
		if err != nil || !found {
			return err
		}
		ok, err = do(h, m)
		return err
	})
	if err != nil {
		return false, fmt.Errorf("%s message %s: %w", verb, id, err)
	}
	if ok {
		s.wake()
	}
	return ok, nil
}

// release takes a message from the head of its account, with a lease that lapsed.
func release(h *handle, account, id string) error {
	_, err := h.exec(`UPDATE accounts SET fence = fence + (leased > 0), leased = 0, until = 0, head = '' WHERE name = ? AND head = ?`, account, id)
	return err
}

// Resume implements store.Desk.
func (s *Store) Resume(ctx context.Context, _ time.Time, account string) error {
	err := s.update(ctx, func(h *handle) error {
		_, err := h.exec(`UPDATE accounts SET stopped = '' WHERE name = ?`, account)
		return err
	})
	if err != nil {
		return fmt.Errorf("resume %s: %w", account, err)
	}
	s.wake()
	return nil
}

// Trim implements store.Desk.
func (s *Store) Trim(ctx context.Context, before time.Time) error {
	ms := millis(before)
	err := s.update(ctx, func(h *handle) error {
		for _, q := range []string{
			`DELETE FROM decisions WHERE at < ?`,
			// A word outlives its story by a day: something may still be decided.
			`DELETE FROM names WHERE at < ? - 86400000 AND NOT EXISTS (SELECT 1 FROM decisions d WHERE d.source = names.source AND d.post = names.post)`,
			`DELETE FROM bodies WHERE seq IN (SELECT b.seq FROM bodies b CROSS JOIN messages m ON m.seq = b.seq WHERE m.state IN ('sent', 'dropped') AND m.since < ?)`,
		} {
			if _, err := h.exec(q, ms); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		err = s.shrink(ctx)
	}
	if err != nil {
		return fmt.Errorf("trim what is older than %s: %w", before.Format(time.RFC3339), err)
	}
	return nil
}

// shrink gives free pages back to the system, but for a tenth of the file, which
// new work takes again. Others write between its steps.
func (s *Store) shrink(ctx context.Context) error {
	const step = 256 // pages
	for more := true; more; {
		err := s.update(ctx, func(h *handle) error {
			var free, all int64
			if _, err := h.row("PRAGMA freelist_count", nil, &free); err != nil {
				return err
			}
			if _, err := h.row("PRAGMA page_count", nil, &all); err != nil {
				return err
			}
			if more = free > 64 && free > all/10; !more {
				return nil
			}
			freed := int64(0)
			err := h.rows(fmt.Sprintf("PRAGMA incremental_vacuum(%d)", step), nil, func(func(...any) error) error { freed++; return nil })
			more = freed > 0 // a file that was made without auto_vacuum keeps its pages
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}
