// Package share is the bridge: a post and what became of it go in, messages for
// accounts come out. It decides the words, their length, the media and the verb;
// it sends nothing and remembers nothing.
package share

import (
	"time"

	"syndicated/feeds/change"
	"syndicated/worker/network"
)

// Words are an account's settings for what is said.
type Words struct {
	// Template is for all kinds; Templates, by kind (new, update, rerun,
	// digest), come before it. Empty is the network's default.
	Template  string
	Templates map[string]string
	// Update is auto, edit, reply, post or ignore; Rerun share or ignore; Gone
	// delete or ignore. Empty is auto, ignore, ignore.
	Update, Rerun, Gone string
	// Long is cut, thread or link; empty is cut.
	Long                          string
	Language, Visibility, Warning string
	// Tags: how hashtags are made.
	Tags Tags
	// UTM parameters to be added to links, by name without "utm_".
	UTM map[string]string
	// Media is all, image, none; empty is image.
	Media string
	// Alt is what happens to an image without alt text: send, skip; empty is send.
	Alt string
}

// Tags are the rules for hashtags.
type Tags struct {
	Off bool              `json:"off,omitzero"`
	Max int               `json:"max,omitzero"` // 0 is 4
	Map map[string]string `json:"map,omitzero"` // tag to hashtag; "" drops it
	Add []string          `json:"add,omitzero"`
}

// Config of a Composer.
type Config struct {
	Account string // name in the settings
	Network string // type: mastodon …
	Manner  network.Manner
	Words   Words
	// Freeze prepares what must not differ between tries; nil if nothing does.
	Freeze network.Freezer
	// Powers of the account beside posting.
	CanEdit, CanReply, CanDelete bool
}

// Event is what a message is made of.
type Event struct {
	Verdict change.Verdict
	Now     time.Time
	// Before is what this account was told of the post before: the ids of its
	// messages, oldest first, sent or waiting. Empty if nothing.
	Before []Earlier
}

// Earlier is a message about the same post.
type Earlier struct {
	ID   string
	Sent bool
}

// Composed is what an event becomes for one account: nothing, one message, or
// the parts of a thread, each answering the one before.
type Composed struct {
	Messages []network.Message
	// Instead, if not nil, is the body for the first message about the post in
	// case that it still waits: it replaces that body and Messages are not sent.
	Instead *network.Message
	// Cancel: the first message about the post is not to be sent if it still waits.
	Cancel bool
	// Silence is why there is no message.
	Silence string
}
