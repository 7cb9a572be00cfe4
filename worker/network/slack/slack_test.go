package slack_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"syndicated/config"
	"syndicated/worker/network"
	"syndicated/worker/network/slack"
)

var noon = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)

const secret = "xoxb-secret-token"

type vault map[string][]byte

// exchange is one call as the server got it.
type exchange struct {
	path, auth, body string
	query            map[string][]string
}

// api answers with the given lines, one a call, and the last one for ever.
type api struct {
	answers []string
	header  http.Header
	got     []exchange
}

func (a *api) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b, _ := io.ReadAll(r.Body)
	a.got = append(a.got, exchange{path: r.URL.Path, auth: r.Header.Get("Authorization"), body: string(b), query: r.URL.Query()})
	line := a.answers[0]
	if len(a.answers) > 1 {
		a.answers = a.answers[1:]
	}
	status, body, _ := strings.Cut(line, " ")
	code := 200
	fmt.Sscan(status, &code)
	for k, v := range a.header {
		w.Header()[k] = v
	}
	w.WriteHeader(code)
	io.WriteString(w, body)
}

func account(t *testing.T, c func(url string) slack.Config, answers ...string) (network.Account, *api) {
	t.Helper()
	fake := &api{answers: answers}
	srv := httptest.NewServer(fake)
	t.Cleanup(srv.Close)
	now := func() time.Time { return noon }
	a, err := slack.New(c(srv.URL), network.Env{Name: "team", HTTP: network.NewClient(network.ClientOptions{Now: now}), Vault: vault{}, Now: now})
	if err != nil {
		t.Fatal(err)
	}
	return a, fake
}

func bot(t *testing.T, answers ...string) (network.Account, *api) {
	return account(t, func(url string) slack.Config {
		return slack.Config{Server: url, Token: config.NewSecret(secret), Channel: "C01"}
	}, answers...)
}

func hook(t *testing.T, answers ...string) (network.Account, *api) {
	return account(t, func(url string) slack.Config {
		return slack.Config{Webhook: config.NewSecret(url + "/services/T0/B0/" + secret)}
	}, answers...)
}

const done = `200 {"ok":true,"channel":"C01","ts":"1700000000.000100"}`

// fields gives a body as sorted JSON.
func fields(t *testing.T, body string) string {
	t.Helper()
	var v any
	if err := json.Unmarshal([]byte(body), &v); err != nil {
		t.Fatal(err)
	}
	b, _ := json.Marshal(v)
	return strings.NewReplacer(`\u003c`, "<", `\u003e`, ">", `\u0026`, "&").Replace(string(b))
}

