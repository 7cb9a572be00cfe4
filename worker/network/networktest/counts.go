package networktest

import (
	"bufio"
	"bytes"
	_ "embed"
	"encoding/json"
	"strconv"
	"strings"
	"testing"
)

// counts.tsv was made by counts.mjs, from sources other than this program.
//
//go:embed testdata/counts.tsv
var counts []byte

// Counts holds count against a column of testdata/counts.tsv: texts and their length
// as mastodon, GoToSocial (runes), Bluesky (graphemes, bytes), Telegram (utf16) and x
// have it. Texts for which over says so may be counted longer than they are, never
// shorter; nil allows none.
func Counts(t *testing.T, column string, count func(text string) int, over func(name string) bool) {
	t.Helper()
	lines := bufio.NewScanner(bytes.NewReader(counts))
	at, n := -1, 0
	for lines.Scan() {
		cells := strings.Split(lines.Text(), "\t")
		if at < 0 {
			for i, name := range cells {
				if name == column {
					at = i
				}
			}
			if at < 2 {
				t.Fatalf("no column %q", column)
			}
			continue
		}
		var text string
		want, err := strconv.Atoi(cells[at])
		if err == nil {
			err = json.Unmarshal([]byte(cells[1]), &text)
		}
		if err != nil {
			t.Fatalf("%s: %v", cells[0], err)
		}
		n++
		switch got := count(text); {
		case got == want:
		case got > want && over != nil && over(cells[0]):
		default:
			t.Errorf("%s: %q counts %d, want %d", cells[0], text, got, want)
		}
	}
	if n < 200 {
		t.Fatalf("%d texts, want 200 and more", n)
	}
}
