package redis_test

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/alicebob/miniredis/v2"

	"syndicated/worker/store"
	"syndicated/worker/store/embedded"
	"syndicated/worker/store/storetest"
)

var (
	seed  = flag.Uint64("store.seed", 0, "the one seed for TestStoresAgree")
	steps = flag.Int("store.steps", 600, "steps of TestStoresAgree")
)

func TestStoresAgree(t *testing.T) {
	mini := miniredis.RunT(t)
	var real *server
	if lookRedis() != "" || os.Getenv("CI") == "true" {
		real = startServer(t)
	} else {
		t.Log("redis-server is not on PATH: miniredis and the embedded store are compared")
	}
	seeds := []uint64{1, 2, 3, 4, 5}
	if underRace {
		seeds = seeds[:1]
	}
	if *seed != 0 {
		seeds = []uint64{*seed}
	}
	for _, seed := range seeds {
		file, err := embedded.Open(t.Context(), embedded.Config{Path: filepath.Join(t.TempDir(), "s.db")})
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		memory, err := embedded.Open(t.Context(), embedded.Config{})
		if err != nil {
			t.Fatal(err)
		}
		defer memory.Close()
		stores := map[string]store.Store{"file": file, "memory": memory, "miniredis": open(t, "redis://"+mini.Addr())}
		if real != nil {
			stores["redis"] = open(t, real.url)
		}
		storetest.Agree(t, seed, *steps, stores)
	}
}
