package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"

	"syndicated/config"
	"syndicated/feeds/source/fetch"
	"syndicated/worker"
	"syndicated/worker/network"
	"syndicated/worker/store"
)

// house is the whole program put together from a settings file, not yet running.
type house struct {
	settings *config.Settings
	log      *slog.Logger
	store    store.Store
	fetch    *fetch.Client
	http     *network.Client
	sources  []*worker.Source
	accounts []*worker.Account
}

// build opens the store and makes every source and account of the settings.
func build(ctx context.Context, s *config.Settings, log *slog.Logger) (*house, error) {
	h := &house{settings: s, log: log}
	agent := s.UserAgent
	if agent == "" {
		agent = "syndicated/" + versionString() + " (+" + h.baseURL() + ")"
	}
	h.fetch = fetch.NewClient(fetch.ClientOptions{UserAgent: agent})
	h.http = network.NewClient(network.ClientOptions{UserAgent: agent})
	st, err := openStore(ctx, string(s.Store), log)
	if err != nil {
		return nil, err
	}
	h.store = st
	warnings, err := st.Check(ctx)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("store %s: %w", s.Store, err), h.Close())
	}
	for _, w := range warnings {
		log.Warn("store", "warning", w)
	}
	if err := h.furnish(); err != nil {
		return nil, errors.Join(err, h.Close())
	}
	return h, nil
}

// Close undoes build.
func (h *house) Close() error {
	h.fetch.Close()
	if h.store == nil {
		return nil
	}
	return h.store.Close()
}

// baseURL is the public address of the feeds.
func (h *house) baseURL() string {
	if h.settings.BaseURL != "" {
		return strings.TrimSuffix(h.settings.BaseURL, "/")
	}
	return "http://" + h.settings.Listen
}

// furnish makes the sources and the accounts.
func (h *house) furnish() error {
	for i := range h.settings.Sources {
		s, err := h.source(&h.settings.Sources[i])
		if err != nil {
			return err
		}
		h.sources = append(h.sources, s)
	}
	for i := range h.settings.Accounts {
		a, err := h.account(&h.settings.Accounts[i])
		if err != nil {
			return err
		}
		h.accounts = append(h.accounts, a)
	}
	return nil
}