func TestPost(t *testing.T) {
	a, fake := bot(t, done)
	r, err := a.Post(t.Context(), network.Message{ID: "m1", Text: "*Title* <https://example.org/a|here>"})
	if err != nil || r.ID != "1700000000.000100" {
		t.Fatal(r, err)
	}
	x := fake.got[0]
	if x.path != "/api/chat.postMessage" || x.auth != "Bearer "+secret {
		t.Errorf("got %s, authorization %q", x.path, x.auth)
	}
	want := `{"channel":"C01","metadata":{"event_payload":{"id":"m1"},"event_type":"syndicated_message"},"text":"*Title* <https://example.org/a|here>","unfurl_links":true,"unfurl_media":true}`
	if got := fields(t, x.body); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestFailures(t *testing.T) {
	after := func(d time.Duration) time.Time { return noon.Add(d) }
	for _, c := range []struct {
		name, answer string
		header       http.Header
		hook         bool
		class        network.Class
		at           time.Time
	}{
		{"429", `429 {"ok":false,"error":"ratelimited"}`, http.Header{"Retry-After": {"30"}}, false, network.ClassRetry, after(30 * time.Second)},
		{"ratelimited in a 200", `200 {"ok":false,"error":"ratelimited"}`, nil, false, network.ClassRetry, after(time.Minute)},
		{"token", `200 {"ok":false,"error":"invalid_auth"}`, nil, false, network.ClassStopped, time.Time{}},
		{"revoked", `200 {"ok":false,"error":"token_revoked"}`, nil, false, network.ClassStopped, time.Time{}},
		{"not in the channel", `200 {"ok":false,"error":"not_in_channel"}`, nil, false, network.ClassStopped, time.Time{}},
		{"scope", `200 {"ok":false,"error":"missing_scope","needed":"chat:write"}`, nil, false, network.ClassStopped, time.Time{}},
		{"bad message", `200 {"ok":false,"error":"no_text"}`, nil, false, network.ClassPermanent, time.Time{}},
		{"Slack's own trouble", `200 {"ok":false,"error":"fatal_error"}`, nil, false, network.ClassUnknown, time.Time{}},
		{"no JSON", `200 <html>`, nil, false, network.ClassUnknown, time.Time{}},
		{"no ts", `200 {"ok":true}`, nil, false, network.ClassUnknown, time.Time{}},
		{"5xx", `503 sorry Bearer ` + secret, nil, false, network.ClassUnknown, time.Time{}},
		{"hook: gone", `404 no_service`, nil, true, network.ClassStopped, time.Time{}},
		{"hook: forbidden", `403 invalid_token`, nil, true, network.ClassStopped, time.Time{}},
		{"hook: archived", `410 channel_is_archived`, nil, true, network.ClassStopped, time.Time{}},
		{"hook: payload", `400 invalid_payload`, nil, true, network.ClassPermanent, time.Time{}},
		{"hook: 5xx", `500 at /services/T0/B0/` + secret, nil, true, network.ClassUnknown, time.Time{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			make := bot
			if c.hook {
				make = hook
			}
			a, fake := make(t, c.answer)
			fake.header = c.header
			_, err := a.Post(t.Context(), network.Message{ID: "m1", Text: "hello"})
			class, at := network.ClassOf(err)
			if err == nil || class != c.class || !at.Equal(c.at) {
				t.Errorf("got %s at %v, want %s at %v: %v", class, at, c.class, c.at, err)
			}
			if err != nil && strings.Contains(err.Error(), secret) {
				t.Errorf("the secret is in %q", err)
			}
		})
	}
}

func TestEditReplyDelete(t *testing.T) {
	was := network.Receipt{ID: "1.2", Own: []byte(`{"channel":"C09","blocks":true}`)}
	a, fake := bot(t, done, `200 {"ok":false,"error":"message_not_found"}`)
	r, err := a.(network.Editor).Edit(t.Context(), was, network.Message{ID: "m2", Of: "m1", Text: "new"})
	if err != nil || r.ID != "1.2" {
		t.Fatal(r, err)
	}
	want := `{"blocks":[],"channel":"C09","metadata":{"event_payload":{"id":"m1"},"event_type":"syndicated_message"},"text":"new","ts":"1.2"}`
	if got := fields(t, fake.got[0].body); fake.got[0].path != "/api/chat.update" || got != want {
		t.Errorf("%s\ngot  %s\nwant %s", fake.got[0].path, got, want)
	}
	if _, err := a.(network.Editor).Edit(t.Context(), was, network.Message{ID: "m2", Text: "new"}); !errors.Is(err, network.ErrMissing) {
		t.Errorf("edit of what is gone: %v", err)
	}
	if err := a.(network.Deleter).Delete(t.Context(), was); err != nil {
		t.Errorf("delete of what is gone: %v", err)
	}
	a, fake = bot(t, done, `200 {"ok":false,"error":"thread_not_found"}`)
	if _, err := a.(network.Replier).Reply(t.Context(), was, network.Message{ID: "m3", Kind: "update", Text: "Update"}); err != nil {
		t.Fatal(err)
	}
	if got := fields(t, fake.got[0].body); !strings.Contains(got, `"reply_broadcast":true`) || !strings.Contains(got, `"thread_ts":"1.2"`) {
		t.Errorf("got %s", got)
	}
	if _, err := a.(network.Replier).Reply(t.Context(), was, network.Message{ID: "m3", Text: "Update"}); !errors.Is(err, network.ErrMissing) {
		t.Errorf("answer to what is gone: %v", err)
	}
}

func TestProbe(t *testing.T) {
	a, _ := bot(t, `200 {"ok":true,"url":"https://rig.slack.com/","team":"Rig","user":"herald"}`, `200 {"ok":false,"error":"missing_scope"}`, done)
	p, err := a.(network.Prober).Probe(t.Context())
	if err != nil || p.Name != "herald at Rig" || len(p.Notes) != 1 {
		t.Errorf("got %+v, %v", p, err)
	}
	if r, err := a.Post(t.Context(), network.Message{ID: "m", Text: "x"}); err != nil || r.URL != "https://rig.slack.com/archives/C01/p1700000000000100" {
		t.Errorf("got %+v, %v", r, err)
	}
}

func TestCheck(t *testing.T) {
	for _, c := range []struct {
		name string
		conf slack.Config
		key  string
	}{
		{"webhook", slack.Config{Webhook: config.NewSecret("https://hooks.slack.com/services/x")}, ""},
		{"bot", slack.Config{Token: config.NewSecret("x"), Channel: "C1"}, ""},
		{"a name", slack.Config{Token: config.NewSecret("x"), Channel: "#news"}, "channel"},
		{"both", slack.Config{Token: config.NewSecret("x"), Webhook: config.NewSecret("https://hooks.slack.com/services/x")}, "token"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := ""
			for _, p := range c.conf.Check() {
				got += p.Key
			}
			if got != c.key {
				t.Errorf("got faults in %q, want %q", got, c.key)
			}
		})
	}
	if ps := (slack.Config{}).Check(); len(ps) != 1 {
		t.Errorf("nothing set: %v", ps)
	}
}

func (v vault) Load(_ context.Context, key string) ([]byte, error) { return v[key], nil }
func (v vault) Save(_ context.Context, key string, b []byte) error { v[key] = b; return nil }
