// Package serve gives feeds to readers over HTTP, writes them into folders and
// tells hubs of them. It knows which posts belong in which feed and how a
// reader is answered; it does not know how a document looks inside (write) nor
// how posts are remembered (a Library).
//
// Documents are made when posts change, in every format and every compression,
// and served as they are: a request costs no rendering.
package serve

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"syndicated/feeds"
	"syndicated/feeds/write"
)

// Library is where the posts are; worker/store satisfies it.
type Library interface {
	// Posts gives the posts that q selects, newest by Published first.
	Posts(ctx context.Context, q feeds.Query) ([]feeds.Post, error)
	// Revision changes whenever Posts may answer otherwise.
	Revision(ctx context.Context) (int64, error)
}

// Memory is what a Library may have beside: with it Last-Modified and the
// revisions known to readers outlive a restart.
type Memory interface {
	Load(ctx context.Context, key string) ([]byte, error)
	Save(ctx context.Context, key string, value []byte) error
}

// Feed is a feed as the settings describe it.
type Feed struct {
	Name        string // in addresses: letters, digits, "-", "_", "."
	Title       string
	Description string
	Link        string // of the site
	Language    string
	Image       string
	Icon        string
	Authors     []feeds.Author

	// Sources by name, a group's name for all its members; empty is all.
	Sources []string
	// Tags, By and Languages select posts that have one of them, without regard
	// to case; By looks at the authors' names. Empty selects all.
	Tags, By, Languages []string
	// Keep selects further; nil keeps all.
	Keep func(feeds.Post) bool
	// Kind is "posts" (or empty) or "updates".
	Kind string
	// Items is how many posts the feed shows; 0 is 50.
	Items int
	// MaxAge leaves out what was published longer ago; 0 is no limit.
	MaxAge time.Duration
	// Content is "full" (or empty) or "summary".
	Content string

	Hub     string // URL of a WebSub hub; empty: none
	Cloud   string // URL at which an rssCloud server takes subscriptions (…/pleaseNotify); empty: none
	Out     string // folder that the documents are written to as well
	Retired bool   // answered with 410
	MovedTo string // URL, or another feed's name; answered with 301
}

// Config of a Server. Its useful zero values are said at each field.
type Config struct {
	BaseURL string // as readers reach the server, absolute
	Feeds   []Feed
	Library Library
	Version string           // of the program, told to hubs
	Now     func() time.Time // nil: time.Now
	Log     *slog.Logger     // nil: nothing is logged
	Client  *http.Client     // for hubs; nil: one with a time limit
	// WebSub answers below /websub/, for hubs that push to this program.
	WebSub http.Handler
	// MaxAge is what Cache-Control and ttl ask readers to wait; 0 is 15 minutes.
	MaxAge time.Duration
	// Every is how often Run looks whether the library changed; 0 is 5 seconds.
	Every time.Duration
	// Unconditional is how often one client may fetch one document within an
	// hour without If-None-Match or If-Modified-Since; 0 is 30, below 0 no limit.
	Unconditional int
}

// Server is an http.Handler; Refresh makes what it serves.
type Server struct {
	c      Config
	base   *url.URL
	prefix string // of paths, when BaseURL has one
	memory Memory // may be nil
	site   atomic.Pointer[site]
	mu     sync.Mutex // of Refresh and what only it touches
	feeds  []*published
	last   int64 // revision that site was made of
	fresh  bool  // last is known
	hubs   hubs
	wake   chan struct{}
	polls  *polls
	shelf  shelf
	pack   *packer
}

var feedName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)

