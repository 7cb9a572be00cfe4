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
	"net/http"
	"net/url"
	"slices"
	"strings"
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

// mostPages that are followed to close a gap between two readings.
const mostPages = 10

// Read fetches the feed, and parses it if it is not as it was. Where it is
// asked in an hour or on a day that the feed wants skipped, it fetches nothing.
func (s *Source) Read(ctx context.Context, prev []byte) (source.Reading, error) {
	was := s.restore(prev)
	if now := s.o.Now(); was.From != "" {
		if at := was.outsideSkips(now); at.After(now) {
			return source.Reading{Unchanged: true, State: prev, NotBefore: at, Hubs: was.Hubs, Topic: was.Topic}, nil
		}
	}
	r, err := s.read(ctx, was, prev)
	if err != nil && (was.URL != "" || was.Feed != "") && lost(err) {
		// Where the feed was found or moved to there is nothing any more: it is
		// looked for where the settings say. Where that fails too, the state is
		// kept, for the way to a new home may be known to it alone.
		r, err = s.read(ctx, state{home: was.From}, nil)
	}
	return r, source.Exchange(err)
}

func lost(err error) bool {
	if e, ok := errors.AsType[*fetch.StatusError](err); ok {
		return e.Status == http.StatusNotFound || e.Status == http.StatusGone
	}
	return errors.Is(err, ErrPage) || errors.Is(err, errNoFeed)
}

func (s *Source) read(ctx context.Context, was state, prev []byte) (source.Reading, error) {
	address := s.url
	if was.Feed != "" {
		address = was.Feed
	}
	resp, err := s.get(ctx, address, was.State)
	if err != nil {
		return source.Reading{}, err
	}
	is := was
	is.State = resp.State
	if resp.NotModified {
		return s.unchanged(was, is, prev, resp)
	}
	doc, err := s.parse(ctx, resp.URL, resp.Header.Get("Content-Type"), resp.Body)
	if errors.Is(err, ErrPage) && was.Feed == "" {
		return s.follow(ctx, was, resp)
	}
	if err != nil {
		return source.Reading{}, fmt.Errorf("read %s: %w", fetch.Redact(resp.URL), err)
	}
	return s.reading(ctx, was, is, resp, doc)
}

// get fetches an address. What the settings say of headers and passwords goes
// to the configured host only, wherever a page or a feed leads.
func (s *Source) get(ctx context.Context, address string, prev fetch.State) (fetch.Response, error) {
	o := s.o.Request
	if address != s.url {
		own, err := url.Parse(s.url)
		if err != nil {
			return fetch.Response{}, errors.New("the address is no URL")
		}
		if to, err := url.Parse(address); err != nil || to.Host != own.Host || to.Scheme != own.Scheme {
			o.Headers, o.User, o.Password = nil, "", ""
		} else if own.User != nil && o.User == "" && o.Password == "" {
			o.User = own.User.Username()
			o.Password, _ = own.User.Password()
		}
	}
	return s.o.Client.Get(ctx, address, o, prev)
}

func (s *Source) parse(ctx context.Context, address, contentType string, body []byte) (doc *reader, err error) {
	if wait := s.o.Client.Work(ctx, func() {
		doc, err = readDocument(Document{
			URL: address, ContentType: contentType, Body: body,
			Timezone: s.o.Timezone, Language: s.o.Language, Now: s.o.Now(),
		})
	}); wait != nil {
		return nil, wait
	}
	return doc, err
}

func (s *Source) unchanged(was, is state, prev []byte, resp fetch.Response) (source.Reading, error) {
	r := source.Reading{
		Unchanged: true, State: prev, Hubs: is.Hubs, Topic: is.Topic,
		NotBefore: is.notBefore(s.o.Now(), resp.NotBefore),
	}
	if resp.Moved != "" {
		// What is there is what was understood the last time.
		is.URL = resp.Moved
		r.Notes = append(r.Notes, "moved for good to "+fetch.Redact(resp.Moved))
	}
	if is.State == was.State {
		return r, nil // nothing to write
	}
	var err error
	r.State, err = json.Marshal(is)
	return r, err
}

