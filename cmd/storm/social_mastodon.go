package main

import (
	"fmt"
	"html"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// mastodon is a server with one account. Whether it knows Idempotency-Key is
// told apart: GoToSocial does not.
type mastodon struct {
	*weather
	wall
	honours bool

	mu   sync.Mutex
	keys map[string]string // Idempotency-Key to the id of the status
	next int
}

func newMastodon(w *weather, honours bool) *mastodon {
	return &mastodon{weather: w, honours: honours, keys: map[string]string{}, next: 1000}
}

func (s *mastodon) shows() *wall { return &s.wall }
func (s *mastodon) sure() bool   { return true }

func (s *mastodon) settings(base string) string {
	return fmt.Sprintf("{type: mastodon, server: %q, token: storm}", base)
}

// ServeHTTP knows as much of https://docs.joinmastodon.org/methods/ as one account needs.
func (s *mastodon) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	in, _ := fields(r)
	s.serve(rw, r, r.Method == http.MethodGet, retryAfter, func() reply {
		id, one := strings.CutPrefix(r.URL.Path, "/api/v1/statuses/")
		switch {
		case r.Header.Get("Authorization") != "Bearer storm":
			return reply{status: http.StatusUnauthorized}
		case r.URL.Path == "/api/v1/statuses" && r.Method == http.MethodPost:
			return s.publish(text(in["status"]), text(in["in_reply_to_id"]) != "", r.Header.Get("Idempotency-Key"))
		case one && r.Method == http.MethodPut:
			if m, ok := s.edit(id, text(in["status"])); ok {
				return reply{body: s.entity(m)}
			}
			return reply{status: http.StatusNotFound}
		case one && strings.HasSuffix(id, "/source"):
			id = strings.TrimSuffix(id, "/source")
			for _, m := range s.list() {
				if m.id == id {
					return reply{body: map[string]any{"id": id, "text": m.text, "spoiler_text": ""}}
				}
			}
			return reply{status: http.StatusNotFound}
		case r.URL.Path == "/api/v1/accounts/verify_credentials":
			return reply{body: map[string]any{"id": "1", "acct": "storm", "username": "storm"}}
		case r.URL.Path == "/api/v1/accounts/1/statuses":
			return reply{body: s.page(r.URL.Query().Get("max_id"), r.URL.Query().Get("limit"))}
		case r.URL.Path == "/api/v2/instance":
			v := map[string]any{"version": "4.5.0", "source_url": "https://github.com/mastodon/mastodon"}
			if !s.honours {
				v = map[string]any{"version": "0.19.0", "source_url": "https://codeberg.org/superseriousbusiness/gotosocial"}
			}
			return reply{body: v}
		}
		return reply{status: http.StatusNotFound}
	})
}

func (s *mastodon) publish(words string, answers bool, key string) reply {
	s.mu.Lock()
	defer s.mu.Unlock()
	if id, known := s.keys[key]; known && s.honours {
		for _, m := range s.list() {
			if m.id == id {
				return reply{body: s.entity(m)}
			}
		}
	}
	s.next++
	id := strconv.Itoa(s.next)
	if key != "" {
		s.keys[key] = id
	} else {
		s.note("status %s came without Idempotency-Key", id)
	}
	return reply{body: s.entity(*s.put(id, words, words, answers))}
}

// page lists statuses, newest first.
func (s *mastodon) page(before, limit string) []map[string]any {
	most, err := strconv.Atoi(limit)
	if err != nil {
		most = 20
	}
	end, err := strconv.Atoi(before)
	if err != nil {
		end = 1 << 30
	}
	out := []map[string]any{}
	for _, m := range slices.Backward(s.list()) {
		if n, _ := strconv.Atoi(m.id); n < end && len(out) < min(most, 40) {
			out = append(out, s.entity(m))
		}
	}
	return out
}

func (s *mastodon) entity(m shown) map[string]any {
	var answers any
	if m.reply {
		answers = "1"
	}
	return map[string]any{
		"id": m.id, "created_at": m.at.UTC().Format(time.RFC3339Nano), "in_reply_to_id": answers, "media_attachments": []any{},
		"content": "<p>" + strings.ReplaceAll(html.EscapeString(m.text), "\n", "<br />") + "</p>",
		"url":     "https://fedi.example/@storm/" + m.id, "uri": "https://fedi.example/users/storm/statuses/" + m.id,
	}
}
