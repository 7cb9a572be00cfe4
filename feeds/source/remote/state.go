package remote

import (
	"encoding/json"
	"slices"
	"time"

	"github.com/cespare/xxhash/v2"

	"syndicated/feeds"
	"syndicated/feeds/source/fetch"
)

// state is what a reading leaves for the next.
type state struct {
	fetch.State
	// Page is the hash of the configured address when that is a web page, and
	// Feed the feed that the page names.
	Page uint64 `json:"page,omitzero"`
	Feed string `json:"feed,omitzero"`
	// Repaired tells how the last document had to be repaired.
	Repaired []string `json:"repaired,omitzero"`
	// Cut is the hash of a document that was cut off.
	Cut uint64 `json:"cut,omitzero"`
	// TTL, SkipHours and SkipDays are what the feed asked for: they hold
	// through answers that bring no feed.
	TTL       time.Duration  `json:"ttl,omitzero"`
	SkipHours []int          `json:"skip_hours,omitzero"`
	SkipDays  []time.Weekday `json:"skip_days,omitzero"`
	// Hubs and Topic say where pushes come from.
	Hubs  []string `json:"hubs,omitzero"`
	Topic string   `json:"topic,omitzero"`
	// Newest are hashes of the newest posts of a feed that has further pages, by
	// which a gap is seen.
	Newest []uint64 `json:"newest,omitzero"`

	// home is the address at which a feed was read before, not kept.
	home string
}

// restore reads a state. One that cannot be read, or that belongs to another
// address, is as none: the next reading is then the first.
func (s *Source) restore(b []byte) state {
	var was state
	if len(b) == 0 || json.Unmarshal(b, &was) != nil || was.Page != 0 && was.Page != s.hash() {
		return state{}
	}
	return was
}

func (s *Source) hash() uint64 { return xxhash.Sum64String(s.url) }

// learn takes from a feed what holds until the next one.
func (is *state) learn(f *feeds.Feed) {
	is.TTL, is.SkipHours, is.SkipDays = f.TTL, f.SkipHours, f.SkipDays
	is.Newest = nil
	if f.Next != "" {
		is.Newest = newest(f.Posts)
	}
}

// whole keeps the validators of a document that is whole. Those of one that was
// cut off on its way would keep the rest from ever coming; only when the same
// comes a second time is it the document itself that is so.
func (is *state) whole(cut bool) {
	hash := is.Hash
	if cut && hash != is.Cut {
		is.ETag, is.LastModified, is.Hash = "", "", 0
	}
	if is.Cut = 0; cut {
		is.Cut = hash
	}
}

// remembered posts are enough to see whether two readings overlap.
const remembered = 8

func newest(posts []feeds.Post) []uint64 {
	var hashes []uint64
	for i := range posts[:min(len(posts), remembered)] {
		hashes = append(hashes, postHash(&posts[i]))
	}
	return hashes
}

func postHash(p *feeds.Post) uint64 {
	if p.ID != "" {
		return xxhash.Sum64String(p.ID)
	}
	return xxhash.Sum64String(p.Link + "\x00" + p.Title)
}

// overlaps reports whether posts hold one that the last reading had.
func (is *state) overlaps(posts []feeds.Post) bool {
	for i := range posts {
		if slices.Contains(is.Newest, postHash(&posts[i])) {
			return true
		}
	}
	return false
}

// longestRest bounds what a feed may ask for.
const longestRest = 24 * time.Hour

// notBefore is when the feed may be asked again: after what the answer and the
// feed ask for, and not in the hours and on the days that it wants skipped
// (GMT, https://www.rssboard.org/skip-hours-days).
func (is *state) notBefore(now, asked time.Time) time.Time {
	at := now
	if asked.After(at) {
		at = asked
	}
	if ttl := now.Add(min(is.TTL, longestRest)); ttl.After(at) {
		at = ttl
	}
	if at = is.outsideSkips(at); at.After(now) {
		return at
	}
	return time.Time{}
}

// outsideSkips moves a time out of the hours and days that are to be skipped.
func (is *state) outsideSkips(at time.Time) time.Time {
	if len(is.SkipHours) == 0 && len(is.SkipDays) == 0 {
		return at
	}
	at = at.UTC()
	for range 8 * 24 {
		if !slices.Contains(is.SkipDays, at.Weekday()) && !slices.Contains(is.SkipHours, at.Hour()) {
			return at
		}
		at = at.Truncate(time.Hour).Add(time.Hour)
	}
	return at
}
