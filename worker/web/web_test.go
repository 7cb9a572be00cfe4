package web_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"syndicated/config"
	"syndicated/feeds/change"
	"syndicated/worker/network"
	"syndicated/worker/store"
	"syndicated/worker/store/embedded"
	"syndicated/worker/web"
)

const token = "a-token-of-some-length"

// desk is a store with a message in every state.
func desk(t *testing.T) store.Store {
	t.Helper()
	ctx := context.Background()
	s, err := embedded.Open(ctx, embedded.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	now := time.Now().UTC().Truncate(time.Millisecond)
	if err := s.Plan(ctx, now, []store.Planned{{Source: "blog", Next: now}, {Source: "news", Next: now.Add(time.Hour)}}); err != nil {
		t.Fatal(err)
	}
	polls, _, err := s.ClaimPolls(ctx, now, 1, time.Minute)
	if err != nil || len(polls) != 1 {
		t.Fatal(polls, err)
	}
	message := func(id, account, title string) network.Message {
		return network.Message{
			ID: id, Account: account, Kind: "new", Verb: network.VerbPost, Text: title + "\n\nhttps://blog.example/" + id, Title: title, Subject: title,
			Link: "https://blog.example/" + id, Source: "blog", Post: "post-" + id, Created: now, Language: "en",
			Media: []network.Media{{URL: "https://blog.example/i.png", Alt: "A picture"}}, Frozen: json.RawMessage(`"frozen-thing"`),
		}
	}
	diff, _ := json.Marshal([]change.Hunk{{Old: "teh <b>cat</b>", New: "the cat"}})
	out := store.Outcome{
		Next: now.Add(15 * time.Minute),
		Messages: []store.Queued{
			{Message: message("waits", "fedi", "A post that <b>waits</b>"), Due: now.Add(time.Hour)},
			{Message: message("held", "fedi", "A post that is held"), Due: now, Hold: "a burst of 12 new posts"},
			{Message: message("dead", "sky", "A post that was refused"), Due: now},
			{Message: message("sent", "team", "A post that was sent"), Due: now},
		},
		Decisions: []store.Decision{
			{Source: "blog", Post: "post-held", At: now, What: "update", Score: 0.93, Reason: "a new paragraph with an update word", Note: "It is <i>fixed</i>.", Title: "A post that is held", Link: "https://blog.example/held", Diff: diff},
			{Source: "news", At: now, What: "alert", Reason: "nothing new for 3 days"},
		},
	}
	if c, err := s.Commit(ctx, now, polls[0], out); err != nil || !c.OK {
		t.Fatal(c, err)
	}
	settle := func(account string, st store.Settlement) {
		leases, _, err := s.Claim(ctx, now.Add(time.Second), []string{account}, 1, time.Minute)
		if err != nil || len(leases) != 1 {
			t.Fatal(leases, err)
		}
		if ok, err := s.Attempt(ctx, now, leases[0]); err != nil || !ok {
			t.Fatal(ok, err)
		}
		if _, ok, err := s.Finish(ctx, now, leases[0], st); err != nil || !ok {
			t.Fatal(ok, err)
		}
	}
	settle("sky", store.Settlement{Result: store.Dead, Reason: "post record: 400 Bad Request: InvalidToken", Stop: true, Decision: store.Decision{Source: "blog", Post: "post-dead", At: now, What: "refused", Account: "sky", Message: "dead", Reason: "400 Bad Request"}})
	settle("team", store.Settlement{Result: store.Sent, Receipt: network.Receipt{ID: "1", URL: "https://chat.example/1", At: now, Own: []byte("own-thing")}, Decision: store.Decision{Source: "blog", Post: "post-sent", At: now, What: "sent", Account: "team", Message: "sent", Reason: "it is out"}})
	return s
}

func serve(t *testing.T, c web.Config) *httptest.Server {
	t.Helper()
	if c.Store == nil {
		c.Store = desk(t)
	}
	h, err := web.New(c)
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	srv.Client().CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return srv
}

func do(t *testing.T, srv *httptest.Server, method, path string, change func(*http.Request)) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequest(method, srv.URL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	if change != nil {
		change(req)
	}
	res, err := srv.Client().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res, string(b)
}

func TestPages(t *testing.T) {
	srv := serve(t, web.Config{
		Version:  "v1.2.3",
		Accounts: []web.Account{{Name: "fedi", Kind: "mastodon"}, {Name: "idle", Kind: "nostr"}},
		Source: func(s store.SourceState) web.Source {
			if s.Source == "news" {
				return web.Source{Kind: "feed", Error: "read https://news.example/: 503 <b>", Failures: 3}
			}
			return web.Source{Kind: "feed", Title: "The Blog", LastOK: time.Now()}
		},
	})
	for _, c := range []struct {
		path   string
		status int
		want   []string
		not    []string
	}{
		{
			"/", 200,
			[]string{
				"A post that is held", "a burst of 12 new posts", "A post that was refused", "fedi", "idle", "The Blog", "503 &lt;b&gt;", "3 times", "nothing new for 3 days",
				"score 0.93", `action="/message/held/release"`, `action="/message/dead/retry"`, `action="/account/sky/resume"`, "This cannot be undone.", "v1.2.3", "teh &lt;b&gt;cat",
			},
			[]string{"frozen-thing", "<script"},
		},
		{"/sources", 200, []string{"blog", "news", "fails"}, nil},
		{"/queue?state=waiting", 200, []string{"A post that &lt;b&gt;waits&lt;/b&gt;", "/message/waits/hold"}, []string{"A post that is held"}},
		{"/queue?state=held&account=fedi", 200, []string{"A post that is held", "Queue of fedi"}, []string{"waits"}},
		{"/queue?state=sent", 200, []string{"A post that was sent"}, []string{"What can be done"}},
		{"/queue?state=odd", 400, []string{"state: write waiting"}, nil},
		{"/queue?limit=x", 400, []string{"limit:"}, nil},
		{"/message/held", 200, []string{"Message to fedi", "https://blog.example/held", "“A picture”", "Release", "Drop"}, []string{"frozen-thing"}},
		{"/message/sent", 200, []string{"https://chat.example/1", "it is out"}, []string{"own-thing", "b3duLXRoaW5n", "What can be done"}},
		{"/message/none", 404, []string{"There is no message"}, nil},
		{"/post?q=post-held", 200, []string{"A post that is held", "It is &lt;i&gt;fixed&lt;/i&gt;.", "<del>teh &lt;b&gt;cat&lt;/b&gt;</del>", "<ins>the cat</ins>", "/message/held"}, nil},
		{"/post?q=https://blog.example/held", 200, []string{"A post that is held"}, nil},
		{"/post?q=nothing", 404, []string{"Nothing is known"}, nil},
		{"/post?q=", 303, nil, nil},
		{"/?refresh=15", 200, []string{`<meta http-equiv="refresh" content="15">`}, nil},
		{"/?said=drop", 200, []string{"The message was dropped."}, nil},
		{"/?said=<b>", 200, nil, []string{"<b>&lt;", "role=\"status\""}},
		{"/style.css", 200, []string{":root"}, nil},
		{"/nothing", 404, nil, nil},
	} {
		t.Run(c.path, func(t *testing.T) {
			res, body := do(t, srv, "GET", c.path, nil)
			if res.StatusCode != c.status {
				t.Fatalf("got %d, want %d: %s", res.StatusCode, c.status, body)
			}
			for _, want := range c.want {
				if !strings.Contains(body, want) {
					t.Errorf("no %q in %s", want, body)
				}
			}
			for _, not := range c.not {
				if strings.Contains(body, not) {
					t.Errorf("%q in %s", not, body)
				}
			}
			if csp := res.Header.Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'none'") || res.Header.Get("X-Content-Type-Options") != "nosniff" {
				t.Errorf("headers: %v", res.Header)
			}
		})
	}
}

