package serve

import (
	"cmp"
	"fmt"
	"time"

	"syndicated/feeds/write"
)

// site is everything that is served at one moment. It is never changed.
type site struct {
	docs   map[string]*document // by path
	shared map[string]*edition  // by the path that is negotiated
	byName map[string]*edition
	gone   map[string]*answer // by feed name
}

// assemble puts the current documents of all feeds at their addresses.
func (s *Server) assemble() (*site, error) {
	next := &site{docs: map[string]*document{}, shared: map[string]*edition{}, byName: map[string]*edition{}, gone: map[string]*answer{}}
	var list []write.Feed
	var newest time.Time
	for _, p := range s.feeds {
		if p.Retired || p.MovedTo != "" {
			next.gone[p.Name] = s.answerOf(p.Feed)
			continue
		}
		list = append(list, s.writing(p.Feed))
		if p.current == nil {
			continue
		}
		next.byName[p.Name] = p.current
		next.shared["/feeds/"+p.Name] = p.current
		for format, d := range p.current.docs {
			if format != "" {
				next.docs["/feeds/"+p.Name+"."+format] = d
			}
			if d.modified.After(newest) {
				newest = d.modified
			}
		}
	}
	for _, fixed := range []struct {
		path, contentType string
		make              func() ([]byte, error)
	}{
		{"/", contentTypes[""], func() ([]byte, error) { return write.Index(s.c.BaseURL, list) }},
		{"/feeds.opml", "text/x-opml; charset=utf-8", func() ([]byte, error) { return write.OPML(list) }},
		{"/feeds.css", "text/css; charset=utf-8", func() ([]byte, error) { return write.FeedCSS(), nil }},
	} {
		body, err := fixed.make()
		if err != nil {
			return nil, err
		}
		d := s.site.Load().docs[fixed.path]
		if d == nil || d.hash != hashOf(body) {
			if d, err = s.pack.document(body, fixed.contentType); err != nil {
				return nil, err
			}
			d.page = fixed.path == "/"
			d.vary, d.cacheControl = varyCoding, []string{fmt.Sprintf("public, max-age=%d", int(s.c.MaxAge.Seconds()))}
			d.stamp(cmp.Or(newest, s.c.Now()))
		}
		next.docs[fixed.path] = d
	}
	if s.prefix != "" {
		for path, d := range next.docs {
			next.docs[s.prefix+path] = d
		}
		for path, e := range next.shared {
			next.shared[s.prefix+path] = e
		}
	}
	return next, nil
}
