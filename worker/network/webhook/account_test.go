package webhook_test

import (
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"syndicated/config"
	"syndicated/worker/network"
	"syndicated/worker/network/networktest"
	"syndicated/worker/network/webhook"
)

const (
	secret    = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	oldSecret = "an-old-secret-of-mine"
)

type event struct {
	SpecVersion, ID, Source, Type, Subject, Time, DataContentType string
	Data                                                          network.Message
}

// receiver keeps what it gets, each id once, if the signature is right.
type receiver struct {
	t    *testing.T
	mu   sync.Mutex
	ids  map[string]bool
	seen []networktest.Shown
}

func (rc *receiver) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	// The library knows one way to write a header: the canonical one.
	for _, key := range []string{secret} {
		hook, err := standardwebhooks.NewWebhook(key)
		if err != nil {
			rc.t.Error(err)
			return
		}
		if err := hook.VerifyIgnoringTimestamp(body, r.Header); err != nil {
			http.Error(w, err.Error(), http.StatusUnauthorized)
			return
		}
	}
	raw, _ := standardwebhooks.NewWebhookRaw([]byte(oldSecret))
	if err := raw.VerifyIgnoringTimestamp(body, r.Header); err != nil {
		rc.t.Errorf("the second key: %v", err)
	}
	if got, want := r.Header.Get("webhook-timestamp"), strconv.FormatInt(networktest.Noon.Unix(), 10); got != want {
		rc.t.Errorf("timestamp %s, want %s", got, want)
	}
	var e event
	if err := json.Unmarshal(body, &e); err != nil || e.SpecVersion != "1.0" || e.ID == "" || e.Source == "" || e.Type == "" {
		rc.t.Errorf("no CloudEvent: %v, %s", err, body)
	}
	rc.mu.Lock()
	defer rc.mu.Unlock()
	if id := r.Header.Get("webhook-id"); rc.ids[id] {
		return
	} else {
		rc.ids[id] = true
	}
	of := func(s networktest.Shown) bool { return s.ID == e.Data.Of }
	switch e.Data.Verb {
	case network.VerbEdit:
		// An edit is a message of its own, and may be edited in its turn.
		if at := slices.IndexFunc(rc.seen, of); at >= 0 {
			rc.seen[at].Text = e.Data.Text
		}
	case network.VerbDelete:
		rc.seen = slices.DeleteFunc(rc.seen, of)
	case network.VerbReply:
		rc.seen = append(rc.seen, networktest.Shown{ID: e.ID, Text: e.Data.Text, ReplyTo: e.Data.Of})
	default:
		rc.seen = append(rc.seen, networktest.Shown{ID: e.ID, Text: e.Data.Text})
	}
}

func TestAccount(t *testing.T) {
	networktest.Run(t, networktest.Suite{
		Fake: func(t *testing.T) *networktest.Fake {
			rc := &receiver{t: t, ids: map[string]bool{}}
			return &networktest.Fake{
				Handler: rc,
				Writes:  func(*http.Request) bool { return true },
				Shown: func() []networktest.Shown {
					rc.mu.Lock()
					defer rc.mu.Unlock()
					return append([]networktest.Shown(nil), rc.seen...)
				},
			}
		},
		New: func(t *testing.T, url string, env network.Env) network.Account {
			a, err := webhook.New(webhook.Config{URL: url + "/hook/path-9f8e7d?key=query-9f8e7d", Secret: config.NewSecret(secret + " " + oldSecret)}, env)
			if err != nil {
				t.Fatal(err)
			}
			return a
		},
		Secrets: []string{secret, oldSecret, "path-9f8e7d", "query-9f8e7d"},
		Repeats: true,
		// The receiver may be away for a moment, as when it is being replaced.
		Classes: map[int]network.Class{404: network.ClassRetry},
	})
}

func TestGoneStops(t *testing.T) {
	a := answering(t, http.StatusGone)
	_, err := a.Post(t.Context(), network.Message{ID: "m1"})
	if class, _ := network.ClassOf(err); class != network.ClassStopped {
		t.Errorf("410: got %v, want the account stopped", err)
	}
}

func TestUnsigned(t *testing.T) {
	var header http.Header
	a := serve(t, "", func(w http.ResponseWriter, r *http.Request) { header = r.Header })
	if _, err := a.Post(t.Context(), network.Message{ID: "m1"}); err != nil {
		t.Fatal(err)
	}
	if header.Get("webhook-signature") != "" || header.Get("webhook-id") != "m1" {
		t.Errorf("headers %v, want an id and no signature", header)
	}
}

func TestCheck(t *testing.T) {
	for _, c := range []struct {
		url, secret, want string
	}{
		{"https://example.org/hook", secret, ""},
		{"https://example.org/hook", "plain words", ""},
		{"https://example.org/hook", "whsec_***", "secret"},
		{"https://example.org/hook", secret + " whsec_", "secret"},
		{"example.org/hook", "", "url"},
		{"ftp://example.org", "", "url"},
	} {
		config := webhook.Config{URL: c.url, Secret: config.NewSecret(c.secret)}
		var got []string
		for _, p := range config.Check() {
			got = append(got, p.Key)
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s, %s: problems with %q, want %q", c.url, c.secret, got, c.want)
		}
		if _, err := webhook.New(config, network.Env{}); (err != nil) != (c.want != "") {
			t.Errorf("%s, %s: New gives %v", c.url, c.secret, err)
		} else if err != nil && strings.Contains(err.Error(), "***") {
			t.Errorf("a secret in %v", err)
		}
	}
}
