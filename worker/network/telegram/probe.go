package telegram

import (
	"context"

	"syndicated/worker/network"
)

// Probe asks who the bot is, whether it sees the chat and what it may do there.
func (a *Account) Probe(ctx context.Context) (network.Profile, error) {
	var me struct {
		ID       int64  `json:"id"`
		Username string `json:"username"`
	}
	if err := a.read(ctx, "getMe", nil, "ask who the bot is", &me); err != nil {
		return network.Profile{}, err
	}
	chat, err := a.where(ctx)
	if err != nil {
		return network.Profile{}, err
	}
	var c struct {
		Title    string `json:"title"`
		Username string `json:"username"`
		Type     string `json:"type"`
	}
	if err := a.read(ctx, "getChat", map[string]any{"chat_id": chat}, "look up the chat", &c); err != nil {
		return network.Profile{}, err
	}
	name := c.Title
	if name == "" {
		name = chat
	}
	p := network.Profile{Name: "@" + me.Username + " in " + name, Server: "Telegram Bot API"}
	var as member
	// Who cannot be told may post all the same; the first message shows it.
	err = a.read(ctx, "getChatMember", map[string]any{"chat_id": chat, "user_id": me.ID}, "look up the bot's rights", &as)
	if network.Later(err) {
		return network.Profile{}, err
	}
	if fault := as.fault(c.Type); err == nil && fault != "" {
		p.Notes = append(p.Notes, fault)
	}
	return p, nil
}

// member is the bot in the chat (https://core.telegram.org/bots/api#chatmember).
type member struct {
	Status string `json:"status"`
	Post   bool   `json:"can_post_messages"` // administrators of channels
	Send   bool   `json:"can_send_messages"` // the restricted
}

// fault is why the bot cannot post, empty if it can.
func (m member) fault(kind string) string {
	switch {
	case m.Status == "left" || m.Status == "kicked":
		return "the bot is not in the chat: add it"
	case kind == "channel" && m.Status != "creator" && !(m.Status == "administrator" && m.Post):
		return "the bot may not post to the channel: make it an administrator that may post messages"
	case m.Status == "restricted" && !m.Send:
		return "the bot may not send messages to the group: lift its restriction"
	}
	return ""
}

func (a *Account) read(ctx context.Context, method string, params map[string]any, what string, into any) error {
	call, err := a.call(method, params, nil)
	if err != nil {
		return err
	}
	call.Once = false
	return a.do(ctx, call, what, into)
}
