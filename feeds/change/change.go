// Package change tells what became of a post between two looks at its source:
// new, updated, edited, re-run, moved, gone or the same; why; and, for an
// update, its own words. It calls no service and reads no clock.
package change

import (
	"time"

	"syndicated/feeds"
)

// Kind of verdict.
type Kind string

const (
	New    Kind = "new"    // never seen before
	Update Kind = "update" // followers should hear of the change
	Edit   Kind = "edit"   // changed, silently
	Rerun  Kind = "rerun"  // an old post published again
	Moved  Kind = "moved"  // the same post with another guid or link
	Gone   Kind = "gone"   // removed by its author
	Same   Kind = "same"   // nothing that matters changed
)

// Tell says what is to happen with a verdict's message.
type Tell string

const (
	Silent Tell = ""     // nobody is told
	Share  Tell = "tell" // followers are told
	Hold   Tell = "hold" // kept for a person to decide
)

// Verdict is what became of one post.
type Verdict struct {
	Kind Kind `json:"kind"`
	Tell Tell `json:"tell,omitzero"`
	// Post is the post as it is now, with Key, Revision and Note set. Its
	// Updated is what feeds should show: an edit does not move it.
	Post feeds.Post `json:"post"`
	// Score of an update or an edit: 0 certainly silent, 1 certainly told.
	Score float64 `json:"score,omitzero"`
	// Reason is in plain words, with its evidence.
	Reason string `json:"reason"`
	// Note holds an update's own words, quoted from the post as plain text.
	Note Note `json:"note,omitzero"`
	// Of is the key of the earlier post that a re-run repeats.
	Of string `json:"of,omitzero"`
	// Diff is the change in the post's text, oldest first, for a person to read.
	Diff []Hunk `json:"diff,omitzero"`
}

// Note is an update in its own words.
type Note struct {
	Text string `json:"text,omitzero"`
	// Date is the date that the note carries, zero if none.
	Date time.Time `json:"date,omitzero"`
}

// Hunk is one place where the text changed.
type Hunk struct {
	Old string `json:"old,omitzero"`
	New string `json:"new,omitzero"`
}

// Memory is what is remembered of a source: a record per post by its key, and
// records of the source's own under keys that begin with "#". The records are
// opaque to everyone else.
type Memory map[string][]byte

// Options come from the source's settings.
type Options struct {
	Now time.Time
	// Start is how many of the newest posts of a first read are shared; -1 is all.
	Start int
	// First: nothing is remembered because the source was never read.
	First bool
	// MaxAge: a post older than this on first sight is not shared; 0 is no limit.
	MaxAge time.Duration
	// Burst: more new posts than this in one reading are held; 0 is no limit.
	Burst int
	// Sensitivity is low, normal or high; empty is normal.
	Sensitivity string
	// Partial: the reading holds only a part of the source, so that a missing
	// post means nothing. Complete: a missing post was removed.
	Partial, Complete bool
}

// Result of a comparison.
type Result struct {
	// Verdicts in the order in which followers should hear: oldest first. Posts
	// that are the same have none.
	Verdicts []Verdict
	// Changed holds the records to be kept; a nil record is to be forgotten.
	Changed Memory
	// Alerts are for the operator: a burst held, an identity shift, noise learned.
	Alerts []string

	of *comparison
}

// Posts are all posts of the reading as they are now, with Key, Revision and
// Updated set, those that are the same too; re-runs are not among them.
func (r Result) Posts() []feeds.Post {
	var out []feeds.Post
	for _, it := range r.of.items {
		if !it.dup && it.rec != nil && it.how != again {
			out = append(out, r.of.shown(*it.post, it.rec))
		}
	}
	return out
}
