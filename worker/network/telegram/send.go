package telegram

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"maps"
	"strconv"

	"syndicated/worker/network"
)

type chatRef struct {
	ID       int64  `json:"id"`
	Username string `json:"username"`
}

// sent is what the server tells of a message.
type sent struct {
	ID   int64   `json:"message_id"`
	Chat chatRef `json:"chat"`
}

// own is what an edit must know: where the message is and whether its text is
// a caption.
type own struct {
	Chat  string `json:"chat"`
	Photo bool   `json:"photo,omitzero"`
}

// Post implements network.Account.
func (a *Account) Post(ctx context.Context, m network.Message) (network.Receipt, error) {
	return a.send(ctx, m, nil)
}

// Reply implements network.Replier.
func (a *Account) Reply(ctx context.Context, to network.Receipt, m network.Message) (network.Receipt, error) {
	id, err := strconv.ParseInt(to.ID, 10, 64)
	if err != nil {
		return network.Receipt{}, network.Permanent(fmt.Errorf("answer message %q: its id is no number", to.ID))
	}
	r, err := a.send(ctx, m, map[string]any{"reply_parameters": map[string]any{"message_id": id}})
	if says(err, "message to be replied not found", "replied message not found", "reply message not found") {
		err = network.Permanent(fmt.Errorf("%w: %w", network.ErrMissing, err))
	}
	return r, err
}

func (a *Account) send(ctx context.Context, m network.Message, more map[string]any) (network.Receipt, error) {
	text, n := render(words(m, maxText))
	if n > maxText {
		return network.Receipt{}, network.Permanent(fmt.Errorf("send message: %d characters, Telegram takes %d", n, maxText))
	}
	base := map[string]any{"parse_mode": "HTML"}
	maps.Copy(base, more)
	if a.c.Topic != 0 {
		base["message_thread_id"] = a.c.Topic
	}
	if a.c.Silent {
		base["disable_notification"] = true
	}
	if caption, n := render(words(m, maxCaption)); len(m.Media) > 0 && n <= maxCaption {
		r, err := a.photo(ctx, m, caption, base)
		if !errors.Is(err, errNoPhoto) {
			return r, err
		}
		// The picture is not to be had or not taken; the words are.
	}
	if n == 0 {
		return network.Receipt{}, network.Permanent(errors.New("send message: there is no text"))
	}
	base["text"] = text
	base["link_preview_options"] = a.preview(m)
	return a.deliver(ctx, "sendMessage", base, nil)
}

// words are the text and, where there is one, the warning that hides it.
func words(m network.Message, limit int) string {
	return network.Warned(m.Warning, m.Text, func(warning, text string) string {
		return html.EscapeString(warning) + "\n\n<tg-spoiler>" + text + "</tg-spoiler>"
	}, func(s string) bool { return Count(s) <= limit })
}

// caption is the beginning of a text that is too long for one, and its link.
func caption(m network.Message) (string, int) {
	end := "…"
	if m.Link != "" {
		end += "\n" + html.EscapeString(m.Link)
	}
	text, n := clip(m.Text, maxCaption-Count(end))
	return text + end, n + Count(end)
}

// preview says which link is shown below the text, and how
// (https://core.telegram.org/bots/api#linkpreviewoptions).
func (a *Account) preview(m network.Message) map[string]any {
	if a.c.Preview == "off" || m.Link == "" || m.Warning != "" {
		return map[string]any{"is_disabled": true}
	}
	o := map[string]any{"url": m.Link}
	switch a.c.Preview {
	case "small":
		o["prefer_small_media"] = true
	case "above":
		o["prefer_large_media"], o["show_above_text"] = true, true
	default:
		o["prefer_large_media"] = true
	}
	return o
}

