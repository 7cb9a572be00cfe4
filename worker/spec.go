package worker

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"syndicated/feeds"
	"syndicated/feeds/source"
	"syndicated/worker/network"
	"syndicated/worker/share"
)

// Source is a source with the settings that the worker needs.
type Source struct {
	Name string
	// Open gives what reads it. It is called at every poll, so that idle
	// sources cost nothing.
	Open func() (source.Source, error)
	// Lister is set instead of Open where the source names others; Member
	// opens one of them.
	Lister source.Lister
	Member func(name string, m source.Member) (source.Source, error)

	Schedule             Schedule
	Settle, SettleUpdate time.Duration
	Start                int // newest posts of a first read that are shared; -1 is all
	MaxAge               time.Duration
	Burst                int
	Sensitivity          string
	// Expect is the longest silence before an alert; 0 is none.
	Expect time.Duration
	// Keep is the filter; nil keeps all.
	Keep func(feeds.Post) (bool, error)
	// Archive: some feed shows this source's posts.
	Archive bool
	// AllowPrivate: what the source names may be on a private address too.
	AllowPrivate bool
	// WebSub: pushes are asked for where a hub is named.
	WebSub bool
	// Spread: the source is one of many with the same schedule, so it gets a
	// stable offset within it.
	Spread bool
}

// Account is an account with the settings that the worker needs.
type Account struct {
	Name string
	// Sources by name, empty for all; a name takes in the members of a lister.
	Sources []string
	// Keep is the filter; nil keeps all.
	Keep func(feeds.Post) (bool, error)
	// Account sends; Compose makes the words, once the server's limits are known.
	Account network.Account
	Compose func(network.Manner) (*share.Composer, error)

	// Pictures: a post without an image is given the one that its page names.
	Pictures bool

	Review      []string // kinds held for a person: new, update, rerun, burst
	Limits      Limits
	OnUnknown   string // hold or resend
	UnknownWait time.Duration
	Stale       time.Duration // a post older than this when its turn comes is held; 0 is no limit
	Retries     int
	Timeout     time.Duration // of one send; 0 is a minute

	stream bool          // its messages are handed to consumers
	busy   chan struct{} // holds a token while the network is asked or sent something
	rests  rest

	mu       sync.Mutex
	composer *share.Composer
	again    time.Time // when the server is to be asked again; zero if it answered
}

// Wants reports whether the account shares posts of a source.
func (a *Account) Wants(src string) bool {
	return len(a.Sources) == 0 || slices.ContainsFunc(a.Sources, func(n string) bool {
		return n == src || strings.HasPrefix(src, n+"/")
	})
}

// probeAgain is how long after a server that did not answer it is asked again.
const probeAgain = 5 * time.Minute

// composed is the composer that there is, and whether it is as the server wants it.
func (a *Account) composed() (c *share.Composer, fresh bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.composer, a.composer != nil && (a.again.IsZero() || time.Now().Before(a.again))
}

// Words gives the account's composer. The first call asks the server for its
// limits; while it does not answer or rests, the network's defaults hold.
func (a *Account) Words(ctx context.Context, warn func(error)) (*share.Composer, error) {
	if c, fresh := a.composed(); fresh {
		return c, nil
	}
	var again time.Time
	if p, ok := a.Account.(network.Prober); ok {
		if _, err := a.ask(ctx, p); err != nil {
			again = time.Now().Add(probeAgain)
			if until := a.rests.until(); !until.IsZero() {
				again = until
			}
			warn(err)
		}
	}
	c, err := a.Compose(a.Account.Manner())
	a.mu.Lock()
	defer a.mu.Unlock()
	a.again = again
	if err == nil {
		a.composer = c
	}
	return c, err
}
