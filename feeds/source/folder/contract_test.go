package folder_test

import (
	"fmt"
	"os"
	"testing"
	"time"

	"syndicated/feeds/source/folder"
	"syndicated/feeds/source/sourcetest"
)

func TestContract(t *testing.T) {
	sourcetest.Test(t, func(t *testing.T) sourcetest.Place {
		w := newSite(t, folder.Config{}, nil)
		move := func(from, to string) {
			if err := os.Rename(from, to); err != nil {
				t.Fatal(err)
			}
		}
		return sourcetest.Place{
			Source: w.s,
			Publish: func(n int) {
				w.write(fmt.Sprintf("%d.md", n), fmt.Sprintf("---\ndate: 2026-01-%02d\n---\n# Post %d\n\nx\n", n, n), now.Add(-time.Hour))
			},
			Break: func() { move(w.dir, w.dir+".away") },
			Mend:  func() { move(w.dir+".away", w.dir) },
		}
	})
}
