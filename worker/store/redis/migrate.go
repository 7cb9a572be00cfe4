package redis

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	goredis "github.com/redis/go-redis/v9"
)

var (
	// ErrForeign: the workspace's keys are not this program's.
	ErrForeign = errors.New("the keys of this workspace were not written by syndicated; choose another workspace")
	// ErrNewer: a newer program wrote the workspace.
	ErrNewer = errors.New("written by a newer version of syndicated; nothing was changed")
	// ErrImporting: an import was cut short.
	ErrImporting = errors.New("an import into this workspace was not finished; import again")
)

// migrations bring the keys from each layout to the next; the key "version"
// holds the number of those that were applied. Each may be cut off and run
// again, by several workers at once. Never change one that was released.
var migrations = []func(context.Context, *Store) error{
	func(context.Context, *Store) error { return nil }, // layout 1: nothing is made beforehand
	toPast, // layout 2: what is over is a list
}

const importing = "importing"

// toPast makes the list past of the set over.
func toPast(ctx context.Context, s *Store) error {
	for {
		n, err := s.run.past.Run(ctx, s.client, s.keys.all("over", "past"), chunk).Int()
		if err != nil || n == 0 {
			return err
		}
	}
}

func (s *Store) migrate(ctx context.Context, steps []func(context.Context, *Store) error) error {
	key := s.keys.of("version")
	text, err := s.client.Get(ctx, key).Result()
	if errors.Is(err, goredis.Nil) {
		n, err := s.client.Exists(ctx, s.keys.all("poll", "messages", "queue", "accounts")...).Result()
		if err != nil {
			return err
		}
		if n > 0 {
			return ErrForeign
		}
		text = "0"
	} else if err != nil {
		return err
	}
	if text == importing {
		return nil // Check refuses it; Import may go on
	}
	version, err := strconv.Atoi(text)
	switch {
	case err != nil || version < 0:
		return ErrForeign
	case version > len(steps):
		return fmt.Errorf("layout %d, this program knows %d: %w", version, len(steps), ErrNewer)
	}
	for ; version < len(steps); version++ {
		if err := steps[version](ctx, s); err != nil {
			return fmt.Errorf("bring to layout %d: %w", version+1, err)
		}
		if err := s.client.Set(ctx, key, version+1, 0).Err(); err != nil {
			return fmt.Errorf("bring to layout %d: %w", version+1, err)
		}
	}
	return nil
}
