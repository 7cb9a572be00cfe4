package embedded_test

import (
	"path/filepath"
	"testing"

	"syndicated/worker/store"
	"syndicated/worker/store/embedded"
	"syndicated/worker/store/storetest"
)

func TestStore(t *testing.T) {
	for name, path := range map[string]func(*testing.T) string{
		"memory": func(*testing.T) string { return "" },
		"file":   func(t *testing.T) string { return filepath.Join(t.TempDir(), "syndicated.db") },
	} {
		t.Run(name, func(t *testing.T) {
			storetest.Run(t, func(t *testing.T) store.Store {
				s, err := embedded.Open(t.Context(), embedded.Config{Path: path(t)})
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() { s.Close() })
				return s
			})
		})
	}
}
