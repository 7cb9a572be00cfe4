package serve

import (
	"time"

	"syndicated/feeds/write"
)

// published is a feed and what was made of it. Refresh alone changes it.
type published struct {
	Feed
	made    bool
	print   uint64    // of the posts and the settings that it was made of
	recheck time.Time // when time alone may change it; zero: never
	current *edition
	kept    record // where there is no Memory
	// exported is the edition that the folder holds.
	exported *edition
}

// since is before what time posts are too old for the feed.
func (f *Feed) since(now time.Time) time.Time {
	if f.MaxAge <= 0 {
		return time.Time{}
	}
	return now.Add(-f.MaxAge)
}

// edition is a feed at one revision, as the site holds it.
type edition struct {
	feed Feed
	doc  *write.Document
	docs map[string]*document // by format; "" is the page
	past []snapshot           // oldest first, the last one is this edition
	// deltas caches what RFC 3229 answers are made of.
	deltas    deltas
	aggregate bool
	older     string // the newest archive, if there is one
	pack      *packer
}
