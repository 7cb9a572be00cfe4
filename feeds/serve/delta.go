package serve

import (
	"net/http"
	"strings"
	"sync"
)

// RFC 3229 with the "feed" instance manipulation: a reader that names the
// revision that it holds is sent only the entries that are new since
// (http://bobwyman.pubsub.com/main/2004/09/using_rfc3229_w.html).

// deltas are the answers made so far from one edition.
type deltas struct {
	mu   sync.Mutex
	docs map[string]*document // by format and the hash of the revision held
}

var (
	manipulation = []string{"feed"}
	deltaCaching = []string{"no-store, im"}
)

// delta answers with the entries that are new since one of the revisions that
// the reader holds; it is false when the whole document has to be sent.
func (s *Server) delta(w http.ResponseWriter, r *http.Request, d *document, e *edition, match []string) bool {
	if e == nil || r.Method != http.MethodGet || !accepts(r.Header["A-Im"], "feed") || deaf(r.UserAgent()) {
		return false
	}
	format := d.format
	if e.docs[format] != d {
		return false
	}
	held := e.held(format, match)
	if held == nil {
		return false
	}
	part, err := e.since(format, held)
	if err != nil {
		s.c.Log.Error("delta not made", "feed", e.feed.Name, "err", err)
		return false
	}
	if part == nil {
		return false
	}
	h := w.Header()
	f := part.accepted(r.Header["Accept-Encoding"])
	// The tag is that of the whole revision that the reader holds afterwards.
	h["Etag"] = d.accepted(r.Header["Accept-Encoding"]).etagH
	h["Im"] = manipulation
	h["Cache-Control"] = deltaCaching
	h["Last-Modified"] = d.lastModified
	h["Content-Type"] = d.contentType
	h["Content-Length"] = f.lengthH
	if f.coding != nil {
		h["Content-Encoding"] = f.coding
	}
	w.WriteHeader(http.StatusIMUsed)
	_, _ = w.Write(f.body)
	return true
}

// deaf tells whether a reader asks for deltas but cannot take one: feedparser
// sends A-IM for every program that uses it, and rss2email 3.13 takes the 226
// for a failure and asks the same again for ever.
func deaf(agent string) bool {
	return strings.HasPrefix(agent, "feedparser/") || strings.HasPrefix(agent, "rss2email/")
}

func accepts(header []string, what string) bool {
	for _, h := range header {
		for item := range strings.SplitSeq(h, ",") {
			name, params, _ := strings.Cut(item, ";")
			if strings.EqualFold(strings.TrimSpace(name), what) {
				return weight(params) > 0
			}
		}
	}
	return false
}

// held is the newest known revision of which the reader has a tag.
func (e *edition) held(format string, match []string) *snapshot {
	hashes := map[string]bool{}
	for _, h := range match {
		for tag := range strings.SplitSeq(h, ",") {
			tag = strings.Trim(strings.TrimPrefix(strings.TrimSpace(tag), "W/"), `"`)
			hash, _, _ := strings.Cut(tag, "-")
			hashes[hash] = true
		}
	}
	for i := len(e.past) - 1; i >= 0; i-- {
		if p := &e.past[i]; hashes[p.Hashes[format]] {
			return p
		}
	}
	return nil
}

// since is the document of what is new since a revision, or nil if that would
// not be smaller or would miss a change of the feed itself.
func (e *edition) since(format string, held *snapshot) (*document, error) {
	key := format + held.Hashes[format]
	e.deltas.mu.Lock()
	defer e.deltas.mu.Unlock()
	if d, ok := e.deltas.docs[key]; ok {
		return d, nil
	}
	d, err := e.render(format, held)
	if err != nil {
		return nil, err
	}
	if e.deltas.docs == nil {
		e.deltas.docs = map[string]*document{}
	}
	e.deltas.docs[key] = d
	return d, nil
}

func (e *edition) render(format string, held *snapshot) (*document, error) {
	if held.Head != e.doc.Head() {
		return nil, nil
	}
	known := map[uint64]bool{}
	for _, m := range held.Marks {
		known[m] = true
	}
	part := e.doc.Without(known)
	if part.Len() == e.doc.Len() || part.Len() == 0 {
		return nil, nil
	}
	body, err := render(part, format)
	if err != nil {
		return nil, err
	}
	return e.pack.document(body, contentTypes[format])
}
