package embedded

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"syndicated/feeds"
	"syndicated/worker/store"
)

// Export implements store.Desk. It sees the store as it was at one moment.
func (s *Store) Export(ctx context.Context, w io.Writer) error {
	err := s.view(ctx, func(h *handle) error {
		d, err := store.NewDumper(w, s.cfg.Now())
		if err != nil {
			return err
		}
		if err := export(ctx, h, d); err != nil {
			return err
		}
		return d.Close()
	})
	if err != nil {
		return fmt.Errorf("export the store: %w", err)
	}
	return nil
}

func export(ctx context.Context, h *handle, d *store.Dumper) error {
	for _, part := range []struct {
		query string
		line  func(scan func(...any) error) (store.Line, error)
	}{
		{`SELECT name, coalesce(next, 0), next IS NOT NULL, fence, state FROM sources ORDER BY name`, func(scan func(...any) error) (store.Line, error) {
			var v store.DumpSource
			return store.Line{Source: &v}, scan(&v.Source, &v.Next, &v.Planned, &v.Fence, &v.State)
		}},
		{`SELECT s.name, m.key, m.record FROM memory m JOIN sources s ON s.id = m.source ORDER BY s.name, m.key`, func(scan func(...any) error) (store.Line, error) {
			var v store.DumpMemory
			return store.Line{Memory: &v}, scan(&v.Source, &v.Key, &v.Record)
		}},
		{`SELECT name, key, body FROM posts ORDER BY name, key`, func(scan func(...any) error) (store.Line, error) {
			var v store.DumpPost
			err := scan(&v.Source, &v.Key, (*[]byte)(&v.Body))
			if err == nil {
				v.Body, err = store.UnpackPost(v.Body)
			}
			return store.Line{Post: &v}, err
		}},
		{`SELECT at, body FROM decisions ORDER BY id`, func(scan func(...any) error) (store.Line, error) {
			var v store.DumpDecision
			return store.Line{Decision: &v}, scan(&v.At, (*[]byte)(&v.Body))
		}},
		{`SELECT hash, source, post, at FROM names ORDER BY hash, source, post`, func(scan func(...any) error) (store.Line, error) {
			var v store.DumpName
			return store.Line{Name: &v}, scan(&v.Hash, &v.Source, &v.Post, &v.At)
		}},
		{`SELECT name, fence, not_before, head, stopped, rate, sent FROM accounts ORDER BY name`, func(scan func(...any) error) (store.Line, error) {
			var v store.DumpAccount
			return store.Line{Account: &v}, scan(&v.Account, &v.Fence, &v.NotBefore, &v.Head, &v.Stopped, &v.Rate, &v.Sent)
		}},
		{`SELECT seq, id, account, state, due, try, attempted, tried, since, priority, source, post, reason, receipt, ` + bodyOf + ` FROM messages ORDER BY seq`, func(scan func(...any) error) (store.Line, error) {
			var v store.DumpMessage
			return store.Line{Message: &v}, scan(&v.Seq, &v.ID, &v.Account, &v.State, &v.Due, &v.Try, &v.Attempted, &v.Tried, &v.Since,
				&v.Priority, &v.Source, &v.Post, &v.Reason, (*[]byte)(&v.Receipt), (*[]byte)(&v.Body))
		}},
		{`SELECT account, once, id FROM once ORDER BY account, once`, func(scan func(...any) error) (store.Line, error) {
			var v store.DumpOnce
			return store.Line{Once: &v}, scan(&v.Account, &v.Once, &v.ID)
		}},
		{`SELECT key, value FROM vault ORDER BY key`, func(scan func(...any) error) (store.Line, error) {
			var v store.DumpValue
			return store.Line{Value: &v}, scan(&v.Key, &v.Value)
		}},
	} {
		err := h.rows(part.query, nil, func(scan func(...any) error) error {
			l, err := part.line(scan)
			if err != nil {
				return err
			}
			if err := d.Write(l); err != nil {
				return err
			}
			return ctx.Err()
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// Import implements store.Desk.
func (s *Store) Import(ctx context.Context, r io.Reader) error {
	err := s.update(ctx, func(h *handle) error {
		var full bool
		const q = `SELECT EXISTS (SELECT 1 FROM sources) OR EXISTS (SELECT 1 FROM messages) OR EXISTS (SELECT 1 FROM decisions) OR EXISTS (SELECT 1 FROM vault)`
		if _, err := h.row(q, nil, &full); err != nil {
			return err
		}
		if full {
			return store.ErrNotEmpty
		}
		err := store.ReadDump(r, func(l store.Line) error {
			if err := ctx.Err(); err != nil {
				return err
			}
			return s.take(h, l)
		})
		if err != nil {
			return err
		}
		_, err = h.exec(`UPDATE revision SET n = n + 1`)
		return err
	})
	if err != nil {
		return fmt.Errorf("import into the store: %w", err)
	}
	s.wake()
	return nil
}

// take writes one line; a line that comes twice counts once.
func (s *Store) take(h *handle, l store.Line) (err error) {
	switch {
	case l.Source != nil:
		v := l.Source
		_, err = h.exec(`INSERT OR REPLACE INTO sources(name, top, next, fence, state) VALUES (?, ?, ?, ?, ?)`,
			v.Source, top(v.Source), sql.NullInt64{Int64: v.Next, Valid: v.Planned}, v.Fence, orNull(v.State))
	case l.Memory != nil:
		v := l.Memory
		id, e := sourceID(h, v.Source)
		if e != nil {
			return e
		}
		_, err = h.exec(`INSERT OR REPLACE INTO memory VALUES (?, ?, ?)`, id, v.Key, v.Record)
	case l.Post != nil:
		v := l.Post
		id, e := sourceID(h, v.Source)
		if e != nil {
			return e
		}
		var post feeds.Post
		if e := json.Unmarshal(v.Body, &post); e != nil {
			return e
		}
		body, e := store.PackPost(post)
		if e != nil {
			return e
		}
		_, err = h.exec(`INSERT OR REPLACE INTO posts(source, key, top, name, age, body) VALUES (?, ?, ?, ?, ?, ?)`,
			id, v.Key, top(v.Source), v.Source, -post.Published.UnixMilli(), body)
	case l.Decision != nil:
		source, post, e := about(l.Decision.Body)
		if e != nil {
			return e
		}
		_, err = h.exec(`INSERT INTO decisions(source, post, at, body) VALUES (?, ?, ?, ?)`, source, post, l.Decision.At, []byte(l.Decision.Body))
	case l.Name != nil:
		v := l.Name
		_, err = h.exec(`INSERT OR REPLACE INTO names VALUES (?, ?, ?, ?)`, v.Hash, v.Source, v.Post, v.At)
	case l.Account != nil:
		v := l.Account
		_, err = h.exec(`INSERT OR REPLACE INTO accounts(name, fence, not_before, head, stopped, rate, sent) VALUES (?, ?, ?, ?, ?, ?, ?)`,
			v.Account, v.Fence, v.NotBefore, v.Head, v.Stopped, orNull(v.Rate), v.Sent)
	case l.Once != nil:
		_, err = h.exec(`INSERT OR REPLACE INTO once VALUES (?, ?, ?)`, l.Once.Account, l.Once.Once, l.Once.ID)
	case l.Message != nil:
		v := l.Message
		if _, err = h.exec(`INSERT OR REPLACE INTO messages(seq, id, account, state, due, try, attempted, tried, since, priority, source, post, reason, receipt)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, v.Seq, v.ID, v.Account, v.State, v.Due, v.Try, v.Attempted, v.Tried, v.Since,
			v.Priority, v.Source, v.Post, v.Reason, orNull(v.Receipt)); err != nil {
			return err
		}
		if v.Body != nil {
			if _, err = h.exec(`INSERT OR REPLACE INTO bodies VALUES (?, ?)`, v.Seq, []byte(v.Body)); err != nil {
				return err
			}
		}
		_, err = h.exec(`INSERT INTO accounts(name) VALUES (?) ON CONFLICT DO NOTHING`, v.Account)
	case l.Entry != nil || l.Group != nil:
		return nil // its message is among the messages
	case l.Value != nil:
		_, err = h.exec(`INSERT OR REPLACE INTO vault VALUES (?, ?)`, l.Value.Key, l.Value.Value)
	default:
		err = errors.New("nothing that this program knows")
	}
	return err
}

// sourceID finds the row of a source, making one where the line of the source
// itself is missing.
func sourceID(h *handle, name string) (id int64, err error) {
	if _, err := h.exec(`INSERT INTO sources(name, top) VALUES (?, ?) ON CONFLICT DO NOTHING`, name, top(name)); err != nil {
		return 0, err
	}
	_, err = h.row(`SELECT id FROM sources WHERE name = ?`, []any{name}, &id)
	return id, err
}

func about(body []byte) (source, post string, err error) {
	var d struct {
		Source string `json:"source"`
		Post   string `json:"post"`
	}
	err = json.Unmarshal(body, &d)
	return d.Source, d.Post, err
}
