// Package wordpress reads posts from a WordPress site through its REST API,
// which tells more than its feed: tags, authors, images with their alternative
// texts, changes of old posts. Where the API is closed it reads the feed.
//
// https://developer.wordpress.org/rest-api/reference/posts/
package wordpress

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"syndicated/config"
	"syndicated/feeds"
	"syndicated/feeds/source"
	"syndicated/feeds/source/fetch"
	"syndicated/feeds/source/remote"
)

// Config is what the settings say of a site. The source's user and password
// (an application password) let it see what is not public; none are needed.
type Config struct {
	URL   string `yaml:"url" required:"true" format:"url" doc:"address of the site"`
	Items int    `yaml:"items" default:"100" min:"1" max:"2000" doc:"how many of the newest posts the first read takes"`
}

// Check tells what is wrong with the settings.
func (c Config) Check() []config.Problem {
	u, err := url.Parse(c.URL)
	if c.URL != "" && (err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "") {
		return []config.Problem{{Key: "url", What: "is no http or https address", Do: "write it whole, as https://example.org/"}}
	}
	return nil
}

// Source is one site.
type Source struct {
	c    Config
	o    source.Options
	feed *remote.Source
}

var _ source.Source = (*Source)(nil)

const (
	perPage = 20
	// maxPages bounds how far back a reading looks after a long absence.
	maxPages = 10
	// maxWhole bounds the sites whose removed posts are noticed: to prove that
	// one is gone all must be listed.
	maxWhole = 500
	// closedFor is how long the feed is read before the API is tried again.
	closedFor = 7 * 24 * time.Hour
)

