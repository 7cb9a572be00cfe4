package discord_test

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
	"syndicated/worker/network/discord"
	"syndicated/worker/network/networktest"
)

var noon = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)

const secret = "hook-token_secret"

// exchange is one call as the server got it.
type exchange struct {
	method, path, auth string
	body               map[string]any
	files              []string
}

// api answers with the given lines, one a call, and the last one for ever.
type api struct {
	answers []string
	header  http.Header
	got     []exchange
}

func (a *api) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	x := exchange{method: r.Method, path: r.URL.RequestURI(), auth: r.Header.Get("Authorization")}
	if strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/") {
		if err := r.ParseMultipartForm(1 << 20); err != nil {
			http.Error(w, err.Error(), http.StatusTeapot)
			return
		}
		json.Unmarshal([]byte(r.FormValue("payload_json")), &x.body)
		for i := range 10 {
			for _, f := range r.MultipartForm.File[fmt.Sprintf("files[%d]", i)] {
				x.files = append(x.files, f.Filename)
			}
		}
	} else {
		json.NewDecoder(r.Body).Decode(&x.body)
	}
	a.got = append(a.got, x)
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

func hook(t *testing.T, answers ...string) (network.Account, *api) {
	return account(t, func(url string) discord.Config {
		return discord.Config{Webhook: config.NewSecret(url + "/api/webhooks/42/" + secret)}
	}, answers...)
}

func bot(t *testing.T, answers ...string) (network.Account, *api) {
	return account(t, func(url string) discord.Config {
		return discord.Config{Server: url, Token: config.NewSecret(secret), Channel: "77"}
	}, answers...)
}

func account(t *testing.T, c func(url string) discord.Config, answers ...string) (network.Account, *api) {
	t.Helper()
	fake := &api{answers: answers}
	srv := httptest.NewServer(fake)
	t.Cleanup(srv.Close)
	a, err := discord.New(c(srv.URL), network.Env{
		Name: "team", HTTP: network.NewClient(network.ClientOptions{Private: true, Now: func() time.Time { return noon }}), Now: func() time.Time { return noon },
	})
	if err != nil {
		t.Fatal(err)
	}
	return a, fake
}

const done = `200 {"id":"900","channel_id":"77","content":"x"}`

func TestWebhookPost(t *testing.T) {
	a, fake := hook(t, done)
	r, err := a.Post(t.Context(), network.Message{ID: "m1", Text: "**Title** https://example.org/a @everyone"})
	if err != nil || r.ID != "900" {
		t.Fatal(r, err)
	}
	x := fake.got[0]
	if x.method != "POST" || x.path != "/api/v10/webhooks/42/"+secret+"?wait=true" || x.auth != "" {
		t.Errorf("got %s %s, authorization %q", x.method, x.path, x.auth)
	}
	body, _ := json.Marshal(x.body)
	if got, want := string(body), `{"allowed_mentions":{"parse":[]},"content":"**Title** https://example.org/a @everyone"}`; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestBotPostAndReply(t *testing.T) {
	a, fake := bot(t, done)
	m := network.Message{ID: "m1", Text: "hello"}
	for range 2 {
		if _, err := a.Post(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := a.(network.Replier).Reply(t.Context(), network.Receipt{ID: "5"}, network.Message{ID: "m2", Text: "Update"}); err != nil {
		t.Fatal(err)
	}
	x, y, z := fake.got[0], fake.got[1], fake.got[2]
	if x.path != "/api/v10/channels/77/messages" || x.auth != "Bot "+secret {
		t.Errorf("got %s, authorization %q", x.path, x.auth)
	}
	n, _ := x.body["nonce"].(string)
	if n == "" || len(n) > 25 || n != y.body["nonce"] || n == z.body["nonce"] || x.body["enforce_nonce"] != true {
		t.Errorf("nonces %q, %q, %q: want the first two alike, the third not, at most 25 characters", x.body["nonce"], y.body["nonce"], z.body["nonce"])
	}
	if ref, _ := z.body["message_reference"].(map[string]any); ref["message_id"] != "5" {
		t.Errorf("message_reference %v", z.body["message_reference"])
	}
}

func TestPictureCarriesItsDescription(t *testing.T) {
	pics := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/gone" {
			http.NotFound(w, r)
			return
		}
		w.Write(networktest.PNG(2, 2))
	}))
	defer pics.Close()
	a, fake := bot(t, `413 {"message":"Request entity too large","code":40005}`, done)
	m := network.Message{ID: "m1", Text: "hello", Media: []network.Media{{URL: pics.URL + "/gone"}, {URL: pics.URL + "/a", Alt: strings.Repeat("ä", 2000)}}}
	if _, err := a.Post(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	first, second := fake.got[0], fake.got[1]
	if len(first.files) != 1 || len(second.files) != 0 || second.body["attachments"] != nil {
		t.Errorf("files %v, then %v: want one, and none when that was too large", first.files, second.files)
	}
	list, _ := first.body["attachments"].([]any)
	if len(list) != 1 || list[0].(map[string]any)["description"] != strings.Repeat("ä", 1023)+"…" {
		t.Errorf("attachments %v", list)
	}
}

