// Package fetch makes one polite, bounded, guarded HTTP exchange. It knows
// nothing of feeds: what the bytes mean, and when to ask again, is its callers'
// to say.
package fetch

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"net/url"
	"os"
	"runtime"
	"time"
)

// Limits of an exchange that its options do not change.
const (
	maxRedirects   = 8
	maxHeader      = 256 << 10 // bytes of an answer's header
	defaultTimeout = 30 * time.Second
	defaultMaxBody = 10 << 20
	defaultActive  = 256
	defaultSpacing = 250 * time.Millisecond
	// longestRest bounds what a Cache-Control or Expires may ask for,
	// longestRetry what a Retry-After may: a slip of a server's clock must not
	// silence a source for years.
	longestRest  = 24 * time.Hour
	longestRetry = 7 * 24 * time.Hour
)

// Options are one source's part of an exchange.
type Options struct {
	// Headers are sent to the source's own host only: they may be secret.
	Headers map[string]string
	// User and Password are for basic authentication, to the source's own host
	// only. They win over those in the URL.
	User, Password string
	// Proxy is the URL of an http, https or socks5 proxy; empty is what the
	// environment says (HTTP_PROXY, HTTPS_PROXY, NO_PROXY).
	Proxy string
	// Timeout bounds the whole exchange, redirects and body included, but not
	// the wait for the host's turn; 0 is 30 s.
	Timeout time.Duration
	// AllowPrivate lets the source be on a private or loopback address.
	AllowPrivate bool
	// Accept is the header's value; empty is */*.
	Accept string
	// MaxBody bounds the body in bytes, compressed and decompressed; 0 is the
	// client's limit.
	MaxBody int64
	// Delta asks for RFC 3229 feed deltas: the answer may then hold new items
	// only, and Response.Delta says so.
	Delta bool
}

// ClientOptions make a Client.
type ClientOptions struct {
	// UserAgent should name the program and a URL where its operator can be
	// reached.
	UserAgent string
	// Now is the clock, nil for the machine's.
	Now func() time.Time
	// Spacing is the least time between two requests to one host; 0 is 250 ms,
	// less is none. Sources with AllowPrivate have none: their hosts are the
	// operator's own.
	Spacing time.Duration
	// PerHost is how many requests one host gets at a time; 0 is 1.
	PerHost int
	// Active is how many exchanges run at a time, whatever their hosts; 0 is
	// 256. Waiting for a host's turn does not count, so that a slow host with
	// many sources takes nothing from the others.
	Active int
	// MaxBody bounds a body in bytes; 0 is 10 MiB.
	MaxBody int64
	// Transport replaces the network in tests; it is not guarded.
	Transport http.RoundTripper
}

// Client is shared by all sources: connections, sessions and the turn-taking
// per host are its. Its memory does not grow with the number of hosts that are
// idle.
type Client struct {
	agent   string
	now     func() time.Time
	maxBody int64
	turns   *turns
	bodies  bodies
	work    chan struct{}
	proxied bool // the environment names a proxy

	// guarded refuses private addresses, open does not. They are two so that a
	// connection which one source was allowed is never another's.
	guarded, open http.RoundTripper
}

// NewClient makes a Client.
func NewClient(o ClientOptions) *Client {
	c := &Client{agent: o.UserAgent, now: o.Now, maxBody: o.MaxBody}
	if c.agent == "" {
		c.agent = "syndicated"
	}
	if c.now == nil {
		c.now = time.Now
	}
	if c.maxBody <= 0 {
		c.maxBody = defaultMaxBody
	}
	if o.Active <= 0 {
		o.Active = defaultActive
	}
	c.bodies = make(bodies, mostLarge)
	c.work = make(chan struct{}, runtime.GOMAXPROCS(0)+1)
	for _, name := range []string{"HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy"} {
		c.proxied = c.proxied || os.Getenv(name) != ""
	}
	if o.Spacing == 0 {
		o.Spacing = defaultSpacing
	}
	c.turns = newTurns(max(1, o.PerHost), o.Active, o.Spacing)
	if o.Transport != nil {
		c.guarded, c.open = o.Transport, o.Transport
		return c
	}
	sessions := tls.NewLRUClientSessionCache(4096)
	c.guarded = newTransport(sessions, guard)
	c.open = newTransport(sessions, nil)
	return c
}

// Close drops the idle connections.
func (c *Client) Close() {
	for _, t := range []http.RoundTripper{c.guarded, c.open} {
		if t, ok := t.(interface{ CloseIdleConnections() }); ok {
			t.CloseIdleConnections()
		}
	}
}

// proxyKey is the context key under which an exchange names its proxy.
type proxyKey struct{}

func newTransport(sessions tls.ClientSessionCache, control dialControl) *http.Transport {
	dialer := &net.Dialer{Timeout: 15 * time.Second, KeepAlive: 30 * time.Second, Control: control}
	return &http.Transport{
		Proxy: func(r *http.Request) (*url.URL, error) {
			p, _ := r.Context().Value(proxyKey{}).(*url.URL)
			return p, nil
		},
		DialContext: dialer.DialContext,
		TLSClientConfig: &tls.Config{
			ClientSessionCache: sessions,
			// Without the post-quantum hybrid: a feed is public, the handshake
			// is what a poll over https costs, and the large first packet is
			// what old middleboxes drop.
			CurvePreferences: []tls.CurveID{tls.X25519, tls.CurveP256, tls.CurveP384},
		},
		TLSHandshakeTimeout:    15 * time.Second,
		ExpectContinueTimeout:  time.Second,
		MaxIdleConns:           1024,
		MaxIdleConnsPerHost:    2,
		IdleConnTimeout:        2 * time.Minute,
		MaxResponseHeaderBytes: maxHeader,
		DisableCompression:     true, // it is asked for and undone here, with limits
		// HTTP/1.1 only: with one request per host at a time HTTP/2 would add
		// memory and nothing else.
		TLSNextProto: map[string]func(string, *tls.Conn) http.RoundTripper{},
	}
}

// Work runs f with as many others at a time as there are processors. Reading a
// document is their work alone: a thousand half-read ones would be done no
// sooner and take the memory of a thousand.
func (c *Client) Work(ctx context.Context, f func()) error {
	select {
	case c.work <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-c.work }()
	f()
	return nil
}

// Get fetches url, which is where the source is configured to be, with the
// validators in prev. The errors that matter to a caller: one that wraps
// ErrGone is final, NotBefore tells when one may be tried again, a *StatusError
// is an answer that is neither 2xx nor 304. No error carries a credential.
func (c *Client) Get(ctx context.Context, url string, o Options, prev State) (Response, error) {
	x, err := c.newExchange(url, o, prev)
	if err != nil {
		return Response{}, err
	}
	return x.run(ctx)
}
