package serve

import (
	"context"
	"encoding/json"
	"time"

	"syndicated/feeds"
	"syndicated/feeds/write"
)

// record is what is kept of a feed between two runs, and between the workers
// that share a store: when each document last changed, which revisions readers
// may hold, and what hubs were told.
type record struct {
	Documents map[string]stamp `json:"documents"` // by format
	Past      []snapshot       `json:"past"`      // oldest first
	// IDs are the ids under which readers know the posts of the feed, by source
	// and key. A source that gives its posts new ids does not make readers see
	// them again.
	IDs map[string]string `json:"ids,omitzero"`
}

// keepIDs gives posts the ids that readers know them by and forgets those of
// posts that left.
func (r *record) keepIDs(posts []feeds.Post) {
	ids := make(map[string]string, len(posts))
	for i := range posts {
		p := &posts[i]
		if p.Key == "" {
			continue
		}
		name := p.Source + "\n" + p.Key
		if id, ok := r.IDs[name]; ok {
			p.ID = id
		}
		ids[name] = p.ID
	}
	r.IDs = ids
}

type stamp struct {
	Hash     string    `json:"hash"`
	Modified time.Time `json:"modified"`
}

// snapshot is one revision of a feed as readers may hold it.
type snapshot struct {
	Hashes map[string]string `json:"hashes"` // of documents, by format
	Head   uint64            `json:"head"`
	Marks  []uint64          `json:"marks"` // of the entries
}

// maxPast is how many revisions back a reader may be to be sent only what is
// new (RFC 3229).
const maxPast = 32

func (s *Server) recall(ctx context.Context, p *published) record {
	if s.memory == nil {
		return p.kept
	}
	var r record
	b, err := s.memory.Load(ctx, "serve/"+p.Name)
	if err == nil && len(b) > 0 {
		err = json.Unmarshal(b, &r)
	}
	if err != nil {
		s.c.Log.Warn("what is kept of a feed cannot be read", "feed", p.Name, "err", err)
		return record{}
	}
	return r
}

// modified is when the document with this hash was first made.
func (s *Server) modified(r record, format, hash string, now time.Time) time.Time {
	if d, ok := r.Documents[format]; ok && d.Hash == hash && !d.Modified.After(now) {
		return d.Modified
	}
	return now
}

// remember adds the edition to what readers may hold.
func (s *Server) remember(ctx context.Context, p *published, r record, e *edition) {
	past := r.Past
	now := snapshot{Hashes: map[string]string{}, Head: e.doc.Head(), Marks: e.doc.Marks()}
	for _, format := range []string{write.FormatRSS, write.FormatAtom} {
		now.Hashes[format] = e.docs[format].hash
	}
	if n := len(past); n == 0 || past[n-1].Hashes[write.FormatAtom] != now.Hashes[write.FormatAtom] || past[n-1].Hashes[write.FormatRSS] != now.Hashes[write.FormatRSS] {
		past = append(past[max(0, n-maxPast+1):n:n], now)
	}
	e.past = past
	r.Documents, r.Past = map[string]stamp{}, past
	for format, d := range e.docs {
		r.Documents[format] = stamp{d.hash, d.modified}
	}
	if s.memory == nil {
		p.kept = r
		return
	}
	b, err := json.Marshal(r)
	if err == nil {
		err = s.memory.Save(ctx, "serve/"+e.feed.Name, b)
	}
	if err != nil {
		s.c.Log.Warn("what readers hold of a feed cannot be kept", "feed", e.feed.Name, "err", err)
	}
}