// New checks c; it reads nothing.
func New(c Config) (*Server, error) {
	u, err := url.Parse(strings.TrimRight(c.BaseURL, "/"))
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return nil, fmt.Errorf("base_url %q: write an absolute address such as https://feeds.example.org", c.BaseURL)
	}
	c.BaseURL = u.String()
	if c.Library == nil {
		return nil, errors.New("serve: no library")
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.MaxAge <= 0 {
		c.MaxAge = 15 * time.Minute
	}
	if c.Every <= 0 {
		c.Every = 5 * time.Second
	}
	if c.Client == nil {
		c.Client = &http.Client{Timeout: 30 * time.Second}
	}
	s := &Server{c: c, base: u, prefix: u.Path, polls: newPolls(c.Unconditional), wake: make(chan struct{}, 1)}
	if s.pack, err = newPacker(); err != nil {
		return nil, err
	}
	s.memory, _ = c.Library.(Memory)
	names := map[string]bool{}
	for _, f := range c.Feeds {
		if err := check(f); err != nil {
			return nil, fmt.Errorf("feeds.%s: %w", f.Name, err)
		}
		if names[f.Name] {
			return nil, fmt.Errorf("feeds.%s: there are two feeds of this name", f.Name)
		}
		names[f.Name] = true
		if f.Items == 0 {
			f.Items = 50
		}
		s.feeds = append(s.feeds, &published{Feed: f})
	}
	for _, f := range c.Feeds {
		if f.MovedTo != "" && feedName.MatchString(f.MovedTo) && !names[f.MovedTo] {
			return nil, fmt.Errorf("feeds.%s.moved_to: %q is neither an address nor the name of a feed", f.Name, f.MovedTo)
		}
	}
	s.hubs.init(s)
	s.site.Store(&site{})
	return s, nil
}

func check(f Feed) error {
	switch {
	case !feedName.MatchString(f.Name):
		return fmt.Errorf("the name %q cannot stand in an address; use letters, digits, - and _", f.Name)
	case strings.HasSuffix(f.Name, ".rss"), strings.HasSuffix(f.Name, ".atom"), strings.HasSuffix(f.Name, ".json"), strings.HasSuffix(f.Name, ".opml"):
		return fmt.Errorf("the name %q ends like a document's; leave the ending away", f.Name)
	case f.Kind != "" && f.Kind != "posts" && f.Kind != kindUpdates:
		return fmt.Errorf("kind %q: write posts or updates", f.Kind)
	case f.Content != "" && f.Content != "full" && f.Content != "summary":
		return fmt.Errorf("content %q: write full or summary", f.Content)
	case f.Items < 0 || f.Items > maxItems:
		return fmt.Errorf("items %d: write a number from 1 to %d", f.Items, maxItems)
	case f.MaxAge < 0:
		return fmt.Errorf("max_age %s: write a length of time such as 90d", f.MaxAge)
	case f.Hub != "" && !webURL(f.Hub):
		return fmt.Errorf("hub %q: write an absolute http or https address", f.Hub)
	case f.Cloud != "" && !webURL(f.Cloud):
		return fmt.Errorf("cloud %q: write the absolute address of an rssCloud server's pleaseNotify", f.Cloud)
	case f.MovedTo != "" && !webURL(f.MovedTo) && !feedName.MatchString(f.MovedTo):
		return fmt.Errorf("moved_to %q: write an absolute address or the name of another feed", f.MovedTo)
	}
	return nil
}

const (
	maxItems    = 1000
	kindUpdates = "updates"
)

func webURL(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != ""
}

// hubsOf is the list form of the feed's hub.
func hubsOf(f Feed) []string {
	if f.Hub == "" {
		return nil
	}
	return []string{f.Hub}
}

// writing is f in the words of package write, without posts.
func (s *Server) writing(f Feed) write.Feed {
	return write.Feed{
		Name: f.Name, BaseURL: s.c.BaseURL, Title: f.Title, Description: f.Description, Link: f.Link, Language: f.Language,
		Image: f.Image, Icon: f.Icon, Authors: f.Authors, Kind: f.Kind, Content: f.Content,
		Hubs: hubsOf(f), Cloud: f.Cloud, TTL: s.c.MaxAge,
	}
}
