package worker

import (
	"context"
	"sync"

	"syndicated/worker/store"
)

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
