package store

import (
	"context"
	"time"

	"syndicated/worker/network"
)

// Deliveries is the part of the deliver loop. A lease is good for the Store that
// gave it.
type Deliveries interface {
	// Claim leases accounts that have a message to send now, with the message
	// at the head of each: one in flight per account. accounts are those that
	// this worker can send for; those whose message waits longest come first.
	// It also says when to ask again at the latest: the earliest of what is due
	// and of the leases that end (zero: nothing waits).
	//
	// The head is the message that was leased last if it was neither sent nor
	// put aside, else the first by Due, then by the order of queueing.
	Claim(ctx context.Context, now time.Time, accounts []string, max int, ttl time.Duration) ([]Lease, time.Time, error)
	// Attempt writes down that the message is about to go out. ok is false when
	// the lease was lost, or the message replaced or taken away: then it must
	// not be sent. A second Attempt on one lease changes nothing.
	Attempt(ctx context.Context, now time.Time, l Lease) (ok bool, err error)
	// Extend renews a lease; ok is false when it was lost.
	Extend(ctx context.Context, now time.Time, l Lease, ttl time.Duration) (ok bool, err error)
	// Finish settles a lease. ok is false when the lease was lost: then nothing
	// happened. Settling again what this lease has settled is true and changes nothing.
	//
	// With s.Take the account is leased again in the same step, with the message
	// that is then at its head, if that is to be sent now; next is nil if it is
	// not. Settling again gives the same lease.
	Finish(ctx context.Context, now time.Time, l Lease, s Settlement) (next *Lease, ok bool, err error)
	// Receipt is where a message went; found is false if it was not sent.
	Receipt(ctx context.Context, id string) (r network.Receipt, found bool, err error)
	// Wait returns when a message may have become due: at until (zero: no such
	// time), at once when one was queued, released or settled since the last
	// Wait, and with ctx's error when ctx ends. It may return without a cause.
	// One loop of a process waits.
	Wait(ctx context.Context, until time.Time) error
}

// Lease is an account and the message at its head.
type Lease struct {
	Account string
	Fence   int64 // raised by every claim; an older one is refused
	Message network.Message
	// Try is the number of the next attempt: 1 at first, raised by Attempt.
	// With Doubt it is 1 only when a person has requeued the message since.
	Try int
	// Doubt: an earlier attempt neither ended nor failed, so that the message
	// may be out. Attempted is when it began.
	Doubt     bool
	Attempted time.Time
	// Begun: the attempt was written down with the lease (Settlement.Begin), and
	// Try is its number. An Attempt changes nothing.
	Begun bool
	// Rate is the account's rate state as the last Settlement left it.
	Rate     []byte
	Priority int // as queued
	Until    time.Time
}

// Result of a delivery.
type Result string

const (
	Sent  Result = "sent"
	Retry Result = "retry" // it failed; the try counts
	Defer Result = "defer" // it was not tried; the try does not count
	Doubt Result = "doubt" // it may be out; to be asked or tried again at Next
	Held  Result = "held"  // waits for a person
	Dead  Result = "dead"  // refused, or given up
)

// Settlement ends a lease.
type Settlement struct {
	Result  Result
	Receipt network.Receipt
	// Next is when the account may send again (any result), zero for at once.
	// With Retry, Defer and Doubt the message stays at the head until then.
	Next time.Time
	Rate []byte
	// MayBeOut: with Dead, the attempt of this lease may have gone through all
	// the same. Without it, Dead after an Attempt means refused: certainly not
	// out. Held and Doubt keep the attempt in mind; Retry forgets it; Defer
	// forgets the one of this lease.
	MayBeOut bool
	// Reason of everything but Sent, without secrets; kept with the message.
	Reason string
	// Stop: the account is to send nothing until Resume, because of Reason.
	Stop bool
	// Decision goes into the post's story; none if What is empty.
	Decision Decision
	// Take is for how long to lease the account's next message; 0 leaves it to
	// the next Claim.
	Take time.Duration
	// Begin: what is taken is about to go out, which is written down in the same
	// step, unless it may be out. Defer gives such an attempt back like another.
	Begin bool
}

// State of a message.
type State string

const (
	Waiting State = "waiting"
	OnHold  State = "held"
	IsDead  State = "dead"
	IsSent  State = "sent"
	// Dropped: never sent and never will be; its id stays known.
	Dropped State = "dropped"
)

// Entry is a message as the desk shows it.
type Entry struct {
	Message network.Message `json:"message"`
	State   State           `json:"state"`
	Due     time.Time       `json:"due,omitzero"`
	Try     int             `json:"try,omitzero"`
	Reason  string          `json:"reason,omitzero"`
	Since   time.Time       `json:"since,omitzero"` // in this state
	Receipt network.Receipt `json:"receipt,omitzero"`
	// Attempted: it may be out. Zero if it was never tried.
	Attempted time.Time `json:"attempted,omitzero"`
	Priority  int       `json:"priority,omitzero"`
}
