package discord_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"

	"syndicated/config"
	"syndicated/worker/network"
	"syndicated/worker/network/discord"
	"syndicated/worker/network/networktest"
)

// server is a small Discord with one channel, one webhook and one bot.
type server struct {
	mu       sync.Mutex
	next     int
	messages []post
}

type post struct {
	id, text, reply, nonce string
	alts                   []string
}

const suiteToken = "bot-token_9f8e7d"

func newFake(*testing.T) *networktest.Fake {
	s := &server{next: 1000}
	return &networktest.Fake{
		Handler: s.handler(),
		Writes:  func(r *http.Request) bool { return r.Method == http.MethodPost },
		Edits:   func(r *http.Request) bool { return r.Method == http.MethodPatch },
		Shown: func() (out []networktest.Shown) {
			s.mu.Lock()
			defer s.mu.Unlock()
			for _, m := range s.messages {
				out = append(out, networktest.Shown{ID: m.id, Text: m.text, ReplyTo: m.reply, Alts: m.alts})
			}
			return out
		},
		Remove: func(id string) {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.messages = slices.DeleteFunc(s.messages, func(m post) bool { return m.id == id })
		},
	}
}

func (s *server) handler() http.Handler {
	mux := http.NewServeMux()
	handle := func(pattern string, f func(w http.ResponseWriter, r *http.Request)) {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			s.mu.Lock()
			defer s.mu.Unlock()
			hook := strings.Contains(r.URL.Path, "/webhooks/")
			if hook && r.PathValue("token") != suiteToken || !hook && r.Header.Get("Authorization") != "Bot "+suiteToken {
				say(w, http.StatusUnauthorized, map[string]any{"message": "401: Unauthorized", "code": 0})
				return
			}
			f(w, r)
		})
	}
	const hook, channel = "/api/v10/webhooks/42/{token}", "/api/v10/channels/77"
	handle("GET "+hook, func(w http.ResponseWriter, _ *http.Request) {
		say(w, 200, map[string]any{"id": "42", "name": "Herald", "guild_id": "11"})
	})
	handle("GET /api/v10/users/@me", func(w http.ResponseWriter, _ *http.Request) {
		say(w, 200, map[string]any{"id": "5", "username": "herald"})
	})
	handle("GET "+channel, func(w http.ResponseWriter, _ *http.Request) {
		c := map[string]any{"id": "77", "name": "news", "guild_id": "11"}
		if len(s.messages) > 0 {
			c["last_message_id"] = s.messages[len(s.messages)-1].id
		}
		say(w, 200, c)
	})
	handle("GET "+channel+"/messages", func(w http.ResponseWriter, r *http.Request) {
		list := []any{}
		for _, m := range slices.Backward(s.messages) {
			x := map[string]any{"id": m.id, "channel_id": "77", "content": m.text, "timestamp": networktest.Noon}
			if n, _ := strconv.Atoi(m.id); n%2 == 0 { // the list does not always have it
				x["nonce"] = m.nonce
			}
			list = append(list, x)
		}
		say(w, 200, list)
	})
	for _, base := range []string{hook, channel + "/messages"} {
		handle("POST "+base, s.create)
	}
	for _, base := range []string{hook + "/messages", channel + "/messages"} {
		handle("PATCH "+base+"/{message}", func(w http.ResponseWriter, r *http.Request) {
			var d struct {
				Content string `json:"content"`
			}
			json.NewDecoder(r.Body).Decode(&d)
			i := s.index(r.PathValue("message"))
			if i < 0 {
				say(w, 404, map[string]any{"message": "Unknown Message", "code": 10008})
				return
			}
			s.messages[i].text = d.Content
			say(w, 200, map[string]any{"id": s.messages[i].id})
		})
		handle("DELETE "+base+"/{message}", func(w http.ResponseWriter, r *http.Request) {
			i := s.index(r.PathValue("message"))
			if i < 0 {
				say(w, 404, map[string]any{"message": "Unknown Message", "code": 10008})
				return
			}
			s.messages = slices.Delete(s.messages, i, i+1)
			w.WriteHeader(http.StatusNoContent)
		})
	}
	return mux
}

func say(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(v)
}

func (s *server) index(id string) int {
	return slices.IndexFunc(s.messages, func(m post) bool { return m.id == id })
}

func (s *server) create(w http.ResponseWriter, r *http.Request) {
	body := []byte(r.FormValue("payload_json"))
	var d struct {
		Content     string `json:"content"`
		Nonce       string `json:"nonce"`
		Enforce     bool   `json:"enforce_nonce"`
		Attachments []struct {
			Description string `json:"description"`
		} `json:"attachments"`
		Reference struct {
			ID string `json:"message_id"`
		} `json:"message_reference"`
	}
	var err error
	if len(body) > 0 {
		err = json.Unmarshal(body, &d)
	} else {
		err = json.NewDecoder(r.Body).Decode(&d)
	}
	if err != nil || utf8.RuneCountInString(d.Content) > 2000 {
		say(w, 400, map[string]any{"message": "Invalid Form Body", "code": 50035})
		return
	}
	if d.Reference.ID != "" && s.index(d.Reference.ID) < 0 {
		say(w, 400, map[string]any{"message": "Invalid Form Body", "code": 50035, "errors": map[string]any{"message_reference": "Unknown message"}})
		return
	}
	if i := slices.IndexFunc(s.messages, func(m post) bool { return d.Enforce && m.nonce == d.Nonce }); i >= 0 {
		say(w, 200, map[string]any{"id": s.messages[i].id, "channel_id": "77"})
		return
	}
	m := post{id: strconv.Itoa(s.next), text: d.Content, reply: d.Reference.ID, nonce: d.Nonce, alts: []string{}}
	for _, a := range d.Attachments {
		m.alts = append(m.alts, a.Description)
	}
	s.next++
	s.messages = append(s.messages, m)
	say(w, 200, map[string]any{"id": m.id, "channel_id": "77", "content": m.text})
}

func TestAccount(t *testing.T) {
	for name, conf := range map[string]func(url string) discord.Config{
		"webhook": func(url string) discord.Config {
			return discord.Config{Webhook: config.NewSecret(url + "/api/webhooks/42/" + suiteToken)}
		},
		"bot": func(url string) discord.Config {
			return discord.Config{Server: url, Token: config.NewSecret(suiteToken), Channel: "77"}
		},
	} {
		t.Run(name, func(t *testing.T) {
			networktest.Run(t, networktest.Suite{
				Fake: newFake,
				New: func(t *testing.T, url string, env network.Env) network.Account {
					a, err := discord.New(conf(url), env)
					if err != nil {
						t.Fatal(err)
					}
					return a
				},
				Secrets: []string{suiteToken}, Golden: name + ".golden",
			})
		})
	}
}

// TestNonce: a message that is sent again within minutes is there once.
func TestNonce(t *testing.T) {
	fake := newFake(t)
	srv := httptest.NewServer(fake.Handler)
	defer srv.Close()
	a, err := discord.New(discord.Config{Server: srv.URL, Token: config.NewSecret(suiteToken), Channel: "77"}, network.Env{})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, err := a.Post(t.Context(), network.Message{ID: "m1", Text: "words"}); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(fake.Shown()); n != 1 {
		t.Errorf("%d messages, want 1", n)
	}
}
