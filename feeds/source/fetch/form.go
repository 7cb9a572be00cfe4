package fetch

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// PostForm sends a form, as a subscription to a WebSub hub is, under the same
// guard as every exchange but without o's headers and password: the hub is
// another party. Any 2xx is well; a redirect is not followed.
func (c *Client) PostForm(ctx context.Context, address string, o Options, form url.Values) error {
	x, err := c.newExchange(address, Options{Proxy: o.Proxy, Timeout: o.Timeout, AllowPrivate: o.AllowPrivate}, State{})
	if err != nil {
		return err
	}
	shown := redact(x.at)
	transport, proxy, err := x.transport()
	if err != nil {
		return failed(shown, err)
	}
	ctx, cancel := context.WithTimeout(ctx, max(x.left, time.Second))
	defer cancel()
	if proxy != nil {
		ctx = context.WithValue(ctx, proxyKey{}, proxy)
	}
	body := form.Encode()
	r := x.request(ctx)
	r.Method, r.ContentLength, r.Body = http.MethodPost, int64(len(body)), io.NopCloser(strings.NewReader(body))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer, err := transport.RoundTrip(r)
	if err != nil {
		return failed(shown, err)
	}
	defer answer.Body.Close()
	says, _ := io.ReadAll(io.LimitReader(answer.Body, 200))
	if answer.StatusCode/100 != 2 {
		return fmt.Errorf("post to %s: %s: %s", shown, answer.Status, strings.Join(strings.Fields(string(says)), " "))
	}
	return nil
}
