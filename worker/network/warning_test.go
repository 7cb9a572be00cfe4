package network_test

import (
	"testing"
	"unicode/utf8"

	"syndicated/worker/network"
)

func TestWarned(t *testing.T) {
	join := func(warning, text string) string { return warning + "\n\n" + text }
	for _, c := range []struct {
		name, warning string
		max           int
		want          string
	}{
		{"none", "", 4, "text"},
		{"room", "spoiler", 100, "spoiler\n\ntext"},
		{"just room", "spoiler", 13, "spoiler\n\ntext"},
		{"made to fit without what joins them", "spoiler", 11, "spoi…\n\ntext"},
		{"no room", "spoiler", 6, "text"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := network.Warned(c.warning, "text", join, func(s string) bool { return utf8.RuneCountInString(s) <= c.max })
			if got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}
