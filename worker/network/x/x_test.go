package x_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/png"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"syndicated/config"
	"syndicated/worker/network"
	"syndicated/worker/network/x"
)

var noon = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)

// exchange is one call as the server got it.
type exchange struct {
	what, auth, body string
	form             url.Values
}

// api answers by method and path, each list in turn and its last for ever: a
// status and a body.
type api struct {
	answers map[string][]string
	header  http.Header
	got     []exchange
}

func (a *api) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b, _ := io.ReadAll(r.Body)
	x := exchange{what: r.Method + " " + r.URL.Path, auth: r.Header.Get("Authorization"), body: string(b), form: r.URL.Query()}
	if strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		x.form, _ = url.ParseQuery(x.body)
	}
	a.got = append(a.got, x)
	lines := a.answers[x.what]
	if len(lines) == 0 {
		http.Error(w, "no answer for "+x.what, http.StatusTeapot)
		return
	}
	if len(lines) > 1 {
		a.answers[x.what] = lines[1:]
	}
	status, body, _ := strings.Cut(lines[0], " ")
	code := 200
	fmt.Sscan(status, &code)
	for k, v := range a.header {
		w.Header()[k] = v
	}
	w.WriteHeader(code)
	io.WriteString(w, body)
}

func (a *api) calls(what string) (out []exchange) {
	for _, x := range a.got {
		if x.what == what {
			out = append(out, x)
		}
	}
	return out
}

const (
	create = "POST /2/tweets"
	token  = "POST /2/oauth2/token"
	done   = `201 {"data":{"id":"1234567890123456789","text":"x"}}`
)

// vault fails to save when broken is set.
type vault struct {
	network.Memory
	broken bool
}

func (v *vault) Save(ctx context.Context, key string, b []byte) error {
	if v.broken {
		return errors.New("disk full")
	}
	return v.Memory.Save(ctx, key, b)
}

type fixture struct {
	*x.Account
	api   *api
	vault *vault
	url   string
	now   time.Time
}

