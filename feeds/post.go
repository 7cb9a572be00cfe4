// Package feeds knows posts and the feeds that they come from. It knows no
// account, no queue and no store.
package feeds

import "time"

// Post is what someone published: the unit that becomes an item or an entry of
// a feed. Text fields are UTF-8; times are UTC and zero when unknown.
type Post struct {
	// Source is the name of the source in the settings.
	Source string `json:"source,omitzero"`
	// Key names the post within its source for ever, whatever becomes of its
	// id and link. change.Compare gives it; a source leaves it empty.
	Key string `json:"key,omitzero"`
	// Revision counts the told versions: 0 as first seen, one more with every
	// update of substance. change.Compare gives it.
	Revision int `json:"revision,omitzero"`

	// ID is the source's own guid or id, byte for byte. May be empty.
	ID string `json:"id,omitzero"`
	// Link is the permalink, an absolute URL. May be empty.
	Link string `json:"link,omitzero"`
	// External is the page that a link post is about, where it has one.
	External string `json:"external,omitzero"`
	// Title is plain text. May be empty.
	Title string `json:"title,omitzero"`
	// Summary and Content are HTML as the source gave it, with absolute links,
	// not yet sanitised.
	Summary string `json:"summary,omitzero"`
	Content string `json:"content,omitzero"`

	Published time.Time `json:"published,omitzero"`
	Updated   time.Time `json:"updated,omitzero"`
	// Inferred: the source gave no date and Published is when the post was
	// first seen.
	Inferred bool `json:"inferred,omitzero"`

	Authors  []Author `json:"authors,omitzero"`
	Tags     []string `json:"tags,omitzero"`
	Language string   `json:"language,omitzero"` // BCP 47
	Image    *Media   `json:"image,omitzero"`
	// Enclosures are the attached files, the image not among them.
	Enclosures []Media `json:"enclosures,omitzero"`
	Comments   string  `json:"comments,omitzero"` // URL

	// Share is the author's own words for social accounts, where the source
	// carries them (front matter share:, posse:post).
	Share string `json:"share,omitzero"`
	// Private: never shared and in no feed (password-protected, noshare).
	Private bool `json:"private,omitzero"`

	// Note is what the last update said, in its own words. change.Compare gives it.
	Note string `json:"note,omitzero"`
	// Feed is the title, link and id of the feed that the post was read from.
	Feed *Origin `json:"feed,omitzero"`
}

// Author is a person or an organisation. Any field may be empty.
type Author struct {
	Name  string `json:"name,omitzero"`
	Email string `json:"email,omitzero"`
	URL   string `json:"url,omitzero"`
	Image string `json:"image,omitzero"` // URL
}

// Media is an image or an attached file.
type Media struct {
	URL      string        `json:"url"`
	Type     string        `json:"type,omitzero"`   // media type
	Length   int64         `json:"length,omitzero"` // bytes, 0 when unknown
	Title    string        `json:"title,omitzero"`
	Alt      string        `json:"alt,omitzero"`
	Width    int           `json:"width,omitzero"` // pixels
	Height   int           `json:"height,omitzero"`
	Duration time.Duration `json:"duration,omitzero"`
}

// Origin names the feed that a post was read from.
type Origin struct {
	ID      string    `json:"id,omitzero"`
	Title   string    `json:"title,omitzero"`
	Link    string    `json:"link,omitzero"`
	Self    string    `json:"self,omitzero"`
	Updated time.Time `json:"updated,omitzero"`
}

// Feed is what a source holds at one moment.
type Feed struct {
	Format      string   `json:"format,omitzero"` // rss, atom, json, folder, wordpress …
	ID          string   `json:"id,omitzero"`
	Title       string   `json:"title,omitzero"`
	Description string   `json:"description,omitzero"`
	Link        string   `json:"link,omitzero"` // the site
	Self        string   `json:"self,omitzero"` // the feed itself, as it says
	Hubs        []string `json:"hubs,omitzero"` // WebSub
	Next        string   `json:"next,omitzero"` // RFC 5005 or JSON next_url
	Language    string   `json:"language,omitzero"`
	Authors     []Author `json:"authors,omitzero"`
	Image       *Media   `json:"image,omitzero"`
	Icon        string   `json:"icon,omitzero"`

	Updated time.Time `json:"updated,omitzero"`
	// TTL is how long the feed asks not to be polled (ttl, sy:*), 0 if it does not.
	TTL time.Duration `json:"ttl,omitzero"`
	// SkipHours are hours of the day in UTC, 0 to 23; SkipDays are days of the week.
	SkipHours []int          `json:"skip_hours,omitzero"`
	SkipDays  []time.Weekday `json:"skip_days,omitzero"`
	// Complete: fh:complete, so that a post that is missing was removed.
	Complete bool `json:"complete,omitzero"`

	Posts []Post `json:"posts"`
}

// Query selects posts for a feed document.
type Query struct {
	// Sources by name; a name selects its members too ("planet" selects
	// "planet/example.org/feed.xml"). Empty selects all.
	Sources []string
	// Since leaves out what was published before; zero leaves out nothing.
	Since time.Time
	// Limit is the most posts to return, newest by Published first; 0 is all.
	Limit int
}
