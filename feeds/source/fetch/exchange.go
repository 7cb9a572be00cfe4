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

// exchange is one Get: a request and the redirects that it leads through.
type exchange struct {
	c     *Client
	o     Options
	prev  State
	own   *url.URL // where the source is configured
	at    *url.URL // where the next request goes
	proxy *url.URL
	limit int64
	left  time.Duration // of the time limit

	permanent bool // all redirects so far
}

func (c *Client) newExchange(raw string, o Options, prev State) (*exchange, error) {
	own, err := parse(raw)
	if err != nil {
		return nil, err
	}
	x := &exchange{c: c, o: o, prev: prev, limit: o.MaxBody, left: o.Timeout, permanent: true}
	if u := own.User; u != nil {
		if x.o.User == "" && x.o.Password == "" {
			x.o.User = u.Username()
			x.o.Password, _ = u.Password()
		}
		own.User = nil
	}
	own.Fragment, own.RawFragment = "", ""
	x.own, x.at = own, own
	if prev.origin() != own.String() {
		prev, x.prev = State{}, State{}
	}
	if prev.URL != "" {
		if x.at, err = parse(prev.URL); err != nil {
			x.at = own
		}
	}
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

func (x *exchange) run(ctx context.Context) (Response, error) {
	for range maxRedirects + 1 {
		resp, next, err := x.hop(ctx)
		if err != nil {
			return Response{}, err
		}
		if next == nil {
			return resp, nil
		}
		x.at = next
	}
	return Response{}, fmt.Errorf("get %s: %w", redact(x.own), ErrRedirects)
}

// hop makes one request. It gives an answer, or the address that the answer
// redirects to.
func (x *exchange) hop(ctx context.Context) (Response, *url.URL, error) {
	shown := redact(x.at)
	transport, proxy, err := x.transport()
	if err != nil {
		return Response{}, nil, failed(shown, err)
	}
	name := x.at.Host
	if err := x.c.turns.take(ctx, name); err != nil {
		return Response{}, nil, failed(shown, err)
	}
	start := time.Now()
	ctx, cancel := context.WithTimeout(ctx, x.left)
	defer func() {
		cancel()
		x.left = max(time.Millisecond, x.left-time.Since(start))
		x.c.turns.done(name)
	}()
	if proxy != nil {
		ctx = context.WithValue(ctx, proxyKey{}, proxy)
	}
	answer, err := transport.RoundTrip(x.request(ctx))
	if err != nil {
		return Response{}, nil, failed(shown, err)
	}
	defer answer.Body.Close()
	switch answer.StatusCode {
	case http.StatusMovedPermanently, http.StatusPermanentRedirect:
	case http.StatusFound, http.StatusSeeOther, http.StatusTemporaryRedirect:
		x.permanent = false
	default:
		resp, err := x.read(answer)
		if err != nil {
			if _, ok := errors.AsType[*StatusError](err); !ok {
				err = failed(shown, err)
			}
			return Response{}, nil, err
		}
		return resp, nil, nil
	}
	next, err := x.redirect(answer)
	if err != nil {
		return Response{}, nil, failed(shown, err)
	}
	// A short body is read so that the connection serves again.
	_, _ = io.Copy(io.Discard, io.LimitReader(answer.Body, 4<<10))
	return Response{}, next, nil
}

func (x *exchange) transport() (http.RoundTripper, *url.URL, error) {
	proxy := x.proxy
	if proxy == nil {
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
	if u.Hostname() != x.own.Hostname() {
		return false
	}
	if u.Scheme == x.own.Scheme {
		return u.Port() == x.own.Port()
	}
	return u.Scheme == "https" && u.Port() == "" && x.own.Port() == ""
}

func (x *exchange) request(ctx context.Context) *http.Request {
	h := make(http.Header, 8)
	h["User-Agent"] = []string{x.c.agent}
	accept := x.o.Accept
	if accept == "" {
		accept = "*/*"
	}
	h["Accept"] = []string{accept}
	h["Accept-Encoding"] = []string{acceptEncoding}
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
			h["If-None-Match"] = []string{string(x.prev.ETag)}
			if x.o.Delta {
				h["A-Im"] = []string{"feed"}
			}
		}
		if x.prev.LastModified != "" {
			h["If-Modified-Since"] = []string{string(x.prev.LastModified)}
		}
	}
	return r.WithContext(ctx)
}

