package worker

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"syndicated/feeds"
	"syndicated/feeds/change"
	"syndicated/worker/network"
	"syndicated/worker/share"
	"syndicated/worker/store"
)

// priorities order what shares a quota.
var priorities = map[change.Kind]int{change.New: 0, change.Update: 1, change.Gone: 1, change.Rerun: 2}

// tell turns verdicts into posts for the feeds, messages for the accounts and
// the story of both.
func (w *Worker) tell(ctx context.Context, s *Source, r change.Result, out *store.Outcome, now time.Time) error {
	for _, v := range r.Verdicts {
		d := decision(s.Name, v, now)
		keep, err := kept(s.Keep, v.Post)
		switch {
		case err != nil:
			d.Reason += "; the source's filter cannot judge it, so nobody is told: " + err.Error()
		case !keep:
			d.Reason += "; left out by the source's filter"
		}
		keep = keep && err == nil
		out.Decisions = append(out.Decisions, d)
		if s.Archive {
			switch {
			case v.Kind == change.Gone || v.Post.Private || !keep:
				out.Removed = append(out.Removed, v.Post.Key)
			case v.Kind != change.Rerun:
				out.Posts = append(out.Posts, v.Post)
			}
		}
		if !keep {
			continue
		}
		for _, a := range w.Accounts {
			if !a.Wants(s.Name) {
				continue
			}
			if err := w.compose(ctx, s, a, v, out, now); err != nil {
				return err
			}
		}
	}
	return nil
}

// archive picks the posts that feeds show from all that a source holds.
func (w *Worker) archive(s *Source, posts []feeds.Post) []feeds.Post {
	return slices.DeleteFunc(slices.Clone(posts), func(p feeds.Post) bool {
		keep, err := kept(s.Keep, p)
		return p.Private || err != nil || !keep
	})
}

func kept(keep func(feeds.Post) (bool, error), p feeds.Post) (bool, error) {
	if keep == nil {
		return true, nil
	}
	return keep(p)
}

// decision is the first line of a verdict's story.
func decision(src string, v change.Verdict, now time.Time) store.Decision {
	d := store.Decision{
		Source: src, Post: v.Post.Key, At: now, What: string(v.Kind), Score: v.Score, Reason: v.Reason,
		Note: v.Note.Text, Title: v.Post.Title, Link: v.Post.Link,
	}
	if len(v.Diff) > 0 {
		d.Diff, _ = json.Marshal(v.Diff) // strings: cannot fail
	}
	return d
}

// compose makes the messages that one account sends because of one verdict.
func (w *Worker) compose(ctx context.Context, s *Source, a *Account, v change.Verdict, out *store.Outcome, now time.Time) error {
	tells := v.Tell != change.Silent
	if !tells && v.Kind != change.Edit && v.Kind != change.Moved && v.Kind != change.Gone {
		return nil
	}
	if keep, err := kept(a.Keep, v.Post); err != nil || !keep {
		if tells && err != nil {
			out.Decisions = append(out.Decisions, about(a, v, now, "silent", "the account's filter cannot judge it: "+err.Error()))
		}
		return nil
	}
	var before []share.Earlier
	if v.Kind != change.New {
		told, err := w.Store.Messages(ctx, store.Filter{Account: a.Name, Source: s.Name, Post: v.Post.Key})
		if err != nil {
			return fmt.Errorf("read what %s was told of %s: %w", a.Name, v.Post.Key, err)
		}
		before = earlier(told)
	}
	if !tells && len(before) == 0 {
		return nil // nobody was told of what changed silently
	}
	words, err := a.words(ctx, func(err error) {
		w.Log.Warn("the account does not answer; its network's usual limits hold", "account", a.Name, "err", err)
	})
	if err != nil {
		return fmt.Errorf("words of %s: %w", a.Name, err)
	}
	if a.Pictures && v.Kind != change.Gone && v.Post.Image == nil {
		v.Post.Image = w.picture(ctx, s, v.Post.Link)
	}
	c, err := words.Compose(share.Event{Verdict: v, Now: now, Before: before})
	if err != nil {
		out.Decisions = append(out.Decisions, about(a, v, now, "silent", "no message could be made of it: "+err.Error()))
		return nil
	}
	w.enqueue(s, a, v, c, before, out, now)
	return nil
}

