package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"syndicated/worker"
)

// oncePatience is how long once waits for a message whose answer was lost.
const oncePatience = 3 * time.Minute

func runOnce(ctx context.Context, e env, args []string) int {
	f := flags(e, "once")
	c := commonFlags(f)
	rest, status, ok := parse(f, args)
	if !ok {
		return status
	}
	if err := c.check(); err != nil {
		return wrongUse(e, "%v", err)
	}
	if len(rest) > 0 {
		return wrongUse(e, "once takes no arguments, %q is one", rest[0])
	}
	s, ok := load(e, c.file)
	if !ok {
		return exitUsage
	}
	h, err := build(ctx, s, logger(e, c.logFormat, s.Log))
	if err != nil {
		return fail(e, err)
	}
	status, err = h.once(ctx, e)
	if err := errors.Join(err, h.Close()); err != nil {
		return fail(e, err)
	}
	return status
}

func (h *house) once(ctx context.Context, e env) (int, error) {
	feedServer, err := h.serve(nil)
	if err != nil {
		return exitFailed, err
	}
	w, err := worker.New(worker.Config{
		Store: h.store, Sources: h.sources, Accounts: h.accounts, Log: h.log, Grace: h.settings.Grace.Std(), Picture: h.picture,
	})
	if err != nil {
		return exitFailed, err
	}
	t, err := w.Once(ctx, oncePatience)
	if err != nil {
		return exitFailed, err
	}
	// Folders (out:) get their documents; nothing is served.
	if err := feedServer.Refresh(ctx); err != nil {
		return exitFailed, err
	}
	feedServer.Tell(ctx)
	fmt.Fprintf(e.stdout, "%d sources read, %d failed; %d messages sent, %d given up, %d held, %d waiting\n", t.Sources, t.Failed, t.Sent, t.Dead, t.Held, t.Waiting)
	for _, name := range t.Stopped {
		fmt.Fprintf(e.stdout, "account %s is stopped: its network refuses it; mend it and run `syndicated check`\n", name)
	}
	if t.Failed > 0 || t.Dead > 0 || len(t.Stopped) > 0 {
		return exitFailed, nil
	}
	return exitOK, nil
}