// New checks the settings; it connects nothing.
func New(c Config, o source.Options) (*Source, error) {
	if c.URL == "" {
		return nil, errors.New("a site needs a url")
	}
	if p := c.Check(); len(p) > 0 {
		return nil, fmt.Errorf("url %s: %s", fetch.Redact(c.URL), p[0].What)
	}
	if c.Items <= 0 {
		c.Items = 100
	}
	if o.Client == nil {
		return nil, errors.New("a site needs a client to fetch it")
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	feed, err := remote.New(remote.Config{URL: c.URL}, o)
	if err != nil {
		return nil, err
	}
	o.Request.Accept = "application/json, text/html;q=0.9, */*;q=0.1"
	return &Source{c, o, feed}, nil
}

// state is what a reading leaves for the next.
type state struct {
	Site *site `json:"site,omitzero"`
	// Feed is the state of the feed, read since Closed because the API is not open.
	Feed   json.RawMessage `json:"feed,omitzero"`
	Closed time.Time       `json:"closed,omitzero"`
	// Date and Modified are the newest seen; ByDate and ByModified the
	// exchanges of the two lists.
	Date       time.Time   `json:"date,omitzero"`
	Modified   time.Time   `json:"modified,omitzero"`
	ByDate     fetch.State `json:"by_date,omitzero"`
	ByModified fetch.State `json:"by_modified,omitzero"`
	// Total is how many posts the site listed. Whole: all of them were read, so
	// that one which is no longer listed can be told.
	Total int  `json:"total,omitzero"`
	Whole bool `json:"whole,omitzero"`
	// Doubt is a total that was too low to be believed, told once.
	Doubt int `json:"doubt,omitzero"`
}

// Read asks for the newest posts and for those changed last.
func (s *Source) Read(ctx context.Context, prev []byte) (source.Reading, error) {
	var was state
	if len(prev) > 0 {
		if err := json.Unmarshal(prev, &was); err != nil {
			was = state{} // of another kind of source, or damaged: begin anew
		}
	}
	r, err := s.read(ctx, was)
	return r, source.Exchange(err)
}

func (s *Source) read(ctx context.Context, was state) (source.Reading, error) {
	if !was.Closed.IsZero() && s.o.Now().Sub(was.Closed) < closedFor {
		return s.fallBack(ctx, was, "")
	}
	var notes []string
	if was.Site == nil {
		site, err := s.discover(ctx)
		if err != nil {
			return s.closed(ctx, was, err)
		}
		was.Site = site
	}
	is := was
	is.Closed, is.Feed = time.Time{}, nil
	first := was.Date.IsZero() && was.Modified.IsZero()
	byDate := list{order: "date", since: was.Date, state: was.ByDate, pages: maxPages}
	if first {
		byDate.pages = (s.c.Items + perPage - 1) / perPage
	}
	posts, err := s.pages(ctx, was.Site, &byDate)
	if err != nil {
		return s.closed(ctx, was, err)
	}
	// A post that was scheduled appears with the date of its last change, which
	// is why one list is not enough.
	byModified := list{order: "modified", since: was.Modified, state: was.ByModified, pages: maxPages}
	if first {
		byModified.pages = 1
	}
	changed, err := s.pages(ctx, was.Site, &byModified)
	if err != nil {
		return s.closed(ctx, was, err)
	}
	is.Date, is.ByDate = byDate.newest, byDate.state
	is.Modified, is.ByModified = byModified.newest, byModified.state
	r := source.Reading{Partial: !first, NotBefore: byDate.notBefore, Notes: notes}
	posts = merge(posts, changed, first)
	switch {
	case byDate.total == 0: // it does not say
	case first:
		is.Total, is.Whole = byDate.total, byDate.total == len(posts) && byDate.total <= maxWhole
	case was.Whole && byDate.total < was.Total+byDate.fresh:
		all, note, err := s.whole(ctx, was, byDate.total)
		if err != nil {
			return source.Reading{}, err
		}
		switch {
		case note != "" && was.Doubt == byDate.total:
		case note != "":
			r.Notes = append(r.Notes, note)
			is.Doubt = byDate.total
		default:
			posts, r.Partial, r.Feed.Complete = all, false, true
			is.Total, is.Doubt = byDate.total, 0
		}
	default:
		is.Doubt = 0
		is.Total = byDate.total
		is.Whole = was.Whole && is.Total <= maxWhole
	}
	if r.State, err = json.Marshal(is); err != nil {
		return source.Reading{}, err
	}
	if len(posts) == 0 && r.Partial {
		r.Unchanged = true
		return r, nil
	}
	complete := r.Feed.Complete
	r.Feed = was.Site.feed()
	r.Feed.Complete = complete
	for _, p := range posts {
		r.Feed.Posts = append(r.Feed.Posts, p.post(was.Site, s.o))
	}
	return r, nil
}

// whole lists all posts, because there are fewer than there were. What is not
// among them was trashed, deleted or made private. A site that lists less than
// half of what it did is more likely broken than tidied; it is asked again.
func (s *Source) whole(ctx context.Context, was state, total int) ([]post, string, error) {
	if total*2 < was.Total {
		return nil, fmt.Sprintf("the site lists %d posts and listed %d; nothing is taken for removed", total, was.Total), nil
	}
	l := list{order: "date", pages: maxWhole/perPage + 1}
	all, err := s.pages(ctx, was.Site, &l)
	if err != nil {
		return nil, "", err
	}
	if len(all) != total {
		return nil, fmt.Sprintf("the site says that it has %d posts and lists %d; nothing is taken for removed", total, len(all)), nil
	}
	return all, "", nil
}

// merge puts the two lists together, each post once. Of a first reading the
// second list gives nothing: what is old is not to be taken for new later on.
func merge(posts, changed []post, first bool) []post {
	if first {
		return posts
	}
	seen := map[int64]bool{}
	var all []post
	for _, list := range [][]post{changed, posts} {
		for _, p := range list {
			if !seen[p.ID] {
				seen[p.ID] = true
				all = append(all, p)
			}
		}
	}
	return all
}

// closed turns to the feed when err says that the API is not open to us. With a
// password that is a fault to be told.
func (s *Source) closed(ctx context.Context, was state, err error) (source.Reading, error) {
	status, refused := errors.AsType[*fetch.StatusError](err)
	switch {
	case errors.Is(err, errNoAPI):
	case refused && s.o.Request.Password == "" &&
		(status.Status == http.StatusUnauthorized || status.Status == http.StatusForbidden || status.Status == http.StatusNotFound):
	case refused && (status.Status == http.StatusUnauthorized || status.Status == http.StatusForbidden):
		return source.Reading{}, fmt.Errorf("the user or the application password is refused: %w", err)
	default:
		return source.Reading{}, err
	}
	if was.Closed.IsZero() {
		was.Closed = s.o.Now()
	}
	r, feedErr := s.fallBack(ctx, state{Closed: s.o.Now(), Feed: was.Feed}, fmt.Sprintf("the API is not open, the feed is read instead: %v", err))
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
	if note != "" {
		r.Notes = append(r.Notes, note)
	}
	is.Feed = r.State
	r.State, err = json.Marshal(is)
	return r, err
}

// feed is the site without its posts.
func (t *site) feed() feeds.Feed {
	return feeds.Feed{Format: "wordpress", Title: t.Name, Description: t.Description, Link: t.Home, Language: t.Language, Icon: t.Icon}
}
