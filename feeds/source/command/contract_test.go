package command_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"syndicated/feeds/source"
	"syndicated/feeds/source/command"
	"syndicated/feeds/source/sourcetest"
)

func TestContract(t *testing.T) {
	sourcetest.Test(t, func(t *testing.T) sourcetest.Place {
		path := filepath.Join(t.TempDir(), "feed.json")
		var items []string
		write := func(text string) {
			if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		mend := func() {
			write(`{"version":"https://jsonfeed.org/version/1.1","title":"T","items":[` + strings.Join(items, ",") + `]}`)
		}
		s, err := command.New(command.Config{Command: []string{os.Args[0], "play-file", path}}, source.Options{})
		if err != nil {
			t.Fatal(err)
		}
		return sourcetest.Place{
			Source: s,
			Publish: func(n int) {
				items = append(items, fmt.Sprintf(`{"id":"%d","url":"https://example.org/%d","title":"Post %d","content_text":"x","date_published":"2026-01-%02dT00:00:00Z"}`, n, n, n, n))
				mend()
			},
			Break: func() { write("no feed\n") },
			Mend:  mend,
		}
	})
}
