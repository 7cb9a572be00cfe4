// Package telegram posts to a Telegram channel, group or chat as a bot, by the
// Bot API (https://core.telegram.org/bots/api).
//
// Token: talk to @BotFather, send /newbot, keep the token that it answers with;
// it never expires, /revoke ends it. Rights: add the bot to the channel as an
// administrator that may post messages (edit and delete messages for updates
// and withdrawals); in a group it must be a member that may send messages.
// Settings: token, and chat, which is @name of a public channel or the number of
// a private one (-100…; forward a message of it to @userinfobot to see it).
//
// Text goes out as HTML, the small set of tags that Telegram knows; whatever
// else looks like a tag is shown as it is written, and no post can leave a tag
// open. 4096 characters, 1024 under a picture, are counted after the tags and
// entities are read, in UTF-16 units; the server may count characters beyond the
// basic plane once (seen so by others in 2026), so that this is never too long.
// Telegram has no alternative text for pictures: it is not sent. A warning stands
// before the text, which is then hidden until it is touched.
//
// Promised: a bot cannot read what it has posted, and a send has no key by which
// the server would tell a second one. After an answer that was lost the operator
// picks, by on_unknown, a possible gap or a possible duplicate. Edits and
// deletions are safe to repeat. A group that becomes a supergroup changes its
// number: the new one is kept and used at once.
//
// The package knows nothing of posts and feeds. Run against our own fake of the
// Bot API only; not yet run against the live service.
package telegram

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"time"

	"syndicated/config"
	"syndicated/worker/network"
)

// Config is the settings of a telegram account.
type Config struct {
	Server  string        `yaml:"server" default:"https://api.telegram.org" doc:"the Bot API server"`
	Token   config.Secret `yaml:"token" required:"true" doc:"the bot's token, from @BotFather"`
	Chat    string        `yaml:"chat" required:"true" doc:"@name of a public channel, or the number of a chat (-100…)"`
	Topic   int           `yaml:"topic" doc:"number of the topic (message_thread_id) in a group that has topics"`
	Silent  bool          `yaml:"silent" doc:"send without a sound"`
	Preview string        `yaml:"preview" default:"large" enum:"large,small,above,off" doc:"preview of the link: large, small, above the text, or off"`
}

// Check tells what is wrong with c beyond the types of its fields.
func (c Config) Check() []config.Problem {
	var ps []config.Problem
	if u, err := url.Parse(c.Server); c.Server != "" && (err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "") {
		ps = append(ps, config.Problem{Key: "server", What: "is no http address", Do: "write it as https://api.telegram.org"})
	}
	if t := c.Token.Reveal(); t != "" {
		if id, secret, ok := strings.Cut(t, ":"); !ok || id == "" || secret == "" || strings.ContainsAny(t, "/?# ") {
			ps = append(ps, config.Problem{Key: "token", What: "is no bot token", Do: "copy the whole of what @BotFather answered, such as 123456:ABC…"})
		}
	}
	if c.Chat != "" && !strings.HasPrefix(c.Chat, "@") && !number(c.Chat) {
		ps = append(ps, config.Problem{Key: "chat", What: "is neither a @name nor a number", Do: "write @channelname, or the number of the chat in quotes"})
	}
	return ps
}

func number(s string) bool {
	s = strings.TrimPrefix(s, "-")
	return s != "" && strings.Trim(s, "0123456789") == ""
}

// Account is one chat, ready to be posted to.
type Account struct {
	c    Config
	env  network.Env
	chat string // as it is now; differs from c.Chat after a migration
}

var (
	_ network.Account = (*Account)(nil)
	_ network.Editor  = (*Account)(nil)
	_ network.Replier = (*Account)(nil)
	_ network.Deleter = (*Account)(nil)
	_ network.Prober  = (*Account)(nil)
)

// New checks c; it connects nothing.
func New(c Config, env network.Env) (*Account, error) {
	if c.Server == "" {
		c.Server = "https://api.telegram.org"
	}
	c.Server = strings.TrimRight(c.Server, "/")
	switch {
	case c.Token.IsZero():
		return nil, fmt.Errorf("telegram account %s: no token", env.Name)
	case c.Chat == "":
		return nil, fmt.Errorf("telegram account %s: no chat", env.Name)
	}
	for _, p := range c.Check() {
		return nil, fmt.Errorf("telegram account %s: %s %s; %s", env.Name, p.Key, p.What, p.Do)
	}
	return &Account{c: c, env: env.Ready()}, nil
}

// Manner implements network.Account. The spacing keeps to the 20 messages a
// minute that a group or channel takes
// (https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this).
func (a *Account) Manner() network.Manner {
	return network.Manner{
		Max: maxText, MediaMax: maxCaption, Count: Count, Media: 1,
		Markup: network.HTML, Hashtags: true, CountsWarning: true,
		Update: network.VerbEdit, Thread: true, Spacing: 3 * time.Second,
	}
}

// moved is what the vault keeps of a group that became a supergroup.
type moved struct {
	From string `json:"from"`
	To   string `json:"to"`
}

const vaultMoved = "chat"

// where gives the chat as it is called now.
func (a *Account) where(ctx context.Context) (string, error) {
	if a.chat != "" {
		return a.chat, nil
	}
	a.chat = a.c.Chat
	b, err := a.env.Vault.Load(ctx, vaultMoved)
	if err != nil {
		a.chat = ""
		return "", fmt.Errorf("load the chat's number: %w", err)
	}
	var m moved
	if len(b) > 0 && json.Unmarshal(b, &m) == nil && m.From == a.c.Chat {
		a.chat = m.To
	}
	return a.chat, nil
}

// migrate remembers that the chat has a new number.
func (a *Account) migrate(ctx context.Context, to string) error {
	a.chat = to
	b, err := json.Marshal(moved{From: a.c.Chat, To: to})
	if err != nil {
		return err
	}
	if err := a.env.Vault.Save(ctx, vaultMoved, b); err != nil {
		return fmt.Errorf("keep the chat's new number: %w", err)
	}
	return nil
}

// address of a message for people, empty if there is none.
func address(chat chatRef, id int64) string {
	switch {
	case chat.Username != "":
		return fmt.Sprintf("https://t.me/%s/%d", chat.Username, id)
	case strings.HasPrefix(fmt.Sprint(chat.ID), "-100"):
		return fmt.Sprintf("https://t.me/c/%s/%d", strings.TrimPrefix(fmt.Sprint(chat.ID), "-100"), id)
	}
	return ""
}
