package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"syndicated/config"
	"syndicated/feeds"
	"syndicated/feeds/source"
	"syndicated/feeds/source/fetch"
	"syndicated/feeds/source/opml"
	"syndicated/feeds/source/remote"
	"syndicated/worker"
	"syndicated/worker/network"
	"syndicated/worker/share"
	"syndicated/worker/store"
)

func (h *house) source(c *config.Source) (*worker.Source, error) {
	keep, err := filter(c.Filter)
	if err != nil {
		return nil, fmt.Errorf("sources.%s.filter: %w", c.Name, err)
	}
	schedule, err := schedule(c.Schedule)
	if err != nil {
		return nil, fmt.Errorf("sources.%s.schedule: %w", c.Name, err)
	}
	out := &worker.Source{
		Name: c.Name, Schedule: schedule, Settle: c.Settle.Std(), SettleUpdate: c.SettleUpdate.Std(),
		Start: c.Start, MaxAge: c.MaxAge.Std(), Burst: c.Burst, Sensitivity: h.settings.Sensitivity,
		Expect: c.Expect.Std(), Keep: keep, Archive: h.shown(c.Name), WebSub: c.WebSub != "off", AllowPrivate: c.AllowPrivate,
	}
	o := h.options(c)
	kind := slices.IndexFunc(sourceKinds(), func(k sourceKind) bool { return k.name == c.Type })
	switch k := sourceKinds()[kind]; {
	case k.list != nil:
		if out.Lister, err = k.list(c.Own, o); err != nil {
			return nil, fmt.Errorf("sources.%s: %w", c.Name, err)
		}
		out.Member = func(name string, m source.Member) (source.Source, error) {
			o := o
			o.Name = name
			if l, ok := c.Own.(*opml.Config); ok && l.URL != "" {
				// A list of strangers must not send our credentials to hosts of its choice.
				private := o.Request.AllowPrivate
				o.Request = o.RequestFor(l.URL, m.URL)
				o.Request.AllowPrivate = private
			}
			return remote.New(remote.Config{URL: m.URL}, o)
		}
	default:
		src, err := k.open(c.Own, o)
		if err != nil {
			return nil, fmt.Errorf("sources.%s: %w", c.Name, err)
		}
		out.Open = func() (source.Source, error) { return src, nil }
	}
	return out, nil
}

// options are what every kind of source gets from the settings.
func (h *house) options(c *config.Source) source.Options {
	return source.Options{
		Name: c.Name, Client: h.fetch, Timezone: c.Timezone, Language: c.Language, Log: h.log,
		Request: fetch.Options{
			Headers: c.Headers, User: c.User, Password: c.Password.Reveal(), Proxy: c.Proxy,
			Timeout: c.Timeout.Std(), AllowPrivate: c.AllowPrivate,
		},
	}
}

// shown reports whether a feed takes posts of a source.
func (h *house) shown(name string) bool {
	return slices.ContainsFunc(h.settings.Feeds, func(f config.Feed) bool {
		return len(f.Sources) == 0 || slices.Contains(f.Sources, name)
	})
}

func (h *house) account(c *config.Account) (*worker.Account, error) {
	keep, err := filter(c.Filter)
	if err != nil {
		return nil, fmt.Errorf("accounts.%s.filter: %w", c.Name, err)
	}
	srcs, keep, err := h.whose(c, keep)
	if err != nil {
		return nil, err
	}
	kind := slices.IndexFunc(networkKinds(), func(k networkKind) bool { return k.name == c.Type })
	acc, err := networkKinds()[kind].open(c.Own, network.Env{
		Name: c.Name, HTTP: h.http, Vault: vault{h.store, c.Name}, Log: h.log,
	})
	if err != nil {
		return nil, fmt.Errorf("accounts.%s: %w", c.Name, err)
	}
	m := acc.Manner()
	limits := worker.Limits{Spacing: max(c.Spacing.Std(), m.Spacing), Quota: c.Quota.N, QuotaPer: c.Quota.Per, Overflow: c.Overflow, Quiet: c.Quiet.Until}
	switch {
	case c.Rate.N > 0:
		limits.Every, limits.Burst = c.Rate.Per/time.Duration(c.Rate.N), c.Rate.N
	case m.PerHour > 0:
		limits.Every, limits.Burst = time.Hour/time.Duration(m.PerHour), m.PerHour
	}
	return &worker.Account{
		Name: c.Name, Sources: srcs, Keep: keep, Account: acc, Pictures: c.Media == "page", Review: c.Review, Limits: limits,
		OnUnknown: c.OnUnknown, UnknownWait: c.UnknownWait.Std(), Stale: c.Stale.Std(), Retries: c.Retries,
		Compose: composer(c, acc),
	}, nil
}

