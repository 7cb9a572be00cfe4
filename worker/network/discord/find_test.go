package discord_test

import (
	"fmt"
	"strings"
	"testing"

	"syndicated/worker/network"
)

func TestFind(t *testing.T) {
	m := network.Message{ID: "m1", Text: "hello https://example.org/a", Created: noon}
	probe, fake := bot(t, done)
	if _, err := probe.Post(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	nonce := fake.got[0].body["nonce"]
	var full strings.Builder
	for i := range 100 {
		fmt.Fprintf(&full, `,{"id":"%d","content":"talk","timestamp":"2026-11-25T12:05:00Z"}`, 1000-i)
	}
	busy := "200 [" + full.String()[1:] + "]"
	for _, c := range []struct {
		name    string
		answers []string
		found   string
		fails   bool
	}{
		{"by nonce", []string{fmt.Sprintf(`200 [{"id":"3","content":"other","nonce":%q,"timestamp":"2026-11-25T12:00:01Z"}]`, nonce)}, "3", false},
		{"by words", []string{`200 [{"id":"4","content":"hello https://example.org/a","timestamp":"2026-11-25T12:00:01Z"}]`}, "4", false},
		{"older words", []string{`200 [{"id":"4","content":"hello https://example.org/a","timestamp":"2026-11-24T12:00:01Z"}]`}, "", false},
		{"another's", []string{`200 [{"id":"4","content":"talk","timestamp":"2026-11-25T12:00:01Z"}]`}, "", false},
		{"on the second page", []string{busy, `200 [{"id":"5","content":"hello https://example.org/a","timestamp":"2026-11-25T12:00:01Z"}]`}, "5", false},
		{"too busy to be sure", []string{busy}, "", true},
		{"empty channel", []string{`200 []`, `200 {"id":"77"}`}, "", false},
		{"history withheld", []string{`200 []`, `200 {"id":"77","last_message_id":"9"}`}, "", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, fake := bot(t, c.answers...)
			r, found, err := a.(network.Finder).Find(t.Context(), m)
			if (err != nil) != c.fails || found != (c.found != "") || r.ID != c.found {
				t.Errorf("got %q, %v, %v", r.ID, found, err)
			}
			if len(fake.got) > 1 && strings.Contains(fake.got[1].path, "limit") && !strings.Contains(fake.got[1].path, "before=901") {
				t.Errorf("the second page is %s", fake.got[1].path)
			}
		})
	}
}

func TestPowers(t *testing.T) {
	h, _ := hook(t, done)
	if _, ok := h.(network.Finder); ok {
		t.Error("a webhook cannot find")
	}
	if _, ok := h.(network.Replier); ok {
		t.Error("a webhook cannot answer")
	}
}
