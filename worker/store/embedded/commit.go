package embedded

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"syndicated/feeds"
	"syndicated/worker/network"
	"syndicated/worker/store"
)

// Commit implements store.Polls.
func (s *Store) Commit(ctx context.Context, now time.Time, p store.Poll, o store.Outcome) (store.Committed, error) {
	if err := o.Check(); err != nil {
		return store.Committed{}, fmt.Errorf("commit %s: %w", p.Source, err)
	}
	// Packing takes longer than writing: done here, callers do it side by side.
	posts, err := pack(p.Source, o.Posts)
	if err != nil {
		return store.Committed{}, fmt.Errorf("commit %s: %w", p.Source, err)
	}
	var c store.Committed
	err = s.update(ctx, func(h *handle) (err error) {
		c, err = s.commit(h, millis(now), p, o, posts)
		return err
	})
	if err != nil {
		return store.Committed{}, fmt.Errorf("commit %s: %w", p.Source, err)
	}
	if len(c.Queued)+len(c.Replaced) > 0 {
		s.wake()
	}
	return c, nil
}

func (s *Store) commit(h *handle, now int64, p store.Poll, o store.Outcome, posts []shelved) (store.Committed, error) {
	var c store.Committed
	var id, fence int64
	var leased bool
	found, err := h.row(`SELECT id, fence, leased FROM sources WHERE name = ?`, []any{p.Source}, &id, &fence, &leased)
	if err != nil || !found || fence != p.Fence {
		return c, err
	}
	c.OK = true
	for _, q := range o.Messages {
		if err := queue(h, now, q, leased, &c); err != nil {
			return c, fmt.Errorf("message %s: %w", q.Message.ID, err)
		}
	}
	if !leased {
		return c, nil // this commit again: its answer was lost
	}
	if err := s.shelve(h, id, p.Source, posts, o.Removed); err != nil {
		return c, err
	}
	if err := decide(h, now, p.Source, o.Decisions); err != nil {
		return c, err
	}
	for _, n := range o.Names(p.Source) {
		const q = `INSERT INTO names VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET at = excluded.at`
		if _, err := h.exec(q, n.Hash[:], n.Source, n.Post, now); err != nil {
			return c, err
		}
	}
	for key, record := range o.Memory {
		if record == nil {
			_, err = h.exec(`DELETE FROM memory WHERE source = ? AND key = ?`, id, key)
		} else {
			_, err = h.exec(`INSERT INTO memory VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET record = excluded.record`, id, key, record)
		}
		if err != nil {
			return c, err
		}
	}
	_, err = h.exec(`UPDATE sources SET next = ?, leased = 0, state = coalesce(?, state) WHERE id = ?`, millis(o.Next), orNull(o.State), id)
	return c, err
}

// pack makes of posts what is kept of them.
func pack(source string, posts []feeds.Post) ([]shelved, error) {
	out := make([]shelved, len(posts))
	for i, p := range posts {
		if p.Source == "" {
			p.Source = source
		}
		body, err := store.PackPost(p)
		if err != nil {
			return nil, fmt.Errorf("post %s: %w", p.Key, err)
		}
		out[i] = shelved{age: -p.Published.UnixMilli(), key: p.Key, source: source, body: body}
	}
	return out, nil
}

// shelve keeps posts for feeds.
func (s *Store) shelve(h *handle, id int64, source string, posts []shelved, removed []string) error {
	if len(posts)+len(removed) == 0 {
		return nil
	}
	for _, p := range posts {
		const q = `INSERT INTO posts(source, key, top, name, age, body) VALUES (?, ?, ?, ?, ?, ?)
			ON CONFLICT (source, key) DO UPDATE SET age = excluded.age, body = excluded.body`
		if _, err := h.exec(q, id, p.key, top(source), source, p.age, p.body); err != nil {
			return err
		}
	}
	for _, key := range removed {
		if _, err := h.exec(`DELETE FROM posts WHERE source = ? AND key = ?`, id, key); err != nil {
			return err
		}
	}
	const trim = `DELETE FROM posts WHERE id IN (SELECT id FROM posts WHERE source = ? ORDER BY age, key LIMIT -1 OFFSET ?)`
	if _, err := h.exec(trim, id, s.cfg.Posts); err != nil {
		return err
	}
	_, err := h.exec(`UPDATE revision SET n = n + 1`)
	return err
}

// decide writes stories on.
func decide(h *handle, now int64, source string, decisions []store.Decision) error {
	for _, d := range decisions {
		if d.Source == "" {
			d.Source = source
		}
		body, err := json.Marshal(d)
		if err != nil {
			return fmt.Errorf("decision about %s: %w", d.Post, err)
		}
		at := millis(d.At)
		if at == 0 {
			at = now
		}
		if _, err := h.exec(`INSERT INTO decisions(source, post, at, body) VALUES (?, ?, ?, ?)`, d.Source, d.Post, at, body); err != nil {
			return err
		}
	}
	return nil
}

