package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// demoMastodon is a social server where messages can be edited. It knows as
// much of Mastodon's API as one account needs.
type demoMastodon struct {
	mu       sync.Mutex
	base     string
	statuses []demoStatus
	edits    int
}

type demoStatus struct {
	ID      string    `json:"id"`
	URL     string    `json:"url"`
	Content string    `json:"content"`
	Created time.Time `json:"created_at"`
	key     string
}

func (s *demoMastodon) at(address string) { s.base = address }

// seen gives the texts, oldest first, and the number of edits.
func (s *demoMastodon) seen() (texts []string, edits int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, x := range s.statuses {
		texts = append(texts, x.Content)
	}
	return texts, s.edits
}

func (s *demoMastodon) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	id, one := strings.CutPrefix(r.URL.Path, "/api/v1/statuses/")
	switch {
	case r.URL.Path == "/api/v2/instance" || r.URL.Path == "/api/v1/instance":
		answer(w, map[string]any{"version": "4.5.0", "title": "demo", "configuration": map[string]any{"statuses": map[string]any{"max_characters": 500, "characters_reserved_per_url": 23, "max_media_attachments": 4}}})
	case r.URL.Path == "/api/v1/accounts/verify_credentials":
		answer(w, map[string]any{"id": "1", "username": "demo", "acct": "demo", "url": s.base + "/@demo"})
	case r.URL.Path == "/api/v1/statuses" && r.Method == http.MethodPost:
		key := r.Header.Get("Idempotency-Key")
		if i := slices.IndexFunc(s.statuses, func(x demoStatus) bool { return x.key == key && key != "" }); i >= 0 {
			answer(w, s.statuses[i])
			return
		}
		n := strconv.Itoa(len(s.statuses) + 1)
		x := demoStatus{n, s.base + "/@demo/" + n, field(r, "status"), time.Now().UTC(), key}
		s.statuses = append(s.statuses, x)
		answer(w, x)
	case one && r.Method == http.MethodPut:
		for i := range s.statuses {
			if s.statuses[i].ID == id {
				s.statuses[i].Content = field(r, "status")
				s.edits++
				answer(w, s.statuses[i])
				return
			}
		}
		http.NotFound(w, r)
	case strings.HasPrefix(r.URL.Path, "/@demo/"):
		n, _ := strconv.Atoi(strings.TrimPrefix(r.URL.Path, "/@demo/"))
		if n < 1 || n > len(s.statuses) {
			http.NotFound(w, r)
			return
		}
		fmt.Fprintln(w, s.statuses[n-1].Content)
	case strings.HasPrefix(r.URL.Path, "/api/v1/accounts/"):
		list := slices.Clone(s.statuses)
		slices.Reverse(list)
		answer(w, list)
	default:
		http.NotFound(w, r)
	}
}

// field reads a value of a request's JSON or form.
func field(r *http.Request, name string) string {
	if strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") {
		var m map[string]any
		b, _ := io.ReadAll(io.LimitReader(r.Body, 1<<20))
		_ = json.Unmarshal(b, &m)
		s, _ := m[name].(string)
		return s
	}
	return r.FormValue(name)
}

func answer(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v)
}

// demoBluesky is a social server where messages cannot be edited, only
// answered. It knows as much of the AT protocol as one account needs.
type demoBluesky struct {
	mu      sync.Mutex
	base    string
	records map[string]demoRecord
	order   []string
}

type demoRecord struct {
	Text  string
	Reply bool
	cid   string
	value json.RawMessage
}

func (s *demoBluesky) at(address string) { s.base = address }

// seen gives the records, oldest first.
func (s *demoBluesky) seen() (out []demoRecord) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, key := range s.order {
		out = append(out, s.records[key])
	}
	return out
}

func (s *demoBluesky) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	const did = "did:plc:demodemodemodemodemodemo"
	uri := func(key string) string { return "at://" + did + "/app.bsky.feed.post/" + key }
	switch strings.TrimPrefix(r.URL.Path, "/xrpc/") {
	case "com.atproto.server.createSession", "com.atproto.server.refreshSession", "com.atproto.server.getSession":
		answer(w, map[string]any{"did": did, "handle": "demo.test", "accessJwt": "demo-access", "refreshJwt": "demo-refresh", "active": true})
	case "com.atproto.repo.putRecord":
		var in struct {
			RKey   string          `json:"rkey"`
			Record json.RawMessage `json:"record"`
		}
		if err := json.NewDecoder(io.LimitReader(r.Body, 1<<20)).Decode(&in); err != nil {
			http.Error(w, `{"error":"InvalidRequest"}`, http.StatusBadRequest)
			return
		}
		rec, known := s.records[in.RKey]
		if !known {
			var v struct {
				Text  string          `json:"text"`
				Reply json.RawMessage `json:"reply"`
			}
			_ = json.Unmarshal(in.Record, &v)
			rec = demoRecord{v.Text, len(v.Reply) > 0, fmt.Sprintf("bafydemo%d", len(s.order)+1), in.Record}
			s.records[in.RKey] = rec
			s.order = append(s.order, in.RKey)
		}
		answer(w, map[string]any{"uri": uri(in.RKey), "cid": rec.cid})
	case "com.atproto.repo.getRecord":
		key := r.URL.Query().Get("rkey")
		rec, known := s.records[key]
		if !known {
			w.WriteHeader(http.StatusBadRequest)
			answer(w, map[string]any{"error": "RecordNotFound", "message": "there is no such record"})
			return
		}
		answer(w, map[string]any{"uri": uri(key), "cid": rec.cid, "value": rec.value})
	default:
		w.WriteHeader(http.StatusNotImplemented)
		answer(w, map[string]any{"error": "MethodNotImplemented", "message": r.URL.Path})
	}
}
