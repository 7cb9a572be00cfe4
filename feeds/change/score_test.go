package change_test

import (
	"strings"
	"testing"

	"syndicated/feeds/change"
)

func TestScores(t *testing.T) {
	var s change.Scores
	if s.Labelled() {
		t.Error("labelled before anything was added")
	}
	for _, c := range []struct {
		label, class, lang string
		verdict            change.Kind
	}{
		{"notify", "addition", "en", change.Update},
		{"notify", "addition", "de", change.Edit},
		{"silent", "typo", "en", change.Edit},
		{"silent", "typo", "en", change.Update},
		{"rerun", "synthetic", "en", change.Rerun},
		{"unclear", "typo", "fr", change.Update},
		{"", "", "", change.Same},
	} {
		s.Add(change.Pair{Label: c.label, Class: c.class, Lang: c.lang}, change.Judgement{Verdict: c.verdict})
	}
	var b strings.Builder
	if err := s.Write(&b); err != nil {
		t.Fatal(err)
	}
	got := b.String()
	for _, want := range []string{"all      4        2      0.500   0.500  0.500", "synthetic      1        0          -       -      -   1 of 1", "class addition      2        2      1.000   0.500  0.667", "lang de      1        1          -   0.000      -"} {
		if !strings.Contains(got, want) {
			t.Errorf("want %q in\n%s", want, got)
		}
	}
	if strings.Contains(got, "fr") {
		t.Errorf("an unclear pair was scored:\n%s", got)
	}
}
