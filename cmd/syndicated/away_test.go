package main

import (
	"bufio"
	"context"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/alicebob/miniredis/v2"
)

// TestRunWaitsForItsStore starts the daemon before its Redis.
func TestRunWaitsForItsStore(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	l.Close()
	file := filepath.Join(t.TempDir(), "syndicated.yaml")
	settings := "store: redis://:hunter2@" + address + "\nlisten: 127.0.0.1:0\nadmin: 'off'\n" +
		"sources:\n  blog: {type: folder, path: ., base_url: 'http://localhost/'}\naccounts:\n  t: {type: terminal}\n"
	if err := os.WriteFile(file, []byte(settings), 0o600); err != nil {
		t.Fatal(err)
	}
	r, w := io.Pipe()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	ended := make(chan int, 1)
	go func() {
		ended <- dispatch(ctx, env{strings.NewReader(""), io.Discard, w, os.LookupEnv}, []string{"run", "-c", file})
		w.Close()
	}()
	m := miniredis.NewMiniRedis()
	m.RequireAuth("hunter2")
	t.Cleanup(m.Close)
	var said []string
	for lines := bufio.NewScanner(r); lines.Scan(); {
		said = append(said, lines.Text())
		switch {
		case strings.Contains(lines.Text(), "hunter2"):
			t.Errorf("the password is told: %s", lines.Text())
		case strings.Contains(lines.Text(), "the store is away"):
			if err := m.StartAddr(address); err != nil {
				t.Fatal(err)
			}
		case strings.Contains(lines.Text(), "listening"):
			stop()
		}
	}
	if status := <-ended; status != exitOK || len(said) < 2 {
		t.Errorf("it ended with %d and said\n%s", status, strings.Join(said, "\n"))
	}
}
