package worker

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"syndicated/feeds/source"
	"syndicated/worker/store"
)

// pollLoop claims what is due and reads it, until ctx ends. hand is the context
// of work that was begun.
func (w *Worker) pollLoop(ctx, hand context.Context) {
	var (
		wg    sync.WaitGroup
		slots = make(chan struct{}, w.Polls)
		freed = make(chan struct{}, 1)
	)
	for ctx.Err() == nil {
		w.polled.Store(time.Now().Unix())
		w.done.flush(hand, w)
		free := w.Polls - len(slots)
		claimed := 0
		if free > 0 {
			polls, err := w.claimPolls(hand, free)
			if err != nil && ctx.Err() == nil {
				w.Log.Warn("no source claimed", "err", err)
			}
			claimed = len(polls)
			for _, p := range polls {
				slots <- struct{}{}
				wg.Go(func() {
					w.poll(hand, p)
					<-slots
					nudge(freed)
				})
			}
		}
		if claimed > 0 && claimed == free {
			// More may be due: go on as soon as a slot is free.
			select {
			case <-freed:
			case <-ctx.Done():
			}
			continue
		}
		select {
		case <-w.wake:
		case <-ctx.Done():
		}
	}
	wg.Wait()
	w.done.flush(hand, w)
}

func (w *Worker) claimPolls(ctx context.Context, most int) ([]store.Poll, error) {
	now, err := w.Store.Now(ctx)
	if err != nil {
		return nil, err
	}
	polls, _, err := w.Store.ClaimPolls(ctx, now, most, w.Lease)
	return polls, err
}

// poll reads one claimed source and commits what came of it.
func (w *Worker) poll(ctx context.Context, p store.Poll) (outcome string) {
	begin := time.Now()
	outcome = "lost"
	w.holding(ctx, func(ctx context.Context, now time.Time) (bool, error) {
		return w.Store.ExtendPoll(ctx, now, p, w.Lease)
	}, func(ctx context.Context) {
		var err error
		if outcome, err = w.read(ctx, p); err != nil && context.Cause(ctx) != errLost {
			w.Log.Warn("poll", "source", p.Source, "err", err)
		}
	})
	if w.Seen.Polled != nil {
		w.Seen.Polled(outcome, time.Since(begin))
	}
	return outcome
}

// read does the poll. The error is of the store: the source's own are part of
// its state.
func (w *Worker) read(ctx context.Context, p store.Poll) (outcome string, err error) {
	now, err := w.Store.Now(ctx)
	if err != nil {
		return "lost", fmt.Errorf("ask the store for the time: %w", err)
	}
	s, err := w.source(ctx, p.Source)
	if err != nil {
		return "lost", err
	}
	if s == nil {
		w.Log.Info("source is no longer in the settings", "source", p.Source)
		return "forgotten", w.Store.Forget(ctx, []string{p.Source})
	}
	st, err := readState(p.State)
	if err != nil {
		w.Log.Warn("the source's state cannot be read and begins anew", "source", p.Source, "err", err)
		st = sourceState{Read: true} // what is in the memory is still known
	}
	if s.Lister != nil {
		return w.list(ctx, p, s, st, now)
	}
	src, err := s.Open()
	if err != nil {
		return w.failed(ctx, p, s, st, source.Reading{}, err, now)
	}
	own := st.Own
	if s.Archive && !st.Archived {
		own = nil // a feed has begun to show it: all its posts are wanted once
	}
	reading, err := src.Read(ctx, own)
	if ctx.Err() != nil {
		return "lost", context.Cause(ctx)
	}
	if err != nil {
		return w.failed(ctx, p, s, st, reading, err, now)
	}
	return w.took(ctx, p, s, st, reading)
}

// commit ends the poll and lets everybody know.
func (w *Worker) commit(ctx context.Context, p store.Poll, s *Source, out store.Outcome, now time.Time, outcome string) (string, error) {
	done, err := w.Store.Commit(ctx, now, p, out)
	if err != nil {
		return "lost", fmt.Errorf("commit the poll of %s: %w", s.Name, err)
	}
	if !done.OK {
		return "lost", errLost
	}
	w.told(out.Decisions...)
	if extra := afterwards(out, done, now); len(extra) > 0 {
		if _, err := w.aside(ctx, "story of "+s.Name, now, store.Outcome{Decisions: extra}); err != nil {
			w.Log.Warn("the story lacks what became of messages", "source", s.Name, "err", err)
		}
	}
	if len(done.Queued)+len(done.Replaced) > 0 {
		nudge(w.kick)
	}
	if w.Changed != nil && len(out.Posts)+len(out.Removed) > 0 {
		w.Changed()
	}
	return outcome, nil
}

// afterwards is what only the commit could tell of messages: that one took the
// place of another which still waited, or was left out because the same post
// had been queued from another source.
func afterwards(out store.Outcome, done store.Committed, now time.Time) (extra []store.Decision) {
	for _, q := range out.Messages {
		d := store.Decision{Source: q.Message.Source, Post: q.Message.Post, At: now, Account: q.Message.Account, Message: q.Message.ID, Title: q.Message.Title, Link: q.Message.Link}
		switch {
		case q.Instead != nil && slices.Contains(done.Replaced, q.Instead.ID):
			if d.What, d.Message, d.Reason = "replaced", q.Instead.ID, q.Instead.Reason; q.Instead.Body == nil {
				d.What = "cancelled"
			}
		case q.Message.ID != "" && slices.Contains(done.Taken, q.Message.ID):
			d.What, d.Reason = "silent", "the same post was queued for this account from another source"
		default:
			continue
		}
		extra = append(extra, d)
	}
	return extra
}
