package store

import (
	"context"
	"io"
	"time"

	"syndicated/feeds"
)

// Archive is what feeds and stories are made from.
type Archive interface {
	// Posts gives the posts of a feed, newest by Published first, ties by Key.
	Posts(ctx context.Context, q feeds.Query) ([]feeds.Post, error)
	// Revision changes whenever Posts may answer otherwise.
	Revision(ctx context.Context) (int64, error)
	// Story gives the decisions about a post, oldest first. which is a key, or
	// a link or an id that the post has or had when something was decided about
	// it; source may be empty.
	Story(ctx context.Context, source, which string) ([]Decision, error)
	// Recent gives the newest decisions of all, newest first.
	Recent(ctx context.Context, limit int) ([]Decision, error)
	// Load and Save keep small values by name: sessions, tokens, caches. A key
	// never saved loads as nil; saving nil forgets it.
	Load(ctx context.Context, key string) ([]byte, error)
	Save(ctx context.Context, key string, value []byte) error
}

// Desk is what an operator sees and does.
type Desk interface {
	Sources(ctx context.Context) ([]SourceState, error)
	Accounts(ctx context.Context) ([]AccountState, error)
	// Messages lists what f asks for in sending order: what was sent or dropped
	// by when that was, then the rest by account, due time and order of
	// queueing. Of what is over, the newest are listed, as far as Limit leaves room.
	Messages(ctx context.Context, f Filter) ([]Entry, error)
	Message(ctx context.Context, id string) (e Entry, found bool, err error)
	// Requeue makes a dead or held message due at once, in its old place where
	// that is earlier than now. Its tries begin anew; what is known of an earlier attempt stays known, so that a message that
	// may be out is asked for first.
	Requeue(ctx context.Context, now time.Time, id, reason string) (ok bool, err error)
	// Drop ends a waiting, held or dead message for ever; its id stays known. A
	// message that is leased is in a worker's hands: ok is false.
	Drop(ctx context.Context, now time.Time, id, reason string) (ok bool, err error)
	// HoldMessage keeps a waiting message back, unless it is leased.
	HoldMessage(ctx context.Context, now time.Time, id, reason string) (ok bool, err error)
	// Resume lets a stopped account send again, from its NotBefore on.
	Resume(ctx context.Context, now time.Time, account string) error
	// Trim forgets decisions and bodies of sent messages that are older than
	// before; ids and receipts of what was sent stay, though Messages lists
	// them only when it is asked for a post.
	Trim(ctx context.Context, before time.Time) error
	// Export writes everything as lines of JSON (Line) while work goes on: what
	// it holds is as safe to go on from as the store itself was when it began.
	// Import reads it into an empty store, all or nothing.
	Export(ctx context.Context, w io.Writer) error
	Import(ctx context.Context, r io.Reader) error
}

// SourceState is a source as the desk shows it.
type SourceState struct {
	Source string    `json:"source"`
	Next   time.Time `json:"next"`
	State  []byte    `json:"-"`
	Posts  int       `json:"posts"` // known
}

// AccountState is an account as the desk shows it.
type AccountState struct {
	Account   string    `json:"account"`
	Waiting   int       `json:"waiting"`
	Held      int       `json:"held"`
	Dead      int       `json:"dead"`
	Sent      int       `json:"sent"`
	NotBefore time.Time `json:"not_before,omitzero"`
	Stopped   string    `json:"stopped,omitzero"` // why
}

// Filter of messages. Empty fields select all.
type Filter struct {
	Account string
	State   State
	Source  string
	Post    string
	Limit   int // 0 is 1000
}
