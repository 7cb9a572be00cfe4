package network

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"os"
	"sync"
	"syscall"
	"time"
)

const maxHops = 5

// newTransport makes a transport whose connections count what they send.
// control is asked about every address before it is dialled. A proxy would dial
// instead of us, so that a guarded transport has none.
func newTransport(control func(network, address string, c syscall.RawConn) error, proxy bool) *http.Transport {
	dialer := net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second, Control: control}
	t := &http.Transport{
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			conn, err := dialer.DialContext(ctx, network, address)
			if err != nil {
				return nil, err
			}
			return &countedConn{Conn: conn}, nil
		},
		ForceAttemptHTTP2:   true,
		MaxIdleConns:        100,
		MaxIdleConnsPerHost: 2,
		// Shorter than what servers and routers in between keep: a message that
		// goes out on a dead connection is one whose fate must be asked for.
		IdleConnTimeout:        20 * time.Second,
		TLSHandshakeTimeout:    10 * time.Second,
		ExpectContinueTimeout:  time.Second,
		MaxResponseHeaderBytes: 64 << 10,
	}
	if proxy {
		t.Proxy = http.ProxyFromEnvironment
	}
	return t
}

// countedConn counts the bytes that were handed to it for sending.
type countedConn struct {
	net.Conn
	mu     sync.Mutex
	sent   int64
	sealed bool
	until  time.Time // nothing is sent later; zero is no such time
}

// Write sends nothing once the time of the call is over. A context is not enough
// for that: when a process, or its machine, was stopped and goes on, what was
// about to be written is written before any timer fires, while another worker has
// long sent the message.
func (c *countedConn) Write(p []byte) (int, error) {
	c.mu.Lock()
	if c.sealed {
		c.mu.Unlock()
		return 0, net.ErrClosed
	}
	if now := time.Now(); !c.until.IsZero() && (now.After(c.until) || now.Round(0).After(c.until.Round(0))) {
		// By the wall clock too: the monotonic one stands still while a machine sleeps.
		c.mu.Unlock()
		return 0, os.ErrDeadlineExceeded
	}
	c.sent += int64(len(p))
	c.mu.Unlock()
	return c.Conn.Write(p)
}

// limit lets nothing be sent after t, or after a later time that another call
// on the same connection has.
func (c *countedConn) limit(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if t.After(c.until) {
		c.until = t
	}
}

// free ends the limit: between two calls a connection may keep itself alive.
func (c *countedConn) free() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.until = time.Time{}
}

func (c *countedConn) count() int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.sent
}

// seal reports that nothing was sent since from, and sees to it that nothing
// will be: the transport's writer may still be under way.
func (c *countedConn) seal(from int64) bool {
	c.mu.Lock()
	untouched := c.sent == from
	c.sealed = c.sealed || untouched
	c.mu.Unlock()
	if untouched {
		c.Close()
	}
	return untouched
}

// Fetch gets a URL that came out of a post or an answer. Private, loopback,
// link-local and metadata addresses are refused at each of at most five hops,
// when they are dialled, so that no name can lead there. A body longer than
// limit bytes is an error, and so is any status but 200.
func (c *Client) Fetch(ctx context.Context, url string, limit int64) (Answer, error) {
	call := Call{Method: http.MethodGet, URL: url}
	where := "get " + hostOf(url)
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	req, err := c.request(ctx, call)
	if err != nil {
		return Answer{}, Permanent(call.clean(where, err))
	}
	if err := checkHop(req, nil); err != nil {
		return Answer{}, Permanent(call.clean(where, err))
	}
	resp, err := c.fetches.Do(req)
	if err != nil {
		return Answer{}, call.clean(where, err)
	}
	defer resp.Body.Close()
	a := Answer{Status: resp.StatusCode, Header: resp.Header}
	if a.Status != http.StatusOK {
		return a, c.Failure(call, a, where)
	}
	if a.Body, err = readBounded(resp.Body, limit); err != nil {
		return Answer{}, call.clean(where, err)
	}
	return a, nil
}

func checkHop(req *http.Request, via []*http.Request) error {
	if len(via) > maxHops {
		return fmt.Errorf("more than %d redirects", maxHops)
	}
	if s := req.URL.Scheme; s != "http" && s != "https" {
		return fmt.Errorf("scheme %q is not http or https", s)
	}
	if req.URL.Host == "" {
		return errors.New("the address has no host")
	}
	return nil
}

var errInner = errors.New("the address is private or reserved")

func refuseInner(_, address string, _ syscall.RawConn) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("%s: %w", address, errInner)
	}
	if inner(to.Addr()) {
		return fmt.Errorf("%s: %w", to.Addr(), errInner)
	}
	return nil
}

// innerNets are what netip has no word for, from the IANA special-purpose
// address registries.
var innerNets = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"),
	netip.MustParsePrefix("100.64.0.0/10"), // carrier-grade NAT; 100.100.100.200 is a metadata service
	netip.MustParsePrefix("192.0.0.0/24"),
	netip.MustParsePrefix("192.0.2.0/24"),
	netip.MustParsePrefix("198.18.0.0/15"),
	netip.MustParsePrefix("198.51.100.0/24"),
	netip.MustParsePrefix("203.0.113.0/24"),
	netip.MustParsePrefix("240.0.0.0/4"),
	netip.MustParsePrefix("64:ff9b:1::/48"),
	netip.MustParsePrefix("100::/64"),
	netip.MustParsePrefix("2001::/23"), // Teredo and others
	netip.MustParsePrefix("2001:db8::/32"),
	netip.MustParsePrefix("fec0::/10"),
}

var (
	nat64   = netip.MustParsePrefix("64:ff9b::/96")
	sixTo4  = netip.MustParsePrefix("2002::/16")
	compat4 = netip.MustParsePrefix("::/96")
)

func inner(a netip.Addr) bool {
	a = a.Unmap().WithZone("")
	if !a.IsGlobalUnicast() || a.IsPrivate() {
		return true
	}
	for _, p := range innerNets {
		if p.Contains(a) {
			return true
		}
	}
	// An IPv4 address within an IPv6 one leads where that address leads.
	b := a.As16()
	switch {
	case a.Is4():
		return false
	case nat64.Contains(a), compat4.Contains(a):
		return inner(netip.AddrFrom4([4]byte(b[12:16])))
	case sixTo4.Contains(a):
		return inner(netip.AddrFrom4([4]byte(b[2:6])))
	}
	return false
}