// conditional: the validators are those of the address that is asked.
func (x *exchange) conditional() bool {
	return x.prev.From != "" && x.prev.From == x.at.String() && (x.prev.ETag != "" || x.prev.LastModified != "")
}

func (x *exchange) redirect(answer *http.Response) (*url.URL, error) {
	location := answer.Header.Get("Location")
	if location == "" {
		return nil, fmt.Errorf("%d without a Location", answer.StatusCode)
	}
	next, err := x.at.Parse(location)
	if err != nil {
		return nil, errors.New("the redirect leads to what is no URL")
	}
	if next, err = parse(next.String()); err != nil {
		return nil, fmt.Errorf("the redirect: %w", err)
	}
	// Credentials that a stranger puts in a Location are not ours to send.
	next.User = nil
	next.Fragment, next.RawFragment = "", ""
	return next, nil
}

// read judges an answer that is no redirect.
func (x *exchange) read(answer *http.Response) (Response, error) {
	now := x.c.now()
	from := x.at.String()
	resp := Response{
		Status: answer.StatusCode, Header: answer.Header, URL: from,
		State: x.prev, NotBefore: fresh(answer.Header, now),
	}
	if x.permanent && from != x.own.String() && from != x.prev.URL {
		resp.Moved = from
	}
	switch {
	case answer.StatusCode == http.StatusNotModified:
		if !x.conditional() {
			return Response{}, &StatusError{Status: answer.StatusCode, URL: redact(x.at)}
		}
		resp.NotModified = true
		resp.State.validators(answer.Header, true)
		return resp, nil
	case answer.StatusCode == http.StatusOK:
	case answer.StatusCode == http.StatusIMUsed && x.o.Delta && hasToken(answer.Header["Im"], "feed"):
		resp.Delta = true
	default:
		return Response{}, x.refused(answer, now)
	}
	body, err := readBody(answer.Body, strings.Join(answer.Header["Content-Encoding"], ","), x.limit)
	if err != nil {
		return Response{}, err
	}
	defer keepBuffer(body)
	resp.State.From, resp.State.For = from, ""
	if own := x.own.String(); own != from {
		resp.State.For = own
	}
	resp.State.validators(answer.Header, false)
	if resp.Delta {
		resp.State.Hash = 0
		resp.Body = cloneBytes(body.Bytes())
		return resp, nil
	}
	resp.State.Hash = xxhash.Sum64(body.Bytes())
	if resp.State.Hash == x.prev.Hash && x.prev.Hash != 0 {
		resp.NotModified = true
		return resp, nil
	}
	resp.Body = cloneBytes(body.Bytes())
	return resp, nil
}

func cloneBytes(b []byte) []byte { return append(make([]byte, 0, len(b)), b...) }

// refused is the error of an answer that brings nothing.
func (x *exchange) refused(answer *http.Response, now time.Time) error {
	_, _ = io.Copy(io.Discard, io.LimitReader(answer.Body, 4<<10))
	err := error(&StatusError{Status: answer.StatusCode, URL: redact(x.at)})
	switch answer.StatusCode {
	case http.StatusTooManyRequests, http.StatusServiceUnavailable, http.StatusForbidden:
		if at, ok := retryAfter(answer.Header, now); ok {
			return &AfterError{err, at}
		}
	}
	return err
}

// validators takes an answer's validators as they came. A 304 need not repeat
// those that stay the same, RFC 9110 section 15.4.5.
func (s *State) validators(h http.Header, keep bool) {
	etag, modified := verbatim(h.Get("Etag")), verbatim(h.Get("Last-Modified"))
	if etag != "" || !keep {
		s.ETag = etag
	}
	if modified != "" || !keep {
		s.LastModified = modified
	}
}

// origin is where the source was configured to be.
func (s *State) origin() string {
	if s.For != "" {
		return s.For
	}
	return s.From
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
