package network

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync"
	"time"
)

const (
	defaultTimeout = 30 * time.Second
	defaultLimit   = 1 << 20
)

// ClientOptions of a Client; the zero value serves.
type ClientOptions struct {
	UserAgent string
	Timeout   time.Duration    // of one call; 0 is 30 s
	Now       func() time.Time // nil is the machine's clock
	// Transport makes the exchanges of Do and Fetch; nil is the client's own.
	// With another one, Fetch's guard is that transport's business.
	Transport http.RoundTripper
	// Private: Fetch may reach loopback and private addresses (tests, a demo).
	Private bool
}

// Client makes the HTTP exchanges of all networks: bounded, redacting, aware
// of rate headers; what must not be repeated is not. It follows no redirect of
// a call and may be used by many goroutines.
type Client struct {
	agent     string
	timeout   time.Duration
	now       func() time.Time
	own       bool // the transport is ours, so that its connections are counted
	calls     *http.Client
	fetches   *http.Client
	decoding  chan struct{} // images, one at a time
	pauseLock sync.Mutex
	pauses    map[string]time.Time // by bucket: nothing is sent before
}

// NewClient makes a Client. It connects nothing.
func NewClient(o ClientOptions) *Client {
	c := &Client{
		agent:    cmp.Or(o.UserAgent, "syndicated"),
		timeout:  cmp.Or(o.Timeout, defaultTimeout),
		now:      o.Now,
		own:      o.Transport == nil,
		pauses:   map[string]time.Time{},
		decoding: make(chan struct{}, 1),
	}
	if c.now == nil {
		c.now = time.Now
	}
	direct, guarded := o.Transport, o.Transport
	if c.own {
		direct, guarded = newTransport(nil, true), newTransport(refuseInner, false)
		if o.Private {
			guarded = newTransport(nil, false)
		}
	}
	c.calls = &http.Client{
		Transport:     direct,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	c.fetches = &http.Client{Transport: guarded, CheckRedirect: checkHop}
	return c
}

// Timeout is how long a call may take.
func (c *Client) Timeout() time.Duration { return c.timeout }

// Call is one request to a network.
type Call struct {
	Method, URL string
	Header      http.Header
	Body        []byte
	// Once: not idempotent. It is never sent again by the transport, and a lost
	// answer or any 5xx is Unknown.
	Once bool
	// Secrets must never be in an error: tokens, parts of the URL. What stands
	// in Authorization and before the host of the URL is known anyway.
	Secrets []string
	Limit   int64         // of the answer's body in bytes; 0 is 1 MiB
	Timeout time.Duration // 0 is the client's
	// Bucket names calls that the server counts together, for one account. When
	// an answer says that nothing remains, the next calls of the bucket fail with
	// After, unsent, until the server's count is reset. Empty: no such thing.
	Bucket string
}

// Answer is what the server said, whatever its status.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
}

// OK reports a status from 200 to 299.
func (a Answer) OK() bool { return a.Status >= 200 && a.Status < 300 }

// Decode reads the JSON of the body into v.
func (a Answer) Decode(v any) error {
	if err := json.Unmarshal(a.Body, v); err != nil {
		return fmt.Errorf("read the answer as JSON: %w", err)
	}
	return nil
}

// Do makes one exchange. The error is not nil only when there was no answer:
// nothing was sent (no connection, TLS, DNS, a cancelled context, a rate that is
// used up): ClassRetry; a Once call of which a byte may have gone out: Unknown.
// A redirect is an answer. No error holds a secret.
func (c *Client) Do(ctx context.Context, call Call) (Answer, error) {
	where := call.Method + " " + hostOf(call.URL)
	if until := c.pausedUntil(call.Bucket); !until.IsZero() {
		return Answer{}, After(fmt.Errorf("%s: the rate is used up until %s", where, until.UTC().Format(time.RFC3339)), until)
	}
	ctx, cancel := context.WithTimeout(ctx, cmp.Or(call.Timeout, c.timeout))
	defer cancel()
	sent := sends{foreign: !c.own}
	sent.until, _ = ctx.Deadline()
	req, err := c.request(httptrace.WithClientTrace(ctx, sent.trace()), call)
	if err != nil {
		return Answer{}, Permanent(call.clean(where, err))
	}
	resp, err := c.calls.Do(req)
	if err != nil {
		err = call.clean(where, err)
		if call.Once && !sent.nothing(err) {
			return Answer{}, Unknown(err)
		}
		return Answer{}, err
	}
	defer resp.Body.Close()
	sent.free()
	a := Answer{Status: resp.StatusCode, Header: resp.Header}
	c.notePause(call.Bucket, a)
	a.Body, err = readBounded(resp.Body, cmp.Or(call.Limit, defaultLimit))
	if err != nil && a.OK() {
		err = call.clean(where+": read the answer", err)
		if call.Once {
			return Answer{}, Unknown(err)
		}
		return Answer{}, err
	}
	return a, nil
}

func (c *Client) request(ctx context.Context, call Call) (*http.Request, error) {
	var body io.Reader
	if len(call.Body) > 0 {
		body = bytes.NewReader(call.Body)
	}
	req, err := http.NewRequestWithContext(ctx, call.Method, call.URL, body)
	if err != nil {
		return nil, err
	}
	if call.Header != nil {
		req.Header = call.Header.Clone()
	}
	if req.Header.Get("User-Agent") == "" {
		req.Header.Set("User-Agent", c.agent)
	}
	if call.Once {
		// net/http takes a POST with this header, or one whose body it can read
		// again, for repeatable and sends it a second time when a kept connection
		// dies (Request.isReplayable). The server may have posted the first.
		req.GetBody = nil
		for _, key := range []string{"Idempotency-Key", "X-Idempotency-Key"} {
			if v, ok := req.Header[key]; ok {
				delete(req.Header, key)
				req.Header[strings.ToLower(key)] = v
			}
		}
	}
	return req, nil
}

// readBounded reads at most limit bytes. More is an error, with those bytes.
func readBounded(r io.Reader, limit int64) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(r, limit+1))
	if int64(len(b)) > limit {
		return b[:limit], fmt.Errorf("longer than %d bytes", limit)
	}
	return b, err
}

// hostOf is what of a URL may be told: scheme and host. Paths hold tokens.
func hostOf(raw string) string {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" {
		return "an address that is no URL"
	}
	return u.Scheme + "://" + u.Host
}

// sends knows whether a byte of a request went out.
type sends struct {
	foreign bool // connections are not ours: assume the worst
	until   time.Time
	mu      sync.Mutex
	on      []sending
}

type sending struct {
	conn *countedConn // nil if it is not ours
	from int64
}

func (s *sends) trace() *httptrace.ClientTrace {
	return &httptrace.ClientTrace{GotConn: func(info httptrace.GotConnInfo) {
		conn := info.Conn
		if t, ok := conn.(*tls.Conn); ok {
			conn = t.NetConn()
		}
		one := sending{}
		if counted, ok := conn.(*countedConn); ok {
			one.conn, one.from = counted, counted.count()
			counted.limit(s.until)
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		s.on = append(s.on, one)
	}}
}

// free ends the limits of the connections, once there is an answer.
func (s *sends) free() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, one := range s.on {
		if one.conn != nil {
			one.conn.free()
		}
	}
}

// nothing reports that no byte went out and that none will.
func (s *sends) nothing(err error) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.foreign && len(s.on) == 0 {
		op, ok := errors.AsType[*net.OpError](err)
		return ok && op.Op == "dial"
	}
	for _, one := range s.on {
		if one.conn == nil || !one.conn.seal(one.from) {
			return false
		}
	}
	return true
}
