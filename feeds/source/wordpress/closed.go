package wordpress

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"syndicated/feeds/source"
	"syndicated/feeds/source/fetch"
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
	r, feedErr := s.fallBack(ctx, state{Closed: now, Feed: was.Feed}, fmt.Sprintf("the API is not open, the feed is read instead: %v", err))
	if feedErr != nil {
		return source.Reading{}, fmt.Errorf("%w; the API is not open: %w", feedErr, err)
	}
	return r, nil
}

func (s *Source) fallBack(ctx context.Context, is state, note string) (source.Reading, error) {
	r, err := s.feed.Read(ctx, is.Feed)
	if err != nil {
		return source.Reading{}, err
	}
	for i := range r.Feed.Posts {
		if protected(r.Feed.Posts[i]) {
			r.Feed.Posts[i].Private = true
		}
	}
	if note != "" {
		r.Notes = append(r.Notes, note)
	}
	is.Feed = r.State
	r.State, err = json.Marshal(is)
	return r, err
}
