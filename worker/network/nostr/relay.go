package nostr

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/coder/websocket"

	"syndicated/worker/network"
)

// maxFrame is the longest frame that is read, in bytes.
const maxFrame = 256 << 10

// relay is a conversation with one relay.
type relay struct {
	conn      *websocket.Conn
	url       string
	key       key
	now       func() time.Time
	challenge string // NIP-42, empty until the relay gives one
	proved    bool
}

// dial connects to a relay. Nothing was sent when it fails.
func (a *Account) dial(ctx context.Context, address string) (*relay, error) {
	conn, resp, err := websocket.Dial(ctx, address, &websocket.DialOptions{
		HTTPClient: a.dialer, HTTPHeader: http.Header{"User-Agent": {"syndicated"}},
	})
	if err != nil {
		if resp != nil && resp.StatusCode != http.StatusSwitchingProtocols {
			return nil, fmt.Errorf("%s: %s", host(address), resp.Status)
		}
		return nil, fmt.Errorf("%s: connect: %w", host(address), bare(err))
	}
	conn.SetReadLimit(maxFrame)
	return &relay{conn: conn, url: address, key: a.key, now: a.env.Now}, nil
}

// bare leaves the address out of an error: it may hold a token.
func bare(err error) error {
	if u, ok := errors.AsType[*url.Error](err); ok {
		return u.Err
	}
	return err
}

func host(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "relay"
	}
	return u.Host
}

func (r *relay) close() { _ = r.conn.CloseNow() }

// say sends one frame.
func (r *relay) say(ctx context.Context, frame []byte) error {
	return r.conn.Write(ctx, websocket.MessageText, frame)
}

// hear reads frames until one is of a wanted type, and keeps a challenge on the way.
func (r *relay) hear(ctx context.Context, wanted ...string) (frame []json.RawMessage, kind string, err error) {
	for {
		_, data, err := r.conn.Read(ctx)
		if err != nil {
			return nil, "", err
		}
		if json.Unmarshal(data, &frame) != nil || len(frame) < 2 || json.Unmarshal(frame[0], &kind) != nil {
			continue // relays say all kinds of things
		}
		if kind == "AUTH" {
			_ = json.Unmarshal(frame[1], &r.challenge)
		}
		if slices.Contains(wanted, kind) {
			return frame, kind, nil
		}
	}
}

func text(raw json.RawMessage) string {
	var s string
	_ = json.Unmarshal(raw, &s)
	return s
}

// publish sends an event and waits for the relay's word. Errors are of the kinds
// of package network; an event that the relay has already is well.
func (r *relay) publish(ctx context.Context, e *event) error {
	frame := append(append([]byte(`["EVENT",`), e.json()...), ']')
	for {
		if err := r.say(ctx, frame); err != nil {
			return network.Unknown(fmt.Errorf("%s: %w", host(r.url), err))
		}
		ok, said, err := r.verdict(ctx, e.ID)
		if err != nil {
			return network.Unknown(fmt.Errorf("%s: %w", host(r.url), err))
		}
		if ok || strings.HasPrefix(said, "duplicate:") {
			return nil
		}
		if strings.HasPrefix(said, "auth-required:") && !r.proved && r.challenge != "" {
			if err := r.prove(ctx); err != nil {
				return err
			}
			continue
		}
		return refusal(fmt.Errorf("%s: %s", host(r.url), said), said, r.now())
	}
}

// refusal gives an error the kind that the relay's word means: NIP-01, "OK".
func refusal(err error, said string, now time.Time) error {
	switch prefix, _, _ := strings.Cut(said, ":"); prefix {
	case "rate-limited":
		return network.After(err, now.Add(time.Minute))
	case "blocked", "restricted", "auth-required":
		return network.Stopped(err)
	case "error":
		return err
	}
	return network.Permanent(err) // invalid, pow, mute and what has no name
}

// verdict waits for ["OK", id, …].
func (r *relay) verdict(ctx context.Context, id string) (ok bool, said string, err error) {
	for {
		frame, _, err := r.hear(ctx, "OK")
		if err != nil {
			return false, "", err
		}
		if len(frame) < 3 || text(frame[1]) != id {
			continue
		}
		if len(frame) > 3 {
			said = text(frame[3])
		}
		_ = json.Unmarshal(frame[2], &ok)
		return ok, printable(said), nil
	}
}

// prove tells the relay who we are. https://github.com/nostr-protocol/nips/blob/master/42.md
func (r *relay) prove(ctx context.Context) error {
	r.proved = true
	e := event{Kind: kindAuth, Created: r.now().Unix(), Tags: [][]string{{"relay", r.url}, {"challenge", r.challenge}}}
	if err := r.key.sign(&e); err != nil {
		return err
	}
	if err := r.say(ctx, append(append([]byte(`["AUTH",`), e.json()...), ']')); err != nil {
		return fmt.Errorf("%s: %w", host(r.url), err)
	}
	ok, said, err := r.verdict(ctx, e.ID)
	if err != nil {
		return fmt.Errorf("%s: %w", host(r.url), err)
	}
	if !ok {
		return network.Stopped(fmt.Errorf("%s: who we are: %s", host(r.url), said))
	}
	return nil
}

// has reports whether the relay holds an event.
func (r *relay) has(ctx context.Context, id string) (bool, error) {
	request := []byte(`["REQ","s",{"ids":["` + id + `"],"limit":1}]`)
	if err := r.say(ctx, request); err != nil {
		return false, fmt.Errorf("%s: %w", host(r.url), err)
	}
	for {
		frame, kind, err := r.hear(ctx, "EVENT", "EOSE", "CLOSED")
		if err != nil {
			return false, fmt.Errorf("%s: %w", host(r.url), err)
		}
		switch kind {
		case "EVENT":
			var e event
			if len(frame) > 2 && json.Unmarshal(frame[2], &e) == nil && e.ID == id {
				return true, nil
			}
		case "EOSE":
			return false, nil
		case "CLOSED":
			said := ""
			if len(frame) > 2 {
				said = text(frame[2])
			}
			if strings.HasPrefix(said, "auth-required:") && !r.proved && r.challenge != "" {
				if err := r.prove(ctx); err != nil {
					return false, err
				}
				if err := r.say(ctx, request); err != nil {
					return false, fmt.Errorf("%s: %w", host(r.url), err)
				}
				continue
			}
			return false, fmt.Errorf("%s: %s", host(r.url), printable(said))
		}
	}
}

// printable bounds what a relay said.
func printable(s string) string {
	if s = clean(s); len(s) > 200 {
		s = strings.ToValidUTF8(s[:200], "") + "…"
	}
	if q := strconv.Quote(s); len(q) == len(s)+2 {
		return s
	}
	return strings.Join(strings.Fields(s), " ")
}
