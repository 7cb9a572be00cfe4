package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"syndicated/config"
	"syndicated/worker/store"
	"syndicated/worker/store/embedded"
)

// desk is what operators ask and do: of the store itself, or, where a running
// daemon has the store's file, of the daemon's API.
type desk interface {
	Now(context.Context) (time.Time, error)
	Story(ctx context.Context, source, which string) ([]store.Decision, error)
	Messages(context.Context, store.Filter) ([]store.Entry, error)
	Message(ctx context.Context, id string) (store.Entry, bool, error)
	Requeue(ctx context.Context, now time.Time, id, reason string) (bool, error)
	Drop(ctx context.Context, now time.Time, id, reason string) (bool, error)
	HoldMessage(ctx context.Context, now time.Time, id, reason string) (bool, error)
	Resume(ctx context.Context, now time.Time, account string) error
	Close() error
}

func isLocked(err error) bool { return errors.Is(err, embedded.ErrInUse) }

func openDesk(ctx context.Context, e env, c *common, s *config.Settings) (desk, error) {
	st, err := openStore(ctx, string(s.Store), logger(e, c.logFormat, config.Log{Level: "error"}))
	if isLocked(err) {
		if s.Admin == "" || s.Admin == "off" {
			return nil, fmt.Errorf("%w; and without an admin address the daemon cannot be asked", err)
		}
		return newAPIDesk("http://"+s.Admin, s.AdminToken.Reveal()), nil
	}
	return st, err
}
