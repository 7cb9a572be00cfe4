// Package stream leaves messages in the store, for a consumer of the operator's
// own. Nothing is sent: the store hands each message on as it is queued (with
// Redis, an entry of a stream; the store's package has its layout), and its JSON
// is that of network.Message. A message counts as sent when it is there.
//
// Promised is what the store promises: each message once. A consumer that reads
// a stream with a consumer group sees it at least once; Message.ID tells a
// repetition.
package stream

import (
	"context"
	"errors"

	"syndicated/worker/network"
)

// Config of an account. It has no settings of its own.
type Config struct{}

// Account is a stream in the store.
type Account struct{}

var _ network.Account = (*Account)(nil)

// New has nothing to check.
func New(Config, network.Env) (*Account, error) { return &Account{}, nil }

// Manner: messages stay in the store, with the post for programs to read.
func (*Account) Manner() network.Manner {
	return network.Manner{Queue: true, Data: true, Repeatable: true, Media: 16, Markup: network.Plain, Update: network.VerbPost}
}

// Post is never called for what the store hands on itself. A message that comes
// here all the same was queued while the account was of another type.
func (*Account) Post(context.Context, network.Message) (network.Receipt, error) {
	return network.Receipt{}, network.Permanent(errors.New("a stream account sends nothing; drop the message"))
}
