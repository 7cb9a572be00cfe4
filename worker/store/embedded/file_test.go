package embedded_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"syndicated/worker/store"
	"syndicated/worker/store/embedded"
)

// made makes a file with something in it and gives its path.
func made(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "s.db")
	s, err := embedded.Open(t.Context(), embedded.Config{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	var plan []store.Planned
	for i := range 500 {
		plan = append(plan, store.Planned{Source: strings.Repeat("source ", 20) + string(rune(0x100+i)), Next: now})
	}
	if err := errors.Join(s.Plan(t.Context(), now, plan), s.Save(t.Context(), "k", bytes.Repeat([]byte("v"), 100_000)), s.Close()); err != nil {
		t.Fatal(err)
	}
	return path
}

func execSQL(t *testing.T, path, statement string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(statement); err != nil {
		t.Fatal(err)
	}
}

func TestFilesThatAreRefused(t *testing.T) {
	for _, c := range []struct {
		name string
		do   func(t *testing.T, path string)
		want error
	}{
		{"a text", func(t *testing.T, path string) { write(t, path, []byte("sources:\n  blog: {type: feed}\n")) }, embedded.ErrForeign},
		{"another program's database", func(t *testing.T, path string) {
			os.Remove(path)
			execSQL(t, path, "CREATE TABLE users(id)")
		}, embedded.ErrForeign},
		{"another program's mark", func(t *testing.T, path string) { execSQL(t, path, "PRAGMA application_id = 1196444487") }, embedded.ErrForeign},
		{"a newer version's", func(t *testing.T, path string) { execSQL(t, path, "PRAGMA user_version = 99") }, embedded.ErrNewer},
		{"cut short", func(t *testing.T, path string) { write(t, path, read(t, path)[:40_000]) }, embedded.ErrDamaged},
		{"cut short in its head", func(t *testing.T, path string) { write(t, path, read(t, path)[:50]) }, embedded.ErrForeign},
		{"overwritten in the middle", func(t *testing.T, path string) {
			b := read(t, path)
			for i := 4096 * 2; i < 4096*6; i++ {
				b[i] ^= 0x5a
			}
			write(t, path, b)
		}, embedded.ErrDamaged},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := made(t)
			c.do(t, path)
			before := read(t, path)
			for _, readOnly := range []bool{false, true} {
				s, err := embedded.Open(t.Context(), embedded.Config{Path: path, ReadOnly: readOnly})
				if err == nil {
					s.Close()
				}
				if !errors.Is(err, c.want) {
					t.Errorf("read only %v: got %v, want %v", readOnly, err, c.want)
				}
				if err != nil && !strings.Contains(err.Error(), path) {
					t.Errorf("the error does not name the file: %v", err)
				}
			}
			if !bytes.Equal(read(t, path), before) {
				t.Error("the file was changed")
			}
		})
	}
}

func write(t *testing.T, path string, b []byte) {
	t.Helper()
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestFolderThatIsMissing(t *testing.T) {
	_, err := embedded.Open(t.Context(), embedded.Config{Path: filepath.Join(t.TempDir(), "no", "s.db")})
	if !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v", err)
	}
	_, err = embedded.Open(t.Context(), embedded.Config{Path: filepath.Join(t.TempDir(), "s.db"), ReadOnly: true})
	if !errors.Is(err, os.ErrNotExist) {
		t.Errorf("to read only: got %v", err)
	}
}

// TestMigrations brings a file to invented layouts, fails half-way
// and goes on.
func TestMigrations(t *testing.T) {
	path := made(t)
	steps := embedded.Migrations()
	good := "CREATE TABLE extra(x); INSERT INTO extra SELECT name FROM sources"
	bad := "ALTER TABLE extra ADD COLUMN y; INSERT INTO nowhere VALUES (1)"
	if err := embedded.Migrate(t.Context(), path, append(steps, good, bad)); err == nil || !strings.Contains(err.Error(), fmt.Sprintf("bring to layout %d", len(steps)+2)) {
		t.Fatalf("got %v", err)
	}
	if err := embedded.Migrate(t.Context(), path, append(steps, good, "ALTER TABLE extra ADD COLUMN y")); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var version, n int
	if err := db.QueryRow("PRAGMA user_version").Scan(&version); err != nil || version != len(steps)+2 {
		t.Errorf("version %d, %v", version, err)
	}
	if err := db.QueryRow("SELECT count(*) FROM extra WHERE y IS NULL").Scan(&n); err != nil || n != 500 {
		t.Errorf("%d rows, %v", n, err)
	}
	if _, err := embedded.Open(t.Context(), embedded.Config{Path: path}); !errors.Is(err, embedded.ErrNewer) {
		t.Errorf("got %v, want ErrNewer", err)
	}
}

