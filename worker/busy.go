package worker

import (
	"context"

	"syndicated/worker/share"
)

// take waits until nobody else uses the account's network, which serves one
// goroutine at a time; false if ctx ended first. give gives it back.
func (a *Account) take(ctx context.Context) bool {
	select {
	case a.busy <- struct{}{}:
		return true
	case <-ctx.Done():
		return false
	}
}

func (a *Account) give() { <-a.busy }

// words is Words for who has not taken the network: where the server is to be
// asked again, but is busy, the composer that there is serves.
func (a *Account) words(ctx context.Context, warn func(error)) (*share.Composer, error) {
	c, fresh := a.composed()
	if fresh {
		return c, nil
	}
	if c != nil {
		select {
		case a.busy <- struct{}{}:
		default:
			return c, nil
		}
	} else if !a.take(ctx) {
		return nil, ctx.Err()
	}
	defer a.give()
	return a.Words(ctx, warn)
}
