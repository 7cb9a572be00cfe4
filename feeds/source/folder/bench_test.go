package folder_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"syndicated/feeds/source"
	"syndicated/feeds/source/folder"
)

func BenchmarkRead(b *testing.B) {
	dir := b.TempDir()
	body := strings.Repeat("Some *words* of a [post](other.md), as people write them.\n\n", 40)
	old := time.Now().Add(-time.Hour)
	for i := range 10_000 {
		name := filepath.Join(dir, fmt.Sprintf("post-%d.md", i))
		if err := os.WriteFile(name, fmt.Appendf(nil, "---\ntitle: Post %d\ndate: 2024-05-06\ntags: [a, b]\n---\n%s", i, body), 0o600); err != nil {
			b.Fatal(err)
		}
		if err := os.Chtimes(name, old, old); err != nil {
			b.Fatal(err)
		}
	}
	s, err := folder.New(folder.Config{Path: dir, BaseURL: "https://example.org/"}, source.Options{})
	if err != nil {
		b.Fatal(err)
	}
	first, err := s.Read(b.Context(), nil)
	if err != nil {
		b.Fatal(err)
	}
	for _, c := range []struct {
		name  string
		state []byte
	}{{"first/files=10000", nil}, {"unchanged/files=10000", first.State}} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := s.Read(b.Context(), c.state); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
