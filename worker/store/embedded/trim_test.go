package embedded_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"syndicated/worker/network"
	"syndicated/worker/store"
	"syndicated/worker/store/embedded"
)

func reopen(t *testing.T, path string) *embedded.Store {
	t.Helper()
	s, err := embedded.Open(t.Context(), embedded.Config{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// TestTrimShrinks wants the file smaller when what it held was trimmed, and
// sound.
func TestTrimShrinks(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s.db")
	s := reopen(t, path)
	ctx, now := t.Context(), time.Now()
	const messages = 500
	p, ok, err := s.ClaimPoll(ctx, now, "blog", time.Minute)
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	o := store.Outcome{Next: now}
	for i := range messages {
		m := network.Message{ID: fmt.Sprint(i), Account: "fedi", Text: strings.Repeat("text ", 2000)}
		o.Messages = append(o.Messages, store.Queued{Message: m, Due: now})
	}
	if _, err := s.Commit(ctx, now, p, o); err != nil {
		t.Fatal(err)
	}
	leases, _, err := s.Claim(ctx, now, []string{"fedi"}, 1, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	for next := &leases[0]; next != nil; {
		if next, ok, err = s.Finish(ctx, now, *next, store.Settlement{Result: store.Sent, Take: time.Minute}); err != nil || !ok {
			t.Fatal(ok, err)
		}
	}
	size := func() int64 {
		t.Helper()
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		s = reopen(t, path)
		return info.Size()
	}
	before := size()
	if err := s.Trim(ctx, now.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if after := size(); after > before/3 {
		t.Errorf("%d bytes before, %d after", before, after)
	}
	if e, found, err := s.Message(ctx, "7"); err != nil || !found || e.State != store.IsSent {
		t.Errorf("a sent message after all: %+v, %v, %v", e, found, err)
	}
}