func account(t *testing.T, answers map[string][]string) *fixture {
	t.Helper()
	f := &fixture{api: &api{answers: answers}, vault: &vault{}, now: noon}
	srv := httptest.NewServer(f.api)
	t.Cleanup(srv.Close)
	f.url = srv.URL
	f.keep(t, "access-one-secret", "refresh-one-secret", noon.Add(time.Hour))
	var err error
	f.Account, err = x.New(f.config(), f.env())
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func (f *fixture) config() x.Config {
	return x.Config{ClientID: "client", ClientSecret: config.NewSecret("client-secret"), Server: f.url, Budget: 1}
}

func (f *fixture) env() network.Env {
	now := func() time.Time { return f.now }
	return network.Env{Name: "x", HTTP: network.NewClient(network.ClientOptions{Private: true, Now: now}), Vault: f.vault, Now: now}
}

func (f *fixture) keep(t *testing.T, access, refresh string, until time.Time) {
	t.Helper()
	b, _ := json.Marshal(map[string]any{"access": access, "refresh": refresh, "expires": until})
	if err := f.vault.Memory.Save(t.Context(), "tokens", b); err != nil {
		t.Fatal(err)
	}
}

func (f *fixture) kept(t *testing.T, key string) string {
	t.Helper()
	b, err := f.vault.Load(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestPostAndReply(t *testing.T) {
	f := account(t, map[string][]string{create: {done, done, `403 {"detail":"You attempted to reply to a Tweet that is deleted or not visible to you."}`}})
	r, err := f.Post(t.Context(), network.Message{ID: "m1", Text: "Title https://example.org/a"})
	if err != nil || r.ID != "1234567890123456789" || r.URL != "https://x.com/i/web/status/1234567890123456789" {
		t.Fatal(r, err)
	}
	if _, err := f.Reply(t.Context(), r, network.Message{ID: "m2", Text: "Update"}); err != nil {
		t.Fatal(err)
	}
	got := f.api.calls(create)
	if got[0].body != `{"text":"Title https://example.org/a"}` || got[0].auth != "Bearer access-one-secret" {
		t.Errorf("got %+v", got[0])
	}
	if got[1].body != `{"reply":{"in_reply_to_tweet_id":"1234567890123456789"},"text":"Update"}` {
		t.Errorf("got %+v", got[1])
	}
	if _, err := f.Reply(t.Context(), r, network.Message{ID: "m2", Text: "Update"}); !errors.Is(err, network.ErrMissing) {
		t.Errorf("answer to what is gone: %v", err)
	}
	if got := f.kept(t, "spending"); got != `{"month":"2026-11","micro_usd":215000,"posts":2}` {
		t.Errorf("spent %s", got)
	}
}

func TestFailures(t *testing.T) {
	for _, c := range []struct {
		name, answer string
		header       http.Header
		class        network.Class
		at           time.Time
		charged      bool
	}{
		{"rate", `429 {"title":"Too Many Requests"}`, http.Header{"X-Rate-Limit-Reset": {fmt.Sprint(noon.Add(7 * time.Minute).Unix())}, "X-Rate-Limit-Remaining": {"0"}}, network.ClassRetry, noon.Add(7 * time.Minute), false},
		{"day", `429 {"title":"Too Many Requests"}`, http.Header{
			"X-Rate-Limit-Reset": {fmt.Sprint(noon.Add(7 * time.Minute).Unix())}, "X-Rate-Limit-Remaining": {"5"},
			"X-User-Limit-24hour-Reset": {fmt.Sprint(noon.Add(9 * time.Hour).Unix())}, "X-User-Limit-24hour-Remaining": {"0"},
		}, network.ClassRetry, noon.Add(9 * time.Hour), false},
		{"month", `429 {"title":"UsageCapExceeded","type":"https://api.twitter.com/2/problems/usage-capped"}`, nil, network.ClassRetry, noon.Add(24 * time.Hour), false},
		{"no credits", `402 {"title":"CreditsDepleted"}`, nil, network.ClassStopped, time.Time{}, false},
		{"forbidden", `403 {"detail":"You are not permitted to perform this action."}`, nil, network.ClassStopped, time.Time{}, false},
		{"bad", `400 {"detail":"One or more parameters to your request was invalid."}`, nil, network.ClassPermanent, time.Time{}, false},
		{"server", `503 Bearer access-one-secret`, nil, network.ClassUnknown, time.Time{}, true},
		{"no id", `201 {}`, nil, network.ClassUnknown, time.Time{}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := account(t, map[string][]string{create: {c.answer}})
			f.api.header = c.header
			_, err := f.Post(t.Context(), network.Message{ID: "m1", Text: "hello"})
			class, at := network.ClassOf(err)
			if err == nil || class != c.class || !at.Equal(c.at) {
				t.Errorf("got %s at %v, want %s at %v: %v", class, at, c.class, c.at, err)
			}
			if err != nil && strings.Contains(err.Error(), "secret") {
				t.Errorf("a secret is in %q", err)
			}
			if charged := strings.Contains(f.kept(t, "spending"), `"posts":1`); charged != c.charged {
				t.Errorf("charged: %v, want %v (%s)", charged, c.charged, f.kept(t, "spending"))
			}
		})
	}
}

func TestLimit(t *testing.T) {
	f := account(t, map[string][]string{create: {done}})
	long := strings.Repeat("a", 256) + " https://example.org/" + strings.Repeat("b", 300)
	if _, err := f.Post(t.Context(), network.Message{ID: "m1", Text: long}); err != nil {
		t.Errorf("280: %v", err)
	}
	_, err := f.Post(t.Context(), network.Message{ID: "m1", Text: "a" + long})
	if class, _ := network.ClassOf(err); err == nil || class != network.ClassPermanent || len(f.api.calls(create)) != 1 {
		t.Errorf("281: %v", err)
	}
}

func TestPictures(t *testing.T) {
	pics := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/gone" {
			http.NotFound(w, r)
			return
		}
		png.Encode(w, image.NewGray(image.Rect(0, 0, 2, 2)))
	}))
	defer pics.Close()
	f := account(t, map[string][]string{
		create: {done}, "POST /2/media/upload": {`200 {"data":{"id":"77"}}`}, "POST /2/media/metadata": {`200 {}`},
	})
	m := network.Message{ID: "m1", Text: "hello", Media: []network.Media{{URL: pics.URL + "/gone"}, {URL: pics.URL + "/a", Alt: "A dog"}}}
	if _, err := f.Post(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	if got := f.api.calls(create)[0].body; got != `{"media":{"media_ids":["77"]},"text":"hello"}` {
		t.Errorf("got %s", got)
	}
	if got := f.api.calls("POST /2/media/metadata")[0].body; got != `{"id":"77","metadata":{"alt_text":{"text":"A dog"}}}` {
		t.Errorf("got %s", got)
	}
	if got := f.api.calls("POST /2/media/upload")[0].body; !strings.Contains(got, "tweet_image") {
		t.Errorf("got %q", got)
	}
}

func TestDelete(t *testing.T) {
	f := account(t, map[string][]string{"DELETE /2/tweets/9": {`200 {"data":{"deleted":true}}`, `404 {}`}})
	for range 2 {
		if err := f.Delete(t.Context(), network.Receipt{ID: "9"}); err != nil {
			t.Error(err)
		}
	}
}

func TestProbe(t *testing.T) {
	f := account(t, map[string][]string{me: {iAm}})
	p, err := f.Probe(t.Context())
	if err != nil || p.Name != "@herald" || len(p.Notes) != 1 || !strings.Contains(p.Notes[0], "of 1.00 USD") {
		t.Errorf("got %+v, %v", p, err)
	}
}
