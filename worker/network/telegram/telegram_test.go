package telegram_test

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
	"syndicated/worker/network/telegram"
)

const token = "123456:AA-secret_token"

var noon = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)

// vault is a Vault in memory.
type vault map[string][]byte

func (v vault) Load(_ context.Context, key string) ([]byte, error) { return v[key], nil }
func (v vault) Save(_ context.Context, key string, b []byte) error { v[key] = b; return nil }

// request is one call as the server got it.
type request struct {
	method string
	params map[string]string
	file   []byte
}

// api is a server that answers with the given lines, one a call, and the last
// one for ever: a status and a body.
type api struct {
	answers []string
	got     []request
}

func (a *api) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	q := request{params: map[string]string{}}
	_, q.method, _ = strings.Cut(strings.TrimPrefix(r.URL.Path, "/bot"), "/")
	if strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/") {
		if err := r.ParseMultipartForm(1 << 20); err != nil {
			http.Error(w, err.Error(), http.StatusTeapot)
			return
		}
		for k := range r.MultipartForm.Value {
			q.params[k] = r.FormValue(k)
		}
		f, _, err := r.FormFile("photo")
		if err == nil {
			q.file, _ = io.ReadAll(f)
		}
	} else {
		var m map[string]json.RawMessage
		if err := json.NewDecoder(r.Body).Decode(&m); err != nil {
			http.Error(w, err.Error(), http.StatusTeapot)
			return
		}
		for k, v := range m {
			var s string
			if json.Unmarshal(v, &s) != nil {
				s = string(v)
			}
			q.params[k] = s
		}
	}
	a.got = append(a.got, q)
	line := a.answers[0]
	if len(a.answers) > 1 {
		a.answers = a.answers[1:]
	}
	status, body, _ := strings.Cut(line, " ")
	code := 200
	fmt.Sscan(status, &code)
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	io.WriteString(w, body)
}

const done = `200 {"ok":true,"result":{"message_id":7,"chat":{"id":-1001234,"type":"channel","username":"news"},"text":"x"}}`

func account(t *testing.T, answers ...string) (*telegram.Account, *api, vault) {
	t.Helper()
	v := vault{}
	a, fake := reopen(t, v, answers...)
	return a, fake, v
}

// reopen gives the account of another run of the program, with the same vault.
func reopen(t *testing.T, v vault, answers ...string) (*telegram.Account, *api) {
	t.Helper()
	fake := &api{answers: answers}
	srv := httptest.NewServer(fake)
	t.Cleanup(srv.Close)
	a, err := telegram.New(telegram.Config{Server: srv.URL, Token: config.NewSecret(token), Chat: "@news"}, network.Env{
		Name: "tg", HTTP: network.NewClient(network.ClientOptions{Private: true}), Vault: v, Now: func() time.Time { return noon },
	})
	if err != nil {
		t.Fatal(err)
	}
	return a, fake
}

func TestPost(t *testing.T) {
	a, fake, _ := account(t, done)
	r, err := a.Post(t.Context(), network.Message{ID: "m1", Text: "<b>Rock &amp; Roll</b> https://example.org/a", Link: "https://example.org/a"})
	if err != nil {
		t.Fatal(err)
	}
	if r.ID != "7" || r.URL != "https://t.me/news/7" || !r.At.Equal(noon) {
		t.Errorf("receipt %+v", r)
	}
	q := fake.got[0]
	for k, want := range map[string]string{
		"chat_id": "@news", "parse_mode": "HTML", "text": "<b>Rock &amp; Roll</b> https://example.org/a",
		"link_preview_options": `{"prefer_large_media":true,"url":"https://example.org/a"}`,
	} {
		if q.params[k] != want {
			t.Errorf("%s: got %q, want %q", k, q.params[k], want)
		}
	}
	if q.method != "sendMessage" || len(q.params) != 4 {
		t.Errorf("got %s with %v", q.method, q.params)
	}
}

