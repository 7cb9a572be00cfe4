package embedded_test

import (
	"errors"
	"path/filepath"
	"testing"

	"syndicated/worker/store"
	"syndicated/worker/store/embedded"
)

// TestLayout1 opens a file as the first layout had it.
func TestLayout1(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s.db")
	if err := embedded.Migrate(t.Context(), path, embedded.Migrations()[:1]); err != nil {
		t.Fatal(err)
	}
	execSQL(t, path, `
		INSERT INTO accounts(name) VALUES ('fedi');
		INSERT INTO messages(id, account, state, due, since, source, post, body) VALUES ('1', 'fedi', 'waiting', 1, 1, 'blog', 'p', '{"id":"1","account":"fedi","text":"words"}');
		INSERT INTO messages(id, account, state, due, since, source, post, receipt) VALUES ('2', 'fedi', 'sent', 1, 1, 'blog', 'p', '{"id":"r2"}')`)
	if _, err := embedded.Open(t.Context(), embedded.Config{Path: path, ReadOnly: true}); !errors.Is(err, embedded.ErrOlder) {
		t.Errorf("to read only: %v, want ErrOlder", err)
	}
	s, err := embedded.Open(t.Context(), embedded.Config{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	all, err := s.Messages(t.Context(), store.Filter{Post: "p"})
	if err != nil || len(all) != 2 {
		t.Fatalf("%d messages, %v", len(all), err)
	}
	if m := all[1].Message; m.ID != "1" || m.Text != "words" || all[0].Receipt.ID != "r2" {
		t.Errorf("messages are %+v", all)
	}
}
