package nostr_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/btcsuite/btcd/btcec/v2/schnorr"
	"github.com/coder/websocket"

	"syndicated/worker/network/networktest"
)

type event struct {
	ID         string     `json:"id"`
	PubKey     string     `json:"pubkey"`
	Created_at int64      `json:"created_at"`
	Kind       int        `json:"kind"`
	Tags       [][]string `json:"tags"`
	Content    string     `json:"content"`
	Sig        string     `json:"sig"`
}

func (e event) values(name string) (out [][]string) {
	for _, t := range e.Tags {
		if t[0] == name {
			out = append(out, t)
		}
	}
	return out
}

func (e event) first(name string) string {
	if all := e.values(name); len(all) > 0 {
		return all[0][1]
	}
	return ""
}

// relay is a small relay that checks ids and signatures by means of its own.
type relay struct {
	t      *testing.T
	url    string
	mu     sync.Mutex
	events []event
	fault  networktest.Fault
	refuse string // said to every event
	auth   bool   // asks who writes and who reads
	writes int
}

func newRelay(t *testing.T) *relay {
	r := &relay{t: t}
	server := httptest.NewServer(r)
	t.Cleanup(server.Close)
	r.url = strings.Replace(server.URL, "http", "ws", 1)
	return r
}

func (r *relay) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	conn, err := websocket.Accept(w, req, nil)
	if err != nil {
		return
	}
	defer conn.CloseNow()
	conn.SetReadLimit(64 << 10)
	say := func(frame ...any) {
		b, _ := json.Marshal(frame)
		conn.Write(context.Background(), websocket.MessageText, b)
	}
	known := !r.auth
	if r.auth {
		say("AUTH", "challenge-1")
	}
	say("NOTICE", "welcome")
	for {
		_, data, err := conn.Read(req.Context())
		if err != nil {
			return
		}
		var frame []json.RawMessage
		var kind string
		if json.Unmarshal(data, &frame) != nil || json.Unmarshal(frame[0], &kind) != nil {
			return
		}
		switch kind {
		case "AUTH":
			var e event
			json.Unmarshal(frame[1], &e)
			known = r.valid(e) == "" && e.Kind == 22242 && e.first("challenge") == "challenge-1" && e.first("relay") == r.url
			say("OK", e.ID, known, "")
		case "EVENT":
			var e event
			json.Unmarshal(frame[1], &e)
			if !known {
				say("OK", e.ID, false, "auth-required: who are you?")
				continue
			}
			if !r.take(e, say) {
				return
			}
		case "REQ":
			var filter struct{ IDs []string }
			json.Unmarshal(frame[2], &filter)
			if !known {
				say("CLOSED", "s", "auth-required: who are you?")
				continue
			}
			r.mu.Lock()
			for _, e := range r.events {
				if slices.Contains(filter.IDs, e.ID) {
					say("EVENT", "s", e)
				}
			}
			r.mu.Unlock()
			say("EOSE", "s")
		}
	}
}

// take keeps an event; false ends the connection.
func (r *relay) take(e event, say func(...any)) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	fault := r.fault
	if e.Kind != 5 {
		r.writes++
		r.fault = networktest.Fault{}
	}
	if fault.Before {
		return false
	}
	if r.refuse != "" {
		say("OK", e.ID, false, r.refuse)
		return true
	}
	switch problem := r.valid(e); {
	case fault.Status == 400:
		say("OK", e.ID, false, "invalid: no")
		return true
	case fault.Status == 403:
		say("OK", e.ID, false, "blocked: no")
		return true
	case problem != "":
		say("OK", e.ID, false, "invalid: "+problem)
		return true
	case e.Kind == 5:
		r.events = slices.DeleteFunc(r.events, func(x event) bool { return x.ID == e.first("e") && x.PubKey == e.PubKey })
	case slices.ContainsFunc(r.events, func(x event) bool { return x.ID == e.ID }):
		say("OK", e.ID, true, "duplicate: already have this event")
		return true
	case e.Kind == 30023:
		at := slices.IndexFunc(r.events, func(x event) bool { return x.Kind == e.Kind && x.first("d") == e.first("d") })
		if at >= 0 && r.events[at].Created_at > e.Created_at {
			say("OK", e.ID, false, "invalid: a newer one is here")
			return true
		} else if at >= 0 {
			r.events[at] = e
		} else {
			r.events = append(r.events, e)
		}
	default:
		r.events = append(r.events, e)
	}
	switch {
	case fault.After:
		return false
	case fault.Hang:
		return true
	}
	say("OK", e.ID, true, "")
	return true
}

// valid computes the id from what encoding/json writes, without its escapes.
func (r *relay) valid(e event) string {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.Encode([]any{0, e.PubKey, e.Created_at, e.Kind, e.Tags, e.Content})
	text := strings.NewReplacer(`\u2028`, "\u2028", `\u2029`, "\u2029").Replace(strings.TrimSpace(b.String()))
	sum := sha256.Sum256([]byte(text))
	if hex.EncodeToString(sum[:]) != e.ID {
		return "id is computed incorrectly"
	}
	public, err := hex.DecodeString(e.PubKey)
	if err != nil {
		return err.Error()
	}
	key, err := schnorr.ParsePubKey(public)
	if err != nil {
		return err.Error()
	}
	raw, _ := hex.DecodeString(e.Sig)
	sig, err := schnorr.ParseSignature(raw)
	if err != nil || !sig.Verify(sum[:], key) {
		return fmt.Sprintf("signature is wrong: %v", err)
	}
	return ""
}

func (r *relay) fake() *networktest.Fake {
	return &networktest.Fake{
		URL: r.url,
		Break: func(f networktest.Fault) bool {
			r.mu.Lock()
			defer r.mu.Unlock()
			r.fault = f
			return f.Before || f.After || f.Hang || f.Status == 400 || f.Status == 403
		},
		Shown: func() []networktest.Shown {
			r.mu.Lock()
			defer r.mu.Unlock()
			var out []networktest.Shown
			for _, e := range r.events {
				one := networktest.Shown{ID: e.ID, Text: e.Content}
				for _, t := range e.values("e") {
					one.ReplyTo = t[1]
				}
				out = append(out, one)
			}
			return out
		},
	}
}
