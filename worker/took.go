package worker

import (
	"context"
	"errors"
	"fmt"
	"time"

	"syndicated/feeds"
	"syndicated/feeds/change"
	"syndicated/feeds/source"
	"syndicated/worker/store"
)

// took commits what a source held.
func (w *Worker) took(ctx context.Context, p store.Poll, s *Source, st sourceState, r source.Reading) (string, error) {
	now, err := w.Store.Now(ctx)
	if err != nil {
		return "lost", err
	}
	recovered := st.Failures > 0
	before := st.LastOK
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
			st.Notes = either(r.Notes, st.Notes)
			return w.commit(ctx, p, s, store.Outcome{State: st.bytes(), Next: w.due(s, st, r, now, live), Decisions: alerts}, now, "unchanged")
		}
		w.done.add(ctx, w, store.Rescheduled{Poll: p, State: st.bytes(), Next: w.due(s, st, r, now, live)})
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
	if before.Before(w.restored) {
		w.doubt(result.Verdicts, &out, now)
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

// due is when the source is to be polled next.
func (w *Worker) due(s *Source, st sourceState, r source.Reading, now time.Time, live bool) time.Time {
	auto := autoInterval(st.Published, now)
	next := s.next(now, auto)
	if live { // a hub pushes: polling only makes sure that it does
		if every := s.interval(now, auto); every < pushedMost {
			next = s.next(now.Add(min(every*pushedSlow, pushedMost)-every), auto)
		}
	}
	if asked := byStore(r.NotBefore, now); (s.Schedule.Asked || s.Schedule.Auto) && !r.NotBefore.IsZero() && asked.After(next) {
		next = s.next(asked, auto)
		if next.Sub(now) > backoffMax {
			next = asked
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
	if at, ok := source.NotBefore(why); ok && byStore(at, now).After(next) {
		next = byStore(at, now)
	}
	if st.Gone {
		next = now.Add(30 * 24 * time.Hour) // polling stops; a month later it is worth one look
	}
	alerts := w.silence(s, &st, now)
	out := store.Outcome{State: st.bytes(), Next: next, Decisions: alerts}
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

func either[T any](a, otherwise []T) []T {
	if len(a) > 0 {
		return a
	}
	return otherwise
}
