package wordpress

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"syndicated/feeds/source/fetch"
)

// list is one of the two lists of posts, and how far it is to be read.
type list struct {
	order string    // date or modified
	since time.Time // what is older was seen
	pages int
	state fetch.State // of its first page

	newest    time.Time
	notBefore time.Time
	total     int // of posts on the site, 0 if it does not say
	fresh     int // of those read that are newer than since
}

// pages reads a list until it comes to what was seen.
func (s *Source) pages(ctx context.Context, t *site, l *list) ([]post, error) {
	l.newest = l.since
	var all []post
	for page := 1; page <= l.pages; page++ {
		q := url.Values{
			"per_page": {strconv.Itoa(perPage)}, "orderby": {l.order}, "order": {"desc"},
			"_embed":  {"author,wp:featuredmedia,wp:term"},
			"_fields": {"id,date,date_gmt,modified_gmt,guid,link,status,title,content,excerpt,_links,_embedded"},
		}
		prev := l.state
		if page > 1 {
			q.Set("page", strconv.Itoa(page))
			prev = fetch.State{}
		}
		address, err := t.route("wp/v2/"+s.c.Route, q)
		if err != nil {
			return nil, err
		}
		resp, err := s.o.Client.Get(ctx, address, s.o.RequestFor(s.c.URL, address), prev)
		if status, ok := errors.AsType[*fetch.StatusError](err); ok && page > 1 && status.Status == http.StatusBadRequest {
			return all, nil // rest_post_invalid_page_number: posts went while we read
		}
		if err != nil {
			return nil, err
		}
		if page == 1 {
			l.state, l.notBefore = resp.State, resp.NotBefore
			l.total, _ = strconv.Atoi(resp.Header.Get("X-Wp-Total"))
		}
		if resp.NotModified {
			return all, nil
		}
		var posts []post
		if err := json.Unmarshal(trimNoise(resp.Body), &posts); err != nil {
			return nil, fmt.Errorf("%w: its list of posts is none", errNoAPI)
		}
		last := false
		for _, p := range posts {
			at := p.modified()
			if l.order == "date" {
				at = p.published(s.o)
			}
			if at.After(l.since) {
				l.fresh++
			}
			if at.After(l.newest) {
				l.newest = at
			}
			// Two posts may share a second, so the last one seen is read again.
			if at.Before(l.since) {
				last = true
				continue
			}
			all = append(all, p)
		}
		total, err := strconv.Atoi(resp.Header.Get("X-Wp-Totalpages"))
		if last || len(posts) < perPage || err == nil && page >= total || page == 1 && l.since.IsZero() && l.pages == 1 {
			return all, nil
		}
	}
	return all, nil
}
