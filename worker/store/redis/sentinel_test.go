package redis_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"syndicated/worker/network"
	"syndicated/worker/store"
	"syndicated/worker/store/redis"
)

// TestSentinel lets the master die: the same store goes on with the replica,
// which has all that was acknowledged, since replicas=1 waited for it.
func TestSentinel(t *testing.T) {
	need(t)
	first, second, watch := freePort(t), freePort(t), freePort(t)
	master := startServer(t, "--port", fmt.Sprint(first), "--bind", "127.0.0.1", "--repl-diskless-sync-delay", "0")
	replica := startServer(t, "--port", fmt.Sprint(second), "--bind", "127.0.0.1", "--replicaof", "127.0.0.1", fmt.Sprint(first), "--repl-diskless-sync-delay", "0")
	eventually(t, "the replica to have the master's data", func() error { return linked(t, replica) })
	dir := t.TempDir()
	conf := filepath.Join(dir, "sentinel.conf")
	text := fmt.Sprintf("port %d\nbind 127.0.0.1\ndir %s\nsentinel monitor main 127.0.0.1 %d 1\nsentinel down-after-milliseconds main 300\nsentinel failover-timeout main 3000\n", watch, dir, first)
	if err := os.WriteFile(conf, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	sentinel := &server{dir: dir, url: fmt.Sprintf("redis://127.0.0.1:%d", watch), args: []string{conf, "--sentinel"}}
	sentinel.start(t)
	t.Cleanup(sentinel.kill)
	eventually(t, "the sentinel to know the replica", func() error {
		out, err := sentinel.client(t).Do(t.Context(), "SENTINEL", "REPLICAS", "main").Slice()
		if err != nil || len(out) == 0 {
			return fmt.Errorf("replicas %v, %w", out, err)
		}
		if text := fmt.Sprint(out[0]); !strings.Contains(text, "master-link-status:ok") {
			return fmt.Errorf("replica %s", text)
		}
		return nil
	})

	s, err := redis.Open(t.Context(), redis.Config{URL: fmt.Sprintf("redis+sentinel://127.0.0.1:%d/main?timeout=1s", watch)})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if warnings, err := s.Check(t.Context()); err != nil || len(warnings) > 0 {
		t.Errorf("check: %q, %v", warnings, err)
	}
	safe, err := redis.Open(t.Context(), redis.Config{URL: fmt.Sprintf("redis+sentinel://127.0.0.1:%d/main?timeout=1s&replicas=1", watch)})
	if err != nil {
		t.Fatal(err)
	}
	defer safe.Close()
	now := time.Now()
	p, ok, err := safe.ClaimPoll(t.Context(), now, "blog", time.Minute)
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	o := store.Outcome{Next: now, Messages: []store.Queued{{Message: network.Message{ID: "1", Account: "fedi"}, Due: now}}}
	if _, err := safe.Commit(t.Context(), now, p, o); err != nil {
		t.Fatal(err)
	}
	master.kill()
	began := time.Now()
	var c store.Committed
	eventually(t, "a store without its master to go on", func() (err error) {
		c, err = s.Commit(t.Context(), now, p, o)
		return err
	})
	t.Logf("went on after %s", time.Since(began).Round(time.Millisecond))
	if !c.OK || len(c.Queued) > 0 || len(c.Known) != 1 {
		t.Errorf("the commit again: %+v, want its message to be known", c)
	}
	// With its only replica gone, what must have one is refused.
	if _, err := safe.Commit(t.Context(), now, p, o); err == nil || !strings.Contains(err.Error(), "0 replicas have it") {
		t.Errorf("without a replica: %v", err)
	}
}

// linked tells whether a replica follows its master.
func linked(t testing.TB, replica *server) error {
	info, err := replica.client(t).Info(t.Context(), "replication").Result()
	if err == nil && !strings.Contains(info, "master_link_status:up") {
		err = errors.New("its link is down")
	}
	return err
}

// eventually waits until do gives no error.
func eventually(t testing.TB, what string, do func() error) {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for began := time.Now(); ; <-tick.C {
		err := do()
		if err == nil {
			return
		}
		if time.Since(began) > 30*time.Second {
			t.Fatalf("waited in vain for %s: %v", what, err)
		}
	}
}