func TestFailures(t *testing.T) {
	for _, c := range []struct {
		name, answer string
		class        network.Class
		at           time.Time
	}{
		{"flood", `429 {"ok":false,"error_code":429,"description":"Too Many Requests: retry after 35","parameters":{"retry_after":35}}`, network.ClassRetry, noon.Add(35 * time.Second)},
		{"token ended", `401 {"ok":false,"error_code":401,"description":"Unauthorized"}`, network.ClassStopped, time.Time{}},
		{"no such bot", `404 {"ok":false,"error_code":404,"description":"Not Found"}`, network.ClassStopped, time.Time{}},
		{"kicked", `403 {"ok":false,"error_code":403,"description":"Forbidden: bot was kicked from the channel chat"}`, network.ClassStopped, time.Time{}},
		{"no chat", `400 {"ok":false,"error_code":400,"description":"Bad Request: chat not found"}`, network.ClassStopped, time.Time{}},
		{"no rights", `400 {"ok":false,"error_code":400,"description":"Bad Request: need administrator rights in the channel chat"}`, network.ClassStopped, time.Time{}},
		{"bad text", `400 {"ok":false,"error_code":400,"description":"Bad Request: can't parse entities"}`, network.ClassPermanent, time.Time{}},
		{"server", `502 <html>bot` + token + `</html>`, network.ClassUnknown, time.Time{}},
		{"success that is none", `200 <html>hello`, network.ClassUnknown, time.Time{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, _, _ := account(t, c.answer)
			_, err := a.Post(t.Context(), network.Message{ID: "m1", Text: "hello"})
			if err == nil {
				t.Fatal("no error")
			}
			class, at := network.ClassOf(err)
			if class != c.class || !at.Equal(c.at) {
				t.Errorf("got %s at %v, want %s at %v: %v", class, at, c.class, c.at, err)
			}
			if strings.Contains(err.Error(), "secret_token") {
				t.Errorf("the token is in %q", err)
			}
		})
	}
}

func TestMigrationIsRemembered(t *testing.T) {
	a, fake, v := account(t,
		`400 {"ok":false,"error_code":400,"description":"Bad Request: group chat was upgraded to a supergroup chat","parameters":{"migrate_to_chat_id":-100999}}`, done)
	if _, err := a.Post(t.Context(), network.Message{ID: "m1", Text: "hello"}); err != nil {
		t.Fatal(err)
	}
	if got := fake.got[1].params["chat_id"]; len(fake.got) != 2 || got != "-100999" {
		t.Errorf("%d calls, the second to %q", len(fake.got), got)
	}
	again, fake := reopen(t, v, done)
	if _, err := again.Post(t.Context(), network.Message{ID: "m2", Text: "hello"}); err != nil {
		t.Fatal(err)
	}
	if got := fake.got[0].params["chat_id"]; got != "-100999" {
		t.Errorf("after a restart: sent to %q", got)
	}
}

func TestReply(t *testing.T) {
	a, fake, _ := account(t, done, `400 {"ok":false,"error_code":400,"description":"Bad Request: message to be replied not found"}`)
	if _, err := a.Reply(t.Context(), network.Receipt{ID: "5"}, network.Message{ID: "m2", Text: "Update"}); err != nil {
		t.Fatal(err)
	}
	if got := fake.got[0].params["reply_parameters"]; got != `{"message_id":5}` {
		t.Errorf("reply_parameters %q", got)
	}
	if _, err := a.Reply(t.Context(), network.Receipt{ID: "5"}, network.Message{ID: "m2", Text: "Update"}); !errors.Is(err, network.ErrMissing) {
		t.Errorf("answer to what is gone: %v", err)
	}
}

