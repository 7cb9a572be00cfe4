package mastodon_test

import (
	"testing"

	"syndicated/worker/network"
	"syndicated/worker/network/networktest"
)

func TestCounts(t *testing.T) {
	for _, c := range []struct{ software, column string }{
		{"", "mastodon"}, {"gotosocial", "runes"}, {"pleroma", "graphemes"},
	} {
		t.Run(c.column, func(t *testing.T) {
			a := serve(t, &server{max: 500, software: c.software})
			if _, err := a.Probe(t.Context()); err != nil {
				t.Fatal(err)
			}
			networktest.Counts(t, c.column, a.Manner().Count, nil)
		})
	}
	if n := serve(t, &server{max: 500}).Manner(); n.Max != 500 || n.Count("https://example.com/"+"aaaaaaaaaaaaaaaa") != 23 {
		t.Error("before it was asked, a server is not taken for a Mastodon of 500 characters")
	}
}

func TestLimitsOfServer(t *testing.T) {
	vault := &network.Memory{}
	s := &server{max: 5000}
	a := serveWith(t, s, vault)
	p, err := a.Probe(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if a.Manner().Max != 5000 || p.Server != "mastodon 4.4.2" {
		t.Errorf("%d characters on %s, want 5000 on mastodon 4.4.2", a.Manner().Max, p.Server)
	}
	// What a server said holds while it cannot be asked.
	s.down = true
	b := serveWith(t, s, vault)
	if _, err := b.Probe(t.Context()); err == nil {
		t.Error("no error though the server is down")
	}
	if b.Manner().Max != 5000 {
		t.Errorf("%d characters, want what was kept", b.Manner().Max)
	}
}
