// Package source is where posts are read. A source knows how to read one kind
// of place; it does not remember, judge or schedule.
package source

import (
	"context"
	"log/slog"
	"time"

	"syndicated/feeds"
	"syndicated/feeds/source/fetch"
)

// Source is a place where posts are written.
type Source interface {
	// Read returns what the source holds now. prev is the State of the last
	// Reading, nil at first. An error that wraps Gone is final; one made by
	// After says when to try again; every other may be tried again whenever the
	// schedule says. A Reading that comes with an error carries no feed, but
	// its State, if not nil, is to be kept.
	Read(ctx context.Context, prev []byte) (Reading, error)
}

// Reading is one look at a source.
type Reading struct {
	Feed feeds.Feed
	// Unchanged: nothing is different from the last time and Feed is empty.
	Unchanged bool
	// Partial: Feed holds only what is new (RFC 3229, a hub's push), so a post
	// that is missing from it means nothing.
	Partial bool
	// State is to be given to the next Read, opaque to everyone else.
	State []byte
	// NotBefore is the earliest time at which the host wants to be asked again
	// (Cache-Control, Expires, Retry-After, ttl, skipHours); zero if it does not say.
	NotBefore time.Time
	// Notes are for the operator: repairs made, dates inferred, an address moved.
	Notes []string
	// Hubs and Topic say where a push can be had: WebSub hubs and the feed's self address.
	Hubs  []string
	Topic string
}

// Lister is a source that holds no posts but names other sources (OPML).
type Lister interface {
	// List returns the members now. prev and the errors are as in Read.
	List(ctx context.Context, prev []byte) (Listing, error)
}

// Listing is one look at a Lister.
type Listing struct {
	Members   []Member
	Unchanged bool
	State     []byte
	NotBefore time.Time
	Notes     []string
}

// Member is a feed that a Lister names.
type Member struct {
	Title string `json:"title,omitzero"`
	URL   string `json:"url"`
}

// Pushed is a source whose document a hub may deliver.
type Pushed interface {
	// Parse reads a document that was pushed, as if it had been fetched.
	Parse(ctx context.Context, prev []byte, contentType string, body []byte) (Reading, error)
}

// Options are what the settings give to every kind of source.
type Options struct {
	// Name is the source's name in the settings.
	Name string
	// Client makes every HTTP exchange; it is shared by all sources.
	Client *fetch.Client
	// Request is this source's part of an exchange: headers, user, proxy, limits.
	Request fetch.Options
	// Timezone is assumed for dates without a zone; nil is UTC.
	Timezone *time.Location
	// Language is assumed for posts that do not say theirs.
	Language string
	// Now is the clock, nil for the machine's.
	Now func() time.Time
	Log *slog.Logger
}
