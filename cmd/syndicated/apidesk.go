package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"syndicated/worker/store"
)

// apiDesk asks a running daemon, over its admin address (worker/web).
type apiDesk struct {
	base, token string
	client      *http.Client
}

var _ desk = (*apiDesk)(nil)

func newAPIDesk(base, token string) *apiDesk {
	return &apiDesk{base + "/api/v1", token, &http.Client{Timeout: 30 * time.Second}}
}

// call makes a request and reads the answer into v. found is false on 404; a
// conflict is no error but not ok.
func (d *apiDesk) call(ctx context.Context, method, path string, q url.Values, v any) (found, ok bool, err error) {
	address := d.base + path
	if len(q) > 0 {
		address += "?" + q.Encode()
	}
	req, err := http.NewRequestWithContext(ctx, method, address, nil)
	if err != nil {
		return false, false, err
	}
	if d.token != "" {
		req.Header.Set("Authorization", "Bearer "+d.token)
	}
	resp, err := d.client.Do(req)
	if err != nil {
		return false, false, fmt.Errorf("the store is in use, and its daemon does not answer at %s: %w", d.base, err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, 64<<20))
	if err != nil {
		return false, false, err
	}
	switch {
	case resp.StatusCode == http.StatusNotFound:
		return false, false, nil
	case resp.StatusCode == http.StatusConflict:
		return true, false, nil
	case resp.StatusCode/100 != 2:
		var e struct{ Error string }
		_ = json.Unmarshal(body, &e)
		return false, false, fmt.Errorf("the daemon answers %s: %s", resp.Status, e.Error)
	}
	if v != nil {
		err = json.Unmarshal(body, v)
	}
	return true, true, err
}

func (d *apiDesk) Now(context.Context) (time.Time, error) { return time.Now(), nil }
func (d *apiDesk) Close() error                           { return nil }

func (d *apiDesk) Story(ctx context.Context, source, which string) (out []store.Decision, err error) {
	_, _, err = d.call(ctx, http.MethodGet, "/posts/"+url.PathEscape(which)+"/story", url.Values{"source": {source}}, &out)
	return out, err
}

func (d *apiDesk) Messages(ctx context.Context, f store.Filter) (out []store.Entry, err error) {
	q := url.Values{"state": {string(f.State)}, "account": {f.Account}, "source": {f.Source}, "post": {f.Post}, "limit": {"1000"}}
	_, _, err = d.call(ctx, http.MethodGet, "/messages", q, &out)
	return out, err
}

func (d *apiDesk) Message(ctx context.Context, id string) (e store.Entry, found bool, err error) {
	found, _, err = d.call(ctx, http.MethodGet, "/messages/"+url.PathEscape(id), nil, &e)
	return e, found, err
}

func (d *apiDesk) act(ctx context.Context, id, verb, reason string) (bool, error) {
	_, ok, err := d.call(ctx, http.MethodPost, "/messages/"+url.PathEscape(id)+"/"+verb, url.Values{"reason": {reason}}, nil)
	return ok, err
}

func (d *apiDesk) Requeue(ctx context.Context, _ time.Time, id, reason string) (bool, error) {
	return d.act(ctx, id, "retry", reason)
}

func (d *apiDesk) Drop(ctx context.Context, _ time.Time, id, reason string) (bool, error) {
	return d.act(ctx, id, "drop", reason)
}

func (d *apiDesk) HoldMessage(ctx context.Context, _ time.Time, id, reason string) (bool, error) {
	return d.act(ctx, id, "hold", reason)
}

func (d *apiDesk) Resume(ctx context.Context, _ time.Time, account string) error {
	found, _, err := d.call(ctx, http.MethodPost, "/accounts/"+url.PathEscape(account)+"/resume", nil, nil)
	if err == nil && !found {
		err = errors.New("there is no account " + account)
	}
	return err
}
