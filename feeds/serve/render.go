package serve

import (
	"fmt"
	"time"

	"syndicated/feeds/write"
)

var contentTypes = map[string]string{
	write.FormatRSS: write.TypeRSS + "; charset=utf-8", write.FormatAtom: write.TypeAtom + "; charset=utf-8",
	write.FormatJSON: write.TypeJSON, "": "text/html; charset=utf-8",
}

// render writes a document in a format.
func render(d *write.Document, format string) ([]byte, error) {
	switch format {
	case write.FormatRSS:
		return d.RSS()
	case write.FormatAtom:
		return d.Atom()
	case write.FormatJSON:
		return d.JSON()
	}
	return d.Page()
}

// document renders one format; if its bytes are those of before, the document
// of before is kept.
func (s *Server) document(w *write.Document, p *published, r record, format string, now time.Time) (*document, error) {
	body, err := render(w, format)
	if err != nil {
		return nil, err
	}
	var before *document
	if p.current != nil {
		before = p.current.docs[format]
	}
	if before != nil && before.hash == hashOf(body) {
		return before, nil
	}
	d, err := s.pack.document(body, contentTypes[format])
	if err != nil {
		return nil, err
	}
	d.page = format == ""
	d.vary = varyCoding
	if format == write.FormatRSS || format == write.FormatAtom {
		d.vary, d.feed, d.format = varyXML, p.Name, format
	}
	d.cacheControl = []string{fmt.Sprintf("public, max-age=%d", int(s.c.MaxAge.Seconds()))}
	if !d.page {
		d.link = s.linkHeader(p.Feed, format)
	}
	t := s.modified(r, format, d.hash, now)
	if before != nil && !t.Truncate(time.Second).After(before.modified) {
		// Twice within a second: a reader that compares dates (libcurl does so
		// by itself) must see a difference.
		t = before.modified.Add(time.Second)
	}
	d.stamp(t)
	return d, nil
}

// linkHeader carries what WebSub section 4 wants in the Link header.
func (s *Server) linkHeader(f Feed, format string) []string {
	if f.Hub == "" {
		return nil
	}
	return []string{fmt.Sprintf(`<%s>; rel="hub", <%s>; rel="self"`, f.Hub, write.Address(s.c.BaseURL, f.Name, format))}
}