// deliver makes one send, and a second one when the chat turns out to have
// another number: the first was then refused.
func (a *Account) deliver(ctx context.Context, method string, params map[string]any, photo *file) (network.Receipt, error) {
	var s sent
	for again := true; ; again = false {
		chat, err := a.where(ctx)
		if err != nil {
			return network.Receipt{}, err
		}
		params["chat_id"] = chat
		call, err := a.call(method, params, photo)
		if err != nil {
			return network.Receipt{}, err
		}
		err = a.do(ctx, call, "send message", &s)
		if r, ok := errors.AsType[*refusal](err); ok && again && r.migrateTo != "" {
			if err := a.migrate(ctx, r.migrateTo); err != nil {
				return network.Receipt{}, err
			}
			continue
		}
		if err != nil {
			return network.Receipt{}, err
		}
		o, err := json.Marshal(own{Chat: chat, Photo: method == "sendPhoto"})
		if err != nil {
			return network.Receipt{}, network.Unknown(fmt.Errorf("note message %d: %w", s.ID, err))
		}
		return network.Receipt{ID: strconv.FormatInt(s.ID, 10), URL: address(s.Chat, s.ID), At: a.env.Now(), Own: o}, nil
	}
}

// Edit implements network.Editor. A picture cannot become text or the other
// way round, so that only the words change; an edit may be repeated freely.
func (a *Account) Edit(ctx context.Context, was network.Receipt, m network.Message) (network.Receipt, error) {
	params, o, err := a.target(ctx, was)
	if err != nil {
		return was, fmt.Errorf("edit message: %w", err)
	}
	limit, method := maxText, "editMessageText"
	if o.Photo {
		limit, method = maxCaption, "editMessageCaption"
	}
	text, n := render(words(m, limit))
	if o.Photo && n > limit && n <= maxText {
		// The message was made without a picture, the one that stands has one.
		text, n = caption(m)
	}
	params["parse_mode"] = "HTML"
	if o.Photo {
		params["caption"] = text
	} else {
		params["text"], params["link_preview_options"] = text, a.preview(m)
	}
	if n > limit {
		return was, network.Permanent(fmt.Errorf("edit message: %d characters, Telegram takes %d here", n, limit))
	}
	err = a.again(ctx, method, params, "edit message")
	switch {
	case says(err, "message is not modified"):
		err = nil
	case says(err, "message to edit not found", "message_id_invalid"):
		err = network.Permanent(fmt.Errorf("%w: %w", network.ErrMissing, err))
	}
	if err != nil {
		return was, err
	}
	was.At = a.env.Now()
	return was, nil
}

// Delete implements network.Deleter.
func (a *Account) Delete(ctx context.Context, was network.Receipt) error {
	params, _, err := a.target(ctx, was)
	if err != nil {
		return fmt.Errorf("delete message: %w", err)
	}
	err = a.again(ctx, "deleteMessage", params, "delete message")
	if says(err, "message to delete not found", "message_id_invalid") {
		return nil
	}
	return err
}

// target names the message of a receipt.
func (a *Account) target(ctx context.Context, was network.Receipt) (map[string]any, own, error) {
	id, err := strconv.ParseInt(was.ID, 10, 64)
	if err != nil {
		return nil, own{}, network.Permanent(fmt.Errorf("the id %q is no number", was.ID))
	}
	var o own
	if len(was.Own) > 0 {
		if err := json.Unmarshal(was.Own, &o); err != nil {
			return nil, own{}, network.Permanent(fmt.Errorf("read the receipt: %w", err))
		}
	}
	if o.Chat == "" {
		if o.Chat, err = a.where(ctx); err != nil {
			return nil, own{}, err
		}
	}
	return map[string]any{"chat_id": o.Chat, "message_id": id}, o, nil
}

// again makes a call that may be repeated.
func (a *Account) again(ctx context.Context, method string, params map[string]any, what string) error {
	call, err := a.call(method, params, nil)
	if err != nil {
		return err
	}
	call.Once = false
	return a.do(ctx, call, what, nil)
}
