package main

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"syndicated/config"
	"syndicated/feeds/source/fetch"
	"syndicated/feeds/source/folder"
	"syndicated/feeds/source/opml"
	"syndicated/feeds/source/remote"
	"syndicated/feeds/source/sitemap"
	"syndicated/feeds/source/wordpress"
	"syndicated/worker"
	"syndicated/worker/metric"
	"syndicated/worker/store"
	"syndicated/worker/web"
)

// admin is what the operator sees.
func (h *house) admin(w *worker.Worker, set *metric.Set) (http.Handler, error) {
	set.Queues(func(ctx context.Context) ([]metric.Depth, error) {
		states, err := h.store.Accounts(ctx)
		var out []metric.Depth
		for _, s := range states {
			out = append(out, metric.Depth{Account: s.Account, Waiting: s.Waiting, Held: s.Held, Dead: s.Dead, Stopped: s.Stopped != ""})
		}
		return out, err
	})
	c := web.Config{
		Store: h.store, Token: h.settings.AdminToken, Log: h.log, Kick: w.Kick, Metrics: set.Handler(), Version: versionString(),
		Source: h.view, Alive: w.Alive,
		Ready: func() error {
			ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
			defer cancel()
			if _, err := h.store.Now(ctx); err != nil {
				return fmt.Errorf("the store does not answer: %w", err)
			}
			return w.Alive()
		},
	}
	for _, a := range h.settings.Accounts {
		c.Accounts = append(c.Accounts, web.Account{Name: a.Name, Kind: a.Type, Sources: a.Sources})
	}
	return web.New(c)
}

// view is a source as the operator sees it.
func (h *house) view(s store.SourceState) web.Source {
	v := worker.View(s.State)
	out := web.Source{
		Name: s.Source, Next: s.Next, Posts: s.Posts, Title: v.Title, LastOK: v.LastOK, Failures: v.Failures,
		Error: v.Error, Since: v.Since, Notes: v.Notes, Gone: v.Gone, Silent: v.Silent,
	}
	name, member, isMember := strings.Cut(s.Source, "/")
	for i := range h.settings.Sources {
		c := &h.settings.Sources[i]
		if c.Name != name {
			continue
		}
		if out.Kind, out.Address = c.Type, place(c); isMember {
			out.Kind, out.Address = "feed", member
		}
	}
	return out
}

// place is where a source of the settings is, without secrets.
func place(c *config.Source) string {
	switch own := c.Own.(type) {
	case *remote.Config:
		return fetch.Redact(own.URL)
	case *wordpress.Config:
		return fetch.Redact(own.URL)
	case *sitemap.Config:
		return fetch.Redact(own.URL)
	case *opml.Config:
		if own.URL != "" {
			return fetch.Redact(own.URL)
		}
		return own.Path
	case *folder.Config:
		return own.Path
	}
	return ""
}
