package serve

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"syndicated/feeds/write"
)

// Header values that never differ, as net/http keeps them.
var (
	varyCoding     = []string{"Accept-Encoding"}
	varyXML        = []string{"Accept-Encoding, A-IM, Sec-Fetch-Dest"}
	varyShared     = []string{"Accept, Accept-Encoding, A-IM"}
	plainXML       = []string{"text/xml; charset=utf-8"}
	anyOrigin      = []string{"*"}
	exposedHeaders = []string{"ETag, Last-Modified, Link, IM, Retry-After"}
	noSniff        = []string{"nosniff"}
	noReferrer     = []string{"no-referrer"}
	// A page holds strangers' HTML: nothing may run, whatever a sanitiser missed.
	pagePolicy = []string{"default-src 'none'; img-src * data:; media-src *; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"}
)

// ServeHTTP answers readers. It sets no cookie and keeps no log of who reads.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	now := s.site.Load()
	if d := now.docs[r.URL.Path]; d != nil {
		s.serve(w, r, d, now, d.vary)
		return
	}
	if e := now.shared[r.URL.Path]; e != nil {
		s.negotiate(w, r, e, now)
		return
	}
	s.rest(w, r, now)
}

// serve answers with a document of the site as it is now.
func (s *Server) serve(w http.ResponseWriter, r *http.Request, d *document, now *site, vary []string) {
	h := w.Header()
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		s.refuse(w, r)
		return
	}
	f := d.accepted(r.Header["Accept-Encoding"])
	h["Etag"] = f.etagH
	h["Cache-Control"] = d.cacheControl
	h["Vary"] = vary
	if d.link != nil {
		h["Link"] = d.link
	}
	// No more headers than a reader has a use for: net/http keeps up to eight
	// of them without growing its map.
	if d.page {
		h["Content-Security-Policy"] = pagePolicy
		h["Referrer-Policy"] = noReferrer
		h["X-Content-Type-Options"] = noSniff
	} else {
		h["Access-Control-Allow-Origin"] = anyOrigin
		if len(r.Header["Origin"]) > 0 {
			h["Access-Control-Expose-Headers"] = exposedHeaders
		}
	}
	match, conditional := r.Header["If-None-Match"]
	if conditional {
		if matches(match, f.etag) {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		if d.feed != "" && s.delta(w, r, d, now.byName[d.feed], match) {
			return
		}
	} else if since := r.Header["If-Modified-Since"]; len(since) > 0 {
		if conditional = true; d.notModified(since[0]) {
			w.WriteHeader(http.StatusNotModified)
			return
		}
	}
	if !conditional && !d.page && r.Method == http.MethodGet && s.tooOften(w, r) {
		return
	}
	h["Last-Modified"] = d.lastModified
	h["Content-Type"] = d.contentType
	if dest := r.Header["Sec-Fetch-Dest"]; d.feed != "" && len(dest) > 0 && dest[0] == "document" {
		// Browsers show application/rss+xml as bare text, or offer to save it;
		// as text/xml they style it. Readers send no such header.
		h["Content-Type"] = plainXML
	}
	h["Content-Length"] = f.lengthH
	if f.coding != nil {
		h["Content-Encoding"] = f.coding
	}
	if r.Method == http.MethodHead {
		return
	}
	_, _ = w.Write(f.body)
}

// matches is the weak comparison of RFC 9110 section 13.1.2: a proxy that
// compressed on its own made the tag weak.
func matches(header []string, etag string) bool {
	for _, h := range header {
		for h != "" {
			var tag string
			tag, h, _ = strings.Cut(h, ",")
			tag = strings.TrimSpace(tag)
			if tag == "*" || strings.TrimPrefix(tag, "W/") == etag {
				return true
			}
		}
	}
	return false
}

func (d *document) notModified(since string) bool {
	if since == d.lastModified[0] {
		return true
	}
	t, err := http.ParseTime(since)
	return err == nil && !d.modified.After(t)
}

