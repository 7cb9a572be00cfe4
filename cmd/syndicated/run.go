package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"time"

	"syndicated/config"
	"syndicated/feeds"
	"syndicated/feeds/serve"
	"syndicated/feeds/source/fetch"
	"syndicated/feeds/source/head"
	"syndicated/worker"
	"syndicated/worker/metric"
	"syndicated/worker/store"
)

// common are the flags of every command that reads the settings file.
type common struct {
	file, logFormat string
}

func commonFlags(f *flag.FlagSet) *common {
	var c common
	f.StringVar(&c.file, "c", "syndicated.yaml", "settings `file`")
	f.StringVar(&c.logFormat, "log-format", "", "`text` or json")
	return &c
}

func (c *common) check() error {
	switch c.logFormat {
	case "", "text", "json":
		return nil
	}
	return fmt.Errorf("-log-format is %q; it is text or json", c.logFormat)
}

func runRun(ctx context.Context, e env, args []string) int {
	f := flags(e, "run")
	c := commonFlags(f)
	rest, status, ok := parse(f, args)
	if !ok {
		return status
	}
	if err := c.check(); err != nil {
		return wrongUse(e, "%v", err)
	}
	var s *config.Settings
	if len(rest) > 0 {
		var err error
		if s, err = improvised(rest, e); err != nil {
			return wrongUse(e, "%v", err)
		}
	} else if s, ok = load(e, c.file); !ok {
		return exitUsage
	}
	log := logger(e, c.logFormat, s.Log)
	h, err := buildPatiently(ctx, s, log)
	if err != nil {
		return fail(e, err)
	}
	if len(rest) > 0 {
		fmt.Fprintf(e.stdout, "feeds at %s/ until stopped; what would be shared is printed here, nothing is sent\n", h.baseURL())
	}
	err = h.run(ctx, nil, nil)
	if err := errors.Join(err, h.Close()); err != nil {
		return fail(e, err)
	}
	return exitOK
}

// A daemon that starts before its store does waits for it: a machine that boots
// starts both.
const (
	storePatience = 5 * time.Minute
	storePause    = 2 * time.Second
)

func buildPatiently(ctx context.Context, s *config.Settings, log *slog.Logger) (*house, error) {
	for end := time.Now().Add(storePatience); ; {
		h, err := build(ctx, s, log)
		if !errors.Is(err, store.ErrAway) || time.Now().After(end) {
			return h, err
		}
		log.Warn("the store is away; it is tried again every "+storePause.String(), "for", time.Until(end).Round(time.Second), "err", err)
		select {
		case <-time.After(storePause):
		case <-ctx.Done():
			return nil, err
		}
	}
}

// improvised makes settings of addresses and folders alone: feeds of them, and
// a terminal to print what would be shared.
func improvised(args []string, e env) (*config.Settings, error) {
	var b strings.Builder
	b.WriteString("store: ':memory:'\nsources:\n")
	for i, a := range args {
		switch info, err := os.Stat(a); {
		case strings.HasPrefix(a, "http://"), strings.HasPrefix(a, "https://"):
			fmt.Fprintf(&b, "  source%d: {type: feed, url: %q, allow_private: true, settle: 0s, settle_update: 0s}\n", i+1, a)
		case err == nil && info.IsDir():
			fmt.Fprintf(&b, "  source%d: {type: folder, path: %q, base_url: \"http://localhost/\", schedule: \"@every 5s\", settle: 0s, settle_update: 0s}\n", i+1, a)
		default:
			return nil, fmt.Errorf("%s is neither an address (http://…, https://…) nor a folder", a)
		}
	}
	b.WriteString("feeds:\n  all: {title: Everything}\naccounts:\n  terminal: {type: terminal}\n")
	return config.Parse("the command line", []byte(b.String()), ".", kinds(), e.getenv)
}

