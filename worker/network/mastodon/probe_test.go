package mastodon_test

import (
	"errors"
	"strings"
	"testing"

	"syndicated/config"
	"syndicated/worker/network"
	"syndicated/worker/network/mastodon"
)

func TestProbeOldServer(t *testing.T) {
	a := serve(t, &server{version1: true})
	p, err := a.Probe(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if want := "pleroma 2.7.2 (compatible; Pleroma 2.4.5)"; p.Server != want {
		t.Errorf("server %q, want %q", p.Server, want)
	}
	m := a.Manner()
	if m.Max != 5000 || m.Count("https://example.org/"+"aaaaaaaaaa") != 30 {
		t.Errorf("%d characters, an address counts %d; want 5000 and 30", m.Max, m.Count("https://example.org/aaaaaaaaaa"))
	}
}

// A server that cannot edit answers as one that has lost the status.
func TestEditOnOldServer(t *testing.T) {
	s := &server{max: 500, version1: true}
	a := serve(t, s)
	was, err := a.Post(t.Context(), message("m1", "words"))
	if err != nil {
		t.Fatal(err)
	}
	now, err := a.Edit(t.Context(), was, message("m2", "other words"))
	if err != nil || now.Was != "reply" || len(s.posts) != 2 || s.posts[1].replyTo != was.ID {
		t.Errorf("%v, %q, %d statuses; want the update as an answer", err, now.Was, len(s.posts))
	}
	s.remove(was.ID)
	if _, err := a.Edit(t.Context(), was, message("m3", "last words")); !errors.Is(err, network.ErrMissing) {
		t.Errorf("got %v, want ErrMissing", err)
	}
}

func TestCheck(t *testing.T) {
	for _, c := range []struct{ server, token, want string }{
		{"https://social.example", token, ""},
		{"https://social.example/", token, ""},
		{"social.example", token, ""},
		{"http://localhost:3000", token, ""},
		{"ftp://social.example", token, "server"},
		{"https://ann:secret@social.example", token, "server"},
		{"https://", token, "server"},
		{"https://social.example", "Bearer x", "token"},
		{"https://social.example", "x\n", "token"},
	} {
		config := mastodon.Config{Server: c.server, Token: config.NewSecret(c.token)}
		var got strings.Builder
		for _, p := range config.Check() {
			got.WriteString(p.Key)
		}
		if got.String() != c.want {
			t.Errorf("%s, %q: problems with %q, want %q", c.server, c.token, got.String(), c.want)
		}
		if _, err := mastodon.New(config, network.Env{}); (err != nil) != (c.want == "server") {
			t.Errorf("%s: New gives %v", c.server, err)
		}
	}
}
