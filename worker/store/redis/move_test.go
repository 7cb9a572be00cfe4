package redis_test

import (
	"bytes"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	goredis "github.com/redis/go-redis/v9"

	"syndicated/worker/network"
	"syndicated/worker/store"
	"syndicated/worker/store/embedded"
	"syndicated/worker/store/redis"
	"syndicated/worker/store/storetest"
)

// TestMove moves a store to the other kind and back.
func TestMove(t *testing.T) {
	url := "redis://" + miniredis.RunT(t).Addr()
	if lookRedis() != "" {
		url = startServer(t, "--appendfsync", "no").url
	}
	file := func(t *testing.T) store.Store {
		s, err := embedded.Open(t.Context(), embedded.Config{Path: filepath.Join(t.TempDir(), "s.db")})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { s.Close() })
		return s
	}
	shared := func(t *testing.T) store.Store { return open(t, url) }
	t.Run("embedded to redis", func(t *testing.T) { storetest.Move(t, file, shared) })
	t.Run("redis to embedded", func(t *testing.T) { storetest.Move(t, shared, file) })
}

// TestMoveGroups moves what consumer groups have read and not acknowledged.
func TestMoveGroups(t *testing.T) {
	url := startServer(t, "--appendfsync", "no").url
	from, to := open(t, url), open(t, url)
	ctx, now := t.Context(), time.Now()
	p, ok, err := from.ClaimPoll(ctx, now, "blog", time.Minute)
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	o := store.Outcome{Next: now}
	for _, id := range []string{"1", "2", "3", "4"} {
		o.Messages = append(o.Messages, store.Queued{Message: network.Message{ID: id, Account: "bus"}, Stream: true})
	}
	if _, err := from.Commit(ctx, now, p, o); err != nil {
		t.Fatal(err)
	}
	stream := func(s *redis.Store) string { return fmt.Sprintf("syndicated:{%s}:stream:bus", s.Workspace()) }
	for name, start := range map[string]string{"mail": "0", "late": "$"} {
		if err := from.Client().XGroupCreate(ctx, stream(from), name, start).Err(); err != nil {
			t.Fatal(err)
		}
	}
	read := func(s *redis.Store, group, from string) (ids []string, entries []goredis.XMessage) {
		t.Helper()
		got, err := s.Client().XReadGroup(ctx, &goredis.XReadGroupArgs{
			Group: group, Consumer: "one", Streams: []string{stream(s), from}, Count: 3, Block: -1,
		}).Result()
		if err != nil && !errors.Is(err, goredis.Nil) {
			t.Fatal(err)
		}
		for _, s := range got {
			for _, m := range s.Messages {
				ids, entries = append(ids, m.Values["id"].(string)), append(entries, m)
			}
		}
		return ids, entries
	}
	_, had := read(from, "mail", ">")
	if err := from.Client().XAck(ctx, stream(from), "mail", had[1].ID).Err(); err != nil {
		t.Fatal(err)
	}

	var dump bytes.Buffer
	if err := from.Export(ctx, &dump); err != nil {
		t.Fatal(err)
	}
	if err := to.Import(ctx, &dump); err != nil {
		t.Fatal(err)
	}
	waiting, err := to.Client().XPendingExt(ctx, &goredis.XPendingExtArgs{Stream: stream(to), Group: "mail", Start: "-", End: "+", Count: 10}).Result()
	if err != nil {
		t.Fatal(err)
	}
	for i, w := range waiting {
		if w.Consumer != "one" || w.RetryCount != 1 || w.Idle > time.Minute {
			t.Errorf("pending %d: %+v", i, w)
		}
	}
	for _, c := range []struct {
		group, from string
		want        []string
	}{{"mail", "0", []string{"1", "3"}}, {"mail", ">", []string{"4"}}, {"late", "0", nil}, {"late", ">", nil}} {
		if ids, _ := read(to, c.group, c.from); !slices.Equal(ids, c.want) {
			t.Errorf("the group %s reads from %s: %q, want %q", c.group, c.from, ids, c.want)
		}
	}
}
