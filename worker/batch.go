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

// full is when a batch is written without waiting for the next tick.
const full = 256

func (b *batch) add(ctx context.Context, w *Worker, r store.Rescheduled) {
	b.mu.Lock()
	b.done = append(b.done, r)
	n := len(b.done)
	b.mu.Unlock()
	if n >= full {
		b.flush(ctx, w)
	}
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
