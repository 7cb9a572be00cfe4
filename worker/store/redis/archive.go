package redis

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	goredis "github.com/redis/go-redis/v9"

	"syndicated/feeds"
	"syndicated/worker/store"
)

// shelved is a post's place in an index.
type shelved struct {
	age         float64 // -published, milliseconds
	key, source string
}

// Posts implements store.Archive.
func (s *Store) Posts(ctx context.Context, q feeds.Query) ([]feeds.Post, error) {
	posts, err := s.posts(ctx, q)
	if err != nil {
		return nil, fmt.Errorf("read posts: %w", err)
	}
	return posts, nil
}

func (s *Store) posts(ctx context.Context, q feeds.Query) ([]feeds.Post, error) {
	places, err := s.places(ctx, q)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(places, func(a, b shelved) int {
		return cmp.Or(cmp.Compare(a.age, b.age), cmp.Compare(a.key, b.key), cmp.Compare(a.source, b.source))
	})
	if q.Limit > 0 && len(places) > q.Limit {
		places = places[:q.Limit]
	}
	posts := make([]feeds.Post, 0, len(places))
	for rest := places; len(rest) > 0; {
		n := min(len(rest), chunk)
		some, err := s.bodies(ctx, rest[:n])
		if err != nil {
			return nil, err
		}
		posts = append(posts, some...)
		rest = rest[n:]
	}
	return posts, nil
}

