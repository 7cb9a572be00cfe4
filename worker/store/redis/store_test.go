package redis_test

import (
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/alicebob/miniredis/v2"

	"syndicated/worker/store"
	"syndicated/worker/store/redis"
	"syndicated/worker/store/storetest"
)

// workspaces numbers the empty stores of a server.
var workspaces atomic.Int64

func open(t testing.TB, url string) *redis.Store {
	t.Helper()
	s, err := redis.Open(t.Context(), redis.Config{URL: url, Workspace: fmt.Sprintf("test%d", workspaces.Add(1))})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func TestStore(t *testing.T) {
	s := startServer(t)
	storetest.Run(t, func(t *testing.T) store.Store { return open(t, s.url) })
}

func TestStoreOnMiniredis(t *testing.T) {
	m := miniredis.RunT(t)
	storetest.Run(t, func(t *testing.T) store.Store { return open(t, "redis://"+m.Addr()) })
}
