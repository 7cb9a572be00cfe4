// Package write makes the documents that feed readers and people read: RSS
// 2.0, Atom 1.0, JSON Feed 1.1, an HTML page and OPML. It knows how a document
// must look so that no validator and no reader finds fault with it; it does
// not know which posts belong in it, how it is served, or where posts come from.
//
// The same Feed gives the same bytes, always. What comes from strangers is
// sanitised here: no script, no relative link, no control character gets out.
package write

import (
	"strings"
	"time"

	"syndicated/feeds"
)

// Feed is what a document is made from.
type Feed struct {
	// Name is the feed's name in addresses: BaseURL/feeds/Name.rss.
	Name    string
	BaseURL string // absolute, without a slash at the end

	Title       string
	Description string
	Link        string // of the site; empty: the feed's own page
	Language    string // BCP 47; empty: that of the posts if they agree
	Image       string // URL of a picture that stands for the feed
	Icon        string // URL of a small square one
	Authors     []feeds.Author

	// Kind is "posts" (or empty): an entry per post; or "updates": an entry per
	// new post and one more for its update, the note first.
	Kind string
	// Content is "full" (or empty) or "summary".
	Content string
	// Aggregate: the posts come from more than one feed, so each names its own
	// and an id that is only unique within its source is qualified.
	Aggregate bool
	// Hubs are the WebSub hubs that are told of changes.
	Hubs []string
	// Cloud is the address at which an rssCloud server takes subscriptions to
	// the RSS document (https://rpc.rsscloud.io:5337/pleaseNotify); empty: none.
	Cloud string
	// TTL is how long a reader may rest between two looks; 0 is not said.
	TTL time.Duration
	// Archive is the name of the archive that the document is ("2026-10");
	// empty is the feed itself. Older and Newer are its neighbours, if any.
	Archive, Older, Newer string
	// Now brings back dates that lie in the future. Zero leaves them alone.
	Now time.Time

	// Posts in the order of the document: newest first.
	Posts []feeds.Post
	// Items is the most entries of a feed of updates; 0 is no limit.
	Items int
}

// The formats of a feed's documents, as their names end.
const (
	FormatRSS  = "rss"
	FormatAtom = "atom"
	FormatJSON = "json"
)

// Address of a feed's document; format "" is the page.
func Address(base, name, format string) string {
	a := strings.TrimRight(base, "/") + "/feeds/" + name
	if format != "" {
		a += "." + format
	}
	return a
}

// ArchiveAddress of one of a feed's archives.
func ArchiveAddress(base, name, archive, format string) string {
	return strings.TrimRight(base, "/") + "/feeds/" + name + "/archive/" + archive + "." + format
}

// self is the address of the document itself in a format.
func (f *Feed) self(format string) string {
	if f.Archive != "" {
		return ArchiveAddress(f.BaseURL, f.Name, f.Archive, format)
	}
	return Address(f.BaseURL, f.Name, format)
}

// RSS 2.0 of f.
func RSS(f Feed) ([]byte, error) { return Make(f).RSS() }

// Atom 1.0 of f.
func Atom(f Feed) ([]byte, error) { return Make(f).Atom() }

// JSON is JSON Feed 1.1 of f.
func JSON(f Feed) ([]byte, error) { return Make(f).JSON() }

// Page is f as HTML.
func Page(f Feed) ([]byte, error) { return Make(f).Page() }
