package discord

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"syndicated/worker/network"
)

// bot posts to one channel with a token of its own
// (https://discord.com/developers/docs/resources/message).
type bot struct{ sender }

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
	m.Thread = true
	return m
}

// Post implements network.Account.
func (b *bot) Post(ctx context.Context, m network.Message) (network.Receipt, error) {
	return b.send(ctx, m, "")
}

// Reply implements network.Replier.
func (b *bot) Reply(ctx context.Context, to network.Receipt, m network.Message) (network.Receipt, error) {
	r, err := b.send(ctx, m, to.ID)
	if missingReference(err) {
		err = network.Permanent(fmt.Errorf("%w: %w", network.ErrMissing, err))
	}
	return r, err
}

func (b *bot) send(ctx context.Context, m network.Message, to string) (network.Receipt, error) {
	d, err := b.draft(m)
	if err != nil {
		return network.Receipt{}, err
	}
	d["nonce"], d["enforce_nonce"] = nonce(m.ID), true
	if to != "" {
		d["message_reference"] = map[string]any{"message_id": to, "fail_if_not_exists": true}
	}
	return b.post(ctx, b.base, d, m)
}

// nonce makes an id of at most 25 characters out of the message's.
func nonce(id string) string {
	sum := sha256.Sum256([]byte(id))
	return hex.EncodeToString(sum[:12])
}

// Edit implements network.Editor.
func (b *bot) Edit(ctx context.Context, was network.Receipt, m network.Message) (network.Receipt, error) {
	return b.edit(ctx, b.base+"/"+url.PathEscape(was.ID), was, m)
}

// Delete implements network.Deleter.
func (b *bot) Delete(ctx context.Context, was network.Receipt) error {
	return b.delete(ctx, b.base+"/"+url.PathEscape(was.ID))
}

const (
	page     = 100 // messages, the most that the server lists at once
	maxPages = 20
	skew     = 5 * time.Minute // that the server's clock may be behind ours
)

var errNoHistory = errors.New("the channel's messages cannot be read; give the bot the right Read Message History")

// Find implements network.Finder: it lists the channel from its end back to the
// time when the message was made.
func (b *bot) Find(ctx context.Context, m network.Message) (network.Receipt, bool, error) {
	before := ""
	for range maxPages {
		q := url.Values{"limit": {fmt.Sprint(page)}}
		if before != "" {
			q.Set("before", before)
		}
		var list []message
		if err := b.get(ctx, b.base+"?"+q.Encode(), "list the channel", &list); err != nil {
			return network.Receipt{}, false, err
		}
		for _, x := range list {
			if b.ours(x, m) {
				return network.Receipt{ID: x.ID, URL: b.address(x), At: x.Timestamp}, true, nil
			}
			if before = x.ID; x.Timestamp.Before(m.Created.Add(-skew)) {
				return network.Receipt{}, false, nil
			}
		}
		if len(list) == 0 && before == "" {
			return network.Receipt{}, false, b.empty(ctx)
		}
		if len(list) < page {
			return network.Receipt{}, false, nil
		}
	}
	return network.Receipt{}, false, fmt.Errorf("list the channel: more than %d messages since %s", maxPages*page, m.Created.UTC().Format(time.RFC3339))
}

// ours reports whether x is m: by the nonce where the list still has it, else
// by the words, which hold the link of the post.
func (b *bot) ours(x message, m network.Message) bool {
	if fmt.Sprint(x.Nonce) == nonce(m.ID) {
		return true
	}
	return x.Nonce == nil && m.Text != "" && !x.Timestamp.Before(m.Created.Add(-skew)) && strings.TrimSpace(x.Content) == strings.TrimSpace(words(m))
}

// empty tells an empty channel from one whose history the bot may not read:
// for both the list is empty.
func (b *bot) empty(ctx context.Context) error {
	var c struct {
		Last string `json:"last_message_id"`
	}
	err := b.get(ctx, strings.TrimSuffix(b.base, "/messages"), "look up the channel", &c)
	if err == nil && c.Last != "" {
		return errNoHistory
	}
	if r, ok := errors.AsType[*refusal](err); ok && r.status == http.StatusNotFound && r.code == 0 {
		return nil // no answer of Discord's own: a server that lacks this call
	}
	return err
}

func (b *bot) get(ctx context.Context, address, what string, into any) error {
	call, err := b.call(http.MethodGet, address, nil, nil)
	if err != nil {
		return err
	}
	return b.do(ctx, call, what, into)
}

// Probe asks who the bot is and whether it sees the channel.
func (b *bot) Probe(ctx context.Context) (network.Profile, error) {
	var me struct {
		Username string `json:"username"`
	}
	if err := b.get(ctx, b.c.Server+"/api/"+version+"/users/@me", "ask who the bot is", &me); err != nil {
		return network.Profile{}, err
	}
	var c struct {
		Name  string `json:"name"`
		Guild string `json:"guild_id"`
		Last  string `json:"last_message_id"`
	}
	if err := b.get(ctx, strings.TrimSuffix(b.base, "/messages"), "look up the channel", &c); err != nil {
		return network.Profile{}, err
	}
	b.guild = c.Guild
	p := network.Profile{Name: me.Username + " in #" + c.Name, Server: "Discord bot"}
	var list []message
	err := b.get(ctx, b.base+"?limit=1", "list the channel", &list)
	if network.Later(err) {
		return network.Profile{}, err
	}
	if err != nil || len(list) == 0 && c.Last != "" {
		p.Notes = append(p.Notes, "the bot may not read the channel's history, so that a lost answer cannot be settled: give it Read Message History")
	}
	return p, nil
}