// queue queues one message, or leaves it out and says in c why. With fresh
// unset it only says what became of it before.
func queue(h *handle, now int64, q store.Queued, fresh bool, c *store.Committed) error {
	m := q.Message
	if m.ID == "" { // only what it does to another
		if q.Instead == nil || !fresh {
			return nil
		}
		done, err := replace(h, now, *q.Instead)
		if done {
			c.Replaced = append(c.Replaced, q.Instead.ID)
		}
		return err
	}
	var known bool
	if _, err := h.row(`SELECT EXISTS (SELECT 1 FROM messages WHERE id = ?)`, []any{m.ID}, &known); err != nil {
		return err
	}
	if known {
		c.Known = append(c.Known, m.ID)
		return nil
	}
	if q.Once != "" {
		var other string
		taken, err := h.row(`SELECT o.id FROM once o JOIN messages m ON m.id = o.id WHERE o.account = ? AND o.once = ?`, []any{m.Account, q.Once}, &other)
		if err != nil {
			return err
		}
		if taken && other != m.ID {
			c.Taken = append(c.Taken, m.ID)
			return nil
		}
	}
	if !fresh {
		return nil
	}
	state, reason := store.Waiting, ""
	if q.Instead != nil {
		done, err := replace(h, now, *q.Instead)
		if err != nil {
			return err
		}
		if done {
			c.Replaced = append(c.Replaced, q.Instead.ID)
			return insert(h, now, q, store.Dropped, "told by "+q.Instead.ID+": "+q.Instead.Reason, nil)
		}
	}
	if q.Hold != "" {
		state, reason = store.OnHold, q.Hold
	}
	var receipt []byte
	if q.Stream {
		state, reason = store.IsSent, ""
		r, err := streamed(h, now, m.Account)
		if err != nil {
			return err
		}
		receipt = r
	}
	if q.Once != "" {
		if _, err := h.exec(`INSERT OR REPLACE INTO once VALUES (?, ?, ?)`, m.Account, q.Once, m.ID); err != nil {
			return err
		}
	}
	c.Queued = append(c.Queued, m.ID)
	return insert(h, now, q, state, reason, receipt)
}

func insert(h *handle, now int64, q store.Queued, state store.State, reason string, receipt []byte) error {
	m := q.Message
	body, err := json.Marshal(m)
	if err != nil {
		return err
	}
	const add = `INSERT INTO messages(id, account, state, due, since, priority, source, post, reason, receipt) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`
	if _, err := h.exec(add, m.ID, m.Account, state, millis(q.Due), now, q.Priority, m.Source, m.Post, reason, orNull(receipt)); err != nil {
		return err
	}
	if _, err := h.exec(`INSERT INTO bodies VALUES (last_insert_rowid(), ?)`, body); err != nil {
		return err
	}
	_, err = h.exec(`INSERT INTO accounts(name) VALUES (?) ON CONFLICT DO NOTHING`, m.Account)
	return err
}

// replace gives a message that was never attempted another body, or cancels
// it; done is false if it is too late. A lease on it ends.
func replace(h *handle, now int64, in store.Instead) (done bool, err error) {
	var account string
	const q = `SELECT account FROM messages WHERE id = ? AND state IN ('waiting', 'held') AND attempted = 0 AND try = 0`
	found, err := h.row(q, []any{in.ID}, &account)
	if err != nil || !found {
		return false, err
	}
	if _, err := h.exec(`UPDATE accounts SET leased = 0, fence = fence + 1, until = 0 WHERE name = ? AND head = ? AND leased > 0`, account, in.ID); err != nil {
		return false, err
	}
	if in.Body == nil {
		if err := unpin(h, account, in.ID); err != nil {
			return false, err
		}
		_, err := h.exec(`UPDATE messages SET state = 'dropped', since = ?, reason = ? WHERE id = ?`, now, in.Reason, in.ID)
		return true, err
	}
	m := *in.Body
	m.ID, m.Account = in.ID, account
	body, err := json.Marshal(m)
	if err != nil {
		return false, err
	}
	if !in.Due.IsZero() {
		if err := unpin(h, account, in.ID); err != nil {
			return false, err
		}
		if _, err := h.exec(`UPDATE messages SET due = ? WHERE id = ?`, millis(in.Due), in.ID); err != nil {
			return false, err
		}
	}
	_, err = h.exec(`UPDATE bodies SET body = ? WHERE seq = (SELECT seq FROM messages WHERE id = ?)`, body, in.ID)
	return true, err
}

// unpin lets another message become the head of the account.
func unpin(h *handle, account, id string) error {
	_, err := h.exec(`UPDATE accounts SET head = '' WHERE name = ? AND head = ?`, account, id)
	return err
}

// streamed counts a message that is for consumers as sent. There is no stream
// here: it stays among the messages.
func streamed(h *handle, now int64, account string) ([]byte, error) {
	const q = `INSERT INTO accounts(name, sent) VALUES (?, 1) ON CONFLICT DO UPDATE SET sent = sent + 1 RETURNING sent`
	var n int64
	if _, err := h.row(q, []any{account}, &n); err != nil {
		return nil, err
	}
	return json.Marshal(network.Receipt{ID: fmt.Sprint(n), At: moment(now)})
}
