package bluesky_test

import (
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"syndicated/config"
	"syndicated/worker/network"
	"syndicated/worker/network/bluesky"
	"syndicated/worker/network/networktest"
)

func open(t *testing.T, url string, env network.Env) network.Account {
	t.Helper()
	a, err := bluesky.New(bluesky.Config{Server: url, Handle: "@Ann.example", Password: config.NewSecret(password)}, env)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestAccount(t *testing.T) {
	networktest.Run(t, networktest.Suite{
		Fake: newFake, New: open, Secrets: []string{password}, Tokens: []string{"c2lnbmF0dXJl"},
		// The text of the suite's messages does not carry their link, which makes a
		// card; images are shown when there is no card.
		Message: func(m *network.Message) {
			if !strings.HasPrefix(m.Text, "Ünïcode") {
				m.Link = ""
			}
		},
		Repeats: true,
	})
}

// serve gives an account on a fake, and what it keeps.
func serve(t *testing.T, s *pds, vault network.Vault) *bluesky.Account {
	t.Helper()
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	return open(t, server.URL, network.Env{
		Name: "sky", Vault: vault, Now: networktest.Clock,
		HTTP: network.NewClient(network.ClientOptions{Private: true, Now: networktest.Clock}),
	}).(*bluesky.Account)
}

func mustPost(t *testing.T, a *bluesky.Account, m network.Message) network.Receipt {
	t.Helper()
	r, err := a.Post(t.Context(), m)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// A server allows 300 logins a day: a session outlives the process.
func TestSessionIsKept(t *testing.T) {
	s, vault := newPDS(t), &network.Memory{}
	server := httptest.NewServer(s)
	defer server.Close()
	for i, id := range []string{"m1", "m2", "m3"} {
		env := network.Env{Name: "sky", Vault: vault, Now: networktest.Clock}
		a := open(t, server.URL, env).(*bluesky.Account)
		mustPost(t, a, network.Message{ID: id, Text: "words", Created: networktest.Noon})
		if s.logins != 1 {
			t.Errorf("run %d: %d logins, want 1", i+1, s.logins)
		}
	}
	if s.renewed != 0 {
		t.Errorf("renewed %d times, want none", s.renewed)
	}
}

func TestSessionIsRenewed(t *testing.T) {
	post := func(t *testing.T, a *bluesky.Account, id string) {
		mustPost(t, a, network.Message{ID: id, Text: "words", Created: networktest.Noon})
	}
	t.Run("before it ends", func(t *testing.T) {
		s := newPDS(t)
		s.life = 30 * time.Second
		a := serve(t, s, nil)
		post(t, a, "m1")
		s.life = time.Hour
		post(t, a, "m2")
		post(t, a, "m3")
		if s.logins != 1 || s.renewed != 1+1 {
			t.Errorf("%d logins, renewed %d times, want 1 and 2", s.logins, s.renewed)
		}
	})
	t.Run("when the server says so", func(t *testing.T) {
		s := newPDS(t)
		a := serve(t, s, nil)
		post(t, a, "m1")
		s.access = "another"
		post(t, a, "m2")
		if s.logins != 1 || s.renewed != 1 {
			t.Errorf("%d logins, renewed %d times, want 1 and 1", s.logins, s.renewed)
		}
	})
	t.Run("by a login when all has ended", func(t *testing.T) {
		s := newPDS(t)
		a := serve(t, s, nil)
		post(t, a, "m1")
		s.access, s.refresh = "another", "another"
		post(t, a, "m2")
		if s.logins != 2 {
			t.Errorf("%d logins, want 2", s.logins)
		}
	})
	for _, name := range []string{"AuthenticationRequired", "AccountTakedown", "InvalidRequest"} {
		t.Run(name+" stops the account", func(t *testing.T) {
			s := newPDS(t)
			s.refuseSession = name
			_, err := serve(t, s, nil).Post(t.Context(), network.Message{ID: "m1", Text: "words"})
			if class, _ := network.ClassOf(err); class != network.ClassStopped {
				t.Errorf("got %v of class %s, want the account stopped", err, class)
			}
		})
	}
}

// What is at the key of a message is that message, whatever a second try looks like.
func TestSecondTry(t *testing.T) {
	s := newPDS(t)
	a := serve(t, s, nil)
	m := network.Message{ID: "m1", Text: "words", Created: networktest.Noon}
	m.Frozen, _ = a.Freeze(m, networktest.Noon)
	first := mustPost(t, a, m)
	m.Summary, m.Link = "another card", "https://example.org/"
	second := mustPost(t, a, m)
	if s.commits != 1 || first.ID != second.ID {
		t.Errorf("%d commits, %s and %s, want one post", s.commits, first.ID, second.ID)
	}
	m.Text = "other words"
	_, err := a.Post(t.Context(), m)
	if class, _ := network.ClassOf(err); class != network.ClassPermanent || s.commits != 1 {
		t.Errorf("another post at the key: got %v, %d commits", err, s.commits)
	}
}

func TestKeysDiffer(t *testing.T) {
	a := serve(t, newPDS(t), nil)
	seen := map[string]bool{}
	for i := range 20000 {
		f, err := a.Freeze(network.Message{ID: strings.Repeat("x", i%7) + time.Duration(i).String()}, networktest.Noon)
		if err != nil || seen[string(f)] {
			t.Fatalf("key %s of message %d: %v", f, i, err)
		}
		seen[string(f)] = true
	}
}

// A reply to a reply names the root of the thread.
func TestThread(t *testing.T) {
	s := newPDS(t)
	a := serve(t, s, nil)
	root := mustPost(t, a, network.Message{ID: "m1", Text: "one", Created: networktest.Noon})
	two, err := a.Reply(t.Context(), root, network.Message{ID: "m2", Text: "two", Created: networktest.Noon})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.Reply(t.Context(), two, network.Message{ID: "m3", Text: "three", Created: networktest.Noon}); err != nil {
		t.Fatal(err)
	}
	reply := s.records[2].value["reply"].(map[string]any)
	for what, want := range map[string]string{"root": root.ID, "parent": two.ID} {
		got := reply[what].(map[string]any)
		if got["uri"] != want || got["cid"] == "" {
			t.Errorf("%s is %v, want %s", what, got, want)
		}
	}
}

func conf(handle, server string) bluesky.Config {
	return bluesky.Config{Handle: handle, Server: server, Password: config.NewSecret(password)}
}