func state(t *testing.T, s store.Store, id string) store.State {
	t.Helper()
	e, found, err := s.Message(context.Background(), id)
	if err != nil || !found {
		t.Fatal(id, found, err)
	}
	return e.State
}

func TestActions(t *testing.T) {
	for _, c := range []struct {
		id, action string
		want       store.State
		status     int // of the API
	}{
		{"held", "release", store.Waiting, 200},
		{"dead", "retry", store.Waiting, 200},
		{"waits", "hold", store.OnHold, 200},
		{"waits", "drop", store.Dropped, 200},
		{"held", "drop", store.Dropped, 200},
		{"sent", "drop", store.IsSent, 409},
		{"sent", "retry", store.IsSent, 409},
		{"held", "shout", store.OnHold, 404},
	} {
		for _, way := range []string{"page", "api"} {
			t.Run(c.action+" "+c.id+" by "+way, func(t *testing.T) {
				s := desk(t)
				kicked := 0
				srv := serve(t, web.Config{Store: s, Kick: func() { kicked++ }})
				path := "/message/" + c.id + "/" + c.action
				if way == "api" {
					path = "/api/v1/messages/" + c.id + "/" + c.action + "?reason=because"
				}
				res, body := do(t, srv, "POST", path, nil)
				switch {
				case way == "api" && res.StatusCode != c.status:
					t.Errorf("got %d: %s", res.StatusCode, body)
				case way == "page" && c.status == 200 && res.Header.Get("Location") != "/message/"+c.id+"?said="+c.action:
					t.Errorf("got %d %v", res.StatusCode, res.Header)
				case way == "page" && c.status == 409 && res.Header.Get("Location") != "/message/"+c.id+"?said=not":
					t.Errorf("got %d %v", res.StatusCode, res.Header)
				}
				if got := state(t, s, c.id); got != c.want {
					t.Errorf("got %s, want %s", got, c.want)
				}
				if due := c.status == 200 && (c.action == "release" || c.action == "retry"); (kicked == 1) != due {
					t.Errorf("kicked %d times", kicked)
				}
				if way == "api" && c.status == 200 {
					if e, _, _ := s.Message(context.Background(), c.id); c.action != "drop" && e.Reason != "because" {
						t.Errorf("reason %q", e.Reason)
					}
				}
			})
		}
	}
}

