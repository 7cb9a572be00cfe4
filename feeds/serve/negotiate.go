package serve

import (
	"net/http"
	"strings"

	"syndicated/feeds/write"
)

// negotiate answers at the one address that every format shares.
func (s *Server) negotiate(w http.ResponseWriter, r *http.Request, e *edition, now *site) {
	format := wanted(r.Header["Accept"])
	if format != "" {
		w.Header().Set("Content-Location", write.Address(s.c.BaseURL, e.feed.Name, format))
	}
	s.serve(w, r, e.docs[format], now, varyShared)
}

// wanted picks the format by the Accept header. A browser names text/html and
// gets the page; a reader that names nothing we have, or takes anything, gets
// Atom; nobody gets a 406.
func wanted(header []string) string {
	format, best := write.FormatAtom, 0
	for _, h := range header {
		for h != "" {
			var item string
			item, h, _ = strings.Cut(h, ",")
			name, params, _ := strings.Cut(item, ";")
			f, rank := mediaRange(strings.ToLower(strings.TrimSpace(name)))
			if rank == 0 {
				continue
			}
			// Of equal weights the richer format goes first.
			if w := weight(params)*10 + rank; w > best && w >= 10 {
				format, best = f, w
			}
		}
	}
	return format
}

// mediaRange maps what a client accepts to a format and its rank; rank 0 is
// nothing that decides.
func mediaRange(name string) (format string, rank int) {
	switch name {
	case "text/html", "application/xhtml+xml": // below feeds: readers name it too, browsers name no feed
		return "", 6
	case "application/atom+xml":
		return write.FormatAtom, 9
	case "application/rss+xml":
		return write.FormatRSS, 8
	case "application/feed+json":
		return write.FormatJSON, 7
	case "application/json":
		return write.FormatJSON, 5
	case "application/xml", "text/xml", "application/*":
		return write.FormatAtom, 4
	case "text/*":
		return "", 3
	case "*/*":
		return write.FormatAtom, 2
	}
	return "", 0
}
