package embedded

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"syndicated/feeds"
	"syndicated/worker/store"
)

// Posts implements store.Archive.
func (s *Store) Posts(ctx context.Context, q feeds.Query) ([]feeds.Post, error) {
	limit := q.Limit
	if limit <= 0 {
		limit = -1
	}
	age := int64(1<<63 - 1)
	if !q.Since.IsZero() {
		age = -q.Since.UnixMilli()
	}
	var posts []shelved
	err := s.view(ctx, func(h *handle) error {
		posts = nil
		pick := func(where string, args ...any) error {
			const q = `SELECT age, key, name, body FROM posts WHERE `
			return h.rows(q+where+` AND age <= ? ORDER BY age, key, name LIMIT ?`, append(args, age, limit), func(scan func(...any) error) error {
				var p shelved
				if err := scan(&p.age, &p.key, &p.source, &p.body); err != nil {
					return err
				}
				posts = append(posts, p)
				return nil
			})
		}
		if len(q.Sources) == 0 {
			return pick("1")
		}
		for _, name := range store.Outermost(q.Sources) {
			var err error
			if strings.Contains(name, "/") {
				err = pick("(name = ? OR name >= ? AND name < ?)", name, name+"/", name+"0") // 0 follows / in ASCII
			} else {
				err = pick("top = ?", name)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read posts: %w", err)
	}
	slices.SortFunc(posts, func(a, b shelved) int {
		return cmp.Or(cmp.Compare(a.age, b.age), cmp.Compare(a.key, b.key), cmp.Compare(a.source, b.source))
	})
	if limit > 0 && len(posts) > limit {
		posts = posts[:limit]
	}
	out := make([]feeds.Post, len(posts))
	for i, p := range posts {
		plain, err := store.UnpackPost(p.body)
		if err == nil {
			err = json.Unmarshal(plain, &out[i])
		}
		if err != nil {
			return nil, fmt.Errorf("read post %s of %s: %w", p.key, p.source, err)
		}
	}
	return out, nil
}

// shelved is a post as it is kept.
type shelved struct {
	age         int64 // -published
	key, source string
	body        []byte
}

// Revision implements store.Archive.
func (s *Store) Revision(ctx context.Context) (n int64, err error) {
	err = s.view(ctx, func(h *handle) error {
		_, err := h.row(`SELECT n FROM revision`, nil, &n)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("read the revision: %w", err)
	}
	return n, nil
}

// Story implements store.Archive.
func (s *Store) Story(ctx context.Context, source, which string) ([]store.Decision, error) {
	var story []store.Decision
	hash := store.HashName(which)
	err := s.view(ctx, func(h *handle) error {
		const q = `SELECT body FROM decisions d WHERE
			(source, post) IN (SELECT source, post FROM names WHERE hash = ?1 AND (?2 = '' OR source = ?2))
			OR (source = ?2 AND post = ?3) ORDER BY id`
		return h.rows(q, []any{hash[:], source, which}, collect(&story))
	})
	if err != nil {
		return nil, fmt.Errorf("read the story of %s: %w", which, err)
	}
	return story, nil
}

// collect scans decisions into all.
func collect(all *[]store.Decision) func(scan func(...any) error) error {
	return func(scan func(...any) error) error {
		var body []byte
		if err := scan(&body); err != nil {
			return err
		}
		var d store.Decision
		if err := json.Unmarshal(body, &d); err != nil {
			return err
		}
		*all = append(*all, d)
		return nil
	}
}

// Recent implements store.Archive.
func (s *Store) Recent(ctx context.Context, limit int) ([]store.Decision, error) {
	var recent []store.Decision
	err := s.view(ctx, func(h *handle) error {
		return h.rows(`SELECT body FROM decisions ORDER BY id DESC LIMIT ?`, []any{limit}, collect(&recent))
	})
	if err != nil {
		return nil, fmt.Errorf("read recent decisions: %w", err)
	}
	return recent, nil
}

// Load implements store.Archive.
func (s *Store) Load(ctx context.Context, key string) (value []byte, err error) {
	err = s.view(ctx, func(h *handle) error {
		_, err := h.row(`SELECT value FROM vault WHERE key = ?`, []any{key}, &value)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("load %s: %w", key, err)
	}
	return value, nil
}

// Save implements store.Archive.
func (s *Store) Save(ctx context.Context, key string, value []byte) error {
	err := s.update(ctx, func(h *handle) (err error) {
		if value == nil {
			_, err = h.exec(`DELETE FROM vault WHERE key = ?`, key)
		} else {
			_, err = h.exec(`INSERT INTO vault VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value`, key, value)
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("save %s: %w", key, err)
	}
	return nil
}

// Check implements store.Store.
func (s *Store) Check(ctx context.Context) (warnings []string, err error) {
	if s.cfg.Path == "" {
		return []string{"the store is in memory: what is known ends with the process"}, nil
	}
	err = s.view(ctx, verify)
	if err != nil {
		return nil, fmt.Errorf("store %s: %w", s.cfg.Path, err)
	}
	return warnings, nil
}
