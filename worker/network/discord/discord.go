// Package discord posts to a Discord channel, through a webhook or as a bot
// (https://discord.com/developers/docs).
//
// Webhook: channel settings, Integrations, Webhooks, New Webhook, Copy Webhook
// URL; set it as webhook. It needs no further rights, may edit and delete what
// it posted, and cannot answer messages nor list the channel. Whoever has the
// address can post, so that it is kept like a password.
//
// Bot: discord.com/developers/applications, New Application, Bot, Reset Token;
// invite it with the scope bot and the rights View Channels, Send Messages,
// Attach Files and Read Message History. Set token, and channel to the number
// of the channel (Developer Mode, right click, Copy Channel ID).
//
// Text is Discord's Markdown, 2000 characters, counted as code points (so the
// staff, discord-api-docs issue 1315). No message notifies anybody: @everyone,
// roles and names stay words. Pictures are uploaded, with their descriptions. A
// warning stands before the text and the pictures, which are then spoilers.
//
// Promised, for a bot: once by check before retry. Each message carries a nonce,
// by which the server tells a second one for some minutes, and when an answer
// was lost the channel is listed; without the right to read the history that
// cannot be done, and Find says so. For a webhook the operator picks, by
// on_unknown, a possible gap or a possible duplicate. 401 and 403 stop the
// account at once: Discord bans addresses that go on (10,000 in ten minutes).
//
// The package knows nothing of posts and feeds. Run against our own fake of
// Discord only; not yet run against the live service.
package discord

import (
	"fmt"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"syndicated/config"
	"syndicated/worker/network"
)

// Config is the settings of a discord account: webhook, or token and channel.
type Config struct {
	Webhook  config.Secret `yaml:"webhook" doc:"address of a webhook, from the channel's settings"`
	Token    config.Secret `yaml:"token" doc:"token of a bot, in place of a webhook"`
	Channel  string        `yaml:"channel" doc:"number of the channel that the bot posts to"`
	Server   string        `yaml:"server" default:"https://discord.com" doc:"where the API is, for a bot"`
	Thread   string        `yaml:"thread" doc:"number of a thread of the webhook's channel to post to"`
	Username string        `yaml:"username" doc:"name to post under, webhook only"`
	Avatar   string        `yaml:"avatar" doc:"address of the picture to post under, webhook only"`
	Preview  string        `yaml:"preview" default:"on" enum:"on,off" doc:"whether Discord shows a card of the link"`
}

// Check tells what is wrong with c beyond the types of its fields.
func (c Config) Check() []config.Problem {
	var ps []config.Problem
	fault := func(key, what, do string) { ps = append(ps, config.Problem{Key: key, What: what, Do: do}) }
	switch {
	case c.Webhook.IsZero() && c.Token.IsZero():
		fault("", "has neither webhook nor token", "set webhook, or token and channel")
	case !c.Webhook.IsZero() && !c.Token.IsZero():
		fault("token", "stands beside webhook", "keep one of the two")
	case c.Webhook.IsZero() && !snowflake(c.Channel):
		fault("channel", "is not the number of a channel", "copy the channel's ID, in quotes")
	case !c.Webhook.IsZero():
		if _, err := hookURL(c.Webhook.Reveal()); err != nil {
			fault("webhook", "is no address of a webhook", "copy it from the channel's settings, Integrations, Webhooks")
		}
	}
	if c.Thread != "" && (!snowflake(c.Thread) || c.Webhook.IsZero()) {
		fault("thread", "is not the number of a thread of a webhook's channel", "copy the thread's ID; for a bot set it as channel")
	}
	if u, err := url.Parse(c.Server); c.Server != "" && (err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "") {
		fault("server", "is no http address", "write it as https://discord.com")
	}
	// https://discord.com/developers/docs/resources/webhook#create-webhook
	if low := strings.ToLower(c.Username); strings.Contains(low, "discord") || strings.Contains(low, "clyde") || utf8.RuneCountInString(c.Username) > 80 {
		fault("username", "is a name that Discord refuses", "use at most 80 characters, without \"discord\" and \"clyde\"")
	}
	return ps
}

func snowflake(s string) bool {
	return s != "" && len(s) <= 20 && strings.Trim(s, "0123456789") == ""
}

// hookURL reads the address of a webhook: …/api/webhooks/ID/TOKEN. Addresses
// without a version would speak an old one.
func hookURL(s string) (*url.URL, error) {
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
		return nil, fmt.Errorf("the webhook is no address")
	}
	parts := strings.Split(strings.Trim(u.Path, "/"), "/")
	if n := len(parts); n < 4 || parts[n-3] != "webhooks" || !snowflake(parts[n-2]) {
		return nil, fmt.Errorf("the webhook's address does not end in /webhooks/ID/TOKEN")
	}
	if rest, ok := strings.CutPrefix(u.Path, "/api/webhooks/"); ok {
		u.Path = "/api/" + version + "/webhooks/" + rest
	}
	u.Path, u.RawPath, u.RawQuery, u.Fragment = strings.TrimRight(u.Path, "/"), "", "", ""
	return u, nil
}

const (
	version  = "v10"
	maxText  = 2000 // https://discord.com/developers/docs/resources/message#create-message
	maxFiles = 4    // of ten that the server takes
)

// New checks c; it connects nothing. The account is a webhook or a bot, which
// differ in their powers.
func New(c Config, env network.Env) (network.Account, error) {
	if c.Server == "" {
		c.Server = "https://discord.com"
	}
	c.Server = strings.TrimRight(c.Server, "/")
	for _, p := range c.Check() {
		return nil, fmt.Errorf("discord account %s: %s", env.Name, strings.TrimSpace(p.Key+" "+p.What+"; "+p.Do))
	}
	s := sender{c: c, env: env.Ready()}
	if c.Webhook.IsZero() {
		s.base = c.Server + "/api/" + version + "/channels/" + c.Channel + "/messages"
		return &bot{s}, nil
	}
	u, err := hookURL(c.Webhook.Reveal())
	if err != nil {
		return nil, fmt.Errorf("discord account %s: %w", env.Name, err)
	}
	_, token, _ := strings.Cut(u.Path, "/webhooks/")
	_, secret, _ := strings.Cut(token, "/")
	s.base, s.secrets = u.String(), []string{secret}
	return &hook{s}, nil
}

// manner is what webhook and bot share.
func manner() network.Manner {
	return network.Manner{
		Max: maxText, Count: utf8.RuneCountInString, Media: maxFiles,
		Markup: network.Markdown, CountsWarning: true, Update: network.VerbEdit, Spacing: 2 * time.Second,
	}
}
