// Package x posts to X, formerly Twitter, by its API version 2
// (https://docs.x.com/x-api).
//
// Access: developer.x.com, a project with an app on a plan that may post, User
// authentication settings: type Web App (or Native App, which has no secret),
// read and write, and a redirect address. Set client_id and, for a Web App,
// client_secret; then let the account's owner agree once, by the address that
// AuthURL gives, and hand the code that comes back to Exchange. The rights asked
// for are tweet.read, tweet.write, users.read, media.write and offline.access.
// The access token lasts two hours; the refresh token serves once, and the next
// one is kept in the store before the access token that came with it is used.
// When the chain breaks, the owner has to agree again.
//
// Every post costs money: 0.20 USD with an address in it, 0.015 without, 0.005
// for a post that is read (2026). budget is the most that is spent in a month;
// then posts wait for the next. What is spent is written down before the post is
// sent, and is an estimate: X's own bill counts.
//
// 280 in weights: letters of Latin, Greek, Cyrillic, Arabic, Hebrew and their
// neighbours 1, others 2, an emoji 2, each address 23. Posts are not edited: X
// gives an edited post a new id and the API does not promise it, so that an
// update is an answer to the post. Alternative texts go with the pictures,
// a warning before the text.
//
// Promised: X refuses the same text for some hours, and the account's own posts
// can be listed (billed, and only done in doubt). That makes a second post of a
// retry unlikely; it is not guaranteed.
//
// The package knows nothing of posts and feeds. Run against our own fake of the
// API only; not yet run against the live service. The weights were compared with
// twitter-text 3.1.0.
package x

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	"syndicated/config"
	"syndicated/worker/network"
)

const defaultServer = "https://api.x.com"

// Config is the settings of an x account.
type Config struct {
	ClientID     string        `yaml:"client_id" required:"true" doc:"OAuth 2 client id of the app"`
	ClientSecret config.Secret `yaml:"client_secret" doc:"OAuth 2 client secret; a native app has none"`
	Server       string        `yaml:"server" default:"https://api.x.com" doc:"where the API is"`
	Budget       float64       `yaml:"budget" default:"20" doc:"most that posts may cost in a calendar month (UTC), in USD"`
}

// defaultBudget in USD a month, where none is set.
const defaultBudget = 20

// Check tells what is wrong with c beyond the types of its fields.
func (c Config) Check() []config.Problem {
	var ps []config.Problem
	if c.Budget < 0 {
		ps = append(ps, config.Problem{Key: "budget", What: "is negative", Do: "set what may be spent in a month, in USD"})
	}
	if u, err := url.Parse(c.Server); c.Server != "" && (err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "") {
		ps = append(ps, config.Problem{Key: "server", What: "is no http address", Do: "write it as https://api.x.com"})
	}
	return ps
}

func (c Config) server() string {
	if c.Server == "" {
		return defaultServer
	}
	return strings.TrimRight(c.Server, "/")
}

// Account is one account on X.
type Account struct {
	c   Config
	env network.Env
}

var (
	_ network.Account = (*Account)(nil)
	_ network.Replier = (*Account)(nil)
	_ network.Deleter = (*Account)(nil)
	_ network.Finder  = (*Account)(nil)
	_ network.Prober  = (*Account)(nil)
)

// New checks c; it connects nothing.
func New(c Config, env network.Env) (*Account, error) {
	if c.ClientID == "" {
		return nil, fmt.Errorf("x account %s: no client_id", env.Name)
	}
	for _, p := range c.Check() {
		return nil, fmt.Errorf("x account %s: %s %s; %s", env.Name, p.Key, p.What, p.Do)
	}
	if c.Budget == 0 {
		c.Budget = defaultBudget
	}
	return &Account{c: c, env: env.Ready()}, nil
}

// Manner implements network.Account. 300 posts in three hours are X's limit for
// a user.
func (a *Account) Manner() network.Manner {
	return network.Manner{
		Max: maxWeight, Count: Count, Media: 4, Markup: network.Plain, Hashtags: true, CountsWarning: true,
		Update: network.VerbReply, Thread: true, PerHour: 100,
	}
}

// Probe asks who the account is.
func (a *Account) Probe(ctx context.Context) (network.Profile, error) {
	me, err := a.me(ctx, true)
	if err != nil {
		return network.Profile{}, err
	}
	s, err := a.spent(ctx)
	if err != nil {
		return network.Profile{}, err
	}
	return network.Profile{Name: "@" + me.Username, Server: "X API v2", Notes: []string{
		fmt.Sprintf("spent in %s: about %.2f of %.2f USD for %d posts", s.Month, s.Micro.usd(), a.c.Budget, s.Posts),
	}}, nil
}
