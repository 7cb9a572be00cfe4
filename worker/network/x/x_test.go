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

func TestBudget(t *testing.T) {
	f := account(t, map[string][]string{create: {done}})
	m := network.Message{ID: "m1", Text: "https://example.org/a"}
	for range 5 {
		if _, err := f.Post(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	_, err := f.Post(t.Context(), m)
	if class, at := network.ClassOf(err); class != network.ClassRetry || !at.Equal(time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("the sixth of five: %s at %v: %v", class, at, err)
	}
	if n := len(f.api.calls(create)); n != 5 {
		t.Errorf("%d posts", n)
	}
	f.now = time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)
	f.keep(t, "a", "b", f.now.Add(time.Hour))
	if _, err := f.Post(t.Context(), m); err != nil {
		t.Errorf("the next month: %v", err)
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

const (
	me   = "GET /2/users/me"
	own  = "GET /2/users/42/tweets"
	iAm  = `200 {"data":{"id":"42","username":"herald"}}`
	mine = `{"id":"9","text":"A &amp; B: read it https://t.co/abc","entities":{"urls":[{"url":"https://t.co/abc","expanded_url":"https://Example.org/a/"}]}}`
)

func TestFind(t *testing.T) {
	m := network.Message{ID: "m1", Text: "A & B: read it\nhttps://example.org/a", Created: noon}
	for _, c := range []struct {
		name  string
		text  string
		lists []string
		found string
		fails bool
	}{
		{"there", m.Text, []string{`200 {"data":[{"id":"8","text":"else"},` + mine + `]}`}, "9", false},
		{"other words", "C " + m.Text, []string{`200 {"data":[` + mine + `]}`}, "", false},
		{"another address", strings.Replace(m.Text, "/a", "/b", 1), []string{`200 {"data":[` + mine + `]}`}, "", false},
		{"nothing", m.Text, []string{`200 {"meta":{"result_count":0}}`}, "", false},
		{"on the second page", m.Text, []string{`200 {"data":[{"id":"8","text":"else"}],"meta":{"next_token":"n"}}`, `200 {"data":[` + mine + `]}`}, "9", false},
		{"endless", m.Text, []string{`200 {"data":[{"id":"8","text":"else"}],"meta":{"next_token":"n"}}`}, "", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := account(t, map[string][]string{me: {iAm}, own: c.lists})
			m := m
			m.Text = c.text
			r, found, err := f.Find(t.Context(), m)
			if (err != nil) != c.fails || found != (c.found != "") || r.ID != c.found {
				t.Errorf("got %q, %v, %v", r.ID, found, err)
			}
			if q := f.api.calls(own)[0].form; q.Get("start_time") != "2026-11-25T11:55:00Z" {
				t.Errorf("asked for %v", q)
			}
		})
	}
}

func TestDuplicate(t *testing.T) {
	const same = `403 {"detail":"You are not allowed to create a Tweet with duplicate content.","type":"about:blank","title":"Forbidden","status":403}`
	m := network.Message{ID: "m1", Text: "A & B: read it https://example.org/a", Created: noon}
	f := account(t, map[string][]string{create: {same}, me: {iAm}, own: {`200 {"data":[` + mine + `]}`}})
	if r, err := f.Post(t.Context(), m); err != nil || r.ID != "9" || r.Was != "found" {
		t.Errorf("there already: %+v, %v", r, err)
	}
	f = account(t, map[string][]string{create: {same}, me: {iAm}, own: {`200 {}`}})
	_, err := f.Post(t.Context(), m)
	if class, _ := network.ClassOf(err); err == nil || class != network.ClassPermanent {
		t.Errorf("posted by nobody that we know: %s: %v", class, err)
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
