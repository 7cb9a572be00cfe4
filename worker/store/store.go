// Package store is what is remembered: sources and when they are due, posts and
// what became of them, messages on their way, and what was sent. It keeps the
// promise of "never twice, never lost"; it decides nothing.
//
// Times come in as arguments, from Now, so that workers that share a store
// share its clock. They count in milliseconds; what is finer is cut off.
package store

import (
	"context"
	"errors"
	"time"

	"syndicated/feeds"
	"syndicated/worker/network"
)

// Store is implemented by worker/store/embedded and worker/store/redis; every
// rule below is tested by storetest. A method's error means that nothing can be
// said of what happened, and that calling it again with the same arguments is safe.
type Store interface {
	Polls
	Deliveries
	Archive
	Desk

	// Now is the time that all workers of this store agree on.
	Now(ctx context.Context) (time.Time, error)
	// Check tells what is wrong with the store or its server: problems that
	// make it refuse to work as an error, the others as warnings.
	Check(ctx context.Context) (warnings []string, err error)
	Close() error
}

// Polls is the part of the poll loop.
type Polls interface {
	// Plan makes known which sources there are. A source that is not yet known
	// becomes due at its Next; a known one keeps its own time unless Next is
	// earlier and Sooner is set. Sources that are known and not named are left alone.
	Plan(ctx context.Context, now time.Time, sources []Planned) error
	// Forget takes sources off the plan, and their leases away; what is
	// remembered of their posts stays.
	Forget(ctx context.Context, sources []string) error
	// ClaimPolls leases up to max sources that are due, most overdue first, and
	// says when to ask again: the earliest of what is due and of the leases that
	// end (zero: none is planned).
	ClaimPolls(ctx context.Context, now time.Time, max int, ttl time.Duration) ([]Poll, time.Time, error)
	// ClaimPoll leases one source whether or not it is due or planned; ok is
	// false when another worker has it.
	ClaimPoll(ctx context.Context, now time.Time, source string, ttl time.Duration) (p Poll, ok bool, err error)
	// ExtendPoll renews a lease; ok is false when it was lost.
	ExtendPoll(ctx context.Context, now time.Time, p Poll, ttl time.Duration) (ok bool, err error)
	// Memory gives what change.Compare remembers of a source.
	Memory(ctx context.Context, source string) (map[string][]byte, error)
	// Commit ends a poll: everything in o or nothing. When the poll's lease was
	// lost nothing happens and Committed.OK is false. A message whose id was
	// ever queued, or whose Once is taken by another message, is left out. The
	// same Commit again is OK and changes nothing.
	Commit(ctx context.Context, now time.Time, p Poll, o Outcome) (Committed, error)
	// Reschedule ends polls that changed nothing but their state, in one go.
	Reschedule(ctx context.Context, now time.Time, done []Rescheduled) error
}

// ErrAway: the store's server does not answer, or not yet; later it may.
var ErrAway = errors.New("the store cannot be reached")

// Planned is a source on the plan.
type Planned struct {
	Source string
	Next   time.Time
	Sooner bool
}

// Poll is a lease on one source.
type Poll struct {
	Source string
	Fence  int64 // raised by every claim; an older one is refused
	State  []byte
	Until  time.Time
}

// Rescheduled is a poll that found nothing new.
type Rescheduled struct {
	Poll  Poll
	State []byte // nil leaves it as it was
	Next  time.Time
}

// Outcome of a poll.
type Outcome struct {
	State []byte // of the source; nil leaves it as it was
	Next  time.Time
	// Memory holds the records that changed; nil forgets one.
	Memory map[string][]byte
	// Posts are those that are new or changed, for the feeds; Removed are keys
	// of posts that are to vanish from them.
	Posts     []feeds.Post
	Removed   []string
	Decisions []Decision
	Messages  []Queued
}

// Committed tells what Commit did.
type Committed struct {
	OK bool
	// Queued and Replaced are the ids of messages that were queued, and of
	// waiting ones whose body was replaced or taken away (Queued.Instead).
	Queued, Replaced []string
	// Known are ids that had been queued before; Taken those left out because
	// their Once belongs to another message.
	Known, Taken []string
}

// Queued is a message to be queued.
type Queued struct {
	Message network.Message `json:"message"`
	// Due is the earliest time to send it; order per account is by Due, then by
	// the order of queueing.
	Due time.Time `json:"due"`
	// Hold is why it waits for a person; empty if it does not.
	Hold string `json:"hold,omitzero"`
	// Once, if not empty, may be taken by one message of the account only: the
	// same post read from two sources.
	Once string `json:"once,omitzero"`
	// Priority orders what shares a quota: lower goes first. It does not change
	// the order of what is due.
	Priority int `json:"priority,omitzero"`
	// Instead: if the message with this id still waits (or is held) and was
	// never attempted, its body becomes Body (nil: it is cancelled, with
	// Reason) and this message is not queued. A Queued whose Message has no ID
	// does only that.
	Instead *Instead `json:"instead,omitzero"`
	// Stream: the message is not sent but handed to consumers (XADD); it counts
	// as sent at once.
	Stream bool `json:"stream,omitzero"`
}

// Instead is what to do with a message that still waits.
type Instead struct {
	ID     string           `json:"id"`
	Body   *network.Message `json:"body,omitzero"`
	Due    time.Time        `json:"due,omitzero"` // zero keeps the message's own
	Reason string           `json:"reason"`
}

// Decision is one line of a post's story.
type Decision struct {
	Source string    `json:"source"`
	Post   string    `json:"post"` // key, empty if it is about the source
	At     time.Time `json:"at"`
	// What happened: a verdict's kind, or queued, replaced, held, released,
	// sent, retried, refused, dropped, alert.
	What    string  `json:"what"`
	Account string  `json:"account,omitzero"`
	Message string  `json:"message,omitzero"` // id
	Score   float64 `json:"score,omitzero"`
	Reason  string  `json:"reason"`
	Note    string  `json:"note,omitzero"`
	// Title and Link are the post's then; URL is where the message can be seen.
	Title string `json:"title,omitzero"`
	Link  string `json:"link,omitzero"`
	URL   string `json:"url,omitzero"`
	Diff  []byte `json:"diff,omitzero"` // JSON of []change.Hunk
}
