// Package bench_test compares the store with what else could carry messages
// through Redis. Run it with
//
//	cd worker/store/redis/bench && go test -bench . -benchtime 12000x
//
// Medians of three runs on two shared cores, in µs for each message, with
// appendfsync everysec and always:
//
//	                    64 accounts    1 account
//	store                36     46     148   325
//	streams              12     23      91   435
//	consumers            27     38      97   434
//	commands             18     45      72   283
//	asynq               134    431     241   718
//
// A stream does less: it knows no id for ever, writes down no attempt, and has no
// order that survives a failure.
package bench_test

import (
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"syndicated/worker/store"
	"syndicated/worker/store/redis"
)

// server is a redis-server of a benchmark's own.
type server struct {
	socket   string
	accounts int
	client   *goredis.Client
}

func startServer(b *testing.B, fsync string) *server {
	b.Helper()
	path, err := exec.LookPath("redis-server")
	if err != nil {
		b.Skip("redis-server is not on PATH")
	}
	dir, err := os.MkdirTemp("", "rb") // a socket's path may have no more than some hundred bytes
	if err != nil {
		b.Fatal(err)
	}
	s := &server{socket: filepath.Join(dir, "s")}
	cmd := exec.Command(path, "--port", "0", "--unixsocket", s.socket, "--dir", dir, "--save", "", "--appendonly", "yes", "--appendfsync", fsync)
	cmd.Stdout = io.Discard
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
		os.RemoveAll(dir)
	})
	s.client = goredis.NewClient(&goredis.Options{Network: "unix", Addr: s.socket})
	b.Cleanup(func() { s.client.Close() })
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for began := time.Now(); ; <-tick.C {
		if c, err := net.Dial("unix", s.socket); err == nil {
			c.Close()
			return s
		} else if time.Since(began) > 20*time.Second {
			b.Fatal(err)
		}
	}
}

func (s *server) open(b *testing.B) store.Store {
	b.Helper()
	st, err := redis.Open(b.Context(), redis.Config{URL: "unix://" + s.socket})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { st.Close() })
	return st
}