func TestResume(t *testing.T) {
	s := desk(t)
	srv := serve(t, web.Config{Store: s})
	stopped := func() string {
		as, err := s.Accounts(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range as {
			if a.Account == "sky" {
				return a.Stopped
			}
		}
		return "unknown"
	}
	if stopped() == "" {
		t.Fatal("the account is not stopped")
	}
	if res, body := do(t, srv, "POST", "/api/v1/accounts/sky/resume", nil); res.StatusCode != 200 || stopped() != "" {
		t.Errorf("got %d %s", res.StatusCode, body)
	}
	if res, _ := do(t, srv, "POST", "/api/v1/accounts/nobody/resume", nil); res.StatusCode != 404 {
		t.Errorf("got %d", res.StatusCode)
	}
	if res, _ := do(t, srv, "POST", "/account/sky/resume", nil); res.StatusCode != 303 {
		t.Errorf("got %d", res.StatusCode)
	}
}

func TestAPI(t *testing.T) {
	srv := serve(t, web.Config{})
	for _, c := range []struct {
		path   string
		status int
		want   string
	}{
		{"/api/v1/status", 200, `"held": 1`},
		{"/api/v1/sources", 200, `"name": "blog"`},
		{"/api/v1/accounts", 200, `"stopped": "post record: 400 Bad Request: InvalidToken"`},
		{"/api/v1/messages?state=held", 200, `"id": "held"`},
		{"/api/v1/messages?state=held&account=nobody", 200, "[]\n"},
		{"/api/v1/messages?limit=2", 200, `"id"`},
		{"/api/v1/messages?state=odd", 400, `"error":"state: write`},
		{"/api/v1/messages?limit=0", 400, `"error":"limit:`},
		{"/api/v1/messages/held", 200, `"state": "held"`},
		{"/api/v1/messages/none", 404, `"error"`},
		{"/api/v1/decisions?limit=1", 200, `"what"`},
		{"/api/v1/decisions?limit=-1", 400, `"error"`},
		{"/api/v1/posts/post-held/story", 200, `"reason": "a new paragraph`},
		{"/api/v1/posts/" + url.PathEscape("https://blog.example/held") + "/story", 200, `"post": "post-held"`},
		{"/api/v1/posts/none/story", 404, `"error"`},
		{"/api/v1/nothing", 404, `"error"`},
	} {
		t.Run(c.path, func(t *testing.T) {
			res, body := do(t, srv, "GET", c.path, nil)
			if res.StatusCode != c.status || !strings.Contains(body, c.want) {
				t.Errorf("got %d %s, want %d %s", res.StatusCode, body, c.status, c.want)
			}
			if !json.Valid([]byte(body)) || res.Header.Get("Content-Type") != "application/json" {
				t.Errorf("no JSON: %s", body)
			}
			if strings.Contains(body, "frozen-thing") || strings.Contains(body, `"own"`) {
				t.Errorf("what only the network is to see: %s", body)
			}
		})
	}
}

func TestToken(t *testing.T) {
	srv := serve(t, web.Config{Token: config.NewSecret(token), Metrics: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "m 1\n") })})
	bearer := func(s string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+s) }
	}
	for _, c := range []struct {
		name, method, path string
		change             func(*http.Request)
		want               int
	}{
		{"API without", "GET", "/api/v1/status", nil, 401},
		{"API with a wrong one", "GET", "/api/v1/status", bearer("x"), 401},
		{"API with it", "GET", "/api/v1/status", bearer(token), 200},
		{"basic", "GET", "/api/v1/status", func(r *http.Request) { r.SetBasicAuth("me", token) }, 200},
		{"page without", "GET", "/", nil, 401},
		{"browser without", "GET", "/", func(r *http.Request) { r.Header.Set("Accept", "text/html") }, 303},
		{"metrics without", "GET", "/metrics", nil, 401},
		{"metrics with it", "GET", "/metrics", bearer(token), 200},
		{"action without", "POST", "/message/held/drop", nil, 401},
		{"another name with it", "GET", "/api/v1/status", func(r *http.Request) { r.Host = "admin.example"; bearer(token)(r) }, 200},
		{"health", "GET", "/healthz", nil, 200},
		{"ready", "GET", "/readyz", nil, 200},
		{"login page", "GET", "/login", nil, 200},
		{"forged cookie", "GET", "/api/v1/status", func(r *http.Request) { r.AddCookie(&http.Cookie{Name: "syndicated", Value: "99999999999.00"}) }, 401},
	} {
		t.Run(c.name, func(t *testing.T) {
			res, body := do(t, srv, c.method, c.path, c.change)
			if res.StatusCode != c.want {
				t.Errorf("got %d, want %d: %s", res.StatusCode, c.want, body)
			}
			if strings.Contains(body, token) {
				t.Error("the token is shown")
			}
		})
	}
}

