package embedded_test

import (
	"database/sql"
	"path/filepath"
	"testing"

	"syndicated/worker/store"
	"syndicated/worker/store/embedded"
	"syndicated/worker/store/storetest"
)

// BenchmarkFootprint: see the package comment for what came out.
func BenchmarkFootprint(b *testing.B) {
	path := filepath.Join(b.TempDir(), "s.db")
	var s *embedded.Store
	open := func() store.Store {
		if s == nil {
			var err error
			if s, err = embedded.Open(b.Context(), embedded.Config{Path: path}); err != nil {
				b.Fatal(err)
			}
			opened := s
			b.Cleanup(func() { opened.Close() })
		}
		return s
	}
	storetest.Footprint(b, open, func() (used int64) {
		open().Close()
		s = nil
		db, err := sql.Open("sqlite", path)
		if err != nil {
			b.Fatal(err)
		}
		defer db.Close()
		const pages = `SELECT (page_count - freelist_count) * page_size FROM pragma_page_count, pragma_freelist_count, pragma_page_size`
		if err := db.QueryRow(pages).Scan(&used); err != nil {
			b.Fatal(err)
		}
		return used
	})
}
