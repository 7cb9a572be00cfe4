package wordpress

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"

	"syndicated/feeds/source"
	"syndicated/feeds/source/fetch"
	"syndicated/feeds/source/remote"
)

// isClosed: err says that there is no API, or none for us.
func (s *Source) isClosed(err error) bool {
	if status, ok := errors.AsType[*fetch.StatusError](err); ok {
		return status.Status == http.StatusUnauthorized || status.Status == http.StatusForbidden || status.Status == http.StatusNotFound
	}
	return errors.Is(err, errNoAPI)
}

// closed turns to the feed when err says that the API is closed. With a
// password that is a fault to be told.
func (s *Source) closed(ctx context.Context, was state, err error) (source.Reading, error) {
	if !s.isClosed(err) {
		return source.Reading{}, err
	}
	if status, ok := errors.AsType[*fetch.StatusError](err); ok && s.o.Request.Password != "" && status.Status != http.StatusNotFound {
		return source.Reading{}, fmt.Errorf("the user or the application password is refused: %w", err)
	}
	if s.c.Route != "posts" { // the feed has no others
		return source.Reading{}, err
	}
	now := s.o.Now()
	if !was.Date.IsZero() { // it was open
		if was.Refused.IsZero() {
			was.Refused = now
		}
		if now.Sub(was.Refused) < patience {
			state, stateErr := json.Marshal(was)
			return source.Reading{State: state}, errors.Join(err, stateErr)
		}
	}
	r, feedErr := s.fallBack(ctx, state{Closed: now, Feed: was.Feed, FeedURL: was.FeedURL}, fmt.Sprintf("the API is not open, the feed is read instead: %v", err))
	if feedErr != nil {
		return source.Reading{}, fmt.Errorf("%w; the API is not open: %w", feedErr, err)
	}
	return r, nil
}

// fallBack reads the feed: the one that served before, or else the first that
// there is. Of WordPress's feeds only Atom tells when a post was changed.
func (s *Source) fallBack(ctx context.Context, is state, note string) (source.Reading, error) {
	candidates := s.feeds()
	if is.FeedURL != "" {
		candidates = []string{is.FeedURL}
	}
	var failure error
	for _, address := range candidates {
		r, err := s.readFeed(ctx, address, is.Feed)
		if ctx.Err() != nil {
			return source.Reading{}, err
		}
		if err != nil {
			if address == s.c.URL || failure == nil {
				failure = err // what the operator wrote tells most
			}
			continue
		}
		for i := range r.Feed.Posts {
			p := &r.Feed.Posts[i]
			p.Private = p.Private || remote.Protected(*p, true)
			p.Tags = slices.DeleteFunc(p.Tags, func(tag string) bool { return tag == "Uncategorized" })
		}
		if note != "" {
			r.Notes = append(r.Notes, note)
		}
		is.Feed, is.FeedURL = r.State, address
		r.State, err = json.Marshal(is)
		return r, err
	}
	return source.Reading{}, failure
}

// feeds are the addresses that the site's feed may have.
func (s *Source) feeds() []string {
	u, err := url.Parse(s.c.URL)
	if err != nil {
		return []string{s.c.URL}
	}
	pretty, plain := *u, *u
	pretty.RawQuery = ""
	plain.RawQuery = "feed=atom"
	return []string{pretty.JoinPath("feed/atom/").String(), s.c.URL, plain.String()}
}

func (s *Source) readFeed(ctx context.Context, address string, prev []byte) (source.Reading, error) {
	feed, err := remote.New(remote.Config{URL: address}, s.plain)
	if err != nil {
		return source.Reading{}, err
	}
	return feed.Read(ctx, prev)
}
