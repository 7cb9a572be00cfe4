package network

import "time"

// Markup is the language in which a network takes text.
type Markup string

const (
	Plain    Markup = "plain"    // no markup; links are recognised
	HTML     Markup = "html"     // Telegram's subset
	Markdown Markup = "markdown" // Discord
	Mrkdwn   Markup = "mrkdwn"   // Slack: <url|text>, & < > escaped
)

// Manner is how a network takes a message.
type Manner struct {
	// Max is the longest text in the units of Count; 0 is no limit. Bytes, if
	// not 0, is a second limit in bytes.
	Max, Bytes int
	// Count is the length of text as the network counts it, nil for runes.
	Count func(text string) int
	// CountsWarning: Message.Warning counts into Max, by the same Count.
	CountsWarning bool
	// MediaMax is the limit for the text of a message with media, 0 if the same.
	MediaMax int
	// Media is the most images that a message takes; 0 is none.
	Media int
	// Image is what it takes of each, for Image; zero if it takes none or as it is.
	Image  ImageLimits
	Markup Markup
	// Hashtags: #tags in the text are links there.
	Hashtags bool
	// Card: the network shows the link as a card from Link, Title and Summary,
	// so that the text need not carry it.
	Card bool
	// Update is the best verb for an update there: edit, reply or post.
	Update Verb
	// Data: the account is read by a program and wants Message.Data.
	Data bool
	// Repeatable: the same message sent twice is seen once, or carries an id by
	// which the receiver tells (a signed webhook). A lost answer is then repeated.
	Repeatable bool
	// Spacing and PerHour are the network's own limits, 0 if none is known.
	Spacing time.Duration
	PerHour int
	// Long forms: thread is possible by replies to oneself.
	Thread bool
	// Queue: messages are not sent but stay in the store for a consumer.
	Queue bool
}