// TestLeasesOfADeadProcess are free at once: no other process can have the file.
func TestLeasesOfADeadProcess(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s.db")
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	reopen := func() *embedded.Store {
		s, err := embedded.Open(t.Context(), embedded.Config{Path: path, Now: func() time.Time { return now }})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { s.Close() })
		return s
	}
	s := reopen()
	p, ok, err := s.ClaimPoll(t.Context(), now, "blog", time.Hour)
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	q := store.Queued{Due: now}
	q.Message.ID, q.Message.Account = "1", "fedi"
	if _, err := s.Commit(t.Context(), now, p, store.Outcome{Next: now, Messages: []store.Queued{q}}); err != nil {
		t.Fatal(err)
	}
	polls, _, err := s.ClaimPolls(t.Context(), now, 1, time.Hour)
	if err != nil || len(polls) != 1 {
		t.Fatal(polls, err)
	}
	leases, _, err := s.Claim(t.Context(), now, []string{"fedi"}, 1, time.Hour)
	if err != nil || len(leases) != 1 {
		t.Fatal(leases, err)
	}
	if ok, err := s.Attempt(t.Context(), now, leases[0]); err != nil || !ok {
		t.Fatal(ok, err)
	}
	s.Close()

	s = reopen()
	if c, err := s.Commit(t.Context(), now, polls[0], store.Outcome{}); err != nil || c.OK {
		t.Errorf("the dead process's poll: %+v, %v", c, err)
	}
	if _, ok, err := s.Finish(t.Context(), now, leases[0], store.Settlement{Result: store.Sent}); err != nil || ok {
		t.Errorf("the dead process's lease: %v, %v", ok, err)
	}
	polls, _, err = s.ClaimPolls(t.Context(), now, 1, time.Hour)
	if err != nil || len(polls) != 1 {
		t.Errorf("polls %v, %v", polls, err)
	}
	leases, _, err = s.Claim(t.Context(), now, []string{"fedi"}, 1, time.Hour)
	if err != nil || len(leases) != 1 || !leases[0].Doubt {
		t.Errorf("leases %+v, %v", leases, err)
	}
}

// TestExportBesideTheWorker reads the file from another handle while it is
// written to.
func TestExportBesideTheWorker(t *testing.T) {
	path := made(t)
	s, err := embedded.Open(t.Context(), embedded.Config{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	beside, err := embedded.Open(t.Context(), embedded.Config{Path: path, ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer beside.Close()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		now := time.Now()
		for n := 0; ; n++ {
			p, ok, err := s.ClaimPoll(ctx, now, "blog", time.Minute)
			if err != nil || !ok {
				done <- err
				return
			}
			q := store.Queued{Due: now}
			q.Message.ID, q.Message.Account = string(rune(0x4e00+n)), "fedi"
			o := store.Outcome{Next: now, Memory: map[string][]byte{q.Message.ID: {1}}, Messages: []store.Queued{q}}
			if _, err := s.Commit(ctx, now, p, o); err != nil {
				done <- err
				return
			}
		}
	}()
	for range 5 {
		var dump bytes.Buffer
		if err := beside.Export(t.Context(), &dump); err != nil {
			t.Fatal(err)
		}
		to, err := embedded.Open(t.Context(), embedded.Config{})
		if err != nil {
			t.Fatal(err)
		}
		if err := to.Import(t.Context(), &dump); err != nil {
			t.Fatal(err)
		}
		memory, err := to.Memory(t.Context(), "blog")
		if err != nil {
			t.Fatal(err)
		}
		for id := range memory {
			if _, found, err := to.Message(t.Context(), id); err != nil || !found {
				t.Fatalf("%s is remembered and was not queued: %v", id, err)
			}
		}
		to.Close()
	}
	cancel()
	if err := <-done; err != nil && !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestClosed(t *testing.T) {
	s, err := embedded.Open(t.Context(), embedded.Config{Path: filepath.Join(t.TempDir(), "s.db")})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(s.Close(), s.Close()); err != nil {
		t.Error(err)
	}
	if err := s.Save(t.Context(), "k", nil); !errors.Is(err, embedded.ErrClosed) {
		t.Errorf("write: got %v, want ErrClosed", err)
	}
	if _, err := s.Load(t.Context(), "k"); !errors.Is(err, embedded.ErrClosed) {
		t.Errorf("read: got %v, want ErrClosed", err)
	}
}