// refuse answers methods that are none of a feed's.
func (s *Server) refuse(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Allow", "GET, HEAD, OPTIONS")
	if r.Method == http.MethodOptions {
		h.Set("Access-Control-Allow-Origin", "*")
		h.Set("Access-Control-Allow-Methods", "GET, HEAD")
		h.Set("Access-Control-Allow-Headers", "If-None-Match, If-Modified-Since, A-IM, Accept, Cache-Control")
		h.Set("Access-Control-Max-Age", "86400")
		w.WriteHeader(http.StatusNoContent)
		return
	}
	http.Error(w, "this address can be read only", http.StatusMethodNotAllowed)
}

// answer is what a retired or moved feed says.
type answer struct {
	status int
	// target of a move; exact is one address for every format.
	target string
	exact  bool
}

func (s *Server) answerOf(f Feed) *answer {
	switch {
	case f.MovedTo == "":
		return &answer{status: http.StatusGone}
	case feedName.MatchString(f.MovedTo) && !strings.Contains(f.MovedTo, "/"):
		return &answer{status: http.StatusMovedPermanently, target: write.Address(s.c.BaseURL, f.MovedTo, "")}
	}
	return &answer{status: http.StatusMovedPermanently, target: f.MovedTo, exact: !strings.HasPrefix(f.MovedTo, s.c.BaseURL+"/feeds/")}
}

// rest answers what is no document: hubs' callbacks, archives, feeds that
// went, and addresses that lead nowhere.
func (s *Server) rest(w http.ResponseWriter, r *http.Request, now *site) {
	path := strings.TrimPrefix(r.URL.Path, s.prefix)
	if s.c.WebSub != nil && strings.HasPrefix(path, "/websub/") {
		if path != r.URL.Path {
			http.StripPrefix(s.prefix, s.c.WebSub).ServeHTTP(w, r)
			return
		}
		s.c.WebSub.ServeHTTP(w, r)
		return
	}
	rest, ok := strings.CutPrefix(path, "/feeds/")
	if !ok {
		s.notFound(w, r)
		return
	}
	if name, archive, ok := strings.Cut(rest, "/archive/"); ok && now.byName[name] != nil {
		s.archive(w, r, now, now.byName[name], archive)
		return
	}
	name, format := splitFormat(rest)
	name, _, _ = strings.Cut(name, "/")
	if a := now.gone[name]; a != nil {
		w.Header().Set("Cache-Control", "public, max-age="+strconv.Itoa(int((24*time.Hour).Seconds())))
		if a.target == "" {
			http.Error(w, "this feed has ended and will not come back", a.status)
			return
		}
		to := a.target
		if !a.exact && format != "" {
			to += "." + format
		}
		http.Redirect(w, r, to, a.status)
		return
	}
	if trimmed := strings.TrimSuffix(rest, "/"); trimmed != rest && (trimmed == "" || now.byName[trimmed] != nil) {
		to := s.c.BaseURL + "/"
		if trimmed != "" {
			to = write.Address(s.c.BaseURL, trimmed, "")
		}
		http.Redirect(w, r, to, http.StatusMovedPermanently)
		return
	}
	s.notFound(w, r)
}

func splitFormat(name string) (string, string) {
	for _, f := range []string{write.FormatRSS, write.FormatAtom, write.FormatJSON} {
		if n, ok := strings.CutSuffix(name, "."+f); ok {
			return n, f
		}
	}
	return name, ""
}

func (s *Server) notFound(w http.ResponseWriter, r *http.Request) {
	if !s.site.Load().ready() {
		w.Header().Set("Retry-After", "5")
		http.Error(w, "the feeds are being made", http.StatusServiceUnavailable)
		return
	}
	http.Error(w, "there is no such feed; "+s.c.BaseURL+"/ lists those there are", http.StatusNotFound)
}

func (n *site) ready() bool { return n.docs != nil }
