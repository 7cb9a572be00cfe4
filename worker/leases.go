package worker

import (
	"context"
	"errors"
	"sync"
	"time"
)

// errLost is why work ends whose lease another worker has taken.
var errLost = errors.New("the lease was lost")

// holding does work while its lease is renewed. The work's context ends when
// the lease is lost; when the store cannot be reached the work goes on, since
// the fence keeps its result out if another worker took over.
func (w *Worker) holding(ctx context.Context, extend func(context.Context, time.Time) (bool, error), work func(context.Context)) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	over := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		t := time.NewTicker(w.Lease / 3)
		defer t.Stop()
		for {
			select {
			case <-over:
				return
			case <-ctx.Done():
				return
			case <-t.C:
			}
			now, err := w.Store.Now(ctx)
			if err != nil {
				continue
			}
			if ok, err := extend(ctx, now); err == nil && !ok {
				cancel(errLost)
				return
			}
		}
	})
	work(ctx)
	close(over)
	wg.Wait()
}
