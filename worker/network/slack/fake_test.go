package slack_test

import (
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"syndicated/config"
	"syndicated/worker/network"
	"syndicated/worker/network/networktest"
	"syndicated/worker/network/slack"
)

// server is a small Slack with one channel and one incoming webhook.
type server struct {
	mu       sync.Mutex
	next     int
	messages []message
}

type message struct {
	ts, text, thread string
	metadata         json.RawMessage
}

func newFake(*testing.T) *networktest.Fake {
	s := &server{next: 1}
	return &networktest.Fake{
		Handler: http.HandlerFunc(s.serve),
		Writes: func(r *http.Request) bool {
			return r.URL.Path == "/api/chat.postMessage" || strings.HasPrefix(r.URL.Path, "/services/")
		},
		Edits: func(r *http.Request) bool { return r.URL.Path == "/api/chat.update" },
		Shown: func() (out []networktest.Shown) {
			s.mu.Lock()
			defer s.mu.Unlock()
			for _, m := range s.messages {
				out = append(out, networktest.Shown{ID: m.ts, Text: html.UnescapeString(m.text), ReplyTo: m.thread})
			}
			return out
		},
		Remove: func(id string) {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.messages = slices.DeleteFunc(s.messages, func(m message) bool { return m.ts == id })
		},
	}
}

func (s *server) serve(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	say := func(v map[string]any) {
		w.Header().Set("Content-Type", "application/json")
		json.NewEncoder(w).Encode(v)
	}
	no := func(word string) { say(map[string]any{"ok": false, "error": word}) }
	var d struct {
		Channel  string          `json:"channel"`
		TS       string          `json:"ts"`
		Thread   string          `json:"thread_ts"`
		Text     string          `json:"text"`
		Metadata json.RawMessage `json:"metadata"`
	}
	if r.Method == http.MethodPost {
		if err := json.NewDecoder(r.Body).Decode(&d); err != nil {
			no("invalid_json")
			return
		}
	}
	index := func(ts string) int {
		return slices.IndexFunc(s.messages, func(m message) bool { return m.ts == ts })
	}
	add := func() string {
		m := message{ts: fmt.Sprintf("1792152000.%06d", s.next), text: d.Text, thread: d.Thread, metadata: d.Metadata}
		s.next++
		s.messages = append(s.messages, m)
		return m.ts
	}
	if strings.HasPrefix(r.URL.Path, "/services/") {
		if r.URL.Path != "/services/T0/B0/"+secret {
			http.Error(w, "no_service", http.StatusNotFound)
			return
		}
		add()
		fmt.Fprint(w, "ok")
		return
	}
	if r.Header.Get("Authorization") != "Bearer "+secret {
		no("invalid_auth")
		return
	}
	switch strings.TrimPrefix(r.URL.Path, "/api/") {
	case "auth.test":
		say(map[string]any{"ok": true, "url": "https://rig.slack.com/", "team": "Rig", "user": "herald"})
	case "chat.postMessage":
		if d.Thread != "" && index(d.Thread) < 0 {
			no("thread_not_found")
			return
		}
		say(map[string]any{"ok": true, "channel": "C01", "ts": add()})
	case "chat.update":
		i := index(d.TS)
		if i < 0 {
			no("message_not_found")
			return
		}
		s.messages[i].text = d.Text
		say(map[string]any{"ok": true, "channel": "C01", "ts": d.TS, "text": d.Text})
	case "chat.delete":
		i := index(d.TS)
		if i < 0 {
			no("message_not_found")
			return
		}
		s.messages = slices.Delete(s.messages, i, i+1)
		say(map[string]any{"ok": true})
	case "conversations.history", "conversations.replies":
		// The history has no answers, the thread has them all.
		root := ""
		if strings.HasSuffix(r.URL.Path, "replies") {
			root = r.FormValue("ts")
		}
		list := []any{}
		for _, m := range slices.Backward(s.messages) {
			if m.thread == root || root != "" && m.ts == root {
				list = append(list, map[string]any{"ts": m.ts, "text": m.text, "metadata": m.metadata})
			}
		}
		say(map[string]any{"ok": true, "messages": list, "has_more": false})
	default:
		no("unknown_method")
	}
}

func TestAccount(t *testing.T) {
	for name, conf := range map[string]func(url string) slack.Config{
		"webhook": func(url string) slack.Config {
			return slack.Config{Webhook: config.NewSecret(url + "/services/T0/B0/" + secret)}
		},
		"bot": func(url string) slack.Config {
			return slack.Config{Server: url, Token: config.NewSecret(secret), Channel: "C01"}
		},
	} {
		t.Run(name, func(t *testing.T) {
			networktest.Run(t, networktest.Suite{
				Fake: newFake,
				New: func(t *testing.T, url string, env network.Env) network.Account {
					a, err := slack.New(conf(url), env)
					if err != nil {
						t.Fatal(err)
					}
					return a
				},
				Secrets: []string{secret}, Golden: name + ".golden",
				Message: func(m *network.Message) {
					m.Text = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(m.Text)
				},
			})
		})
	}
}
