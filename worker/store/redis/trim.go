package redis

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"syndicated/worker/store"
)

// Trim implements store.Desk. Entries of streams go too, as far as every
// consumer group has read and acknowledged them; those of a stream without a
// group go by their age alone.
func (s *Store) Trim(ctx context.Context, before time.Time) error {
	for _, step := range []func(context.Context, int64) error{s.trimBodies, s.trimStories, s.trimNames, s.trimStreams} {
		if err := step(ctx, millis(before)); err != nil {
			return fmt.Errorf("trim what is older than %s: %w", before.Format(time.RFC3339), err)
		}
	}
	return nil
}

// trimBodies takes the bodies of what is over. The list goes last: cut off, it
// is done again.
func (s *Store) trimBodies(ctx context.Context, before int64) error {
	if err := toPast(ctx, s); err != nil { // what a worker of layout 1 adds that still runs
		return err
	}
	past := s.keys.of("past")
	for {
		ids, err := s.client.LRange(ctx, past, 0, chunk-1).Result()
		if err != nil {
			return err
		}
		records, err := s.records(ctx, ids)
		if err != nil {
			return err
		}
		var old []string
		n := 0
		for ; n < len(ids); n++ {
			// What was cut short before it was over is listed again when it is.
			if r := records[n]; r != nil && r.over() {
				if r.since >= before {
					break
				}
				old = append(old, r.id)
			}
		}
		if len(old) > 0 {
			if err := s.client.HDel(ctx, s.keys.of("bodies"), old...).Err(); err != nil {
				return err
			}
		}
		if n == 0 {
			return nil
		}
		if err := s.call(ctx, s.run.trimList, []string{past}, []any{ids[0], n}).Err(); err != nil {
			return err
		}
	}
}

func (s *Store) trimStories(ctx context.Context, before int64) error {
	recent, err := s.olderThan(ctx, s.keys.of("recent"), before, true)
	if err != nil {
		return err
	}
	if recent > 0 {
		if err := s.client.LTrim(ctx, s.keys.of("recent"), 0, -int64(recent)-1).Err(); err != nil {
			return err
		}
	}
	if err := s.trimStory(ctx, "", before); err != nil {
		return err
	}
	return s.scan(ctx, s.keys.of("fences"), func(source, _ string) error { return s.trimStory(ctx, source, before) })
}

func (s *Store) trimStory(ctx context.Context, source string, before int64) error {
	key := s.keys.story(source)
	n, err := s.olderThan(ctx, key, before, false)
	if err != nil || n == 0 {
		return err
	}
	first, err := s.client.LIndex(ctx, key, 0).Result()
	if err != nil {
		return err
	}
	return s.call(ctx, s.run.trimList, []string{key}, []any{first, n}).Err()
}

// olderThan counts the lines at the old end of a list of decisions.
func (s *Store) olderThan(ctx context.Context, key string, before int64, oldLast bool) (int, error) {
	lines, err := s.client.LRange(ctx, key, 0, -1).Result()
	if err != nil {
		return 0, err
	}
	for i := range lines {
		line := lines[i]
		if oldLast {
			line = lines[len(lines)-1-i]
		}
		var d store.Decision
		if err := json.Unmarshal([]byte(line), &d); err != nil {
			return 0, err
		}
		if millis(d.At) >= before {
			return i, nil
		}
	}
	return len(lines), nil
}

// trimNames forgets the words of posts that have no story any more, a day after
// its last line: something may still be decided.
func (s *Store) trimNames(ctx context.Context, before int64) error {
	names := s.keys.of("names")
	stories := map[string]map[string]bool{} // posts by source
	var old []any
	err := s.scan(ctx, names, func(word, value string) error {
		text, _, _ := strings.Cut(value, "\n")
		if n, err := strconv.ParseInt(text, 10, 64); err != nil || (n+1)*day > before-day {
			return nil
		}
		for _, n := range parseNames(value) {
			if stories[n.source] == nil {
				posts, err := s.decided(ctx, n.source)
				if err != nil {
					return err
				}
				stories[n.source] = posts
			}
			if stories[n.source][n.key] {
				return nil
			}
		}
		old = append(old, word, value)
		if len(old) < 2*chunk {
			return nil
		}
		some := old
		old = nil
		return s.call(ctx, s.run.forgetNames, []string{names}, some).Err()
	})
	if err != nil || len(old) == 0 {
		return err
	}
	return s.call(ctx, s.run.forgetNames, []string{names}, old).Err()
}

// decided gives the posts that the story of a source tells of.
func (s *Store) decided(ctx context.Context, source string) (map[string]bool, error) {
	lines, err := s.client.LRange(ctx, s.keys.story(source), 0, -1).Result()
	if err != nil {
		return nil, err
	}
	posts := map[string]bool{}
	for _, line := range lines {
		var d store.Decision
		if err := json.Unmarshal([]byte(line), &d); err != nil {
			return nil, err
		}
		posts[d.Post] = true
	}
	return posts, nil
}

func (s *Store) trimStreams(ctx context.Context, before int64) error {
	accounts, err := s.client.HKeys(ctx, s.keys.of("accounts")).Result()
	if err != nil {
		return err
	}
	for _, a := range accounts {
		key := s.keys.stream(a)
		n, err := s.client.Exists(ctx, key).Result()
		if err != nil {
			return err
		}
		if n == 0 {
			continue
		}
		oldest, err := s.unread(ctx, key, fmt.Sprintf("%d-0", before))
		if err != nil {
			return fmt.Errorf("stream of %s: %w", a, err)
		}
		if err := s.client.XTrimMinID(ctx, key, oldest).Err(); err != nil {
			return fmt.Errorf("stream of %s: %w", a, err)
		}
	}
	return nil
}

// unread gives the first entry that a consumer group still needs, at most limit.
func (s *Store) unread(ctx context.Context, key, limit string) (string, error) {
	groups, err := s.client.XInfoGroups(ctx, key).Result()
	if err != nil {
		return "", err
	}
	oldest := limit
	for _, g := range groups {
		need := after(g.LastDeliveredID)
		if g.Pending > 0 {
			p, err := s.client.XPending(ctx, key, g.Name).Result()
			if err != nil {
				return "", err
			}
			if p.Count > 0 {
				need = p.Lower
			}
		}
		if earlier(need, oldest) {
			oldest = need
		}
	}
	return oldest, nil
}

func splitID(id string) (ms, n uint64) {
	a, b, _ := strings.Cut(id, "-")
	ms, _ = strconv.ParseUint(a, 10, 64)
	n, _ = strconv.ParseUint(b, 10, 64)
	return ms, n
}

func earlier(a, b string) bool {
	ams, an := splitID(a)
	bms, bn := splitID(b)
	return ams < bms || ams == bms && an < bn
}

func after(id string) string {
	ms, n := splitID(id)
	return fmt.Sprintf("%d-%d", ms, n+1)
}
