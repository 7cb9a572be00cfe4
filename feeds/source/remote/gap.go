package remote

import (
	"context"

	"syndicated/feeds"
	"syndicated/feeds/source/fetch"
)

// gap reads the next pages of a feed (RFC 5005, JSON next_url) where nothing of
// the last reading is in the first, until something is.
func (s *Source) gap(ctx context.Context, was state, feed feeds.Feed) (more []feeds.Post, pages int) {
	if len(was.Newest) == 0 || feed.Next == "" || was.overlaps(feed.Posts) {
		return nil, 0
	}
	seen := map[string]bool{}
	for next := feed.Next; next != "" && !seen[next] && pages < mostPages; pages++ {
		seen[next] = true
		if host(next) != host(feed.Next) {
			break
		}
		resp, err := s.get(ctx, next, fetch.State{})
		if err != nil {
			break // the first page is worth more than none
		}
		page, err := s.parse(ctx, resp.URL, resp.Header.Get("Content-Type"), resp.Body)
		if err != nil {
			break
		}
		more = append(more, page.feed.Posts...)
		if was.overlaps(page.feed.Posts) {
			pages++
			break
		}
		next = page.feed.Next
	}
	return more, pages
}
