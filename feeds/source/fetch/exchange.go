package fetch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/cespare/xxhash/v2"
)

// longestURL bounds an address that a redirect gives.
const longestURL = 8 << 10

// exchange is one Get: a request and the redirects that it leads through.
type exchange struct {
	c     *Client
	o     Options
	prev  State
	own   *url.URL // where the source is configured
	at    *url.URL // where the next request goes, and as a string:
	from  string
	proxy *url.URL
	limit int64
	left  time.Duration // of the time limit

	start     string // where the first request went
	permanent bool   // every redirect so far
}

func (c *Client) newExchange(raw string, o Options, prev State) (*exchange, error) {
	own, err := parse(raw)
	if err != nil {
		return nil, err
	}
	x := &exchange{c: c, o: o, limit: o.MaxBody, left: o.Timeout, own: own, permanent: true}
	if u := own.User; u != nil {
		if x.o.User == "" && x.o.Password == "" {
			x.o.User = u.Username()
			x.o.Password, _ = u.Password()
		}
		own.User = nil
	}
	own.Fragment, own.RawFragment = "", ""
	x.heading(own)
	if prev.origin() == x.from {
		x.prev = prev
		if moved, err := parse(prev.URL); err == nil {
			x.heading(moved)
		}
	}
	x.start = x.from
	if o.Proxy != "" {
		if x.proxy, err = url.Parse(o.Proxy); err != nil || x.proxy.Host == "" {
			return nil, errors.New("the proxy's address is no URL")
		}
	}
	if x.limit <= 0 {
		x.limit = c.maxBody
	}
	if x.left <= 0 {
		x.left = defaultTimeout
	}
	return x, nil
}

func (x *exchange) heading(to *url.URL) { x.at, x.from = to, to.String() }

func (x *exchange) run(ctx context.Context) (Response, error) {
	for range maxRedirects + 1 {
		resp, next, err := x.hop(ctx)
		if err != nil {
			if _, ok := errors.AsType[*StatusError](err); !ok {
				err = failed(redact(x.at), err)
			}
			return Response{}, err
		}
		if next == nil {
			return resp, nil
		}
		x.heading(next)
	}
	return Response{}, failed(redact(x.own), ErrRedirects)
}

// hop makes one request. It gives an answer, or the address that the answer
// redirects to.
func (x *exchange) hop(ctx context.Context) (resp Response, next *url.URL, err error) {
	transport, proxy, err := x.transport()
	if err != nil {
		return Response{}, nil, err
	}
	name := x.at.Host
	if err := x.c.turns.take(ctx, name, !x.o.AllowPrivate); err != nil {
		if errors.Is(err, errStuck) {
			err = &AfterError{err, x.c.now().Add(stuckRest)}
		} else if left, ok := errors.AsType[resting](err); ok {
			err = &AfterError{err, x.c.now().Add(time.Duration(left))}
		}
		return Response{}, nil, err
	}
	start := time.Now()
	ctx, cancel := context.WithTimeout(ctx, x.left)
	defer func() {
		hung := err != nil && ctx.Err() == context.DeadlineExceeded
		cancel()
		x.left = max(time.Millisecond, x.left-time.Since(start))
		x.c.turns.done(name, hung)
	}()
	if proxy != nil {
		ctx = context.WithValue(ctx, proxyKey{}, proxy)
	}
	answer, err := transport.RoundTrip(x.request(ctx))
	if err != nil {
		return Response{}, nil, err
	}
	defer answer.Body.Close()
	switch answer.StatusCode {
	case http.StatusMovedPermanently, http.StatusPermanentRedirect:
	case http.StatusFound, http.StatusSeeOther, http.StatusTemporaryRedirect:
		x.permanent = false
	default:
		resp, err = x.read(ctx, answer)
		if at, ok := NotBefore(err); ok && answer.StatusCode == http.StatusTooManyRequests {
			x.c.turns.leaveAlone(name, at.Sub(x.c.now()))
		}
		return resp, nil, err
	}
	next, err = x.redirect(answer)
	drain(answer)
	return Response{}, next, err
}

// drain reads a short body, so that the connection serves again.
func drain(answer *http.Response) {
	_, _ = io.Copy(io.Discard, io.LimitReader(answer.Body, 4<<10))
}

func (x *exchange) transport() (http.RoundTripper, *url.URL, error) {
	proxy := x.proxy
	if proxy == nil && x.c.proxied {
		var err error
		if proxy, err = http.ProxyFromEnvironment(&http.Request{URL: x.at}); err != nil {
			return nil, nil, errors.New("the proxy of the environment is no URL")
		}
	}
	switch {
	case proxy != nil:
		if !x.o.AllowPrivate && refusedByName(x.at.Hostname()) {
			return nil, nil, ErrPrivate
		}
		return x.c.open, proxy, nil
	case x.o.AllowPrivate:
		return x.c.open, nil, nil
	}
	return x.c.guarded, nil, nil
}

