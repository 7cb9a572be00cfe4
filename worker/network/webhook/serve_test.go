package webhook_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"syndicated/config"
	"syndicated/worker/network"
	"syndicated/worker/network/webhook"
)

func answering(t *testing.T, status int) *webhook.Account {
	return serve(t, secret, func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(status) })
}

func serve(t *testing.T, key string, f http.HandlerFunc) *webhook.Account {
	t.Helper()
	server := httptest.NewServer(f)
	t.Cleanup(server.Close)
	a, err := webhook.New(webhook.Config{URL: server.URL, Secret: config.NewSecret(key)}, network.Env{})
	if err != nil {
		t.Fatal(err)
	}
	return a
}
