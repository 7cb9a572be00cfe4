// Package slack posts to a Slack channel, as an app's bot or through an incoming
// webhook (https://api.slack.com).
//
// Bot: api.slack.com/apps, Create New App, OAuth & Permissions; bot scopes
// chat:write, and channels:history (groups:history for a private channel) so that
// a lost answer can be settled; Install to Workspace, copy the Bot User OAuth
// Token (xoxb-…). Invite the app to the channel (/invite @app). Set token, and
// channel to the channel's ID (C0…, at the end of its details).
//
// Webhook: in the same app Incoming Webhooks, Add New Webhook; set webhook. It
// tells no id of what it posted, so that nothing can be edited, answered,
// deleted or found.
//
// Text is mrkdwn: & < > are escaped, links are <url|text>. Whatever else stands
// in angle brackets, such as <!here> or a name, is shown as it is written and
// notifies nobody. Up to 4000 characters, for longer ones cannot be edited (the
// server takes 40,000 and cuts the rest silently); 3000 beside a picture. A
// picture is an image block with its alternative text; Slack fetches it itself,
// and where it cannot the message goes without it. A warning stands before the text.
//
// Promised, for a bot: once by check before retry. Each message carries our id
// as metadata, and the history is read when an answer was lost; without the
// scope for it Find fails and the message waits for a person. For a webhook the
// operator picks, by on_unknown, a possible gap or a possible duplicate.
//
// The package knows nothing of posts and feeds. Run against our own fake of
// Slack only; not yet run against the live service.
package slack

import (
	"fmt"
	"net/url"
	"strings"
	"time"

	"syndicated/config"
	"syndicated/worker/network"
)

// Config is the settings of a slack account: webhook, or token and channel.
type Config struct {
	Webhook config.Secret `yaml:"webhook" doc:"address of an incoming webhook"`
	Token   config.Secret `yaml:"token" doc:"token of a bot (xoxb-…), in place of a webhook"`
	Channel string        `yaml:"channel" doc:"ID of the channel that the bot posts to (C0…)"`
	Server  string        `yaml:"server" default:"https://slack.com" doc:"where the API is, for a bot"`
	Preview string        `yaml:"preview" default:"on" enum:"on,off" doc:"whether Slack shows a card of the link"`
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
	case !c.Webhook.IsZero() && !address(c.Webhook.Reveal()):
		fault("webhook", "is no http address", "copy it from the app's page Incoming Webhooks")
	case c.Webhook.IsZero() && c.Channel == "":
		fault("channel", "is empty", "set the channel's ID (C0…), from the end of its details")
	case strings.HasPrefix(c.Channel, "#"):
		fault("channel", "is a name, by which nothing can be edited or found", "set the channel's ID (C0…), from the end of its details")
	}
	if c.Server != "" && !address(c.Server) {
		fault("server", "is no http address", "write it as https://slack.com")
	}
	return ps
}

func address(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != ""
}

const (
	// https://api.slack.com/methods/chat.update, msg_too_long
	maxText = 4000
	// https://api.slack.com/reference/block-kit/blocks#section
	maxSection = 3000
	maxAlt     = 2000
	maxImages  = 4
)

// New checks c; it connects nothing. The account is a bot or a webhook, which
// differ in their powers.
func New(c Config, env network.Env) (network.Account, error) {
	if c.Server == "" {
		c.Server = "https://slack.com"
	}
	c.Server = strings.TrimRight(c.Server, "/")
	for _, p := range c.Check() {
		return nil, fmt.Errorf("slack account %s: %s", env.Name, strings.TrimSpace(p.Key+" "+p.What+"; "+p.Do))
	}
	env = env.Ready()
	if c.Webhook.IsZero() {
		return &bot{c: c, env: env}, nil
	}
	return &hook{c: c, env: env}, nil
}

// manner is what webhook and bot share. One message a second and channel is
// Slack's own limit (https://api.slack.com/apis/rate-limits).
func manner() network.Manner {
	return network.Manner{
		Max: maxText, MediaMax: maxSection, Count: Count, Media: maxImages,
		Markup: network.Mrkdwn, CountsWarning: true, Spacing: time.Second, Update: network.VerbPost,
	}
}
