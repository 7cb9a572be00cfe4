package redis_test

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	goredis "github.com/redis/go-redis/v9"
)

// server is a redis-server of the test's own, on a socket or a port, with the
// append-only file that the promises need.
type server struct {
	dir, url string
	args     []string
	cmd      *exec.Cmd
}

func lookRedis() string {
	path, _ := exec.LookPath("redis-server")
	return path
}

// need skips the test where there is no redis-server, except where the tests
// are the gate.
func need(t testing.TB) string {
	t.Helper()
	if path := lookRedis(); path != "" {
		return path
	}
	if os.Getenv("CI") == "true" {
		t.Fatal("redis-server is not on PATH, and CI is to test with it")
	}
	t.Skip("redis-server is not on PATH: the same rules are tested on miniredis alone")
	return ""
}

// anyServer gives the address of a server that need not keep anything: without
// redis-server it is miniredis.
func anyServer(t testing.TB) string {
	t.Helper()
	if lookRedis() == "" && os.Getenv("CI") != "true" {
		t.Log("redis-server is not on PATH: this is tested on miniredis")
		return "redis://" + miniredis.RunT(t).Addr()
	}
	return startServer(t, "--appendfsync", "no").url
}

// startServer starts a server with a socket in a directory of its own.
func startServer(t testing.TB, more ...string) *server {
	t.Helper()
	need(t)
	// A socket's path may have no more than some hundred bytes.
	dir, err := os.MkdirTemp("", "rs")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	socket := filepath.Join(dir, "s")
	s := &server{dir: dir, url: "unix://" + socket, args: append([]string{
		"--port", "0", "--unixsocket", socket, "--dir", dir, "--save", "", "--appendonly", "yes", "--appendfsync", "always",
		"--daemonize", "no", "--loglevel", "warning",
	}, more...)}
	s.start(t)
	t.Cleanup(s.kill)
	return s
}

// start starts the server, again after kill, and waits until it answers.
func (s *server) start(t testing.TB) {
	t.Helper()
	log, err := os.OpenFile(filepath.Join(s.dir, "log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	s.cmd = exec.Command("redis-server", s.args...)
	s.cmd.Stdout, s.cmd.Stderr = log, log
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	waitFor(t, s.client(t))
}

// refuses starts the server to see whether it ends at once because of an option
// that it does not know.
func (s *server) refuses(t testing.TB) (said string, yes bool) {
	t.Helper()
	var out strings.Builder
	cmd := exec.Command(need(t), s.args...)
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	over := make(chan struct{})
	go func() { defer close(over); cmd.Wait() }()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-over:
			return strings.TrimSpace(out.String()), true
		case <-tick.C:
			if c, err := net.Dial("unix", filepath.Join(s.dir, "s")); err == nil {
				c.Close()
				cmd.Process.Kill()
				<-over
				return "", false
			}
		}
	}
}

func (s *server) client(t testing.TB) *goredis.Client {
	t.Helper()
	o, err := goredis.ParseURL(s.url)
	if err != nil {
		t.Fatal(err)
	}
	o.MaxRetries = -1
	c := goredis.NewClient(o)
	t.Cleanup(func() { c.Close() })
	return c
}

// kill ends the server as a power switch would.
func (s *server) kill() {
	if s.cmd != nil && s.cmd.Process != nil {
		s.cmd.Process.Kill()
		s.cmd.Wait()
		s.cmd = nil
	}
}

// waitFor waits until a server answers and has loaded its data.
func waitFor(t testing.TB, c *goredis.Client) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		err := c.Ping(ctx).Err()
		if err == nil {
			return
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatalf("redis-server does not answer: %v", err)
		}
	}
}

// freePort asks the system for a port below that of a cluster's bus.
func freePort(t testing.TB) int {
	t.Helper()
	for range 100 {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		port := l.Addr().(*net.TCPAddr).Port
		l.Close()
		if port > 55000 {
			port -= 20000
		}
		if bus, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port+10000)); err == nil {
			bus.Close()
			if l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port)); err == nil {
				l.Close()
				return port
			}
		}
	}
	t.Fatal("no free port")
	return 0
}