func TestEditAndDelete(t *testing.T) {
	was := network.Receipt{ID: "7", URL: "https://t.me/news/7", Own: []byte(`{"chat":"@news"}`)}
	photo := network.Receipt{ID: "8", Own: []byte(`{"chat":"@news","photo":true}`)}
	for _, c := range []struct {
		name, answer string
		was          network.Receipt
		method       string
		missing      bool
		class        network.Class
	}{
		{"text", done, was, "editMessageText", false, ""},
		{"caption", done, photo, "editMessageCaption", false, ""},
		{"unchanged", `400 {"ok":false,"error_code":400,"description":"Bad Request: message is not modified: specified new message content and reply markup are exactly the same"}`, was, "editMessageText", false, ""},
		{"deleted", `400 {"ok":false,"error_code":400,"description":"Bad Request: message to edit not found"}`, was, "editMessageText", true, network.ClassPermanent},
		{"server", `500 oops`, was, "editMessageText", false, network.ClassRetry},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, fake, _ := account(t, c.answer)
			r, err := a.Edit(t.Context(), c.was, network.Message{ID: "m2", Text: "new"})
			if class, _ := network.ClassOf(err); (err == nil) != (c.class == "") || err != nil && class != c.class {
				t.Fatalf("got %v, want %q", err, c.class)
			}
			if errors.Is(err, network.ErrMissing) != c.missing {
				t.Errorf("missing: %v", err)
			}
			if fake.got[0].method != c.method || fake.got[0].params["message_id"] != c.was.ID || r.ID != c.was.ID {
				t.Errorf("got %v", fake.got[0])
			}
		})
	}
	a, _, _ := account(t, `400 {"ok":false,"error_code":400,"description":"Bad Request: message to delete not found"}`)
	if err := a.Delete(t.Context(), was); err != nil {
		t.Errorf("delete of what is gone: %v", err)
	}
}

// TestLongCaption: what stands under a picture takes less than what was written
// for a message without one.
func TestLongCaption(t *testing.T) {
	a, fake, _ := account(t, done)
	m := network.Message{ID: "m2", Text: "<b>" + strings.Repeat("😀 ", 1000) + "</b>", Link: "https://example.org/?a=1&b=2"}
	if _, err := a.Edit(t.Context(), network.Receipt{ID: "8", Own: []byte(`{"chat":"@news","photo":true}`)}, m); err != nil {
		t.Fatal(err)
	}
	got := fake.got[0].params["caption"]
	if n := telegram.Count(got); n < 1020 || n > 1024 {
		t.Errorf("the caption has %d characters", n)
	}
	if !strings.HasPrefix(got, "<b>😀") || !strings.HasSuffix(got, "</b>…\nhttps://example.org/?a=1&amp;b=2") {
		t.Errorf("got %q", got)
	}
}

func TestProbe(t *testing.T) {
	const me, chat = `200 {"ok":true,"result":{"id":1,"is_bot":true,"username":"news_bot"}}`, `200 {"ok":true,"result":{"id":-1001234,"type":"channel","title":"News"}}`
	for _, c := range []struct {
		name, member string
		notes        int
	}{
		{"may post", `200 {"ok":true,"result":{"status":"administrator","can_post_messages":true}}`, 0},
		{"may not post", `200 {"ok":true,"result":{"status":"administrator","can_post_messages":false}}`, 1},
		{"is not there", `200 {"ok":true,"result":{"status":"left"}}`, 1},
		{"not told", `400 {"ok":false,"error_code":400,"description":"Bad Request: member list is inaccessible"}`, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, fake, _ := account(t, me, chat, c.member)
			p, err := a.Probe(t.Context())
			if err != nil || p.Name != "@news_bot in News" || len(p.Notes) != c.notes {
				t.Errorf("got %+v, %v", p, err)
			}
			for i, method := range []string{"getMe", "getChat", "getChatMember"} {
				if fake.got[i].method != method {
					t.Errorf("call %d is %s, want %s", i, fake.got[i].method, method)
				}
			}
		})
	}
}

func TestCheck(t *testing.T) {
	for _, c := range []struct {
		name string
		conf telegram.Config
		key  string
	}{
		{"good", telegram.Config{Token: config.NewSecret(token), Chat: "-100123"}, ""},
		{"token cut", telegram.Config{Token: config.NewSecret("AA-secret"), Chat: "@x"}, "token"},
		{"chat as a word", telegram.Config{Token: config.NewSecret(token), Chat: "news"}, "chat"},
		{"server", telegram.Config{Server: "api.telegram.org", Token: config.NewSecret(token), Chat: "@x"}, "server"},
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
}
