// Package remote reads RSS, Atom, RDF and JSON feeds over HTTP, from a feed's
// own address or from that of the web page which names it. It knows what feeds
// look like in the wild; it does not know what became of a post since the last
// time.
package remote

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"time"

	"syndicated/config"
	"syndicated/feeds/source"
	"syndicated/feeds/source/fetch"
)

// Config is what the settings say of a feed.
type Config struct {
	URL string `yaml:"url" required:"true" doc:"address of a feed, or of a page that names one"`
}

// Check tells what is wrong with the settings.
func (c Config) Check() []config.Problem {
	u, err := url.Parse(c.URL)
	if c.URL != "" && (err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "") {
		return []config.Problem{{Key: "url", What: "is no http or https address", Do: "write it whole, as https://example.org/feed.xml"}}
	}
	return nil
}

// Source is one feed.
type Source struct {
	url string
	o   source.Options
}

var (
	_ source.Source = (*Source)(nil)
	_ source.Pushed = (*Source)(nil)
)

// New checks the settings; it connects nothing.
func New(c Config, o source.Options) (*Source, error) {
	if c.URL == "" {
		return nil, errors.New("a feed needs a url")
	}
	if p := c.Check(); len(p) > 0 {
		return nil, fmt.Errorf("url %s: %s", fetch.Redact(c.URL), p[0].What)
	}
	if o.Client == nil {
		return nil, errors.New("a feed needs a client to fetch it")
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	o.Request.Accept = accept
	o.Request.Delta = true
	return &Source{url: c.URL, o: o}, nil
}

// accept prefers feeds to pages, and no format to another: a host that
// negotiates should go on with what it thinks best.
const accept = "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml, " +
	"application/xml;q=0.9, text/xml;q=0.9, application/json;q=0.8, text/html;q=0.5, */*;q=0.1"

// state is what a reading leaves for the next.
type state struct {
	fetch.State
	// Page is the address of a web page that named the feed, empty when the
	// configured address is the feed's own; Feed is the feed that it named.
	Page string `json:"page,omitzero"`
	Feed string `json:"feed,omitzero"`
	// Repaired: the last document had to be repaired.
	Repaired []string `json:"repaired,omitzero"`
	// TTL in seconds, SkipHours and SkipDays are what the feed asked for, so
	// that they hold through unchanged answers.
	TTL       int64 `json:"ttl,omitzero"`
	SkipHours []int `json:"skip_hours,omitzero"`
	SkipDays  []int `json:"skip_days,omitzero"`
	// Hubs and Topic are where pushes come from.
	Hubs  []string `json:"hubs,omitzero"`
	Topic string   `json:"topic,omitzero"`
}

// Read fetches the feed and parses it if it is not as it was.
func (s *Source) Read(ctx context.Context, prev []byte) (source.Reading, error) {
	var was state
	if len(prev) > 0 {
		if err := json.Unmarshal(prev, &was); err != nil {
			was = state{} // of another kind of source, or damaged: begin anew
		}
	}
	r, err := s.read(ctx, was, prev)
	return r, source.Exchange(err)
}

func (s *Source) read(ctx context.Context, was state, prev []byte) (source.Reading, error) {
	resp, err := s.o.Client.Get(ctx, s.url, s.o.Request, was.State)
	if err != nil {
		return source.Reading{}, err
	}
	now := s.o.Now()
	is := was
	is.State = resp.State
	if resp.NotModified {
		r := source.Reading{Unchanged: true, State: prev, NotBefore: resp.NotBefore, Hubs: is.Hubs, Topic: is.Topic}
		if is.State != was.State {
			r.State, err = json.Marshal(is)
		}
		return r, err
	}
	feed, notes, err := Parse(Document{
		URL: resp.URL, ContentType: resp.Header.Get("Content-Type"), Body: resp.Body,
		Timezone: s.o.Timezone, Language: s.o.Language, Now: now,
	})
	if err != nil {
		return source.Reading{}, fmt.Errorf("read %s: %w", fetch.Redact(resp.URL), err)
	}
	if resp.Moved != "" {
		is.URL = resp.Moved
		notes = append(notes, "moved for good to "+fetch.Redact(resp.Moved))
	}
	r := source.Reading{Feed: feed, Partial: resp.Delta, NotBefore: resp.NotBefore, Notes: notes, Hubs: feed.Hubs, Topic: feed.Self}
	r.State, err = json.Marshal(is)
	return r, err
}

// Parse reads a document that a hub pushed.
func (s *Source) Parse(_ context.Context, prev []byte, contentType string, body []byte) (source.Reading, error) {
	feed, notes, err := Parse(Document{
		URL: s.url, ContentType: contentType, Body: body,
		Timezone: s.o.Timezone, Language: s.o.Language, Now: s.o.Now(),
	})
	if err != nil {
		return source.Reading{}, fmt.Errorf("read what was pushed: %w", err)
	}
	return source.Reading{Feed: feed, Partial: true, State: prev, Notes: notes, Hubs: feed.Hubs, Topic: feed.Self}, nil
}

// Document is the bytes of a feed and what is known of them.
type Document struct {
	// URL is where it came from, the base of relative links.
	URL string
	// ContentType is the header's value, empty when unknown.
	ContentType string
	Body        []byte
	// Timezone is assumed for dates without a zone, nil is UTC.
	Timezone *time.Location
	// Language is assumed for posts that do not say theirs.
	Language string
	// Now is when it was read: no post is dated later.
	Now time.Time
}