// places looks the query up in the indexes: one for all, one per source, one
// per group of sources (the name before the first slash).
func (s *Store) places(ctx context.Context, q feeds.Query) ([]shelved, error) {
	by := &goredis.ZRangeBy{Min: "-inf", Max: "+inf", Count: -1}
	if !q.Since.IsZero() {
		by.Max = strconv.FormatInt(-q.Since.UnixMilli(), 10)
	}
	if q.Limit > 0 {
		by.Count = int64(q.Limit)
	}
	type index struct{ key, source string }
	var indexes []index
	if len(q.Sources) == 0 {
		indexes = append(indexes, index{key: s.keys.of("all")})
	}
	for _, name := range store.Outermost(q.Sources) {
		if !strings.Contains(name, "/") {
			indexes = append(indexes, index{s.keys.own(name), name}, index{key: s.keys.group(name)})
			continue
		}
		indexes = append(indexes, index{s.keys.own(name), name})
		members, err := s.client.ZRangeByLex(ctx, s.keys.of("shelf"), &goredis.ZRangeBy{Min: "[" + name + "/", Max: "(" + name + "0"}).Result()
		if err != nil {
			return nil, err
		}
		for _, m := range members {
			indexes = append(indexes, index{s.keys.own(m), m})
		}
	}
	cmds := make([]*goredis.ZSliceCmd, len(indexes))
	_, err := s.client.Pipelined(ctx, func(p goredis.Pipeliner) error {
		for i, x := range indexes {
			cmds[i] = p.ZRangeByScoreWithScores(ctx, x.key, by)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	var places []shelved
	for i, cmd := range cmds {
		for _, z := range cmd.Val() {
			p := shelved{age: z.Score, key: z.Member.(string), source: indexes[i].source}
			if p.source == "" {
				cut := strings.LastIndexByte(p.key, '\n')
				p.key, p.source = p.key[:max(cut, 0)], p.key[cut+1:]
			}
			places = append(places, p)
		}
	}
	return places, nil
}

func (s *Store) bodies(ctx context.Context, places []shelved) ([]feeds.Post, error) {
	cmds := make([]*goredis.StringCmd, len(places))
	_, err := s.client.Pipelined(ctx, func(p goredis.Pipeliner) error {
		for i, x := range places {
			cmds[i] = p.HGet(ctx, s.keys.posts(x.source), x.key)
		}
		return nil
	})
	if err != nil && !errors.Is(err, goredis.Nil) {
		return nil, err
	}
	posts := make([]feeds.Post, 0, len(places))
	for i, cmd := range cmds {
		body, err := cmd.Result()
		if errors.Is(err, goredis.Nil) {
			continue // taken away meanwhile
		}
		if err != nil {
			return nil, err
		}
		plain, err := store.UnpackPost([]byte(body))
		if err != nil {
			return nil, fmt.Errorf("post %s of %s: %w", places[i].key, places[i].source, err)
		}
		var p feeds.Post
		if err := json.Unmarshal(plain, &p); err != nil {
			return nil, fmt.Errorf("post %s of %s: %w", places[i].key, places[i].source, err)
		}
		posts = append(posts, p)
	}
	return posts, nil
}

// Revision implements store.Archive.
func (s *Store) Revision(ctx context.Context) (int64, error) {
	n, err := s.client.Get(ctx, s.keys.of("revision")).Int64()
	if err != nil && !errors.Is(err, goredis.Nil) {
		return 0, fmt.Errorf("read the revision: %w", err)
	}
	return n, nil
}

// Story implements store.Archive.
func (s *Store) Story(ctx context.Context, source, which string) ([]store.Decision, error) {
	story, err := s.story(ctx, source, which)
	if err != nil {
		return nil, fmt.Errorf("read the story of %s: %w", which, err)
	}
	return story, nil
}

func (s *Store) story(ctx context.Context, source, which string) ([]store.Decision, error) {
	hash := store.HashName(which)
	value, err := s.client.HGet(ctx, s.keys.of("names"), string(hash[:])).Result()
	if err != nil && !errors.Is(err, goredis.Nil) {
		return nil, err
	}
	about := map[string]map[string]bool{} // source, key
	add := func(source, key string) {
		if about[source] == nil {
			about[source] = map[string]bool{}
		}
		about[source][key] = true
	}
	for _, n := range parseNames(value) {
		if source == "" || source == n.source {
			add(n.source, n.key)
		}
	}
	if source != "" {
		add(source, which)
	}
	var story []store.Decision
	for source, keys := range about {
		lines, err := s.client.LRange(ctx, s.keys.story(source), 0, -1).Result()
		if err != nil {
			return nil, err
		}
		for _, line := range lines {
			var d store.Decision
			if err := json.Unmarshal([]byte(line), &d); err != nil {
				return nil, fmt.Errorf("decision of %s: %w", source, err)
			}
			if keys[d.Post] {
				story = append(story, d)
			}
		}
	}
	if len(about) > 1 {
		slices.SortStableFunc(story, func(a, b store.Decision) int {
			return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Source, b.Source))
		})
	}
	return story, nil
}

type named struct{ source, key string }

// parseNames reads what commit.lua wrote: the day, then a line per post.
func parseNames(value string) []named {
	var out []named
	for i, line := range strings.Split(value, "\n") {
		if source, key, ok := strings.Cut(line, "\t"); ok && i > 0 {
			out = append(out, named{unescape(source), unescape(key)})
		}
	}
	return out
}

// Recent implements store.Archive.
func (s *Store) Recent(ctx context.Context, limit int) ([]store.Decision, error) {
	if limit <= 0 {
		return nil, nil
	}
	lines, err := s.client.LRange(ctx, s.keys.of("recent"), 0, int64(limit)-1).Result()
	if err != nil {
		return nil, fmt.Errorf("read recent decisions: %w", err)
	}
	var recent []store.Decision
	for _, line := range lines {
		var d store.Decision
		if err := json.Unmarshal([]byte(line), &d); err != nil {
			return nil, fmt.Errorf("read recent decisions: %w", err)
		}
		recent = append(recent, d)
	}
	return recent, nil
}

// Load implements store.Archive.
func (s *Store) Load(ctx context.Context, key string) ([]byte, error) {
	value, err := s.client.HGet(ctx, s.keys.of("vault"), key).Bytes()
	if errors.Is(err, goredis.Nil) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("load %s: %w", key, err)
	}
	return value, nil
}

// Save implements store.Archive.
func (s *Store) Save(ctx context.Context, key string, value []byte) error {
	var err error
	if value == nil {
		err = s.client.HDel(ctx, s.keys.of("vault"), key).Err()
	} else {
		err = s.client.HSet(ctx, s.keys.of("vault"), key, value).Err()
	}
	if err != nil {
		return fmt.Errorf("save %s: %w", key, err)
	}
	return nil
}