func TestFailures(t *testing.T) {
	for _, c := range []struct {
		name, answer string
		header       http.Header
		class        network.Class
		at           time.Time
	}{
		{"rate", `429 {"message":"You are being rate limited.","retry_after":1.5,"global":false}`, nil, network.ClassRetry, noon.Add(1500 * time.Millisecond)},
		{"rate by header", `429 {}`, http.Header{"Retry-After": {"7"}}, network.ClassRetry, noon.Add(7 * time.Second)},
		{"token", `401 {"message":"Invalid Webhook Token","code":50027}`, nil, network.ClassStopped, time.Time{}},
		{"access", `403 {"message":"Missing Access","code":50001}`, nil, network.ClassStopped, time.Time{}},
		{"webhook deleted", `404 {"message":"Unknown Webhook","code":10015}`, nil, network.ClassStopped, time.Time{}},
		{"channel deleted", `404 {"message":"Unknown Channel","code":10003}`, nil, network.ClassStopped, time.Time{}},
		{"form", `400 {"message":"Invalid Form Body","code":50035}`, nil, network.ClassPermanent, time.Time{}},
		{"server", `503 upstream ` + secret, nil, network.ClassUnknown, time.Time{}},
		{"no message in the answer", `200 {}`, nil, network.ClassUnknown, time.Time{}},
		{"no JSON", `200 <html>`, nil, network.ClassUnknown, time.Time{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			for kind, make := range map[string]func(*testing.T, ...string) (network.Account, *api){"webhook": hook, "bot": bot} {
				a, fake := make(t, c.answer)
				fake.header = c.header
				_, err := a.Post(t.Context(), network.Message{ID: "m1", Text: "hello"})
				class, at := network.ClassOf(err)
				if err == nil || class != c.class || !at.Equal(c.at) {
					t.Errorf("%s: got %s at %v, want %s at %v: %v", kind, class, at, c.class, c.at, err)
				}
				if err != nil && strings.Contains(err.Error(), secret) {
					t.Errorf("%s: the secret is in %q", kind, err)
				}
			}
		})
	}
}

func TestLimit(t *testing.T) {
	a, fake := hook(t, done)
	if _, err := a.Post(t.Context(), network.Message{ID: "m1", Text: strings.Repeat("😀", 2000)}); err != nil {
		t.Error(err)
	}
	_, err := a.Post(t.Context(), network.Message{ID: "m1", Text: strings.Repeat("a", 2001)})
	if class, _ := network.ClassOf(err); err == nil || class != network.ClassPermanent || len(fake.got) != 1 {
		t.Errorf("2001 characters: %v after %d calls", err, len(fake.got))
	}
}

func TestEditAndDelete(t *testing.T) {
	for kind, make := range map[string]func(*testing.T, ...string) (network.Account, *api){
		"/api/v10/webhooks/42/" + secret + "/messages/900": hook, "/api/v10/channels/77/messages/900": bot,
	} {
		a, fake := make(t, done, `404 {"message":"Unknown Message","code":10008}`)
		was := network.Receipt{ID: "900", URL: "u"}
		r, err := a.(network.Editor).Edit(t.Context(), was, network.Message{ID: "m2", Text: "new"})
		if err != nil || r.ID != "900" || fake.got[0].method != "PATCH" || fake.got[0].path != kind {
			t.Errorf("got %+v, %v after %+v", r, err, fake.got)
		}
		if _, err := a.(network.Editor).Edit(t.Context(), was, network.Message{ID: "m2", Text: "new"}); !errors.Is(err, network.ErrMissing) {
			t.Errorf("edit of what is gone: %v", err)
		}
		if err := a.(network.Deleter).Delete(t.Context(), was); err != nil {
			t.Errorf("delete of what is gone: %v", err)
		}
	}
}

func TestCheck(t *testing.T) {
	const good = "https://discord.com/api/webhooks/1/x"
	for _, c := range []struct {
		name string
		conf discord.Config
		keys string
	}{
		{"webhook", discord.Config{Webhook: config.NewSecret(good)}, ""},
		{"bot", discord.Config{Token: config.NewSecret("x"), Channel: "1"}, ""},
		{"nothing", discord.Config{}, ""},
		{"both", discord.Config{Webhook: config.NewSecret(good), Token: config.NewSecret("x")}, "token"},
		{"no channel", discord.Config{Token: config.NewSecret("x")}, "channel"},
		{"not a webhook", discord.Config{Webhook: config.NewSecret("https://discord.com/channels/1/2")}, "webhook"},
		{"name", discord.Config{Webhook: config.NewSecret(good), Username: "Discord News"}, "username"},
	} {
		t.Run(c.name, func(t *testing.T) {
			keys := ""
			ps := c.conf.Check()
			for _, p := range ps {
				keys += p.Key
				if strings.Contains(fmt.Sprint(p), "webhooks/1/x") {
					t.Errorf("the webhook is in %v", p)
				}
			}
			if keys != c.keys || c.name == "nothing" && len(ps) != 1 {
				t.Errorf("got %v, want faults in %q", ps, c.keys)
			}
		})
	}
}

func TestProbe(t *testing.T) {
	h, _ := hook(t, `200 {"name":"Herald","guild_id":"11"}`, done)
	p, err := h.(network.Prober).Probe(context.Background())
	if err != nil || p.Name != "Herald" {
		t.Errorf("got %+v, %v", p, err)
	}
	if r, err := h.Post(t.Context(), network.Message{ID: "m", Text: "x"}); err != nil || r.URL != "https://discord.com/channels/11/77/900" {
		t.Errorf("got %+v, %v", r, err)
	}
	b, _ := bot(t, `200 {"username":"herald"}`, `200 {"name":"news","guild_id":"11","last_message_id":"5"}`, `200 []`)
	p, err = b.(network.Prober).Probe(t.Context())
	if err != nil || p.Name != "herald in #news" || len(p.Notes) != 1 {
		t.Errorf("got %+v, %v", p, err)
	}
}
