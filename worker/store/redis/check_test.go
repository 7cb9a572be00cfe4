package redis_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"

	"syndicated/worker/network"
	"syndicated/worker/store"
	"syndicated/worker/store/redis"
)

func TestCheck(t *testing.T) {
	for _, c := range []struct {
		name     string
		settings map[string]string
		warnings []string
		err      string
	}{
		{name: "as it should be"},
		{"everysec", map[string]string{"appendfsync": "everysec"}, []string{"appendfsync everysec: when it or its machine dies, about the last second"}, ""},
		{"never synced", map[string]string{"appendfsync": "no"}, []string{"appendfsync no: when its machine dies"}, ""},
		{"nothing on disk", map[string]string{"appendonly": "no"}, []string{"REDIS KEEPS NO APPEND-ONLY FILE"}, ""},
		{"evicting", map[string]string{"maxmemory-policy": "allkeys-lru"}, nil, "maxmemory-policy is allkeys-lru"},
		{"evicting only what expires", map[string]string{"maxmemory-policy": "volatile-ttl"}, nil, "set it to noeviction"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := startServer(t)
			client := s.client(t)
			for name, value := range c.settings {
				if err := client.ConfigSet(t.Context(), name, value).Err(); err != nil {
					t.Fatal(err)
				}
			}
			warnings, err := open(t, s.url).Check(t.Context())
			compareCheck(t, warnings, err, c.warnings, c.err)
		})
	}
}

func compareCheck(t *testing.T, warnings []string, err error, want []string, fault string) {
	t.Helper()
	if len(warnings) != len(want) {
		t.Errorf("warnings %q, want %q", warnings, want)
	}
	for i := range min(len(warnings), len(want)) {
		if !strings.Contains(warnings[i], want[i]) {
			t.Errorf("warning %q, want …%s…", warnings[i], want[i])
		}
	}
	if (err == nil) != (fault == "") || err != nil && !strings.Contains(err.Error(), fault) {
		t.Errorf("error %v, want …%s…", err, fault)
	}
}

func TestCheckReplica(t *testing.T) {
	master := startServer(t)
	s := open(t, master.url)
	// Of a master that cannot be reached: it is a replica all the same.
	if err := master.client(t).Do(t.Context(), "REPLICAOF", "127.0.0.1", "1").Err(); err != nil {
		t.Fatal(err)
	}
	_, err := s.Check(t.Context())
	compareCheck(t, nil, err, nil, "is a replica")
}

// TestCheckWithoutPowers has a user who may use the workspace's keys and little
// else, as at a host that hides its settings.
func TestCheckWithoutPowers(t *testing.T) {
	s := startServer(t)
	c := s.client(t)
	err := c.Do(t.Context(), "ACL", "SETUSER", "worker", "on", ">pass:w/rd", "~syndicated:{hosted}:*", "resetchannels", "&syndicated:{hosted}:*",
		"+@all", "-@admin", "-@dangerous", "+client|setname").Err()
	if err != nil {
		t.Fatal(err)
	}
	url := strings.Replace(s.url, "unix://", "unix://worker:pass%3Aw%2Frd@", 1)
	st, err := redis.Open(t.Context(), redis.Config{URL: url + "?workspace=hosted"})
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	warnings, err := st.Check(t.Context())
	compareCheck(t, warnings, err, []string{"redis does not allow INFO"}, "")
	now := time.Now()
	p, ok, err := st.ClaimPoll(t.Context(), now, "blog", time.Minute)
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	o := store.Outcome{Messages: []store.Queued{{Message: network.Message{ID: "1", Account: "a"}, Due: now}}, Next: now}
	if _, err := st.Commit(t.Context(), now, p, o); err != nil {
		t.Error(err)
	}
	// Even where the channel is not allowed, work goes on.
	if err := c.Do(t.Context(), "ACL", "SETUSER", "worker", "resetchannels").Err(); err != nil {
		t.Fatal(err)
	}
	l, _, err := st.Claim(t.Context(), now, []string{"a"}, 1, time.Minute)
	if err != nil || len(l) != 1 {
		t.Fatal(l, err)
	}
	if _, ok, err := st.Finish(t.Context(), now, l[0], store.Settlement{Result: store.Defer}); err != nil || !ok {
		t.Error(ok, err)
	}
}

