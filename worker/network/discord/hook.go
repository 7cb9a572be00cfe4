package discord

import (
	"context"
	"net/http"
	"net/url"

	"syndicated/worker/network"
)

// hook is a webhook
// (https://discord.com/developers/docs/resources/webhook#execute-webhook).
type hook struct{ sender }

var (
	_ network.Account = (*hook)(nil)
	_ network.Editor  = (*hook)(nil)
	_ network.Deleter = (*hook)(nil)
	_ network.Prober  = (*hook)(nil)
)

// Manner implements network.Account.
func (h *hook) Manner() network.Manner { return manner() }

// Post implements network.Account.
func (h *hook) Post(ctx context.Context, m network.Message) (network.Receipt, error) {
	d, err := h.draft(m)
	if err != nil {
		return network.Receipt{}, err
	}
	if h.c.Username != "" {
		d["username"] = h.c.Username
	}
	if h.c.Avatar != "" {
		d["avatar_url"] = h.c.Avatar
	}
	// Without wait the answer is an empty 204, even when nothing was saved.
	return h.post(ctx, h.base+"?"+h.query(url.Values{"wait": {"true"}}), d, m)
}

// Edit implements network.Editor.
func (h *hook) Edit(ctx context.Context, was network.Receipt, m network.Message) (network.Receipt, error) {
	return h.edit(ctx, h.one(was), was, m)
}

// Delete implements network.Deleter.
func (h *hook) Delete(ctx context.Context, was network.Receipt) error {
	return h.delete(ctx, h.one(was))
}

func (h *hook) query(v url.Values) string {
	if h.c.Thread != "" {
		v.Set("thread_id", h.c.Thread)
	}
	return v.Encode()
}

func (h *hook) one(was network.Receipt) string {
	a := h.base + "/messages/" + url.PathEscape(was.ID)
	if q := h.query(url.Values{}); q != "" {
		a += "?" + q
	}
	return a
}

// Probe asks for the webhook's name and guild.
func (h *hook) Probe(ctx context.Context) (network.Profile, error) {
	call, err := h.call(http.MethodGet, h.base, nil, nil)
	if err != nil {
		return network.Profile{}, err
	}
	var got struct {
		Name  string `json:"name"`
		Guild string `json:"guild_id"`
	}
	if err := h.do(ctx, call, "look up the webhook", &got); err != nil {
		return network.Profile{}, err
	}
	h.guild = got.Guild
	return network.Profile{Name: got.Name, Server: "Discord webhook", Notes: []string{
		"a webhook cannot be asked what it posted: on_unknown decides after a lost answer",
	}}, nil
}
