package redis

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	goredis "github.com/redis/go-redis/v9"

	"syndicated/worker/store"
)

// Messages implements store.Desk.
func (s *Store) Messages(ctx context.Context, f store.Filter) ([]store.Entry, error) {
	if f.Limit <= 0 {
		f.Limit = 1000
	}
	list, err := s.list(ctx, f)
	if err != nil {
		return nil, fmt.Errorf("list messages: %w", err)
	}
	return list, nil
}

func (s *Store) list(ctx context.Context, f store.Filter) ([]store.Entry, error) {
	if f.Post != "" {
		return s.about(ctx, f)
	}
	var live []record
	for _, set := range []struct {
		name  string
		state store.State
	}{{"queue", store.Waiting}, {"held", store.OnHold}, {"dead", store.IsDead}} {
		if f.State != "" && f.State != set.state {
			continue
		}
		found, err := s.standing(ctx, set.name, set.state, f)
		if err != nil {
			return nil, err
		}
		live = append(live, found...)
	}
	slices.SortFunc(live, inOrder)
	live = live[:min(len(live), f.Limit)]
	var over []record
	if f.State == "" || f.State == store.IsSent || f.State == store.Dropped {
		var err error
		if over, err = s.past(ctx, f, f.Limit-len(live)); err != nil {
			return nil, err
		}
	}
	return s.shown(ctx, append(over, live...))
}

// inOrder is the sending order: what is over first.
func inOrder(a, b record) int {
	switch {
	case a.over() && b.over():
		return cmp.Or(cmp.Compare(a.since, b.since), cmp.Compare(a.seq, b.seq))
	case a.over():
		return -1
	case b.over():
		return 1
	}
	return cmp.Or(cmp.Compare(a.account, b.account), cmp.Compare(a.due, b.due), cmp.Compare(a.seq, b.seq))
}

func (r record) matches(f store.Filter) bool {
	return (f.Account == "" || r.account == f.Account) && (f.State == "" || r.state == f.State) &&
		(f.Source == "" || r.source == f.Source) && (f.Post == "" || r.post == f.Post)
}

// standing lists the messages of one of the sets queue, held and dead.
func (s *Store) standing(ctx context.Context, set string, state store.State, f store.Filter) ([]record, error) {
	by := goredis.ZRangeBy{Min: "-", Max: "+", Count: chunk}
	if f.Account != "" {
		by.Min, by.Max = "["+f.Account+"\n", "("+f.Account+"\v"
	}
	var out []record
	for {
		members, err := s.client.ZRangeByLex(ctx, s.keys.of(set), &by).Result()
		if err != nil {
			return nil, err
		}
		ids := make([]string, len(members))
		for i, m := range members {
			if cut := strings.IndexByte(m, '\n'); cut >= 0 && len(m) >= cut+27 {
				ids[i] = m[cut+27:]
			}
		}
		records, err := s.records(ctx, ids)
		if err != nil {
			return nil, err
		}
		for i, r := range records {
			// The record tells the truth where a cut-off write left a member behind.
			if r != nil && r.state == state && r.member() == members[i] && r.matches(f) {
				if out = append(out, *r); len(out) == f.Limit {
					return out, nil
				}
			}
		}
		if len(members) < chunk {
			return out, nil
		}
		by.Min = "(" + members[len(members)-1]
	}
}

// records reads the records of messages; nil where there is none.
func (s *Store) records(ctx context.Context, ids []string) ([]*record, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	texts, err := s.client.HMGet(ctx, s.keys.of("messages"), ids...).Result()
	if err != nil {
		return nil, err
	}
	out := make([]*record, len(ids))
	for i, v := range texts {
		if text, ok := v.(string); ok {
			r, err := parseRecord(ids[i], text)
			if err != nil {
				return nil, err
			}
			out[i] = &r
		}
	}
	return out, s.begun(ctx, out)
}

// past lists what is over, the newest limit in sending order.
func (s *Store) past(ctx context.Context, f store.Filter, limit int) ([]record, error) {
	var out []record
	seen := map[string]bool{}
	for from := int64(0); len(out) < limit; from += chunk {
		page, err := s.client.LRange(ctx, s.keys.of("past"), -from-chunk, -from-1).Result()
		if err != nil {
			return nil, err
		}
		ids := make([]string, 0, len(page))
		for _, id := range slices.Backward(page) {
			if !seen[id] {
				ids = append(ids, id)
				seen[id] = true
			}
		}
		records, err := s.records(ctx, ids)
		if err != nil {
			return nil, err
		}
		for _, r := range records {
			if r != nil && r.over() && r.matches(f) && len(out) < limit {
				out = append(out, *r)
			}
		}
		if len(page) < chunk {
			break
		}
	}
	slices.Reverse(out)
	return out, nil
}

// about lists the messages about one post.
func (s *Store) about(ctx context.Context, f store.Filter) ([]store.Entry, error) {
	told := s.keys.of("told")
	var ids []string
	if f.Source != "" || f.Post == "" {
		text, err := s.client.HGet(ctx, told, escape(f.Source)+"\n"+escape(f.Post)).Result()
		if err != nil && !errors.Is(err, goredis.Nil) {
			return nil, err
		}
		ids = strings.Split(text, "\n")
	} else {
		var cursor uint64
		for {
			fields, next, err := s.client.HScan(ctx, told, cursor, "", chunk).Result()
			if err != nil {
				return nil, err
			}
			for i := 0; i+1 < len(fields); i += 2 {
				if _, post, _ := strings.Cut(fields[i], "\n"); post == escape(f.Post) {
					ids = append(ids, strings.Split(fields[i+1], "\n")...)
				}
			}
			if cursor = next; cursor == 0 {
				break
			}
		}
	}
	slices.Sort(ids)
	found, err := s.records(ctx, slices.Compact(ids))
	if err != nil {
		return nil, err
	}
	var live, over []record
	for _, r := range found {
		switch {
		case r == nil || !r.matches(f):
		case r.over():
			over = append(over, *r)
		default:
			live = append(live, *r)
		}
	}
	slices.SortFunc(live, inOrder)
	slices.SortFunc(over, inOrder)
	live = live[:min(len(live), f.Limit)]
	if room := f.Limit - len(live); len(over) > room {
		over = over[len(over)-room:]
	}
	return s.shown(ctx, append(over, live...))
}

// shown reads the bodies that go with records.
func (s *Store) shown(ctx context.Context, records []record) ([]store.Entry, error) {
	var out []store.Entry
	for rest := records; len(rest) > 0; {
		n := min(len(rest), chunk)
		ids := make([]string, n)
		for i, r := range rest[:n] {
			ids[i] = r.id
		}
		bodies, err := s.client.HMGet(ctx, s.keys.of("bodies"), ids...).Result()
		if err != nil {
			return nil, err
		}
		for i, r := range rest[:n] {
			body, _ := bodies[i].(string)
			e, err := r.shown(body)
			if err != nil {
				return nil, err
			}
			out = append(out, e)
		}
		rest = rest[n:]
	}
	return out, nil
}