func TestLayoutVersion(t *testing.T) {
	for _, c := range []struct {
		name string
		set  func(m *miniredis.Miniredis)
		want error
	}{
		{"newer", func(m *miniredis.Miniredis) { m.Set("syndicated:{default}:version", "99") }, redis.ErrNewer},
		{"strange", func(m *miniredis.Miniredis) { m.Set("syndicated:{default}:version", "beta") }, redis.ErrForeign},
		{"keys of another program", func(m *miniredis.Miniredis) { m.Set("syndicated:{default}:queue", "x") }, redis.ErrForeign},
		{"another workspace's", func(m *miniredis.Miniredis) { m.Set("syndicated:{other}:version", "99") }, nil},
		{"our own", func(m *miniredis.Miniredis) { m.Set("syndicated:{default}:version", "1") }, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := miniredis.RunT(t)
			c.set(m)
			before := m.Dump()
			s, err := redis.Open(t.Context(), redis.Config{URL: "redis://" + m.Addr()})
			if !errors.Is(err, c.want) {
				t.Fatalf("got %v, want %v", err, c.want)
			}
			if err == nil {
				s.Close()
			} else if after := m.Dump(); after != before {
				t.Errorf("the keys were changed:\n%s\n%s", before, after)
			}
		})
	}
}

// TestMigrations brings a workspace to two invented layouts, is cut off in
// between, and goes on from there.
func TestMigrations(t *testing.T) {
	m := miniredis.RunT(t)
	s := open(t, "redis://"+m.Addr())
	ctx := context.Background()
	if err := s.Save(ctx, "old", []byte("v")); err != nil {
		t.Fatal(err)
	}
	down := true
	var ran []string
	var steps []func(context.Context, *redis.Store) error
	for n := range redis.Layout() {
		steps = append(steps, func(context.Context, *redis.Store) error { t.Errorf("layout %d is there already", n+1); return nil })
	}
	steps = append(steps,
		func(ctx context.Context, s *redis.Store) error {
			ran = append(ran, "rename")
			v, err := s.Load(ctx, "old")
			if err != nil || v == nil {
				return err
			}
			return errors.Join(s.Save(ctx, "new", v), s.Save(ctx, "old", nil))
		},
		func(context.Context, *redis.Store) error {
			ran = append(ran, "next")
			if down {
				return errors.New("the server went away")
			}
			return nil
		},
	)
	if err := redis.Migrate(ctx, s, steps); err == nil || !strings.Contains(err.Error(), fmt.Sprintf("bring to layout %d", len(steps))) {
		t.Fatalf("got %v", err)
	}
	down = false
	if err := redis.Migrate(ctx, s, steps); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(ran, " "); got != "rename next next" {
		t.Errorf("steps %s", got)
	}
	if v, err := s.Load(ctx, "new"); err != nil || string(v) != "v" {
		t.Errorf("got %q, %v", v, err)
	}
	if _, err := s.Check(ctx); !errors.Is(err, redis.ErrNewer) {
		t.Errorf("check: %v, want ErrNewer", err)
	}
}