// run is the daemon: it serves and works until ctx ends. told may listen to
// every decision; ready gets the listeners once they are open.
func (h *house) run(ctx context.Context, told func(store.Decision), ready func(feeds, admin net.Listener)) error {
	var hubs http.Handler = http.NotFoundHandler()
	feedServer, err := h.serve(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) { hubs.ServeHTTP(rw, r) }))
	if err != nil {
		return err
	}
	set := metric.New()
	w, err := worker.New(worker.Config{
		Store: h.store, Sources: h.sources, Accounts: h.accounts, Log: h.log, Grace: h.settings.Grace.Std(),
		Told: told, Seen: worker.Meter{Polled: set.Polled, Judged: set.Judged, Delivered: set.Delivered, Expires: set.Expires},
		Changed: feedServer.Notify, Push: h.push(), Picture: h.picture,
	})
	if err != nil {
		return err
	}
	hubs = w.WebSub()
	var wg sync.WaitGroup
	defer wg.Wait()
	// Servers stop after the worker has finished what is in hand.
	serving, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	open := func(key, address string, handler http.Handler) (net.Listener, error) {
		if address == "" || address == "off" {
			return nil, nil
		}
		l, err := listen(key, address)
		if err != nil {
			return nil, err
		}
		srv := server(handler, h.log)
		wg.Go(func() {
			if err := srv.Serve(l); !errors.Is(err, http.ErrServerClosed) {
				h.log.Error("serve", "address", l.Addr(), "err", err)
			}
		})
		wg.Go(func() {
			<-serving.Done()
			end, cancel := context.WithTimeout(context.Background(), 5*time.Second)
			defer cancel()
			_ = srv.Shutdown(end)
		})
		return l, nil
	}
	desk, err := h.admin(w, set)
	if err != nil {
		return err
	}
	public, err := open("listen", h.settings.Listen, set.Requests(feedServer))
	if err != nil {
		return err
	}
	admin, err := open("admin", h.settings.Admin, desk)
	if err != nil {
		return err
	}
	for _, l := range []net.Listener{public, admin} {
		if l != nil {
			h.log.Info("listening", "address", l.Addr().String())
		}
	}
	if ready != nil {
		ready(public, admin)
	}
	wg.Go(func() {
		if err := feedServer.Run(serving); err != nil {
			h.log.Error("feeds", "err", err)
		}
	})
	err = w.Run(ctx)
	stop()
	return err
}

// push says how hubs are subscribed to: not at all without a public address.
func (h *house) push() *worker.Push {
	if h.settings.BaseURL == "" || h.settings.Listen == "off" {
		return nil
	}
	return &worker.Push{
		Callback: h.baseURL() + "/websub/",
		Post: func(ctx context.Context, s *worker.Source, hub string, form url.Values) error {
			return h.fetch.PostForm(ctx, hub, fetch.Options{AllowPrivate: s.AllowPrivate}, form)
		},
	}
}

// picture asks a post's page for its image.
func (h *house) picture(ctx context.Context, s *worker.Source, link string) (feeds.Media, bool, error) {
	page, err := head.Read(ctx, h.fetch, link, fetch.Options{AllowPrivate: s.AllowPrivate})
	if err != nil {
		return feeds.Media{}, false, err
	}
	m, ok := page.Image()
	return m, ok, nil
}

// serve makes the server of the feeds; hubs answers what is pushed.
func (h *house) serve(hubs http.Handler) (*serve.Server, error) {
	c := serve.Config{BaseURL: h.baseURL(), Library: h.store, Log: h.log, Version: versionString(), WebSub: hubs}
	for _, f := range h.settings.Feeds {
		keep, err := filter(f.Filter)
		if err != nil {
			return nil, fmt.Errorf("feeds.%s.filter: %w", f.Name, err)
		}
		out := serve.Feed{
			Name: f.Name, Title: f.Title, Description: f.Description, Link: f.Link, Language: f.Language, Image: f.Image,
			Authors: authors(f.Authors), Sources: f.Sources, Kind: f.Kind, Items: f.Items, MaxAge: f.MaxAge.Std(),
			Icon: f.Icon, Tags: f.Tags, By: f.By, Languages: f.Languages,
			Content: f.Content, Hub: f.Hub, Cloud: f.Cloud, Out: f.Out, Retired: f.Retired, MovedTo: f.MovedTo,
		}
		if keep != nil {
			out.Keep = func(p feeds.Post) bool {
				ok, err := keep(p)
				return ok && err == nil
			}
		}
		c.Feeds = append(c.Feeds, out)
	}
	return serve.New(c)
}

// authors reads "Name <address>", the address being of mail or of the web.
func authors(names []string) []feeds.Author {
	var out []feeds.Author
	for _, n := range names {
		name, address, _ := strings.Cut(strings.TrimSuffix(strings.TrimSpace(n), ">"), "<")
		a := feeds.Author{Name: strings.TrimSpace(name)}
		if strings.Contains(address, "://") {
			a.URL = address
		} else {
			a.Email = address
		}
		out = append(out, a)
	}
	return out
}
