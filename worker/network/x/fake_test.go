package x_test

import (
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"syndicated/config"
	"syndicated/worker/network"
	"syndicated/worker/network/networktest"
	"syndicated/worker/network/x"
)

const suiteToken = "access-9f8e7d6c"

// server is a small X with one account.
type server struct {
	mu    sync.Mutex
	next  int
	posts []tweet
	media map[string]string // alternative texts by id
}

type tweet struct {
	id, text, reply string
	links           []string
	alts            []string
}

var link = regexp.MustCompile(`https?://\S+`)

func newFake(*testing.T) *networktest.Fake {
	s := &server{next: 5000, media: map[string]string{}}
	return &networktest.Fake{
		Handler: s.handler(),
		Writes:  func(r *http.Request) bool { return r.Method == http.MethodPost && r.URL.Path == "/2/tweets" },
		Shown: func() (out []networktest.Shown) {
			s.mu.Lock()
			defer s.mu.Unlock()
			for _, p := range s.posts {
				out = append(out, networktest.Shown{ID: p.id, Text: p.text, ReplyTo: p.reply, Alts: p.alts})
			}
			return out
		},
		Remove: func(id string) {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.posts = slices.DeleteFunc(s.posts, func(p tweet) bool { return p.id == id })
		},
	}
}

func (s *server) handler() http.Handler {
	mux := http.NewServeMux()
	handle := func(pattern string, f func(r *http.Request) (int, any)) {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			s.mu.Lock()
			defer s.mu.Unlock()
			status, body := http.StatusUnauthorized, any(map[string]any{"title": "Unauthorized", "status": 401})
			if r.Header.Get("Authorization") == "Bearer "+suiteToken {
				status, body = f(r)
			}
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(status)
			json.NewEncoder(w).Encode(body)
		})
	}
	handle("GET /2/users/me", func(*http.Request) (int, any) {
		return 200, map[string]any{"data": map[string]any{"id": "42", "username": "herald"}}
	})
	handle("POST /2/media/upload", func(r *http.Request) (int, any) {
		s.next++
		id := strconv.Itoa(s.next)
		s.media[id] = ""
		return 200, map[string]any{"data": map[string]any{"id": id}}
	})
	handle("POST /2/media/metadata", func(r *http.Request) (int, any) {
		var d struct {
			ID       string `json:"id"`
			Metadata struct {
				Alt struct {
					Text string `json:"text"`
				} `json:"alt_text"`
			} `json:"metadata"`
		}
		json.NewDecoder(r.Body).Decode(&d)
		s.media[d.ID] = d.Metadata.Alt.Text
		return 200, map[string]any{}
	})
	handle("POST /2/tweets", func(r *http.Request) (int, any) {
		var d struct {
			Text  string `json:"text"`
			Reply struct {
				ID string `json:"in_reply_to_tweet_id"`
			} `json:"reply"`
			Media struct {
				IDs []string `json:"media_ids"`
			} `json:"media"`
		}
		if err := json.NewDecoder(r.Body).Decode(&d); err != nil {
			return 400, map[string]any{"detail": err.Error()}
		}
		if d.Reply.ID != "" && s.index(d.Reply.ID) < 0 {
			return 403, map[string]any{"detail": "You attempted to reply to a Tweet that is deleted or not visible to you."}
		}
		if slices.ContainsFunc(s.posts, func(p tweet) bool { return p.text == d.Text }) {
			return 403, map[string]any{"detail": "You are not allowed to create a Tweet with duplicate content."}
		}
		p := tweet{id: strconv.Itoa(s.next), text: d.Text, reply: d.Reply.ID, links: link.FindAllString(d.Text, -1), alts: []string{}}
		for _, id := range d.Media.IDs {
			p.alts = append(p.alts, s.media[id])
		}
		s.next++
		s.posts = append(s.posts, p)
		return 201, map[string]any{"data": map[string]any{"id": p.id, "text": p.text}}
	})
	handle("DELETE /2/tweets/{id}", func(r *http.Request) (int, any) {
		i := s.index(r.PathValue("id"))
		if i < 0 {
			return 404, map[string]any{"title": "Not Found Error"}
		}
		s.posts = slices.Delete(s.posts, i, i+1)
		return 200, map[string]any{"data": map[string]any{"deleted": true}}
	})
	handle("GET /2/users/42/tweets", func(*http.Request) (int, any) {
		list := []any{}
		for _, p := range slices.Backward(s.posts) {
			text, urls := html.EscapeString(p.text), []any{}
			for i, to := range p.links {
				short := fmt.Sprintf("https://t.co/%d", i)
				text = strings.Replace(text, html.EscapeString(to), short, 1)
				urls = append(urls, map[string]any{"url": short, "expanded_url": to})
			}
			list = append(list, map[string]any{"id": p.id, "text": text, "entities": map[string]any{"urls": urls}})
		}
		return 200, map[string]any{"data": list, "meta": map[string]any{"result_count": len(list)}}
	})
	return mux
}

func (s *server) index(id string) int {
	return slices.IndexFunc(s.posts, func(p tweet) bool { return p.id == id })
}

func TestAccount(t *testing.T) {
	networktest.Run(t, networktest.Suite{
		Fake: newFake,
		New: func(t *testing.T, url string, env network.Env) network.Account {
			env = env.Ready()
			b, err := json.Marshal(map[string]any{"access": suiteToken, "refresh": "refresh-9f8e7d6c", "expires": networktest.Noon.Add(time.Hour)})
			if err == nil {
				err = env.Vault.Save(t.Context(), "tokens", b)
			}
			if err != nil {
				t.Fatal(err)
			}
			a, err := x.New(x.Config{ClientID: "client", ClientSecret: config.NewSecret("client-9f8e7d6c"), Server: url}, env)
			if err != nil {
				t.Fatal(err)
			}
			return a
		},
		Secrets: []string{suiteToken, "refresh-9f8e7d6c", "client-9f8e7d6c"},
	})
}
