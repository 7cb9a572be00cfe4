package nostr_test

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/btcsuite/btcd/btcec/v2"
	"github.com/btcsuite/btcd/btcec/v2/schnorr"
	"github.com/coder/websocket"

	"syndicated/config"
	"syndicated/worker/network"
	"syndicated/worker/network/networktest"
	"syndicated/worker/network/nostr"
)

// TestRelay runs the suite against a relay, with a new key for each case:
//
//	SYNDICATED_RELAY=ws://127.0.0.1:3334 go test -run TestRelay -v ./worker/network/nostr
func TestRelay(t *testing.T) {
	url := os.Getenv("SYNDICATED_RELAY")
	if url == "" {
		t.Skip("SYNDICATED_RELAY names no relay, ws://127.0.0.1:3334")
	}
	for name, kind := range map[string]int{"notes": 1, "articles": 30023} {
		t.Run(name, func(t *testing.T) {
			var secret []byte
			networktest.Run(t, networktest.Suite{
				Fake: func(t *testing.T) *networktest.Fake {
					secret = make([]byte, 32)
					rand.Read(secret)
					_, public := btcec.PrivKeyFromBytes(secret)
					author := hex.EncodeToString(schnorr.SerializePubKey(public))
					between := &between{relay: url}
					server := httptest.NewServer(between)
					t.Cleanup(server.Close)
					return &networktest.Fake{
						URL: strings.Replace(server.URL, "http", "ws", 1), Break: between.breaks,
						Shown: func() []networktest.Shown { return written(t, url, author) },
					}
				},
				New: func(t *testing.T, url string, env network.Env) network.Account {
					return open(t, env, nostr.Config{Relays: []string{url}, Kind: kind, Key: config.NewSecret(hex.EncodeToString(secret))})
				},
				Repeats: true, NoLimit: true, NoEdit: kind == 1, Timeout: 3 * time.Second,
			})
		})
	}
	t.Run("characters", func(t *testing.T) {
		secret := make([]byte, 32)
		rand.Read(secret)
		e := env()
		e.Now = time.Now
		a := open(t, e, nostr.Config{Relays: []string{url}, Key: config.NewSecret(hex.EncodeToString(secret))})
		for i, text := range []string{"\u2028 and \u2029", "<b> & 'x' \"y\" \\ /", "tab\tline\nreturn\r", "bell\a null\x00 del\x7f", "𝄞 👩‍👩‍👧 e\u0301"} {
			m := message(strings.Repeat("m", i+1), text)
			m.Tags, m.Created = []string{"a\u2028b"}, time.Now()
			r, err := a.Post(t.Context(), m)
			if err != nil {
				t.Errorf("%q: %v", text, err)
				continue
			}
			if found, ok, err := a.Find(t.Context(), m); err != nil || !ok || found.ID != r.ID {
				t.Errorf("%q: found %v, %v", text, ok, err)
			}
		}
	})
}

// written is what the relay has of an author, by its text, for all are of one second.
func written(t *testing.T, url, author string) []networktest.Shown {
	t.Helper()
	conn, _, err := websocket.Dial(t.Context(), url, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.CloseNow()
	request := `["REQ","all",{"authors":["` + author + `"],"kinds":[1,1111,30023]}]`
	if err := conn.Write(t.Context(), websocket.MessageText, []byte(request)); err != nil {
		t.Fatal(err)
	}
	out := []networktest.Shown{}
	for {
		_, data, err := conn.Read(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		var frame []json.RawMessage
		var e event
		switch json.Unmarshal(data, &frame); string(frame[0]) {
		case `"EVENT"`:
			json.Unmarshal(frame[2], &e)
			one := networktest.Shown{ID: e.ID, Text: e.Content}
			for _, tag := range e.values("e") {
				one.ReplyTo = tag[1]
			}
			out = append(out, one)
		case `"EOSE"`:
			slices.SortFunc(out, func(a, b networktest.Shown) int { return strings.Compare(a.Text, b.Text) })
			return out
		}
	}
}

// between loses frames on the way to a relay and back.
type between struct {
	relay string
	mu    sync.Mutex
	fault networktest.Fault
}

func (b *between) breaks(f networktest.Fault) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.fault = f
	return f.Before || f.After || f.Hang
}

func (b *between) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	near, err := websocket.Accept(w, r, nil)
	if err != nil {
		return
	}
	defer near.CloseNow()
	far, _, err := websocket.Dial(r.Context(), b.relay, nil)
	if err != nil {
		return
	}
	defer far.CloseNow()
	near.SetReadLimit(1 << 20)
	far.SetReadLimit(1 << 20)
	var lose atomic.Pointer[networktest.Fault] // what is to become of the relay's next word
	go func() {
		defer near.CloseNow()
		for {
			kind, data, err := far.Read(r.Context())
			if err != nil {
				return
			}
			if f := lose.Load(); f != nil && f.After {
				return
			} else if f != nil {
				continue
			}
			if near.Write(r.Context(), kind, data) != nil {
				return
			}
		}
	}()
	for {
		kind, data, err := near.Read(r.Context())
		if err != nil {
			return
		}
		if strings.HasPrefix(string(data), `["EVENT"`) {
			b.mu.Lock()
			f := b.fault
			b.fault = networktest.Fault{}
			b.mu.Unlock()
			if f.Before {
				return
			}
			if f.After || f.Hang {
				lose.Store(&f)
			}
		}
		if far.Write(r.Context(), kind, data) != nil {
			return
		}
	}
}
