package worker

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"syndicated/feeds"
	"syndicated/feeds/change"
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

// took commits what a source held.
func (w *Worker) took(ctx context.Context, p store.Poll, s *Source, st sourceState, r source.Reading) (string, error) {
	now, err := w.Store.Now(ctx)
	if err != nil {
		return "lost", err
	}
	recovered := st.Failures > 0
	st.LastOK, st.Failures, st.Error, st.Since, st.Gone = now, 0, "", time.Time{}, false
	if r.State != nil {
		st.Own = r.State
	}
	if recovered {
		w.Log.Info("source works again", "source", s.Name)
	}
	if st.Newest.IsZero() {
		st.Newest = now
	}
	if len(r.Hubs) > 0 || !r.Unchanged {
		st.Hubs, st.Topic = r.Hubs, r.Topic
	}
	live := w.subscribe(ctx, s, &st, now)
	if r.Unchanged {
		alerts := w.silence(s, &st, now)
		if len(alerts) > 0 || len(r.Notes) > 0 {
			st.Notes = or2(r.Notes, st.Notes)
			return w.commit(ctx, p, s, store.Outcome{State: st.bytes(), Next: w.due(s, st, r, now, live), Decisions: alerts}, now, "unchanged")
		}
		w.done.add(store.Rescheduled{Poll: p, State: st.bytes(), Next: w.due(s, st, r, now, live)})
		return "unchanged", nil
	}
	memory, err := w.Store.Memory(ctx, s.Name)
	if err != nil {
		return "lost", fmt.Errorf("read the memory of %s: %w", s.Name, err)
	}
	for i := range r.Feed.Posts {
		post := &r.Feed.Posts[i]
		post.Source = s.Name
		if post.Feed == nil {
			post.Feed = &feeds.Origin{ID: r.Feed.ID, Title: r.Feed.Title, Link: r.Feed.Link, Self: r.Feed.Self}
		}
		if post.Language == "" {
			post.Language = r.Feed.Language
		}
	}
	first := !st.Read && len(memory) == 0
	result := change.Compare(memory, r.Feed.Posts, change.Options{
		Now: now, Start: s.Start, First: first, MaxAge: s.MaxAge, Burst: s.Burst,
		Sensitivity: s.Sensitivity, Partial: r.Partial, Complete: r.Feed.Complete,
	})
	st.Read = true
	st.Title, st.Notes = r.Feed.Title, r.Notes
	st.Published = dates(r.Feed.Posts)
	out := store.Outcome{Memory: result.Changed}
	if err := w.tell(ctx, s, result, &out, now); err != nil {
		return "lost", err
	}
	if first {
		w.recall(ctx, s, &out, now)
	}
	if s.Archive && !st.Archived {
		out.Posts = w.archive(s, result.Posts())
	}
	st.Archived = s.Archive
	for _, v := range result.Verdicts {
		if v.Kind == change.New || v.Kind == change.Update {
			st.Newest, st.Silent = now, false
		}
		if w.Seen.Judged != nil {
			w.Seen.Judged(string(v.Kind))
		}
	}
	for _, a := range result.Alerts {
		out.Decisions = append(out.Decisions, store.Decision{Source: s.Name, At: now, What: "alert", Reason: a})
	}
	out.Decisions = append(out.Decisions, w.silence(s, &st, now)...)
	out.State, out.Next = st.bytes(), w.due(s, st, r, now, live)
	return w.commit(ctx, p, s, out, now, "read")
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
	if len(done.Queued)+len(done.Replaced) > 0 {
		nudge(w.kick)
	}
	if w.Changed != nil && len(out.Posts)+len(out.Removed) > 0 {
		w.Changed()
	}
	return outcome, nil
}

// due is when the source is to be polled next.
func (w *Worker) due(s *Source, st sourceState, r source.Reading, now time.Time, live bool) time.Time {
	auto := autoInterval(st.Published, now)
	next := s.next(now, auto)
	if live { // a hub pushes: polling only makes sure that it does
		if every := s.interval(now, auto); every < pushedMost {
			next = s.next(now.Add(min(every*pushedSlow, pushedMost)-every), auto)
		}
	}
	if (s.Schedule.Asked || s.Schedule.Auto) && r.NotBefore.After(next) {
		next = s.next(r.NotBefore, auto)
		if next.Sub(now) > backoffMax {
			next = r.NotBefore
		}
	}
	return next
}

// failed keeps what went wrong with a source, once, and backs off.
func (w *Worker) failed(ctx context.Context, p store.Poll, s *Source, st sourceState, r source.Reading, why error, now time.Time) (string, error) {
	if r.State != nil {
		st.Own = r.State
	}
	first := st.Failures == 0
	if first {
		st.Since = now
	}
	st.Failures++
	changed := st.Error != why.Error()
	st.Error = why.Error()
	st.Gone = errors.Is(why, source.ErrGone)
	every := s.interval(now, autoInterval(st.Published, now))
	next := s.next(now, every)
	if st.Failures > 1 {
		if later := now.Add(backoff(every, st.Failures, backoffMax)); later.After(next) {
			next = later
		}
	}
	if at, ok := source.NotBefore(why); ok && at.After(next) {
		next = at
	}
	if st.Gone {
		next = now.Add(30 * 24 * time.Hour) // polling stops; a month later it is worth one look
	}
	out := store.Outcome{State: st.bytes(), Next: next, Decisions: w.silence(s, &st, now)}
	if changed {
		w.Log.Warn("source cannot be read", "source", s.Name, "err", why, "next", next)
	}
	if st.Gone && first {
		out.Decisions = append(out.Decisions, store.Decision{Source: s.Name, At: now, What: "alert", Reason: "the source says that it is gone for good (410); it is not polled any more"})
	}
	return w.commit(ctx, p, s, out, now, "failed")
}

// silence gives an alert, once, when the source has had nothing new for longer
// than expected.
func (w *Worker) silence(s *Source, st *sourceState, now time.Time) []store.Decision {
	if s.Expect <= 0 || st.Silent || st.Newest.IsZero() || now.Sub(st.Newest) < s.Expect {
		return nil
	}
	st.Silent = true
	reason := fmt.Sprintf("nothing new since %s, expected within %s", st.Newest.Format(time.RFC3339), s.Expect)
	if st.Error != "" {
		reason += "; last error: " + st.Error
	}
	return []store.Decision{{Source: s.Name, At: now, What: "alert", Reason: reason}}
}

func dates(posts []feeds.Post) []time.Time {
	var out []time.Time
	for _, p := range posts[:min(len(posts), 20)] {
		if !p.Published.IsZero() && !p.Inferred {
			out = append(out, p.Published)
		}
	}
	return out
}

func or2[T any](a, otherwise []T) []T {
	if len(a) > 0 {
		return a
	}
	return otherwise
}

// batch gathers polls that changed nothing, so that one write ends many.
type batch struct {
	mu   sync.Mutex
	done []store.Rescheduled
}

func (b *batch) add(r store.Rescheduled) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.done = append(b.done, r)
}

func (b *batch) flush(ctx context.Context, w *Worker) {
	b.mu.Lock()
	done := b.done
	b.done = nil
	b.mu.Unlock()
	if len(done) == 0 {
		return
	}
	now, err := w.Store.Now(ctx)
	if err == nil {
		err = w.Store.Reschedule(ctx, now, done)
	}
	if err != nil {
		// Their leases lapse and they are polled again: nothing is lost.
		w.Log.Warn("polls are not settled", "polls", len(done), "err", err)
	}
}
