package mastodon_test

import (
	"net/http/httptest"
	"testing"

	"syndicated/config"
	"syndicated/worker/network"
	"syndicated/worker/network/mastodon"
	"syndicated/worker/network/networktest"
)

func open(t *testing.T, url string, env network.Env) network.Account {
	t.Helper()
	a, err := mastodon.New(mastodon.Config{Server: url, Token: config.NewSecret(token)}, env)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestAccount(t *testing.T) {
	networktest.Run(t, networktest.Suite{Fake: newFake, New: open, Secrets: []string{token}})
}

// GoToSocial knows no idempotency keys and refuses an edit that changes nothing;
// Pleroma answers a known key as it did before, whatever that was.
func TestRelatives(t *testing.T) {
	for _, software := range []string{"gotosocial", "pleroma"} {
		t.Run(software, func(t *testing.T) {
			networktest.Run(t, networktest.Suite{
				Fake:    func(t *testing.T) *networktest.Fake { return fakeOf(&server{max: 500, software: software}) },
				New:     open,
				Secrets: []string{token},
				Probed:  true,
			})
		})
	}
}

// serve gives an account on a fake.
func serve(t *testing.T, s *server) *mastodon.Account { return serveWith(t, s, nil) }

func serveWith(t *testing.T, s *server, vault network.Vault) *mastodon.Account {
	t.Helper()
	server := httptest.NewServer(fakeOf(s).Handler)
	t.Cleanup(server.Close)
	return open(t, server.URL, network.Env{
		Name: "fedi", Vault: vault, Now: networktest.Clock,
		HTTP: network.NewClient(network.ClientOptions{Private: true, Now: networktest.Clock}),
	}).(*mastodon.Account)
}
