// Package nostr publishes signed events to relays: notes (kind 1), or articles (kind 30023)
// that an edit replaces. It knows events and relays; it reads no timelines.
//
//	accounts:
//	  nostr: {type: nostr, key: "${NOSTR_KEY}", relays: [wss://relay.example, wss://nos.example]}
//
// # Key
//
// The private key of the account, nsec1… or 64 hex digits, as a client shows it under its
// keys. There are no rights to give and nothing ends: who has the key is the account, and
// a key that got out cannot be withdrawn. Make one of its own for the feed. Relays that ask
// who writes (NIP-42) are answered with the same key; paid relays must know it.
//
// # What a message becomes
//
// A note holds the text, the addresses of its images with their alternative texts (imeta,
// NIP-92), hashtags (t), the link (r) and a warning (content-warning, NIP-36). An answer
// names the root and the parent of its thread (NIP-10). With kind: 30023 the whole post
// becomes an article in Markdown, under a name that stays the same; an answer to an article
// is a comment (NIP-22). Images are not uploaded: readers load them from the site.
//
// # What is promised
//
// Exactly once per event. The event is signed when the message is queued, and its id is the
// hash of its content, so that it can be sent any number of times to any number of relays
// and is seen once. That it is there is true of each relay alone: a message counts as sent
// when half of the relays have it (quorum), and the receipt says which have not. Events are
// dated with the moment when they were queued; a relay may refuse what is old.
//
// An article is edited in place. A note cannot be changed: an update answers it. A deletion
// asks the relays to forget an event (NIP-09), which some do not.
//
// # What it was run against
//
// A khatru relay (master of September 2025) on loopback, in November 2026: the whole suite of
// networktest for notes and for articles, with answers lost in between. TestRelay says how
// to run it again. The relay of the tests computes ids and verifies signatures by other means
// than this package. It has not yet been run against public relays.
package nostr
