package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"sync"
)

// webhook is a receiver that knows webhook-id: what comes twice counts once.
type webhook struct {
	*weather
	wall

	mu   sync.Mutex
	seen map[string]bool
}

const secret = "the-storms-own-key"

func (s *webhook) shows() *wall { return &s.wall }
func (s *webhook) sure() bool   { return true }

func (s *webhook) settings(base string) string {
	return fmt.Sprintf("{type: webhook, url: %q, secret: %q}", base+"/hook", secret)
}

// ServeHTTP takes what https://www.standardwebhooks.com describes.
func (s *webhook) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	in, body := fields(r)
	s.serve(rw, r, false, retryAfter, func() reply {
		id := r.Header.Get("Webhook-Id")
		mac := hmac.New(sha256.New, []byte(secret))
		_, _ = fmt.Fprintf(mac, "%s.%s.%s", id, r.Header.Get("Webhook-Timestamp"), body)
		if want := "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil)); id == "" || r.Header.Get("Webhook-Signature") != want {
			s.note("the signature of %q is wrong", id)
			return reply{status: http.StatusUnauthorized}
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.seen[id] {
			return reply{status: http.StatusNoContent}
		}
		s.seen[id] = true
		var data struct {
			Kind string          `json:"kind"`
			Of   string          `json:"of"`
			Data json.RawMessage `json:"data"`
		}
		_ = json.Unmarshal(in["data"], &data)
		words := string(in["data"])
		if data.Kind != "update" {
			s.put(id, words, text(in["subject"]), false)
			return reply{status: http.StatusNoContent}
		}
		// An event about an update stands for an edit of what the post became.
		name := postName.FindString(text(in["subject"]))
		list := s.list()
		i := slices.IndexFunc(list, func(m shown) bool { return m.post == name && !m.reply })
		if i < 0 {
			s.note("the update %s came before the post %s", id, name)
			return reply{status: http.StatusNoContent}
		}
		s.edit(list[i].id, words)
		return reply{status: http.StatusNoContent}
	})
}
