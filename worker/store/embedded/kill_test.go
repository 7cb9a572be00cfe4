package embedded_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"syndicated/worker/store/embedded"
	"syndicated/worker/store/storetest"
)

// TestKilled kills a worker at random moments and begins another with its file,
// until everything is sent.
func TestKilled(t *testing.T) {
	work := storetest.Labour{Sources: 6, Posts: 16, TTL: time.Minute, Dir: os.Getenv("STORE_CHILD")}
	if work.Dir != "" {
		work.Sent = func() { fmt.Println("sent") }
		s, err := embedded.Open(t.Context(), embedded.Config{Path: filepath.Join(work.Dir, "s.db")})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		if err := work.Work(t.Context(), s); err != nil {
			t.Fatal(err)
		}
		return
	}
	work.Dir = t.TempDir()
	kills := 0
	for {
		c := storetest.Child(t, "TestKilled", "STORE_CHILD="+work.Dir)
		if c.After(40) {
			if err := c.Wait(); err != nil {
				t.Fatal(err)
			}
			break
		}
		c.Kill()
		kills++
	}
	t.Logf("killed %d times", kills)
	if err := work.Check(); err != nil {
		t.Error(err)
	}
}
