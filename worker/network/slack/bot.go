package slack

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"syndicated/worker/network"
)

// bot is an app's bot in one channel (https://api.slack.com/methods).
type bot struct {
	c    Config
	env  network.Env
	team string // address of the workspace, once Probe was called
}

var (
	_ network.Account = (*bot)(nil)
	_ network.Editor  = (*bot)(nil)
	_ network.Replier = (*bot)(nil)
	_ network.Deleter = (*bot)(nil)
	_ network.Finder  = (*bot)(nil)
	_ network.Prober  = (*bot)(nil)
)

// Manner implements network.Account.
func (b *bot) Manner() network.Manner {
	m := manner()
	m.Update, m.Thread = network.VerbEdit, true
	return m
}

// event names our metadata among those of other apps.
const event = "syndicated_message"

func metadata(id string) map[string]any {
	return map[string]any{"event_type": event, "event_payload": map[string]any{"id": id}}
}

// own is what an edit must know: the channel that the server named, and whether
// there are blocks, which would hide new words.
type own struct {
	Channel string `json:"channel"`
	Blocks  bool   `json:"blocks,omitzero"`
}

// Post implements network.Account.
func (b *bot) Post(ctx context.Context, m network.Message) (network.Receipt, error) {
	return b.send(ctx, m, "")
}

// Reply implements network.Replier. The word of an update is shown in
// the channel too, or few would see it.
func (b *bot) Reply(ctx context.Context, to network.Receipt, m network.Message) (network.Receipt, error) {
	note, err := json.Marshal(answering{ID: m.ID, Thread: to.ID})
	if err != nil {
		return network.Receipt{}, err
	}
	if err := b.env.Vault.Save(ctx, vaultAnswering, note); err != nil {
		return network.Receipt{}, fmt.Errorf("note which message is answered: %w", err)
	}
	r, err := b.send(ctx, m, to.ID)
	if says(err, "thread_not_found", "message_not_found") {
		err = network.Permanent(fmt.Errorf("%w: %w", network.ErrMissing, err))
	}
	return r, err
}

func (b *bot) send(ctx context.Context, m network.Message, thread string) (network.Receipt, error) {
	for pictures := true; ; pictures = false {
		d, err := draft(m, b.c.Preview != "off", pictures)
		if err != nil {
			return network.Receipt{}, err
		}
		d["channel"], d["metadata"] = b.c.Channel, metadata(m.ID)
		if thread != "" {
			d["thread_ts"], d["reply_broadcast"] = thread, m.Kind == "update"
		}
		var got struct {
			TS      string `json:"ts"`
			Channel string `json:"channel"`
		}
		err = b.call(ctx, "chat.postMessage", d, true, "send message", &got)
		if _, had := d["blocks"]; had && says(err, "invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long") {
			b.env.Log.Warn("picture left out", "account", b.env.Name, "message", m.ID, "err", err)
			continue
		}
		if err == nil && got.TS == "" {
			err = network.Unknown(errors.New("send message: the answer names no message"))
		}
		if err != nil {
			return network.Receipt{}, err
		}
		_, blocks := d["blocks"]
		return b.receipt(got.TS, own{Channel: got.Channel, Blocks: blocks}), nil
	}
}

func (b *bot) receipt(ts string, o own) network.Receipt {
	r := network.Receipt{ID: ts, At: b.env.Now()}
	if o.Channel == "" {
		o.Channel = b.c.Channel
	}
	// A string and a bool cannot fail to be written.
	r.Own, _ = json.Marshal(o)
	if b.team != "" {
		r.URL = strings.TrimRight(b.team, "/") + "/archives/" + o.Channel + "/p" + strings.ReplaceAll(ts, ".", "")
	}
	return r
}

// target tells where the message of a receipt is.
func (b *bot) target(was network.Receipt) (own, error) {
	var o own
	if len(was.Own) > 0 {
		if err := json.Unmarshal(was.Own, &o); err != nil {
			return o, network.Permanent(fmt.Errorf("read the receipt: %w", err))
		}
	}
	if o.Channel == "" {
		o.Channel = b.c.Channel
	}
	return o, nil
}

// Edit implements network.Editor.
func (b *bot) Edit(ctx context.Context, was network.Receipt, m network.Message) (network.Receipt, error) {
	o, err := b.target(was)
	if err != nil {
		return was, fmt.Errorf("edit message: %w", err)
	}
	for pictures := true; ; pictures = false {
		d, err := draft(m, b.c.Preview != "off", pictures)
		if err != nil {
			return was, err
		}
		_, blocks := d["blocks"]
		if !blocks && o.Blocks {
			d["blocks"] = []any{}
		}
		d["channel"], d["ts"] = o.Channel, was.ID
		if m.Of != "" {
			d["metadata"] = metadata(m.Of)
		}
		delete(d, "unfurl_links")
		delete(d, "unfurl_media")
		err = b.call(ctx, "chat.update", d, false, "edit message", nil)
		if blocks && says(err, "invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long") {
			continue
		}
		if says(err, "message_not_found") {
			err = network.Permanent(fmt.Errorf("%w: %w", network.ErrMissing, err))
		}
		if err != nil {
			return was, err
		}
		r := b.receipt(was.ID, own{Channel: o.Channel, Blocks: blocks})
		r.URL = cmp.Or(r.URL, was.URL)
		return r, nil
	}
}

// Delete implements network.Deleter.
func (b *bot) Delete(ctx context.Context, was network.Receipt) error {
	o, err := b.target(was)
	if err != nil {
		return fmt.Errorf("delete message: %w", err)
	}
	err = b.call(ctx, "chat.delete", map[string]any{"channel": o.Channel, "ts": was.ID}, false, "delete message", nil)
	if says(err, "message_not_found") {
		return nil
	}
	return err
}

// Probe asks who the bot is and whether it may read the channel's history.
func (b *bot) Probe(ctx context.Context) (network.Profile, error) {
	var me struct {
		URL  string `json:"url"`
		Team string `json:"team"`
		User string `json:"user"`
	}
	if err := b.call(ctx, "auth.test", map[string]any{}, false, "ask who the bot is", &me); err != nil {
		return network.Profile{}, err
	}
	b.team = me.URL
	p := network.Profile{Name: me.User + " at " + me.Team, Server: "Slack"}
	q := url.Values{"channel": {b.c.Channel}, "limit": {"1"}, "include_all_metadata": {"true"}}
	err := b.read(ctx, "conversations.history", q, "read the history", nil)
	switch {
	case says(err, "missing_scope"):
		p.Notes = append(p.Notes, "the token may not read the history, so that a lost answer cannot be settled: add channels:history or groups:history")
	case err != nil:
		return p, err
	}
	return p, nil
}

// call makes one call with a body of JSON.
func (b *bot) call(ctx context.Context, method string, d map[string]any, once bool, what string, into any) error {
	body, err := json.Marshal(d)
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return exchange(ctx, b.env, network.Call{
		Method: http.MethodPost, URL: b.c.Server + "/api/" + method, Body: body, Once: once,
		Header: http.Header{"Authorization": {"Bearer " + b.c.Token.Reveal()}, "Content-Type": {"application/json; charset=utf-8"}},
	}, what, into)
}

// read makes one call that only reads; those take no JSON.
func (b *bot) read(ctx context.Context, method string, q url.Values, what string, into any) error {
	return exchange(ctx, b.env, network.Call{
		Method: http.MethodGet, URL: b.c.Server + "/api/" + method + "?" + q.Encode(),
		Header: http.Header{"Authorization": {"Bearer " + b.c.Token.Reveal()}},
	}, what, into)
}
