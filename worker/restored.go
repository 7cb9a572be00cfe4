package worker

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"syndicated/feeds/change"
	"syndicated/worker/store"
)

// restoredKey is where the store keeps that it was restored, and when.
const restoredKey = "restored"

// Restored is the line by which a dump tells a worker that the store it goes
// into is an older self: the one that it was went on, and told of posts, after
// the dump was written. at is the time of the restoring.
func Restored(at time.Time) store.Line {
	b, _ := json.Marshal(at.UTC()) // a time of this age: cannot fail
	return store.Line{Value: &store.DumpValue{Key: restoredKey, Value: b}}
}

// loadRestored reads when the store was restored; zero if it never was.
func (w *Worker) loadRestored(ctx context.Context) error {
	b, err := w.Store.Load(ctx, restoredKey)
	if err == nil && b != nil {
		err = json.Unmarshal(b, &w.restored)
	}
	if err != nil {
		return fmt.Errorf("read whether the store was restored: %w", err)
	}
	return nil
}

// doubt holds back what the first read after a restoring would share: what was
// on the source before that may have been shared in the time that is forgotten.
func (w *Worker) doubt(verdicts []change.Verdict, out *store.Outcome, now time.Time) {
	reason := "the store was restored from an older export, and this may have been shared before that: look on the account, then release or drop it"
	later := map[string]bool{}
	for _, v := range verdicts {
		// A post without a date has that of its first reading: it may be older.
		dated := v.Post.Published.Unix() < now.Unix()
		later[v.Post.Key] = v.Kind == change.New && dated && v.Post.Published.After(w.restored)
	}
	held := map[string]bool{}
	for i := range out.Messages {
		if q := &out.Messages[i]; q.Message.ID != "" && q.Hold == "" && !q.Stream && !later[q.Message.Post] {
			q.Hold = reason
			held[q.Message.ID] = true
		}
	}
	for i := range out.Decisions {
		if d := &out.Decisions[i]; d.What == "queued" && held[d.Message] {
			d.What, d.Reason = "held", reason
		}
	}
}
