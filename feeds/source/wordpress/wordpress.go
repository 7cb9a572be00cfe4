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
	"net/url"
	"slices"
	"strings"
	"time"

	"syndicated/config"
	"syndicated/feeds"
	"syndicated/feeds/source"
	"syndicated/feeds/source/fetch"
)

// Config is what the settings say of a site. The source's user and password
// (an application password) let it see what is not public; none are needed.
type Config struct {
	URL   string `yaml:"url" required:"true" format:"url" doc:"address of the site"`
	Items int    `yaml:"items" default:"100" min:"1" max:"2000" doc:"how many of the newest posts the first read takes"`
	Route string `yaml:"route" default:"posts" doc:"posts, pages, or the API's route of another type of post"`
}

// Check tells what is wrong with the settings.
func (c Config) Check() []config.Problem {
	u, err := url.Parse(c.URL)
	if c.URL != "" && (err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "") {
		return []config.Problem{{Key: "url", What: "is no http or https address", Do: "write it whole, as https://example.org/"}}
	}
	if strings.ContainsAny(c.Route, "/?#& ") {
		return []config.Problem{{Key: "route", What: "is no route below wp/v2", Do: "write it as posts, pages or products"}}
	}
	return nil
}

// Source is one site.
type Source struct {
	c Config
	o source.Options
	// plain are the options without what is for the API.
	plain source.Options
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
	// patience is how long an API that was open may be closed before the feed
	// is read instead: the feed may give less of a post, which would look as if
	// its author had changed it.
	patience = 3 * 24 * time.Hour
)

// New checks the settings; it connects nothing.
func New(c Config, o source.Options) (*Source, error) {
	if c.URL == "" {
		return nil, errors.New("a site needs a url")
	}
	if p := c.Check(); len(p) > 0 {
		return nil, fmt.Errorf("%s %s", p[0].Key, p[0].What)
	}
	if c.Route == "" {
		c.Route = "posts"
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
	plain := o
	o.Request.Accept = "application/json, text/html;q=0.9, */*;q=0.1"
	return &Source{c, o, plain}, nil
}

// state is what a reading leaves for the next.
type state struct {
	Site *site `json:"site,omitzero"`
	// Feed is the state of the feed, read since Closed because the API is not open.
	Feed    json.RawMessage `json:"feed,omitzero"`
	FeedURL string          `json:"feed_url,omitzero"`
	Closed  time.Time       `json:"closed,omitzero"`
	// Refused is since when an API that was open is not.
	Refused time.Time `json:"refused,omitzero"`
	// Date and Modified are the newest seen; ByDate and ByModified the
	// exchanges of the two lists.
	Date       time.Time   `json:"date,omitzero"`
	Modified   time.Time   `json:"modified,omitzero"`
	ByDate     fetch.State `json:"by_date,omitzero"`
	ByModified fetch.State `json:"by_modified,omitzero"`
	// Floor is the date of the oldest post of the first reading, zero if all
	// were read. What is older is not told when it is changed: it would be new.
	Floor time.Time `json:"floor,omitzero"`
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
	if was.Site != nil {
		r, err := s.posts(ctx, was)
		if !s.isClosed(err) {
			return r, err
		}
		// It may have been moved: permalinks were switched on, or the site went
		// to another folder.
		site, again := s.discover(ctx)
		if again != nil || site.API == was.Site.API {
			return s.closed(ctx, was, err)
		}
		was.Site = site
	} else {
		site, err := s.discover(ctx)
		if err != nil {
			return s.closed(ctx, was, err)
		}
		was.Site = site
	}
	r, err := s.posts(ctx, was)
	if err != nil {
		return s.closed(ctx, was, err)
	}
	return r, nil
}

// posts reads the two lists.
func (s *Source) posts(ctx context.Context, was state) (source.Reading, error) {
	is := was
	is.Closed, is.Refused, is.Feed, is.FeedURL = time.Time{}, time.Time{}, nil, ""
	first := was.Date.IsZero() && was.Modified.IsZero()
	byDate := list{order: "date", since: was.Date, state: was.ByDate, pages: maxPages}
	// A post that was scheduled appears with the date of its last change, which
	// is why one list is not enough.
	byModified := list{order: "modified", since: was.Modified, state: was.ByModified, pages: maxPages}
	if first {
		byDate.pages = (s.c.Items + perPage - 1) / perPage
		byModified.pages = 1
	}
	posts, err := s.pages(ctx, was.Site, &byDate)
	if err != nil {
		return source.Reading{}, err
	}
	changed, err := s.pages(ctx, was.Site, &byModified)
	if err != nil {
		return source.Reading{}, err
	}
	// A post that was scheduled may carry a time to come, which would hide what
	// is changed until then.
	now := s.o.Now().UTC()
	is.Date, is.ByDate = earlier(byDate.newest, now), byDate.state
	is.Modified, is.ByModified = earlier(byModified.newest, now), byModified.state
	r := source.Reading{Partial: !first, NotBefore: byDate.notBefore}
	if first {
		is.Total, is.Whole = byDate.total, byDate.total == len(posts) && byDate.total <= maxWhole
		if n := len(posts); n > 0 && !is.Whole {
			is.Floor = posts[n-1].published(s.o)
		}
	} else {
		posts = merge(posts, s.known(changed, was.Floor))
		all, err := s.removed(ctx, was, &is, &byDate, &r)
		if err != nil {
			return source.Reading{}, err
		}
		if all != nil {
			posts = all
		}
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

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// known leaves out what was published before the first reading began.
func (s *Source) known(posts []post, floor time.Time) []post {
	return slices.DeleteFunc(posts, func(p post) bool { return p.published(s.o).Before(floor) })
}

// merge puts lists together, each post once.
func merge(lists ...[]post) []post {
	seen := map[int64]bool{}
	var all []post
	for _, list := range lists {
		for _, p := range list {
			if !seen[p.ID] {
				seen[p.ID] = true
				all = append(all, p)
			}
		}
	}
	return all
}

// feed is the site without its posts.
func (t *site) feed() feeds.Feed {
	return feeds.Feed{Format: "wordpress", Title: t.Name, Description: t.Description, Link: t.Home, Language: t.Language, Icon: t.Icon}
}
