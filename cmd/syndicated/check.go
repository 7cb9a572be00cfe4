package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"

	"syndicated/config"
	"syndicated/worker"
	"syndicated/worker/network"
)

func runCheck(ctx context.Context, e env, args []string) int {
	f := flags(e, "check")
	c := commonFlags(f)
	offline := f.Bool("offline", false, "check the file alone; connect nowhere")
	rest, status, ok := parse(f, args)
	if !ok {
		return status
	}
	if len(rest) > 0 {
		return wrongUse(e, "check takes no arguments, %q is one; name the file with -c", rest[0])
	}
	s, ok := load(e, c.file)
	if !ok {
		return exitUsage
	}
	if *offline {
		fmt.Fprintf(e.stdout, "%s: well: %d sources, %d feeds, %d accounts\n", c.file, len(s.Sources), len(s.Feeds), len(s.Accounts))
		return exitOK
	}
	return check(ctx, e, c, s)
}

// check connects to the store, the sources and the accounts, and says how each is.
func check(ctx context.Context, e env, c *common, s *config.Settings) int {
	log := logger(e, c.logFormat, config.Log{Level: "error"})
	name := s.Store.String()
	h, stands, err := borrow(ctx, s, log)
	if err != nil {
		return fail(e, err)
	}
	defer func() { _ = h.Close() }()
	status := exitOK
	line := func(what, name string, err error, good string) {
		if err != nil {
			status = exitFailed
			fmt.Fprintf(e.stdout, "%-8s %-20s failed: %v\n", what, name, err)
			return
		}
		fmt.Fprintf(e.stdout, "%-8s %-20s well: %s\n", what, name, good)
	}
	if stands != "" {
		line("store", name, nil, stands)
	} else {
		warnings, err := h.store.Check(ctx)
		line("store", name, err, fmt.Sprintf("%d warnings", len(warnings)))
		for _, w := range warnings {
			fmt.Fprintf(e.stdout, "%-8s %-20s warning: %s\n", "store", name, w)
		}
	}
	results := make([]func(), len(h.sources)+len(h.accounts))
	var wg sync.WaitGroup
	slots := make(chan struct{}, 16)
	for i, src := range h.sources {
		wg.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			good, err := look(ctx, src)
			results[i] = func() { line("source", src.Name, err, good) }
		})
	}
	for i, a := range h.accounts {
		wg.Go(func() {
			good, err := who(ctx, a)
			if words, err := a.Compose(a.Account.Manner()); err == nil {
				for _, n := range words.Notes() {
					good += "; " + n
				}
			}
			results[len(h.sources)+i] = func() { line("account", a.Name, err, good) }
		})
	}
	wg.Wait()
	for _, r := range results {
		r()
	}
	return status
}

// borrow builds the house for a command that looks: where the store's file is
// used by a daemon or does not exist yet, an empty store in memory stands in,
// and stands says why.
func borrow(ctx context.Context, s *config.Settings, log *slog.Logger) (h *house, stands string, err error) {
	if !s.Store.Shared() && s.Store != inMemory {
		if _, err := os.Stat(string(s.Store)); errors.Is(err, os.ErrNotExist) {
			s.Store, stands = inMemory, "not there yet; the first run makes it"
		}
	}
	h, err = build(ctx, s, log)
	if err != nil && isLocked(err) {
		s.Store, stands = inMemory, "in use by a running daemon"
		h, err = build(ctx, s, log)
	}
	return h, stands, err
}

// look reads a source once.
func look(ctx context.Context, s *worker.Source) (string, error) {
	if s.Lister != nil {
		l, err := s.Lister.List(ctx, nil)
		return fmt.Sprintf("%d feeds", len(l.Members)), err
	}
	src, err := s.Open()
	if err != nil {
		return "", err
	}
	r, err := src.Read(ctx, nil)
	if err != nil {
		return "", err
	}
	good := fmt.Sprintf("%q, %d posts", r.Feed.Title, len(r.Feed.Posts))
	for _, n := range r.Notes {
		good += "; " + n
	}
	return good, nil
}

// who asks a network who the account is.
func who(ctx context.Context, a *worker.Account) (string, error) {
	p, ok := a.Account.(network.Prober)
	if !ok {
		return "its network cannot be asked", nil
	}
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	profile, err := p.Probe(ctx)
	if err != nil {
		return "", err
	}
	good := profile.Name
	if profile.Server != "" {
		good += " at " + profile.Server
	}
	if !profile.Expires.IsZero() {
		good += ", credentials end " + profile.Expires.Format(time.DateOnly)
	}
	for _, n := range profile.Notes {
		good += "; " + n
	}
	return good, nil
}
