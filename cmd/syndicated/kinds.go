package main

import (
	"context"
	"fmt"
	"log/slog"
	"strings"

	"syndicated/config"
	"syndicated/feeds"
	"syndicated/feeds/source"
	sourcecommand "syndicated/feeds/source/command"
	"syndicated/feeds/source/folder"
	"syndicated/feeds/source/opml"
	"syndicated/feeds/source/remote"
	"syndicated/feeds/source/sitemap"
	"syndicated/feeds/source/wordpress"
	"syndicated/worker/network"
	"syndicated/worker/network/bluesky"
	networkcommand "syndicated/worker/network/command"
	"syndicated/worker/network/discord"
	"syndicated/worker/network/email"
	"syndicated/worker/network/mastodon"
	"syndicated/worker/network/nostr"
	"syndicated/worker/network/slack"
	"syndicated/worker/network/stream"
	"syndicated/worker/network/telegram"
	"syndicated/worker/network/terminal"
	"syndicated/worker/network/webhook"
	"syndicated/worker/network/x"
	"syndicated/worker/share"
	"syndicated/worker/store"
	"syndicated/worker/store/embedded"
	"syndicated/worker/store/redis"
)

// THE PLUG BOARD: every kind of source, network and store, a line each.

func sourceKinds() []sourceKind {
	return []sourceKind{
		reads("feed", remote.New),
		reads("wordpress", wordpress.New),
		reads("folder", folder.New),
		lists("opml", opml.New),
		reads("sitemap", sitemap.New),
		reads("command", sourcecommand.New),
	}
}

func networkKinds() []networkKind {
	return []networkKind{
		sends("mastodon", mastodon.New),
		sends("bluesky", bluesky.New),
		sends("telegram", telegram.New),
		sends("discord", discord.New),
		sends("slack", slack.New),
		sends("nostr", nostr.New),
		sends("email", email.New),
		sends("x", x.New),
		sends("webhook", webhook.New),
		sends("command", networkcommand.New),
		sends("stream", stream.New),
		sends("terminal", terminal.New),
	}
}

func storeKinds() []storeKind {
	return []storeKind{
		{[]string{"redis", "rediss", "unix", "redis+sentinel", "rediss+sentinel", "redis+cluster", "rediss+cluster"}, func(ctx context.Context, address string, log *slog.Logger) (store.Store, error) {
			return redis.Open(ctx, redis.Config{URL: address, Log: log})
		}},
		{nil, func(ctx context.Context, path string, log *slog.Logger) (store.Store, error) {
			if path == inMemory {
				path = ""
			}
			return embedded.Open(ctx, embedded.Config{Path: path, Log: log})
		}},
	}
}

// sourceKind is one kind of source: the struct of its settings and how to make
// one of it. Either open or list is set.
type sourceKind struct {
	name     string
	settings any
	open     func(own any, o source.Options) (source.Source, error)
	list     func(own any, o source.Options) (source.Lister, error)
}

func reads[C any, S source.Source](name string, make func(C, source.Options) (S, error)) sourceKind {
	var c C
	return sourceKind{name: name, settings: c, open: func(own any, o source.Options) (source.Source, error) {
		return make(*own.(*C), o)
	}}
}

func lists[C any, S source.Lister](name string, make func(C, source.Options) (S, error)) sourceKind {
	var c C
	return sourceKind{name: name, settings: c, list: func(own any, o source.Options) (source.Lister, error) {
		return make(*own.(*C), o)
	}}
}

// networkKind is one kind of account.
type networkKind struct {
	name     string
	settings any
	open     func(own any, e network.Env) (network.Account, error)
}

func sends[C any, A network.Account](name string, make func(C, network.Env) (A, error)) networkKind {
	var c C
	return networkKind{name, c, func(own any, e network.Env) (network.Account, error) {
		return make(*own.(*C), e)
	}}
}

// inMemory is the store that is gone with the process.
const inMemory = ":memory:"

// storeKind is one kind of store, chosen by the scheme of its address; the one
// without schemes takes a path.
type storeKind struct {
	schemes []string
	open    func(ctx context.Context, address string, log *slog.Logger) (store.Store, error)
}

func openStore(ctx context.Context, address string, log *slog.Logger) (store.Store, error) {
	scheme, _, _ := strings.Cut(address, ":")
	var file storeKind
	for _, k := range storeKinds() {
		for _, s := range k.schemes {
			if strings.EqualFold(s, scheme) {
				return k.open(ctx, address, log)
			}
		}
		if k.schemes == nil {
			file = k
		}
	}
	if strings.Contains(address, "://") {
		return nil, fmt.Errorf("store: there is no kind of store for %s://", scheme)
	}
	return file.open(ctx, address, log)
}

// kinds is what the settings file can name.
func kinds() config.Kinds {
	k := config.Kinds{
		Sources: map[string]any{}, Accounts: map[string]any{},
		Filter: func(text string) error {
			_, err := feeds.ParseFilter(text)
			return err
		},
		Template: func(text string) error {
			_, err := share.New(share.Config{Words: share.Words{Template: text}})
			return err
		},
	}
	for _, s := range sourceKinds() {
		k.Sources[s.name] = s.settings
	}
	for _, n := range networkKinds() {
		k.Accounts[n.name] = n.settings
	}
	return k
}