// sameHost reports whether u may have the source's own headers and password:
// the host that it is configured at, and never in the clear what was
// configured for https.
func (x *exchange) sameHost(u *url.URL) bool {
	if u == x.own {
		return true
	}
	if !strings.EqualFold(u.Hostname(), x.own.Hostname()) {
		return false
	}
	if u.Scheme == x.own.Scheme {
		return u.Port() == x.own.Port()
	}
	return u.Scheme == "https" && u.Port() == "" && x.own.Port() == ""
}

func (x *exchange) request(ctx context.Context) *http.Request {
	// One slice backs the values of all headers.
	values := [...]string{x.c.agent, "*/*", acceptEncoding, string(x.prev.ETag), string(x.prev.LastModified), "feed"}
	if x.o.Accept != "" {
		values[1] = x.o.Accept
	}
	h := make(http.Header, 8)
	h["User-Agent"], h["Accept"], h["Accept-Encoding"] = values[0:1:1], values[1:2:2], values[2:3:3]
	r := &http.Request{
		Method: http.MethodGet, URL: x.at, Host: x.at.Host, Header: h,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
	}
	if x.sameHost(x.at) {
		for name, value := range x.o.Headers {
			if strings.EqualFold(name, "Host") {
				r.Host = value
				continue
			}
			h.Set(name, value)
		}
		if x.o.User != "" || x.o.Password != "" {
			r.SetBasicAuth(x.o.User, x.o.Password)
		}
	}
	if x.conditional() {
		if x.prev.ETag != "" {
			h["If-None-Match"] = values[3:4:4]
			if x.o.Delta {
				h["A-Im"] = values[5:6:6]
			}
		}
		if x.prev.LastModified != "" {
			h["If-Modified-Since"] = values[4:5:5]
		}
	}
	return r.WithContext(ctx)
}

// conditional: the validators are those of the address that is asked.
func (x *exchange) conditional() bool {
	return x.prev.From == x.from && (x.prev.ETag != "" || x.prev.LastModified != "")
}

func (x *exchange) redirect(answer *http.Response) (*url.URL, error) {
	location := answer.Header.Get("Location")
	if location == "" {
		return nil, fmt.Errorf("%d without a Location", answer.StatusCode)
	}
	if len(location) > longestURL {
		return nil, errors.New("the redirect's address is too long")
	}
	next, err := x.at.Parse(location)
	if err != nil {
		return nil, errors.New("the redirect leads to what is no URL")
	}
	// Credentials that a stranger puts in a Location are not ours to send.
	next.User = nil
	next.Fragment, next.RawFragment = "", ""
	if next, err = parse(next.String()); err != nil {
		return nil, fmt.Errorf("the redirect: %w", err)
	}
	return next, nil
}

// read judges an answer that is no redirect.
func (x *exchange) read(ctx context.Context, answer *http.Response) (Response, error) {
	now := x.c.now()
	resp := Response{
		Status: answer.StatusCode, Header: answer.Header, URL: x.from,
		State: x.prev, NotBefore: fresh(answer.Header, now),
	}
	if x.permanent && x.from != x.start {
		resp.Moved = x.from
	}
	switch {
	case answer.StatusCode == http.StatusNotModified && x.conditional():
		resp.NotModified = true
		resp.State.validators(answer.Header, true)
		return resp, nil
	case answer.StatusCode == http.StatusOK:
	case answer.StatusCode == http.StatusIMUsed && x.o.Delta && hasToken(answer.Header["Im"], "feed"):
		resp.Delta = true
	default:
		return Response{}, x.refused(answer, now)
	}
	if answer.ContentLength > x.limit {
		return Response{}, ErrTooLarge
	}
	body, err := x.c.body(ctx, answer.Body, answer.Header["Content-Encoding"], x.limit)
	if err != nil {
		return Response{}, err
	}
	resp.State.From, resp.State.For = x.from, ""
	if own := x.own.String(); own != x.from {
		resp.State.For = own
	}
	resp.State.validators(answer.Header, false)
	// The hash is that of a whole document: a delta has none.
	resp.State.Hash = 0
	if !resp.Delta {
		resp.State.Hash = xxhash.Sum64(body.Bytes())
		resp.NotModified = resp.State.Hash == x.prev.Hash && x.prev.Hash != 0
	}
	if resp.NotModified {
		keepBuffer(body)
		return resp, nil
	}
	if body.Cap() > largestKept {
		resp.Body = body.Bytes()
		return resp, nil
	}
	resp.Body = append(make([]byte, 0, body.Len()), body.Bytes()...)
	keepBuffer(body)
	return resp, nil
}

// refused is the error of an answer that brings nothing.
func (x *exchange) refused(answer *http.Response, now time.Time) error {
	drain(answer)
	err := error(&StatusError{Status: answer.StatusCode, URL: redact(x.at)})
	switch answer.StatusCode {
	case http.StatusTooManyRequests, http.StatusServiceUnavailable, http.StatusForbidden:
		if at, ok := retryAfter(answer.Header, now); ok {
			return &AfterError{err, at}
		}
	}
	return err
}

func hasToken(lines []string, token string) bool {
	for _, line := range lines {
		for item := range strings.SplitSeq(line, ",") {
			item, _, _ = strings.Cut(item, ";")
			if strings.EqualFold(strings.TrimSpace(item), token) {
				return true
			}
		}
	}
	return false
}
