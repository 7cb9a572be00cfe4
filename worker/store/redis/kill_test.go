package redis_test

import (
	"fmt"
	"os"
	"testing"
	"time"

	"syndicated/worker/store/redis"
	"syndicated/worker/store/storetest"
)

// TestKilled lets two workers share a store and kills one of them, or Redis, at
// random moments until everything is sent.
func TestKilled(t *testing.T) {
	work := storetest.Labour{Sources: 6, Posts: 25, TTL: 300 * time.Millisecond, Patience: 10 * time.Second, Dir: os.Getenv("STORE_CHILD")}
	if work.Dir != "" {
		work.Sent = func() { fmt.Println("sent") }
		s, err := redis.Open(t.Context(), redis.Config{URL: os.Getenv("STORE_URL")})
		for began := time.Now(); err != nil && time.Since(began) < work.Patience; {
			<-time.After(20 * time.Millisecond) // Redis has just been killed
			s, err = redis.Open(t.Context(), redis.Config{URL: os.Getenv("STORE_URL")})
		}
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		if err := work.Work(t.Context(), s); err != nil {
			t.Fatal(err)
		}
		return
	}
	server := startServer(t)
	work.Dir = t.TempDir()
	child := func() *storetest.Killable {
		return storetest.Child(t, "TestKilled", "STORE_CHILD="+work.Dir, "STORE_URL="+server.url)
	}
	first, second := child(), child()
	kills := map[string]int{}
	for n := 0; !first.After(40); n++ {
		if n%3 == 2 {
			server.kill()
			server.start(t)
			kills["redis"]++
			continue
		}
		first.Kill()
		kills["worker"]++
		first, second = second, child()
	}
	for _, c := range []*storetest.Killable{first, second} {
		if err := c.Wait(); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("killed %v", kills)
	if err := work.Check(); err != nil {
		t.Error(err)
	}
}