func TestLogin(t *testing.T) {
	srv := serve(t, web.Config{Token: config.NewSecret(token)})
	enter := func(s string) *http.Response {
		res, err := srv.Client().PostForm(srv.URL+"/login", url.Values{"token": {s}})
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		return res
	}
	if res := enter("wrong"); res.StatusCode != 401 || len(res.Cookies()) != 0 {
		t.Errorf("got %d, %v", res.StatusCode, res.Cookies())
	}
	res := enter(token)
	if res.StatusCode != 303 || len(res.Cookies()) != 1 {
		t.Fatalf("got %d, %v", res.StatusCode, res.Cookies())
	}
	cookie := res.Cookies()[0]
	if !cookie.HttpOnly || cookie.SameSite != http.SameSiteStrictMode || strings.Contains(cookie.Value, token) {
		t.Errorf("got %+v", cookie)
	}
	if res, _ := do(t, srv, "GET", "/", func(r *http.Request) { r.AddCookie(cookie) }); res.StatusCode != 200 {
		t.Errorf("got %d", res.StatusCode)
	}
	for range 20 {
		enter("wrong")
	}
	if res := enter(token); res.StatusCode != http.StatusTooManyRequests {
		t.Errorf("after many wrong ones: got %d", res.StatusCode)
	}
	if res, _ := do(t, srv, "GET", "/", func(r *http.Request) { r.AddCookie(cookie) }); res.StatusCode != 200 {
		t.Errorf("a session ended by another's tries: got %d", res.StatusCode)
	}
}

