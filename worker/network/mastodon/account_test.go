package mastodon_test

import (
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
