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

func TestPicture(t *testing.T) {
	m := network.Message{ID: "m1", Text: "hello", Title: "Title", Media: []network.Media{{URL: "https://example.org/p.jpg", Alt: "A dog"}, {URL: "https://example.org/q.jpg"}}}
	const refused = `200 {"ok":false,"error":"invalid_blocks","response_metadata":{"messages":["[ERROR] downloading image failed"]}}`
	a, fake := bot(t, refused, done)
	if _, err := a.Post(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	want := `"blocks":[{"text":{"text":"hello","type":"mrkdwn"},"type":"section"},{"alt_text":"A dog","image_url":"https://example.org/p.jpg","type":"image"},{"alt_text":"Title","image_url":"https://example.org/q.jpg","type":"image"}]`
	if got := fields(t, fake.got[0].body); !strings.Contains(got, want) {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got := fake.got[1].body; strings.Contains(got, "blocks") || !strings.Contains(got, `"hello"`) {
		t.Errorf("without the picture: %s", got)
	}
}

func TestText(t *testing.T) {
	for _, c := range []struct{ name, text, sent string }{
		{"plain", "a b", "a b"},
		{"escaped", "a &lt; b &amp; c", "a &lt; b &amp; c"},
		{"bare signs", "1 < 2 & 3 > 2 &nbsp;", "1 &lt; 2 &amp; 3 &gt; 2 &amp;nbsp;"},
		{"everybody", "<!here> <!channel|x> <!everyone>", "&lt;!here&gt; &lt;!channel|x&gt; &lt;!everyone&gt;"},
		{"a person", "<@U123> <#C1> <!subteam^S1>", "&lt;@U123&gt; &lt;#C1&gt; &lt;!subteam^S1&gt;"},
		{"a link", "<https://example.org/?a=1&amp;b|a &amp; b>", "<https://example.org/?a=1&amp;b|a &amp; b>"},
		{"a link that is not escaped", "<https://example.org/?a=1&b>", "&lt;https://example.org/?a=1&amp;b&gt;"},
		{"a mention in a link", "<https://example.org|x<!here>>", "&lt;https://example.org|x&lt;!here&gt;&gt;"},
		{"a script", "<javascript:x|y>", "&lt;javascript:x|y&gt;"},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, fake := hook(t, "200 ok")
			if _, err := a.Post(t.Context(), network.Message{ID: "m", Text: c.text}); err != nil {
				t.Fatal(err)
			}
			var got struct{ Text string }
			if err := json.Unmarshal([]byte(fake.got[0].body), &got); err != nil || got.Text != c.sent {
				t.Errorf("sent %q, want %q (%v)", got.Text, c.sent, err)
			}
			if n := slack.Count(c.text); n != len(c.sent) {
				t.Errorf("counted %d, want %d", n, len(c.sent))
			}
		})
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
	was := network.Receipt{ID: "1.2", Own: []byte(`{"channel":"C09"}`)}
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

func TestFind(t *testing.T) {
	const ours = `{"ts":"5.0","metadata":{"event_type":"syndicated_message","event_payload":{"id":"m1"}}}`
	for _, c := range []struct {
		name    string
		answers []string
		found   string
		fails   bool
	}{
		{"there", []string{`200 {"ok":true,"messages":[{"ts":"6.0"},` + ours + `]}`}, "5.0", false},
		{"not there", []string{`200 {"ok":true,"messages":[{"ts":"6.0","metadata":{"event_type":"syndicated_message","event_payload":{"id":"m0"}}}]}`}, "", false},
		{"another app's id", []string{`200 {"ok":true,"messages":[{"ts":"6.0","metadata":{"event_type":"x","event_payload":{"id":"m1"}}}]}`}, "", false},
		{"on the second page", []string{`200 {"ok":true,"messages":[{"ts":"6.0"}],"has_more":true,"response_metadata":{"next_cursor":"abc="}}`, `200 {"ok":true,"messages":[` + ours + `]}`}, "5.0", false},
		{"endless", []string{`200 {"ok":true,"messages":[{"ts":"6.0"}],"has_more":true,"response_metadata":{"next_cursor":"abc="}}`}, "", true},
		{"no right", []string{`200 {"ok":false,"error":"missing_scope"}`}, "", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, fake := bot(t, c.answers...)
			r, found, err := a.(network.Finder).Find(t.Context(), network.Message{ID: "m1", Verb: network.VerbPost, Created: noon})
			if (err != nil) != c.fails || found != (c.found != "") || r.ID != c.found {
				t.Errorf("got %q, %v, %v", r.ID, found, err)
			}
			if q := fake.got[0].query; q["include_all_metadata"][0] != "true" || q["oldest"][0] != "1795607700.000000" {
				t.Errorf("asked for %v", q)
			}
			if len(fake.got) > 1 && fake.got[1].query["cursor"][0] != "abc=" {
				t.Errorf("the second page is %v", fake.got[1].query)
			}
		})
	}
}

// TestFindOfAnAnswer: the history of a channel does not hold answers.
func TestFindOfAnAnswer(t *testing.T) {
	a, fake := bot(t, `500 x`, `200 {"ok":true,"messages":[{"ts":"5.0","metadata":{"event_type":"syndicated_message","event_payload":{"id":"m2"}}}]}`)
	m := network.Message{ID: "m2", Verb: network.VerbReply, Text: "Update", Created: noon}
	if _, err := a.(network.Replier).Reply(t.Context(), network.Receipt{ID: "1.2"}, m); err == nil {
		t.Fatal("no error")
	}
	r, found, err := a.(network.Finder).Find(t.Context(), m)
	if err != nil || !found || r.ID != "5.0" {
		t.Errorf("got %+v, %v, %v", r, found, err)
	}
	if x := fake.got[1]; x.path != "/api/conversations.replies" || x.query["ts"][0] != "1.2" {
		t.Errorf("asked %s for %v", x.path, x.query)
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

// FuzzText holds that what is sent calls nobody, counts at least its own length
// and does not change when it is sent again.
func FuzzText(f *testing.F) {
	for _, s := range []string{"<!here>", "<https://x.example|<!here>>", "&amp;&x", "<<https://x.example>>", "\x00<\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		fake := &api{answers: []string{"200 ok"}}
		srv := httptest.NewServer(fake)
		defer srv.Close()
		a, err := slack.New(slack.Config{Webhook: config.NewSecret(srv.URL + "/services/x")}, network.Env{HTTP: network.NewClient(network.ClientOptions{})})
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if _, err := a.Post(t.Context(), network.Message{ID: "m", Text: s}); err != nil {
				return // too long or empty
			}
			var got struct{ Text string }
			if err := json.Unmarshal([]byte(fake.got[len(fake.got)-1].body), &got); err != nil {
				t.Fatal(err)
			}
			for _, call := range []string{"<!", "<@", "<#", "<javascript"} {
				if strings.Contains(got.Text, call) {
					t.Errorf("%q is sent as %q", s, got.Text)
				}
			}
			if len(fake.got) == 2 && got.Text != s {
				t.Errorf("%q is sent again as %q", s, got.Text)
			}
			s = got.Text
		}
	})
}
func (v vault) Load(_ context.Context, key string) ([]byte, error) { return v[key], nil }
func (v vault) Save(_ context.Context, key string, b []byte) error { v[key] = b; return nil }
