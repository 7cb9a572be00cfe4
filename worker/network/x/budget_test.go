package x_test

import (
	"testing"
	"time"

	"syndicated/worker/network"
)

func TestBudget(t *testing.T) {
	f := account(t, map[string][]string{create: {done}})
	m := network.Message{ID: "m1", Text: "https://example.org/a"}
	for range 5 {
		if _, err := f.Post(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	_, err := f.Post(t.Context(), m)
	if class, at := network.ClassOf(err); class != network.ClassRetry || !at.Equal(time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("the sixth of five: %s at %v: %v", class, at, err)
	}
	if n := len(f.api.calls(create)); n != 5 {
		t.Errorf("%d posts", n)
	}
	f.now = time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)
	f.keep(t, "a", "b", f.now.Add(time.Hour))
	if _, err := f.Post(t.Context(), m); err != nil {
		t.Errorf("the next month: %v", err)
	}

	// What is in doubt is settled all the same.
	f = account(t, map[string][]string{create: {done}, me: {iAm}, own: {`200 {}`}})
	for range 5 {
		if _, err := f.Post(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	if _, found, err := f.Find(t.Context(), m); err != nil || found {
		t.Errorf("found %v, %v", found, err)
	}
}
