package redis_test

import (
	"bytes"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"syndicated/worker/store/redis"
)

// TestClockAfterAStall: an answer that took long, because somebody stood still
// meanwhile, does not set the clock wrong by half of that.
func TestClockAfterAStall(t *testing.T) {
	const stall = 2 * time.Second
	srv := startServer(t)
	dir, err := os.MkdirTemp("", "rs")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	l, err := net.Listen("unix", filepath.Join(dir, "s"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	// In front of the server, something that lets the first answer to TIME wait.
	var asked atomic.Int32
	go func() {
		for {
			in, err := l.Accept()
			if err != nil {
				return
			}
			out, err := net.Dial("unix", strings.TrimPrefix(srv.url, "unix://"))
			if err != nil {
				in.Close()
				return
			}
			held := make(chan struct{}, 8)
			go func() {
				defer out.Close()
				b := make([]byte, 64<<10)
				for {
					n, err := in.Read(b)
					if bytes.Contains(bytes.ToLower(b[:n]), []byte("\r\ntime\r\n")) && asked.Add(1) == 1 {
						held <- struct{}{}
					}
					if _, werr := out.Write(b[:n]); err != nil || werr != nil {
						return
					}
				}
			}()
			go func() {
				defer in.Close()
				b := make([]byte, 64<<10)
				for {
					n, err := out.Read(b)
					select {
					case <-held:
						<-time.After(stall) // real time: a real socket is timed
					default:
					}
					if _, werr := in.Write(b[:n]); err != nil || werr != nil {
						return
					}
				}
			}()
		}
	}()
	s, err := redis.Open(t.Context(), redis.Config{URL: "unix://" + filepath.Join(dir, "s")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	now, err := s.Now(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if asked.Load() == 0 {
		t.Fatal("the server was not asked")
	}
	// The server has this machine's clock.
	if off := time.Since(now); off.Abs() > stall/4 {
		t.Errorf("the clock is wrong by %s after an answer that took %s", off, stall)
	}
}
