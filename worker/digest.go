package worker

import (
	"context"
	"fmt"
	"math"
	"time"

	"syndicated/worker/network"
	"syndicated/worker/store"
)

// digestMost bounds the posts of one digest.
const digestMost = 20

// allowance is how many messages the limits let go at now, without a pause.
func (l Limits) allowance(p pace, now time.Time) int {
	n := math.MaxInt
	if l.Spacing > 0 {
		n = 1
	}
	if l.Quota > 0 {
		n = min(n, l.left(p, now))
	}
	if l.Every > 0 {
		tat := p.TAT
		if tat.Before(now) {
			tat = now
		}
		n = min(n, max(l.Burst, 1)-int(tat.Sub(now)/l.Every))
	}
	return max(n, 0)
}

// fold makes one message of those that wait for the account, when they are more
// than its limits let go and overflow is digest. It is one commit: the digest
// is queued and the messages in it are cancelled together, l's among them, so
// that l must not be settled when folded is true.
func (w *Worker) fold(ctx context.Context, a *Account, l store.Lease, now time.Time) (folded bool, err error) {
	if a.Limits.Overflow != "digest" || l.Doubt || l.Try > 1 || !digestible(l.Message) {
		return false, nil
	}
	may := a.Limits.allowance(readPace(l.Rate), now)
	waiting, err := w.Store.Messages(ctx, store.Filter{Account: a.Name, State: store.Waiting, Limit: digestMost + 1})
	if err != nil {
		return false, err
	}
	list := []network.Message{l.Message}
	for _, e := range waiting {
		if e.Message.ID != l.Message.ID && digestible(e.Message) && !e.Due.After(now) && e.Try == 0 && len(list) < digestMost {
			list = append(list, e.Message)
		}
	}
	if len(list) <= max(may, 1) {
		return false, nil
	}
	words, err := a.Words(ctx, func(error) {})
	if err != nil {
		return false, err
	}
	digests, err := words.Digests(list, now)
	if err != nil {
		return false, fmt.Errorf("make a digest: %w", err)
	}
	var out store.Outcome
	for _, d := range digests {
		if len(d.Of) < 2 {
			continue // alone it stays what it is
		}
		out.Messages = append(out.Messages, store.Queued{Message: d.Digest, Due: now, Priority: l.Priority})
		for _, m := range d.Of {
			out.Messages = append(out.Messages, store.Queued{
				Message: network.Message{Account: a.Name},
				Instead: &store.Instead{ID: m.ID, Reason: "told in the digest " + d.Digest.ID},
			})
			out.Decisions = append(out.Decisions, store.Decision{
				Source: m.Source, Post: m.Post, At: now, What: "digest", Account: a.Name, Message: d.Digest.ID, Title: m.Title, Link: m.Link,
				Reason: fmt.Sprintf("%d messages wait and the account's limits let %d go: told together", len(list), may),
			})
		}
	}
	if len(out.Messages) == 0 {
		return false, nil
	}
	return w.aside(ctx, "digest of "+a.Name, now, out)
}

func digestible(m network.Message) bool {
	return m.Verb == network.VerbPost && m.Kind == "new" && m.Of == ""
}
