package x

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"golang.org/x/text/unicode/norm"

	"syndicated/worker/network"
)

// limits of a picture
// (https://docs.x.com/x-api/media/quickstart/best-practices#image-specifications-and-recommendations).
var limits = network.ImageLimits{Bytes: 5 << 20, Side: 4096, Alt: 1000}

// Post implements network.Account.
func (a *Account) Post(ctx context.Context, m network.Message) (network.Receipt, error) {
	return a.create(ctx, m, "")
}

// Reply implements network.Replier.
func (a *Account) Reply(ctx context.Context, to network.Receipt, m network.Message) (network.Receipt, error) {
	if !number(to.ID) {
		return network.Receipt{}, network.Permanent(fmt.Errorf("answer post %q: its id is no number", to.ID))
	}
	r, err := a.create(ctx, m, to.ID)
	if says(err, "deleted or not visible") {
		err = network.Permanent(fmt.Errorf("%w: %w", network.ErrMissing, err))
	}
	return r, err
}

// words are the text behind its warning: the API has no field for that.
func words(m network.Message) string {
	return network.Warned(m.Warning, m.Text, func(warning, text string) string {
		return warning + "\n\n" + text
	}, func(s string) bool { return Count(s) <= maxWeight })
}

func number(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

func (a *Account) create(ctx context.Context, m network.Message, to string) (network.Receipt, error) {
	m.Text = words(m)
	n := Count(m.Text)
	switch {
	case n > maxWeight:
		return network.Receipt{}, network.Permanent(fmt.Errorf("create post: it weighs %d, X takes %d", n, maxWeight))
	case n == 0 && len(m.Media) == 0:
		return network.Receipt{}, network.Permanent(errors.New("create post: there is no text"))
	}
	cost := costText
	if hasLink(m.Text) {
		cost = costLink
	}
	if err := a.spend(ctx, cost); err != nil {
		return network.Receipt{}, err
	}
	r, err := a.created(ctx, m, to)
	if err != nil {
		if class, _ := network.ClassOf(err); class != network.ClassUnknown {
			a.refund(ctx, cost)
		}
	}
	return r, err
}

// created sends the post, with what pictures can be had.
func (a *Account) created(ctx context.Context, m network.Message, to string) (network.Receipt, error) {
	body := map[string]any{"text": m.Text}
	if to != "" {
		body["reply"] = map[string]any{"in_reply_to_tweet_id": to}
	}
	if ids := a.pictures(ctx, m); len(ids) > 0 {
		body["media"] = map[string]any{"media_ids": ids}
	} else if m.Text == "" {
		return network.Receipt{}, network.Permanent(errors.New("create post: there is no text, and no picture is to be had"))
	}
	var got struct {
		Data struct {
			ID string `json:"id"`
		} `json:"data"`
	}
	err := a.send(ctx, http.MethodPost, "/2/tweets", body, true, "create post", &got)
	if says(err, "duplicate content") {
		// The same words were posted a short while ago: by a try of this message
		// whose answer was lost, or by somebody. Only the account's posts tell.
		if r, found, ferr := a.find(ctx, m); ferr == nil && found {
			r.Was = "found"
			return r, nil
		}
	}
	if err == nil && got.Data.ID == "" {
		err = network.Unknown(errors.New("create post: the answer names none"))
	}
	if err != nil {
		return network.Receipt{}, err
	}
	return a.receipt(got.Data.ID), nil
}

func (a *Account) receipt(id string) network.Receipt {
	// This address leads to the post whatever the account is called.
	return network.Receipt{ID: id, URL: "https://x.com/i/web/status/" + id, At: a.env.Now()}
}

// pictures uploads what can be shown; what cannot is left out and noted.
func (a *Account) pictures(ctx context.Context, m network.Message) (ids []string) {
	for _, x := range m.Media[:min(len(m.Media), 4)] {
		p, err := network.Image(ctx, a.env.HTTP, x, limits)
		id := ""
		if err == nil {
			id, err = a.upload(ctx, p)
		}
		if err != nil {
			a.env.Log.Warn("picture left out", "account", a.env.Name, "message", m.ID, "err", err)
			continue
		}
		ids = append(ids, id)
	}
	return ids
}

// Delete implements network.Deleter.
func (a *Account) Delete(ctx context.Context, was network.Receipt) error {
	if !number(was.ID) {
		return network.Permanent(fmt.Errorf("delete post %q: its id is no number", was.ID))
	}
	err := a.send(ctx, http.MethodDelete, "/2/tweets/"+url.PathEscape(was.ID), nil, false, "delete post", nil)
	if r, ok := errors.AsType[*refusal](err); ok && r.status == http.StatusNotFound {
		return nil
	}
	return err
}

func hasLink(text string) bool { return len(addresses([]rune(norm.NFC.String(text)))) > 0 }
