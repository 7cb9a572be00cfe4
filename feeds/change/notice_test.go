package change_test

import (
	"testing"
	"time"

	"syndicated/feeds"
	"syndicated/feeds/change"
)

// TestNoticesWithOneBody: short posts that say the same under another title,
// as a weekly notice does, are new, every one.
func TestNoticesWithOneBody(t *testing.T) {
	const body = "<p>Join us on the usual channel at seven in the evening; bring your questions, and a friend if you like. The notes will be put up here afterwards as always.</p>"
	day := func(n int) time.Time { return time.Date(2026, 10, n, 9, 0, 0, 0, time.UTC) }
	first := []feeds.Post{{ID: "1", Link: "https://example.org/1", Title: "Office hour about gardens", Content: body, Published: day(1)}}
	r := change.Compare(nil, first, change.Options{Now: day(1), First: true})
	memory := r.Changed
	second := append([]feeds.Post{{ID: "2", Link: "https://example.org/2", Title: "Tonight: ask the baker", Content: body, Published: day(8)}}, first...)
	r = change.Compare(memory, second, change.Options{Now: day(8)})
	if len(r.Verdicts) != 1 || r.Verdicts[0].Kind != change.New || r.Verdicts[0].Tell != change.Share {
		t.Errorf("got %+v, want one new post to be told", r.Verdicts)
	}
	again := append([]feeds.Post{{ID: "3", Link: "https://example.org/3", Title: "Office hour about gardens (again)", Content: body, Published: day(22)}}, first...)
	r = change.Compare(memory, again, change.Options{Now: day(22)})
	if len(r.Verdicts) != 1 || r.Verdicts[0].Kind != change.Rerun {
		t.Errorf("got %+v, want a re-run: the title is nearly the same too", r.Verdicts)
	}
}