// earlier lists what an account was told of a post, oldest first; what was
// given up or dropped was told to nobody.
func earlier(told []store.Entry) []share.Earlier {
	slices.SortStableFunc(told, func(x, y store.Entry) int { return x.Message.Created.Compare(y.Message.Created) })
	var out []share.Earlier
	for _, e := range told {
		if e.State != store.IsDead && e.State != store.Dropped {
			out = append(out, share.Earlier{ID: e.Message.ID, Sent: e.State == store.IsSent})
		}
	}
	return out
}

// enqueue adds composed messages to the outcome.
func (w *Worker) enqueue(s *Source, a *Account, v change.Verdict, c share.Composed, before []share.Earlier, out *store.Outcome, now time.Time) {
	if c.Silence != "" && v.Tell != change.Silent {
		out.Decisions = append(out.Decisions, about(a, v, now, "silent", c.Silence))
	}
	due := now
	if !w.unsettled {
		switch v.Kind {
		case change.New, change.Rerun:
			due = now.Add(s.Settle)
		case change.Update:
			due = now.Add(s.SettleUpdate)
		}
	}
	alone := func(in store.Instead) {
		out.Messages = append(out.Messages, store.Queued{Message: network.Message{Account: a.Name, Source: s.Name, Post: v.Post.Key}, Instead: &in})
	}
	var instead *store.Instead
	if c.Instead != nil {
		instead = &store.Instead{ID: c.Instead.ID, Body: c.Instead, Reason: "the post was changed before its message was sent"}
		if len(c.Messages) == 0 {
			alone(*instead)
		}
	}
	if c.Cancel {
		for _, b := range before {
			if !b.Sent {
				alone(store.Instead{ID: b.ID, Reason: "the post was taken back before its message was sent"})
			}
		}
	}
	hold := a.review(v)
	for i, m := range c.Messages {
		q := store.Queued{
			Message: m, Due: due, Hold: hold, Priority: priorities[v.Kind],
			Once: once(v, i), Stream: a.stream,
		}
		if i == 0 {
			q.Instead = instead
		}
		out.Messages = append(out.Messages, q)
		what, reason := "queued", string(m.Verb)+" to be sent"
		switch {
		case hold != "":
			what, reason = "held", hold
		case due.After(now):
			reason += " from " + due.Format("15:04:05") + ", once it has settled"
		}
		d := about(a, v, now, what, reason)
		d.Message = m.ID
		out.Decisions = append(out.Decisions, d)
	}
}

// review says why a person is to look at the message first, empty if not.
func (a *Account) review(v change.Verdict) string {
	if v.Tell == change.Hold && slices.Contains(a.Review, "burst") {
		return "held for review: " + v.Reason
	}
	if slices.Contains(a.Review, string(v.Kind)) {
		return fmt.Sprintf("held for review, as the account's settings ask for every %s", v.Kind)
	}
	return ""
}

func about(a *Account, v change.Verdict, now time.Time, what, reason string) store.Decision {
	return store.Decision{
		Source: v.Post.Source, Post: v.Post.Key, At: now, What: what, Account: a.Name, Reason: reason,
		Title: v.Post.Title, Link: v.Post.Link,
	}
}

// once names what a message says independently of the source that the post was
// read from, so that a post in two sources is shared once: by canonical link,
// title (or content where there is none) and day, since some feeds give all
// their posts one link and title.
func once(v change.Verdict, part int) string {
	p := v.Post
	if p.Link == "" {
		return ""
	}
	says := p.Title
	if says == "" {
		says = feeds.Text(p.Content + p.Summary)
	}
	if v.Kind == change.Update {
		says += "\x00" + v.Note.Text
	}
	if !p.Inferred {
		says += p.Published.UTC().Format("\x002006-01-02")
	}
	h := sha256.Sum256(fmt.Appendf(nil, "%s\x00%s\x00%s\x00%d", v.Kind, change.Link(p.Link), strings.Join(strings.Fields(strings.ToLower(says)), " "), part))
	return hex.EncodeToString(h[:12])
}
