package slack

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"syndicated/worker/network"
)

// hook is an incoming webhook (https://api.slack.com/messaging/webhooks).
type hook struct {
	c   Config
	env network.Env
}

var _ network.Account = (*hook)(nil)

// Manner implements network.Account.
func (h *hook) Manner() network.Manner { return manner() }

// Post implements network.Account. The receipt's id is the message's own: the
// server tells none.
func (h *hook) Post(ctx context.Context, m network.Message) (network.Receipt, error) {
	for pictures := true; ; pictures = false {
		d, err := draft(m, h.c.Preview != "off", pictures)
		if err != nil {
			return network.Receipt{}, err
		}
		body, err := json.Marshal(d)
		if err != nil {
			return network.Receipt{}, fmt.Errorf("write message: %w", err)
		}
		call := network.Call{
			Method: http.MethodPost, URL: h.c.Webhook.Reveal(), Body: body, Once: true, Secrets: h.secrets(),
			Header: http.Header{"Content-Type": {"application/json; charset=utf-8"}},
		}
		got, err := h.env.HTTP.Do(ctx, call)
		if err != nil {
			return network.Receipt{}, fmt.Errorf("send message: %w", err)
		}
		if got.OK() {
			return network.Receipt{ID: m.ID, At: h.env.Now()}, nil
		}
		// The reason is the whole body, one word.
		word := strings.TrimSpace(string(got.Body))
		err = classed(h.env, call, got, &refusal{err: h.env.HTTP.Failure(call, got, "send message"), word: word})
		if _, had := d["blocks"]; had && strings.HasPrefix(word, "invalid_blocks") {
			h.env.Log.Warn("picture left out", "account", h.env.Name, "message", m.ID, "err", err)
			continue
		}
		return network.Receipt{}, err
	}
}

// secrets are the webhook's path and its end: whoever has them can post.
func (h *hook) secrets() []string {
	u, err := url.Parse(h.c.Webhook.Reveal())
	if err != nil {
		return nil
	}
	path := strings.Trim(u.Path, "/")
	return []string{path, path[strings.LastIndexByte(path, '/')+1:]}
}