// whose finds the sources that an account shares from: those it names, and
// those of the feeds it names with the feeds' own filters.
func (h *house) whose(c *config.Account, keep func(feeds.Post) (bool, error)) ([]string, func(feeds.Post) (bool, error), error) {
	if len(c.Feeds) == 0 {
		return c.Sources, keep, nil
	}
	type part struct {
		sources []string
		keep    func(feeds.Post) (bool, error)
	}
	parts := []part{}
	if len(c.Sources) > 0 {
		parts = append(parts, part{sources: c.Sources})
	}
	srcs := slices.Clone(c.Sources)
	for _, f := range h.settings.Feeds {
		if !slices.Contains(c.Feeds, f.Name) {
			continue
		}
		keep, err := filter(f.Filter)
		if err != nil {
			return nil, nil, fmt.Errorf("feeds.%s.filter: %w", f.Name, err)
		}
		all := f.Sources
		if len(all) == 0 {
			for _, s := range h.settings.Sources {
				all = append(all, s.Name)
			}
		}
		parts = append(parts, part{all, keep})
		srcs = append(srcs, all...)
	}
	return srcs, func(p feeds.Post) (bool, error) {
		for _, part := range parts {
			if !slices.ContainsFunc(part.sources, func(n string) bool { return n == p.Source || strings.HasPrefix(p.Source, n+"/") }) {
				continue
			}
			ok, err := true, error(nil)
			if part.keep != nil {
				ok, err = part.keep(p)
			}
			if err != nil || ok {
				if err == nil && keep != nil {
					return keep(p)
				}
				return ok, err
			}
		}
		return false, nil
	}, nil
}

// composer makes the words of an account once its server's limits are known.
func composer(c *config.Account, acc network.Account) func(network.Manner) (*share.Composer, error) {
	_, edits := acc.(network.Editor)
	_, replies := acc.(network.Replier)
	_, deletes := acc.(network.Deleter)
	freeze, _ := acc.(network.Freezer)
	media := c.Media
	if media == "page" { // which the worker looks up
		media = "image"
	}
	return func(m network.Manner) (*share.Composer, error) {
		return share.New(share.Config{
			Account: c.Name, Network: c.Type, Manner: m, Freeze: freeze,
			CanEdit: edits, CanReply: replies, CanDelete: deletes,
			Words: share.Words{
				Template: c.Template, Templates: c.Templates, Update: c.Update, Rerun: c.Rerun, Gone: c.Gone,
				Long: c.Long, Language: c.Language, Visibility: c.Visibility, Warning: c.Warning,
				Tags: share.Tags{Off: c.Tags.Off, Max: c.Tags.Max, Map: c.Tags.Map, Add: c.Tags.Add},
				UTM:  c.UTM, Media: media, Alt: c.Alt,
			},
		})
	}
}

func filter(text string) (func(feeds.Post) (bool, error), error) {
	if text == "" {
		return nil, nil
	}
	f, err := feeds.ParseFilter(text)
	if err != nil {
		return nil, err
	}
	return f.Keep, nil
}

func schedule(words string) (worker.Schedule, error) {
	s, err := config.ParseSchedule(words)
	if err != nil || s.Auto {
		return worker.Schedule{Auto: s.Auto}, err
	}
	if every, ok := s.Every(); ok {
		return worker.Schedule{Every: every, Asked: words == config.DefaultSchedule}, nil
	}
	return worker.Schedule{Cron: s}, nil
}

// vault keeps an account's sessions in the store, under its name.
type vault struct {
	store   store.Archive
	account string
}

func (v vault) Load(ctx context.Context, key string) ([]byte, error) {
	return v.store.Load(ctx, "vault/"+v.account+"/"+key)
}

func (v vault) Save(ctx context.Context, key string, value []byte) error {
	return v.store.Save(ctx, "vault/"+v.account+"/"+key, value)
}
