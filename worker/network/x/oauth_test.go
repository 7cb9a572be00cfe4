package x_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"syndicated/worker/network"
	"syndicated/worker/network/x"
)

const fresh = `200 {"token_type":"bearer","expires_in":7200,"access_token":"access-two-secret","refresh_token":"refresh-two-secret"}`

func TestRefresh(t *testing.T) {
	f := account(t, map[string][]string{create: {done}, token: {fresh}})
	f.now = noon.Add(2 * time.Hour)
	if _, err := f.Post(t.Context(), network.Message{ID: "m1", Text: "hello"}); err != nil {
		t.Fatal(err)
	}
	got := f.api.calls(token)
	if len(got) != 1 || got[0].form.Get("refresh_token") != "refresh-one-secret" || got[0].form.Get("grant_type") != "refresh_token" || !strings.HasPrefix(got[0].auth, "Basic ") {
		t.Fatalf("asked for tokens with %+v", got)
	}
	if auth := f.api.calls(create)[0].auth; auth != "Bearer access-two-secret" {
		t.Errorf("posted with %q", auth)
	}
	if kept := f.kept(t, "tokens"); !strings.Contains(kept, "refresh-two-secret") {
		t.Errorf("kept %s", kept)
	}
}

// TestNewTokenIsKeptFirst: a token that could not be kept is not used.
func TestNewTokenIsKeptFirst(t *testing.T) {
	f := account(t, map[string][]string{"DELETE /2/tweets/1": {`200 {}`}, token: {fresh}})
	f.now = noon.Add(2 * time.Hour)
	f.vault.broken = true
	err := f.Delete(t.Context(), network.Receipt{ID: "1"})
	if err == nil || len(f.api.calls("DELETE /2/tweets/1")) != 0 {
		t.Errorf("%v after %+v", err, f.api.got)
	}
}

func TestRefreshRefused(t *testing.T) {
	const refused = `400 {"error":"invalid_request","error_description":"Value passed for the token was invalid."}`
	f := account(t, map[string][]string{create: {done}, token: {refused}})
	f.now = noon.Add(2 * time.Hour)
	_, err := f.Post(t.Context(), network.Message{ID: "m1", Text: "hello"})
	if class, _ := network.ClassOf(err); class != network.ClassStopped {
		t.Errorf("got %s: %v", class, err)
	}
	// A lost answer of the token's address says nothing of a post.
	f = account(t, map[string][]string{create: {done}, token: {`502 bad`}})
	f.now = noon.Add(2 * time.Hour)
	_, err = f.Post(t.Context(), network.Message{ID: "m1", Text: "hello"})
	if class, _ := network.ClassOf(err); err == nil || class != network.ClassRetry {
		t.Errorf("got %s: %v", class, err)
	}
}

func TestTokenRefusedBeforeItsTime(t *testing.T) {
	f := account(t, map[string][]string{create: {`401 {"title":"Unauthorized"}`, done}, token: {fresh}})
	if _, err := f.Post(t.Context(), network.Message{ID: "m1", Text: "hello"}); err != nil {
		t.Fatal(err)
	}
	if got := f.api.calls(create); len(got) != 2 || got[1].auth != "Bearer access-two-secret" {
		t.Errorf("got %+v", got)
	}
	f = account(t, map[string][]string{create: {`401 {"title":"Unauthorized"}`}, token: {fresh}})
	_, err := f.Post(t.Context(), network.Message{ID: "m1", Text: "hello"})
	if class, _ := network.ClassOf(err); class != network.ClassStopped || len(f.api.calls(create)) != 2 {
		t.Errorf("got %s after %d tries: %v", class, len(f.api.calls(create)), err)
	}
}

func TestNobodyHasAgreed(t *testing.T) {
	f := account(t, nil)
	f.vault.Memory.Save(t.Context(), "tokens", nil)
	_, err := f.Post(t.Context(), network.Message{ID: "m1", Text: "hello"})
	if class, _ := network.ClassOf(err); class != network.ClassStopped || !strings.Contains(err.Error(), "authorise") {
		t.Errorf("got %s: %v", class, err)
	}
}

func TestAuthorise(t *testing.T) {
	f := account(t, map[string][]string{token: {fresh}})
	u, err := url.Parse(x.AuthURL(f.config(), "http://127.0.0.1:8081/back", "state", "verifier"))
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	for k, want := range map[string]string{
		"response_type": "code", "client_id": "client", "redirect_uri": "http://127.0.0.1:8081/back", "state": "state",
		"code_challenge_method": "S256", "scope": "tweet.read tweet.write users.read media.write offline.access",
		"code_challenge": "iMnq5o6zALKXGivsnlom_0F5_WYda32GHkxlV7mq7hQ", // openssl sha256 of the verifier
	} {
		if q.Get(k) != want {
			t.Errorf("%s: got %q, want %q", k, q.Get(k), want)
		}
	}
	if err := x.Exchange(t.Context(), f.config(), f.env(), "http://127.0.0.1:8081/back", "code-secret", "verifier"); err != nil {
		t.Fatal(err)
	}
	if form := f.api.calls(token)[0].form; form.Get("code") != "code-secret" || form.Get("code_verifier") != "verifier" || form.Get("grant_type") != "authorization_code" {
		t.Errorf("asked with %v", form)
	}
	if kept := f.kept(t, "tokens"); !strings.Contains(kept, "access-two-secret") {
		t.Errorf("kept %s", kept)
	}
}