// TestImportCutShort has an import whose connection ends half-way.
func TestImportCutShort(t *testing.T) {
	m := miniredis.RunT(t)
	s := open(t, "redis://"+m.Addr())
	ctx := context.Background()
	dump := "{\"syndicated_store\":{\"version\":1,\"at\":\"2026-03-01T12:00:00Z\"}}\n{\"value\":{\"key\":\"k\",\"value\":\"dg==\"}}\n{\"end\":{\"lines\":2}}\n"
	if err := m.Set(redis.VersionKey(s), "importing"); err != nil {
		t.Fatal(err)
	}
	m.HSet(strings.Replace(redis.VersionKey(s), "version", "vault", 1), "half", "x")
	if _, err := s.Check(ctx); !errors.Is(err, redis.ErrImporting) {
		t.Errorf("check: %v, want ErrImporting", err)
	}
	if err := s.Import(ctx, strings.NewReader(dump)); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Check(ctx); err != nil {
		t.Error(err)
	}
	if v, err := s.Load(ctx, "half"); err != nil || v != nil {
		t.Errorf("what the first import wrote is there: %q, %v", v, err)
	}
	var out bytes.Buffer
	if err := s.Export(ctx, &out); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), `{"value":{"key":"k","value":"dg=="}}`) {
		t.Errorf("export:\n%s", out.String())
	}
}

// TestServerAway has a server that is away for a while: calls fail within their
// time, and work again when it is back, without the store being opened anew.
func TestServerAway(t *testing.T) {
	s := startServer(t)
	st := open(t, s.url)
	now := time.Now()
	if err := st.Plan(t.Context(), now, []store.Planned{{Source: "a", Next: now}}); err != nil {
		t.Fatal(err)
	}
	s.kill()
	began := time.Now()
	if _, _, err := st.ClaimPolls(t.Context(), now, 1, time.Minute); err == nil {
		t.Error("claimed from a dead server")
	}
	if _, err := st.Memory(t.Context(), "a"); err == nil {
		t.Error("read from a dead server")
	}
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("two errors took %s", took)
	}
	s.start(t)
	polls, _, err := st.ClaimPolls(t.Context(), now, 1, time.Minute)
	if err != nil || len(polls) != 1 {
		t.Fatalf("after its return: %v, %v", polls, err)
	}
}

// TestReplicas has a commit wait for a replica, and fail without one.
func TestReplicas(t *testing.T) {
	port := freePort(t)
	master := startServer(t, "--port", strconv.Itoa(port), "--repl-diskless-sync-delay", "0")
	s, err := redis.Open(t.Context(), redis.Config{URL: master.url + "?replicas=1&timeout=1s"})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	now := time.Now()
	plan := func() error { return s.Plan(t.Context(), now, []store.Planned{{Source: "a", Next: now}}) }
	if err := plan(); err == nil || !strings.Contains(err.Error(), "0 replicas have it") {
		t.Fatalf("without a replica: %v", err)
	}
	replica := startServer(t, "--replicaof", "127.0.0.1", strconv.Itoa(port))
	eventually(t, "the replica to follow", func() error { return linked(t, replica) })
	if err := plan(); err != nil {
		t.Errorf("with a replica: %v", err)
	}
}

// TestAway tells a server that is not there, or has not its data yet, from one
// that refuses us.
func TestAway(t *testing.T) {
	_, err := redis.Open(t.Context(), redis.Config{URL: fmt.Sprintf("redis://127.0.0.1:%d", freePort(t))})
	if !errors.Is(err, store.ErrAway) {
		t.Errorf("nobody there: %v", err)
	}
	_, err = redis.Open(t.Context(), redis.Config{URL: fmt.Sprintf("redis+sentinel://127.0.0.1:%d/main", freePort(t))})
	if !errors.Is(err, store.ErrAway) {
		t.Errorf("no sentinel: %v", err)
	}
	m := miniredis.RunT(t)
	m.SetError("LOADING Redis is loading the dataset in memory")
	if _, err = redis.Open(t.Context(), redis.Config{URL: "redis://" + m.Addr()}); !errors.Is(err, store.ErrAway) {
		t.Errorf("loading: %v", err)
	}
	m.SetError("")
	m.RequireAuth("secret")
	if _, err = redis.Open(t.Context(), redis.Config{URL: "redis://:wrong@" + m.Addr()}); err == nil || errors.Is(err, store.ErrAway) {
		t.Errorf("a wrong password: %v", err)
	}
}
