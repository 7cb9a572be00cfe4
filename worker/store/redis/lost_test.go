package redis_test

import (
	"io"
	"math/rand/v2"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"syndicated/worker/store/storetest"
)

// proxy stands before a server and cuts connections when the server has had a
// command and its answer is on the way: the caller cannot know what was done.
type proxy struct {
	net.Listener
	to    string       // path of the server's socket
	every atomic.Int64 // cuts once in so many answers, by chance; 0 never
	count atomic.Int64
	cuts  atomic.Int64
	done  sync.WaitGroup
}

func startProxy(t testing.TB, to string) *proxy {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{Listener: l, to: to}
	p.done.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			p.done.Go(func() { p.serve(c) })
		}
	})
	t.Cleanup(func() { l.Close(); p.done.Wait() })
	return p
}

func (p *proxy) serve(c net.Conn) {
	defer c.Close()
	s, err := net.Dial("unix", p.to)
	if err != nil {
		return
	}
	defer s.Close()
	var both sync.WaitGroup
	defer both.Wait()
	both.Go(func() { io.Copy(s, c); s.Close() })
	b := make([]byte, 1<<16)
	for {
		n, err := s.Read(b)
		if err != nil {
			c.Close()
			return
		}
		p.count.Add(1)
		if every := p.every.Load(); every > 0 && rand.N(every) == 0 {
			p.cuts.Add(1)
			c.Close()
			s.Close()
			return
		}
		if _, err := c.Write(b[:n]); err != nil {
			s.Close()
			return
		}
	}
}

// TestAnswersLost has a worker whose every tenth answer is lost. Every call may
// be repeated as it was, so that nothing is sent twice and nothing is lost; and
// the client repeats none by itself.
func TestAnswersLost(t *testing.T) {
	s := startServer(t, "--appendfsync", "no")
	p := startProxy(t, strings.TrimPrefix(s.url, "unix://"))
	work := storetest.Labour{Sources: 4, Posts: 12, TTL: 200 * time.Millisecond, Patience: 10 * time.Second, Dir: t.TempDir()}
	st := open(t, "redis://"+p.Addr().String())
	p.every.Store(10)
	if err := work.Work(t.Context(), st); err != nil {
		t.Fatal(err)
	}
	p.every.Store(0)
	t.Logf("%d of %d answers were lost", p.cuts.Load(), p.count.Load())
	if p.cuts.Load() < 10 {
		t.Error("too few to tell")
	}
	if err := work.Check(); err != nil {
		t.Error(err)
	}
}
