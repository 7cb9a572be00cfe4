package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// TestStorm runs a short storm on each store. STORM_SEED replays one.
func TestStorm(t *testing.T) {
	if testing.Short() {
		t.Skip("takes most of a minute")
	}
	bin := filepath.Join(t.TempDir(), "syndicated")
	if out, err := exec.Command("go", "build", "-o", bin, "syndicated/cmd/syndicated").CombinedOutput(); err != nil {
		t.Fatalf("build the program: %v\n%s", err, out)
	}
	seed := uint64(2)
	if s := os.Getenv("STORM_SEED"); s != "" {
		if _, err := fmt.Sscan(s, &seed); err != nil {
			t.Fatalf("STORM_SEED: %v", err)
		}
	}
	for _, c := range []struct {
		store          string
		workers, kills int
		stops          float64
	}{
		{"redis", 3, 10, 0.1},
		{"embedded", 1, 8, 0}, // a lone worker that is stopped is one that is late
	} {
		t.Run(c.store, func(t *testing.T) {
			t.Parallel()
			if c.store == "redis" {
				if _, err := exec.LookPath("redis-server"); err != nil {
					if os.Getenv("CI") == "true" {
						t.Fatal("redis-server is missing")
					}
					t.Skip("redis-server is not on the PATH")
				}
			}
			folder, err := os.MkdirTemp("", "storm") // a socket's path must be short
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() {
				if !t.Failed() {
					_ = os.RemoveAll(folder)
				}
			})
			var out bytes.Buffer
			faults, err := run(t.Context(), options{
				store: c.store, workers: c.workers, sources: 12, posts: 6, kills: c.kills, pace: 900 * time.Millisecond, every: time.Second,
				stops: c.stops, fury: 2, hang: 3 * time.Second, process: 1200 * time.Millisecond, drain: 4 * time.Minute,
				seed: seed, binary: bin, folder: folder, out: &out,
			})
			t.Log(out.String())
			if err != nil {
				t.Fatalf("%v; data and logs are in %s", err, folder)
			}
			for _, f := range faults {
				t.Error(f)
			}
			if len(faults) > 0 {
				t.Logf("seed %d; data and logs are in %s", seed, folder)
			}
		})
	}
}
