package worker_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"syndicated/feeds"
	"syndicated/feeds/source"
	"syndicated/worker"
)

// pushable is a site with a hub. A pushed document is the id of its new post.
type pushable struct {
	site
	hub string
}

func (p *pushable) Read(ctx context.Context, prev []byte) (source.Reading, error) {
	r, err := p.site.Read(ctx, prev)
	r.Hubs, r.Topic = []string{p.hub}, "https://example.org/feed"
	return r, err
}

func (p *pushable) Parse(_ context.Context, _ []byte, _ string, body []byte) (source.Reading, error) {
	id := string(body)
	if id == "" {
		return source.Reading{}, errors.New("an empty document")
	}
	post := feeds.Post{ID: id, Link: "https://example.org/" + id, Title: "Post " + id, Content: "<p>Pushed words.</p>", Published: time.Now().UTC()}
	return source.Reading{Feed: feeds.Feed{Posts: []feeds.Post{post}}, Partial: true, Hubs: []string{p.hub}, Topic: "https://example.org/feed"}, nil
}

// hubbed runs a worker with a hub that takes subscriptions for a day.
type hubbed struct {
	*bench
	handler http.Handler
	forms   []url.Values
}

func (h *hubbed) get(query url.Values, id string) *httptest.ResponseRecorder {
	rec := httptest.NewRecorder()
	h.handler.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "/websub/"+id+"?"+query.Encode(), nil))
	return rec
}

func (h *hubbed) push(id, body, signature string) int {
	rec := httptest.NewRecorder()
	r := httptest.NewRequest(http.MethodPost, "/websub/"+id, strings.NewReader(body))
	if signature != "" {
		r.Header.Set("X-Hub-Signature", signature)
	}
	h.handler.ServeHTTP(rec, r)
	synctest.Wait()
	return rec.Code
}

func sign(name string, h func() hash.Hash, secret, body string) string {
	m := hmac.New(h, []byte(secret))
	m.Write([]byte(body))
	return name + "=" + hex.EncodeToString(m.Sum(nil))
}

// TestPoller14WebSub is the poller's checklist, line 14.
func TestPoller14WebSub(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		st := open(t, "")
		s, n := &pushable{hub: "https://hub.example/"}, &plain{}
		src := read("site", s)
		src.WebSub = true
		h := &hubbed{bench: &bench{t: t, store: st}}
		w, err := worker.New(worker.Config{
			Store: st, Sources: []*worker.Source{src}, Accounts: []*worker.Account{account("a", n)},
			Log: slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn})),
			Push: &worker.Push{Callback: "https://feeds.example.org/websub/", Post: func(_ context.Context, _ *worker.Source, hub string, form url.Values) error {
				if hub != "https://hub.example/" {
					return fmt.Errorf("hub %s", hub)
				}
				h.forms = append(h.forms, form)
				return nil
			}},
		})
		if err != nil {
			t.Fatal(err)
		}
		h.handler = w.WebSub()
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- w.Run(ctx) }()
		time.Sleep(90 * time.Second)
		if len(h.forms) != 1 || h.forms[0].Get("hub.mode") != "subscribe" || h.forms[0].Get("hub.topic") != "https://example.org/feed" {
			t.Fatalf("the hub was asked %v, want one subscription to the topic", h.forms)
		}
		id := strings.TrimPrefix(h.forms[0].Get("hub.callback"), "https://feeds.example.org/websub/")
		secret := h.forms[0].Get("hub.secret")
		if len(id) < 20 || len(secret) < 20 {
			t.Errorf("callback %q and secret %q can be guessed", id, secret)
		}
		verify := url.Values{"hub.mode": {"subscribe"}, "hub.topic": {"https://example.org/feed"}, "hub.challenge": {"c-1"}, "hub.lease_seconds": {"86400"}}
		for name, c := range map[string]struct {
			q      func(url.Values)
			id     string
			status int
			body   string
		}{
			"another topic":    {func(v url.Values) { v.Set("hub.topic", "https://evil.example/") }, id, 404, ""},
			"another callback": {func(url.Values) {}, "guess", 404, ""},
			"unsubscribing":    {func(v url.Values) { v.Set("hub.mode", "unsubscribe") }, id, 404, ""},
			"nonsense":         {func(v url.Values) { v.Set("hub.mode", "x") }, id, 400, ""},
			"what was asked":   {func(url.Values) {}, id, 200, "c-1"},
		} {
			q := url.Values{}
			for k, v := range verify {
				q[k] = v
			}
			c.q(q)
			if rec := h.get(q, c.id); rec.Code != c.status || c.body != "" && rec.Body.String() != c.body {
				t.Errorf("%s: got %d %q, want %d %q", name, rec.Code, rec.Body.String(), c.status, c.body)
			}
		}
		// Pushes: a right signature is taken, a wrong one answered and ignored.
		for _, c := range []struct {
			name, body, signature string
			status                int
		}{
			{"right", "one", sign("sha256", sha256.New, secret, "one"), 202},
			{"right, old method", "two", sign("sha1", sha1.New, secret, "two"), 202},
			{"wrong secret", "three", sign("sha256", sha256.New, "x", "three"), 202},
			{"of another body", "four", sign("sha256", sha256.New, secret, "one"), 202},
			{"none", "five", "", 202},
			{"unknown method", "six", sign("md5", sha1.New, secret, "six"), 202},
		} {
			if got := h.push(id, c.body, c.signature); got != c.status {
				t.Errorf("%s: status %d, want %d", c.name, got, c.status)
			}
			time.Sleep(time.Second)
		}
		if got := h.push("guess", "seven", ""); got != http.StatusGone {
			t.Errorf("a push to no subscription: %d, want 410", got)
		}
		time.Sleep(30 * time.Minute)
		if got, want := fmt.Sprint(texts(n.sent())), "[post Post one post Post two]"; got != want {
			t.Errorf("followers got %s, want %s", got, want)
		}
		// Polling goes on, slower.
		before := len(s.times())
		time.Sleep(2 * time.Hour)
		if polls := len(s.times()) - before; polls < 20 || polls > 40 {
			t.Errorf("%d polls in 2 hours of a source that is pushed, want about 30 instead of 120", polls)
		}
		// The lease of a day is renewed before it ends, with the same callback.
		time.Sleep(20 * time.Hour)
		if len(h.forms) < 2 || h.forms[1].Get("hub.callback") != h.forms[0].Get("hub.callback") {
			t.Errorf("%d requests to the hub within the day, want a renewal to the same callback", len(h.forms))
		}
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		_ = st.Close()
	})
}
