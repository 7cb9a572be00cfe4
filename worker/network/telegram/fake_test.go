package telegram_test

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
	"unicode/utf16"

	"syndicated/config"
	"syndicated/worker/network"
	"syndicated/worker/network/networktest"
	"syndicated/worker/network/telegram"
)

// server is a small Bot API with one chat.
type server struct {
	mu       sync.Mutex
	next     int
	messages []message
}

type message struct {
	id          int
	text, reply string
	photo       bool
}

var markup = regexp.MustCompile(`<[^>]*>`)

func newFake(*testing.T) *networktest.Fake {
	s := &server{next: 100}
	return &networktest.Fake{
		Handler: http.HandlerFunc(s.serve),
		Writes:  func(r *http.Request) bool { return strings.Contains(r.URL.Path, "/send") },
		Edits:   func(r *http.Request) bool { return strings.Contains(r.URL.Path, "/edit") },
		Shown: func() (out []networktest.Shown) {
			s.mu.Lock()
			defer s.mu.Unlock()
			for _, m := range s.messages {
				out = append(out, networktest.Shown{ID: strconv.Itoa(m.id), Text: html.UnescapeString(markup.ReplaceAllString(m.text, "")), ReplyTo: m.reply})
			}
			return out
		},
		Remove: func(id string) {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.messages = slices.DeleteFunc(s.messages, func(m message) bool { return strconv.Itoa(m.id) == id })
		},
	}
}

func (s *server) serve(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	say := func(code int, result any, words string) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(code)
		if code == http.StatusOK {
			json.NewEncoder(w).Encode(map[string]any{"ok": true, "result": result})
			return
		}
		json.NewEncoder(w).Encode(map[string]any{"ok": false, "error_code": code, "description": words})
	}
	method, ok := strings.CutPrefix(r.URL.Path, "/bot"+token+"/")
	if !ok {
		say(http.StatusUnauthorized, nil, "Unauthorized")
		return
	}
	p := map[string]string{}
	if strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/") {
		r.ParseMultipartForm(1 << 20)
		for k := range r.MultipartForm.Value {
			p[k] = r.FormValue(k)
		}
	} else {
		var m map[string]json.RawMessage
		json.NewDecoder(r.Body).Decode(&m)
		for k, v := range m {
			if p[k] = string(v); len(v) > 1 && v[0] == '"' {
				var text string
				json.Unmarshal(v, &text)
				p[k] = text
			}
		}
	}
	chat := map[string]any{"id": -1001234, "type": "channel", "title": "News", "username": "news"}
	at := slices.IndexFunc(s.messages, func(m message) bool { return strconv.Itoa(m.id) == p["message_id"] })
	text, limit := p["text"], 4096
	if method == "sendPhoto" || method == "editMessageCaption" {
		text, limit = p["caption"], 1024
	}
	plain := html.UnescapeString(markup.ReplaceAllString(text, ""))
	if len(utf16.Encode([]rune(plain))) > limit {
		say(http.StatusBadRequest, nil, "Bad Request: message is too long")
		return
	}
	switch method {
	case "getMe":
		say(http.StatusOK, map[string]any{"id": 1, "username": "news_bot"}, "")
	case "getChat":
		say(http.StatusOK, chat, "")
	case "sendMessage", "sendPhoto":
		m := message{id: s.next, text: text, photo: method == "sendPhoto"}
		var reply struct {
			ID int `json:"message_id"`
		}
		if json.Unmarshal([]byte(p["reply_parameters"]), &reply) == nil {
			m.reply = strconv.Itoa(reply.ID)
			if !slices.ContainsFunc(s.messages, func(m message) bool { return m.id == reply.ID }) {
				say(http.StatusBadRequest, nil, "Bad Request: message to be replied not found")
				return
			}
		}
		s.next++
		s.messages = append(s.messages, m)
		say(http.StatusOK, map[string]any{"message_id": m.id, "chat": chat, "text": text}, "")
	case "editMessageText", "editMessageCaption":
		switch {
		case at < 0:
			say(http.StatusBadRequest, nil, "Bad Request: message to edit not found")
		case s.messages[at].photo != (method == "editMessageCaption"):
			say(http.StatusBadRequest, nil, "Bad Request: there is no text in the message to edit")
		case s.messages[at].text == text:
			say(http.StatusBadRequest, nil, "Bad Request: message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message")
		default:
			s.messages[at].text = text
			say(http.StatusOK, map[string]any{"message_id": s.messages[at].id, "chat": chat}, "")
		}
	case "deleteMessage":
		if at < 0 {
			say(http.StatusBadRequest, nil, "Bad Request: message to delete not found")
			return
		}
		s.messages = slices.Delete(s.messages, at, at+1)
		say(http.StatusOK, true, "")
	default:
		say(http.StatusNotFound, nil, fmt.Sprintf("Not Found: method %s", method))
	}
}

func TestAccount(t *testing.T) {
	networktest.Run(t, networktest.Suite{
		Fake: newFake,
		New: func(t *testing.T, url string, env network.Env) network.Account {
			a, err := telegram.New(telegram.Config{Server: url, Token: config.NewSecret(token), Chat: "@news"}, env)
			if err != nil {
				t.Fatal(err)
			}
			return a
		},
		Secrets: []string{token},
		// 404 is the Bot API's answer to a token that never was.
		Classes: map[int]network.Class{http.StatusNotFound: network.ClassStopped},
		Message: func(m *network.Message) { m.Text = html.EscapeString(m.Text) },
	})
}