// follow reads the feed that a web page names.
func (s *Source) follow(ctx context.Context, was state, page fetch.Response) (source.Reading, error) {
	shown := fetch.Redact(page.URL)
	if page.Delta {
		return source.Reading{}, fmt.Errorf("read %s: %w", shown, ErrPage)
	}
	links := Page(Document{URL: page.URL, ContentType: page.Header.Get("Content-Type"), Body: page.Body})
	if fill(&was.home, was.From); was.home != "" {
		// A feed has been read before. A page that answers in its place and names
		// another's, as the sellers of lapsed domains have, is not believed.
		links = slices.DeleteFunc(links, func(l Link) bool {
			return domain(l.URL) != domain(s.url) && domain(l.URL) != domain(was.home)
		})
	}
	links = slices.DeleteFunc(links, func(l Link) bool { return l.URL == page.URL || l.URL == s.url })
	if len(links) == 0 {
		return source.Reading{}, fmt.Errorf("read %s: %w, and it names no feed", shown, ErrPage)
	}
	resp, err := s.get(ctx, links[0].URL, fetch.State{})
	if err != nil {
		return source.Reading{}, fmt.Errorf("the feed that %s names: %w", shown, err)
	}
	doc, err := s.parse(ctx, resp.URL, resp.Header.Get("Content-Type"), resp.Body)
	if err != nil {
		return source.Reading{}, fmt.Errorf("read %s, which %s names: %w", fetch.Redact(resp.URL), shown, err)
	}
	is := state{State: resp.State, Page: s.hash(), Feed: links[0].URL}
	doc.notes = append(doc.notes, "the page names the feed "+fetch.Redact(is.Feed))
	return s.reading(ctx, was, is, resp, doc)
}

// reading puts together what was read from resp.
func (s *Source) reading(ctx context.Context, was, is state, resp fetch.Response, doc *reader) (source.Reading, error) {
	feed, notes := doc.feed, doc.notes
	if resp.Moved != "" {
		// The whole way there is permanent, and there is a feed.
		is.URL = resp.Moved
		notes = append(notes, "moved for good to "+fetch.Redact(resp.Moved))
	}
	hubs, topic := linkHeader(resp)
	if len(hubs) == 0 {
		hubs = feed.Hubs
	}
	fill(&topic, feed.Self)
	if len(hubs) > 0 {
		fill(&topic, resp.URL)
	}
	r := source.Reading{Partial: resp.Delta || doc.cut}
	is.whole(doc.cut)
	if !resp.Delta {
		is.learn(&feed)
		if more, pages := s.gap(ctx, was, feed); len(more) > 0 {
			feed.Posts = append(feed.Posts, more...)
			notes = append(notes, fmt.Sprintf("read %d further pages, for more was new than the first holds", pages))
		}
	}
	feed.Complete = feed.Complete && !r.Partial
	is.Hubs, is.Topic, is.Repaired = hubs, topic, nil
	for _, n := range notes {
		if strings.HasPrefix(n, "repaired") || strings.HasPrefix(n, "not well-formed") {
			is.Repaired = append(is.Repaired, n)
		}
	}
	r.Feed, r.Notes, r.Hubs, r.Topic = feed, notes, hubs, topic
	r.NotBefore = is.notBefore(s.o.Now(), resp.NotBefore)
	var err error
	r.State, err = json.Marshal(is)
	return r, err
}

// Parse reads a document that a hub pushed. What is not in it has not gone.
func (s *Source) Parse(ctx context.Context, prev []byte, contentType string, body []byte) (source.Reading, error) {
	was := s.restore(prev)
	base := s.url
	for _, u := range []string{was.From, was.Topic} {
		if u != "" {
			base = u
		}
	}
	doc, err := s.parse(ctx, base, contentType, body)
	if err != nil {
		return source.Reading{}, fmt.Errorf("read what was pushed: %w", err)
	}
	feed := doc.feed
	feed.Complete = false
	hubs, topic := was.Hubs, was.Topic
	if len(hubs) == 0 {
		hubs = feed.Hubs
	}
	fill(&topic, feed.Self)
	return source.Reading{Feed: feed, Partial: true, State: prev, Notes: doc.notes, Hubs: hubs, Topic: topic}, nil
}
