// Package network is where messages go: accounts, messages, receipts and the
// kinds of failure. None of its children knows what a post or a feed is.
package network

import (
	"context"
	"encoding/json"
	"log/slog"
	"time"
)

// Account is one social account, ready to be posted to. Its methods may be
// called by one goroutine at a time.
type Account interface {
	// Manner says how the network takes words. Limits that the server itself
	// tells hold once Probe was called.
	Manner() Manner
	// Post publishes m and returns where it went. Errors are made by Permanent,
	// After, Unknown and Stopped; every other means that nothing was posted and
	// that m may be tried again.
	Post(ctx context.Context, m Message) (Receipt, error)
}

// Editor can change a message that stands. Errors are as in Post; one that
// wraps ErrMissing says that the message is no longer there.
type Editor interface {
	Edit(ctx context.Context, was Receipt, m Message) (Receipt, error)
}

// Replier can answer a message, in a thread.
type Replier interface {
	Reply(ctx context.Context, to Receipt, m Message) (Receipt, error)
}

// Deleter can take a message back. A message that is no longer there is no error.
type Deleter interface {
	Delete(ctx context.Context, was Receipt) error
}

// Finder can tell whether a message whose answer was lost is there. It is asked
// when the server has had time to finish; found=false is then certain.
type Finder interface {
	Find(ctx context.Context, m Message) (r Receipt, found bool, err error)
}

// Prober can tell who the account is and what its server allows. It posts nothing.
type Prober interface {
	Probe(ctx context.Context) (Profile, error)
}

// Freezer prepares what must not differ between two tries (a record key, a
// signed event, a message id), once, when the message is queued. The result
// becomes Message.Frozen.
type Freezer interface {
	Freeze(m Message, now time.Time) (json.RawMessage, error)
}

// Verb is what a message does on the network.
type Verb string

const (
	VerbPost   Verb = "post"
	VerbEdit   Verb = "edit"
	VerbReply  Verb = "reply"
	VerbDelete Verb = "delete"
)

// Message is everything needed to send one message, rendered and frozen. Its
// JSON form is what consumers of a stream account and of a webhook read.
type Message struct {
	// ID is unique for ever, made from account, post, revision and part. It
	// serves as idempotency key.
	ID      string `json:"id"`
	Account string `json:"account"`
	// Kind says why it is sent: new, update, rerun, gone, digest.
	Kind string `json:"kind"`
	Verb Verb   `json:"verb"`
	// Of is the id of the message that this one edits, answers or deletes.
	Of string `json:"of,omitzero"`

	// Text is what readers see, in the network's own markup, already cut.
	Text string `json:"text"`
	// HTML is the same for a network that takes both (e-mail).
	HTML       string   `json:"html,omitzero"`
	Subject    string   `json:"subject,omitzero"`
	Link       string   `json:"link,omitzero"`
	Title      string   `json:"title,omitzero"`
	Summary    string   `json:"summary,omitzero"` // plain text, for a card
	Tags       []string `json:"tags,omitzero"`    // as hashtags, without #
	Language   string   `json:"language,omitzero"`
	Warning    string   `json:"warning,omitzero"`
	Visibility string   `json:"visibility,omitzero"`
	Media      []Media  `json:"media,omitzero"`

	// Source and Post name what the message is about; Data is the post itself
	// for programs that read it.
	Source  string          `json:"source,omitzero"`
	Post    string          `json:"post,omitzero"`
	Data    json.RawMessage `json:"data,omitzero"`
	Created time.Time       `json:"created"`
	// Published is when the post was, so that what is stale can be told.
	Published time.Time       `json:"published,omitzero"`
	Frozen    json.RawMessage `json:"frozen,omitzero"`
}

// Media is an image to be shown with a message.
type Media struct {
	URL  string `json:"url"`
	Alt  string `json:"alt,omitzero"`
	Type string `json:"type,omitzero"`
}

// Receipt is the network's word that a message is out.
type Receipt struct {
	ID  string    `json:"id"`            // the network's own id
	URL string    `json:"url,omitzero"`  // where people see it
	At  time.Time `json:"at"`            // when it was sent
	Own []byte    `json:"own,omitzero"`  // what the network needs to edit or answer it
	Was string    `json:"verb,omitzero"` // what was done, when not what was asked
}

// Profile is what a Prober learned.
type Profile struct {
	Name   string // the account, as the network writes it
	Server string // software and version, where it says
	// Expires is when the credentials end, zero if never or unknown.
	Expires time.Time
	Notes   []string
}

// Env is what an account is given beside its own settings.
type Env struct {
	// Name of the account in the settings.
	Name string
	// HTTP is the one client for all networks.
	HTTP *Client
	// Vault keeps sessions and renewed tokens.
	Vault Vault
	// Now is the clock, nil for the machine's.
	Now func() time.Time
	Log *slog.Logger
}

// Vault keeps an account's own secrets between runs. A key that was never
// saved loads as nil.
type Vault interface {
	Load(ctx context.Context, key string) ([]byte, error)
	Save(ctx context.Context, key string, value []byte) error
}
