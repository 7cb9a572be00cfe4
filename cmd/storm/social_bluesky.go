package main

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"
)

// bluesky is a PDS with one repository. Sessions are short, so that they are
// renewed in the storm.
type bluesky struct {
	*weather
	wall

	mu      sync.Mutex
	records map[string]record // by key
	access  map[string]time.Time
	refresh map[string]bool
	serial  int
}

type record struct {
	cid   string
	value json.RawMessage
}

const (
	did        = "did:plc:stormstormstormstormstorm"
	accessLife = 100 * time.Second
)

func newBluesky(w *weather) *bluesky {
	return &bluesky{weather: w, records: map[string]record{}, access: map[string]time.Time{}, refresh: map[string]bool{}}
}

func (s *bluesky) shows() *wall { return &s.wall }
func (s *bluesky) sure() bool   { return true }

func (s *bluesky) settings(base string) string {
	return fmt.Sprintf("{type: bluesky, server: %q, handle: storm.test, password: abcd-abcd-abcd-abcd}", base)
}

// ServeHTTP knows as much of https://docs.bsky.app/docs/api/ as one account needs.
func (s *bluesky) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	in, _ := fields(r)
	method := strings.TrimPrefix(r.URL.Path, "/xrpc/")
	s.serve(rw, r, r.Method == http.MethodGet || strings.HasPrefix(method, "com.atproto.server."), retryAfter, func() reply {
		s.mu.Lock()
		defer s.mu.Unlock()
		token := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
		switch {
		case method == "_health":
			return reply{body: map[string]any{"version": "0.4"}}
		case method == "com.atproto.server.createSession":
			return s.session()
		case method == "com.atproto.server.refreshSession":
			if !s.refresh[token] {
				return refusal("ExpiredToken")
			}
			return s.session()
		case time.Now().After(s.access[token]):
			return refusal("ExpiredToken")
		}
		switch method {
		case "com.atproto.server.getSession":
			return reply{body: map[string]any{"did": did, "handle": "storm.test", "active": true}}
		case "com.atproto.repo.getRecord":
			key := r.URL.Query().Get("rkey")
			if rec, ok := s.records[key]; ok {
				return reply{body: map[string]any{"uri": address(key), "cid": rec.cid, "value": rec.value}}
			}
			return refusal("RecordNotFound")
		case "com.atproto.repo.putRecord":
			return s.putRecord(in)
		}
		return reply{status: http.StatusNotImplemented, body: map[string]any{"error": "MethodNotImplemented"}}
	})
}

func refusal(name string) reply {
	return reply{status: http.StatusBadRequest, body: map[string]any{"error": name, "message": name}}
}

func address(key string) string { return "at://" + did + "/app.bsky.feed.post/" + key }

// session gives tokens that say when they end, as real ones do.
func (s *bluesky) session() reply {
	s.serial++
	end := time.Now().Add(accessLife)
	jwt := func(kind string, at time.Time) string {
		body := fmt.Sprintf(`{"exp":%d,"jti":"%s%d"}`, at.Unix(), kind, s.serial)
		return "e30." + base64.RawURLEncoding.EncodeToString([]byte(body)) + ".storm"
	}
	a, b := jwt("a", end), jwt("r", end.Add(time.Hour))
	s.access[a], s.refresh[b] = end, true
	return reply{body: map[string]any{"did": did, "handle": "storm.test", "accessJwt": a, "refreshJwt": b, "active": true}}
}

// putRecord honours swapRecord: null means that there must be no record yet.
// https://github.com/bluesky-social/atproto/blob/main/lexicons/com/atproto/repo/putRecord.json
func (s *bluesky) putRecord(in map[string]json.RawMessage) reply {
	key := text(in["rkey"])
	old, known := s.records[key]
	swap, asked := in["swapRecord"]
	if asked && (string(swap) == "null" && known || string(swap) != "null" && text(swap) != old.cid) {
		return refusal("InvalidSwap")
	}
	var v struct {
		Text  string          `json:"text"`
		Reply json.RawMessage `json:"reply"`
	}
	_ = json.Unmarshal(in["record"], &v)
	s.serial++
	rec := record{fmt.Sprintf("bafystorm%d", s.serial), in["record"]}
	s.records[key] = rec
	if known {
		s.edit(key, v.Text)
	} else {
		s.put(key, v.Text, v.Text+string(in["record"]), len(v.Reply) > 0)
	}
	return reply{body: map[string]any{"uri": address(key), "cid": rec.cid}}
}
