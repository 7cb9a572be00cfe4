package redis_test

import (
	"path/filepath"
	"testing"

	"github.com/alicebob/miniredis/v2"

	"syndicated/worker/store"
	"syndicated/worker/store/embedded"
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
