package redis

import (
	"context"
	"time"
)

// listen waits for word that something is to be sent. Words that are lost, as
// while the connection is, cost time only: Wait does not wait for long.
func (s *Store) listen(ctx context.Context) {
	sub := s.client.Subscribe(ctx, s.keys.of("wake"))
	defer sub.Close()
	for {
		// An error here is followed by a new connection at the next call.
		if _, err := sub.Receive(ctx); err != nil {
			select {
			case <-ctx.Done():
				return
			case <-time.After(time.Second):
			}
		}
		if ctx.Err() != nil {
			return
		}
		select {
		case s.woken <- struct{}{}:
		default:
		}
	}
}

// patience is how long Wait trusts that it would have heard.
const patience = 5 * time.Second

// Wait implements store.Deliveries.
func (s *Store) Wait(ctx context.Context, until time.Time) error {
	wait := patience
	if !until.IsZero() {
		now, err := s.Now(ctx)
		if err != nil {
			return err
		}
		wait = min(wait, until.Sub(now))
	}
	t := time.NewTimer(wait)
	defer t.Stop()
	select {
	case <-s.woken:
		return nil
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
