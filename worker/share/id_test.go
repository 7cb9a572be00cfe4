package share_test

import (
	"regexp"
	"testing"

	"syndicated/worker/share"
)

func TestID(t *testing.T) {
	type args struct {
		account, source, post string
		revision              int
		kind                  string
		part                  int
	}
	cases := []args{
		{"fedi", "blog", "k", 0, "new", 0},
		{"fedi", "blog", "k", 0, "new", 1},
		{"fedi", "blog", "k", 1, "new", 0},
		{"fedi", "blog", "k", 0, "update", 0},
		{"fedi", "blo", "gk", 0, "new", 0},
		{"fed", "iblog", "k", 0, "new", 0},
		{"fedi", "blogk", "", 0, "new", 0},
		{"", "", "", 0, "", 0},
	}
	shape := regexp.MustCompile(`^[0-9a-hjkmnp-tv-z]{26}$`)
	seen := map[string]args{}
	for _, c := range cases {
		id := share.ID(c.account, c.source, c.post, c.revision, c.kind, c.part)
		if !shape.MatchString(id) {
			t.Errorf("%+v: %q is no id", c, id)
		}
		if other, ok := seen[id]; ok {
			t.Errorf("%+v and %+v have the same id", c, other)
		}
		seen[id] = c
	}
	// Ids are kept in stores for years: this one must never change.
	if got, want := share.ID("fedi", "blog", "k", 0, "new", 0), "7d9wbpktn0s6qtc0c4q19jqgj2"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