// Without a token no other site may read or do anything, by whatever name it reaches us.
func TestStrangers(t *testing.T) {
	s := desk(t)
	srv := serve(t, web.Config{Store: s})
	if res, _ := do(t, srv, "GET", "/", func(r *http.Request) { r.Host = "rebound.example" }); res.StatusCode != http.StatusMisdirectedRequest {
		t.Errorf("by another name: got %d", res.StatusCode)
	}
	for _, host := range []string{"localhost:8081", "127.0.0.1", "[::1]:8081"} {
		if res, _ := do(t, srv, "GET", "/", func(r *http.Request) { r.Host = host }); res.StatusCode != 200 {
			t.Errorf("%s: got %d", host, res.StatusCode)
		}
	}
	for _, path := range []string{"/message/held/drop", "/api/v1/messages/held/drop"} {
		for header, value := range map[string]string{"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"} {
			res, _ := do(t, srv, "POST", path, func(r *http.Request) { r.Header.Set(header, value) })
			if res.StatusCode != http.StatusForbidden {
				t.Errorf("%s from elsewhere: got %d", path, res.StatusCode)
			}
		}
	}
	if got := state(t, s, "held"); got != store.OnHold {
		t.Errorf("got %s", got)
	}
	if res, _ := do(t, srv, "GET", "/message/held/drop", nil); res.StatusCode != 405 && res.StatusCode != 404 {
		t.Errorf("GET acts: %d", res.StatusCode)
	}
}

func TestProbes(t *testing.T) {
	var alive, ready error
	srv := serve(t, web.Config{Alive: func() error { return alive }, Ready: func() error { return ready }})
	for _, path := range []string{"/healthz", "/readyz"} {
		if res, body := do(t, srv, "GET", path, nil); res.StatusCode != 200 || body != "ok\n" {
			t.Errorf("%s: got %d %s", path, res.StatusCode, body)
		}
	}
	alive, ready = errors.New("the poll loop stands"), errors.New("the store does not answer")
	for path, want := range map[string]string{"/healthz": "loop", "/readyz": "store"} {
		if res, body := do(t, srv, "GET", path, nil); res.StatusCode != 503 || !strings.Contains(body, want) {
			t.Errorf("%s: got %d %s", path, res.StatusCode, body)
		}
	}
}

// A store that does not answer is told without its secrets.
func TestBrokenStore(t *testing.T) {
	s := desk(t)
	srv := serve(t, web.Config{Store: s})
	_ = s.Close()
	for _, path := range []string{"/", "/sources", "/queue", "/message/held", "/post?q=x", "/api/v1/status", "/api/v1/messages", "/api/v1/decisions", "/api/v1/posts/x/story"} {
		res, body := do(t, srv, "GET", path, nil)
		if res.StatusCode != 500 || !strings.Contains(body, "store does not answer") {
			t.Errorf("%s: got %d %s", path, res.StatusCode, body)
		}
	}
}
