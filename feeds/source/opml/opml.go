// Package opml reads lists of feeds. It knows no feed.
package opml

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"time"

	"github.com/cespare/xxhash/v2"

	"syndicated/config"
	"syndicated/feeds/source"
	"syndicated/feeds/source/fetch"
)

// Config is what the settings say of a list of feeds.
type Config struct {
	Path string `yaml:"path" format:"path" doc:"OPML file"`
	URL  string `yaml:"url" format:"url" doc:"address of an OPML file, instead of path"`
}

// Check tells what is wrong with the settings.
func (c Config) Check() []config.Problem {
	switch {
	case c.Path == "" && c.URL == "":
		return []config.Problem{{Key: "path", What: "is missing", Do: "set path or url"}}
	case c.Path != "" && c.URL != "":
		return []config.Problem{{Key: "url", What: "is set and so is path", Do: "take one out"}}
	}
	return nil
}

// Source is one list.
type Source struct {
	c Config
	o source.Options
}

var _ source.Lister = (*Source)(nil)

// maxBytes bounds a list; 100,000 feeds are about 20 MB.
const maxBytes = 64 << 20

// New checks the settings; it opens and connects nothing.
func New(c Config, o source.Options) (*Source, error) {
	if p := c.Check(); len(p) > 0 {
		return nil, fmt.Errorf("%s %s; %s", p[0].Key, p[0].What, p[0].Do)
	}
	if c.URL != "" && o.Client == nil {
		return nil, errors.New("a url needs a client to fetch it")
	}
	o.Request.Accept = "text/x-opml, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.1"
	if o.Request.MaxBody == 0 {
		o.Request.MaxBody = maxBytes
	}
	return &Source{c, o}, nil
}

// state is what is remembered of the list: of a URL the exchange, of a file
// what shows that it has not changed.
type state struct {
	fetch.State
	Size     int64 `json:"size,omitzero"`
	Modified int64 `json:"mtime,omitzero"` // nanoseconds; 0 if it may have been written since
}

// List reads the list if it is not as it was.
func (s *Source) List(ctx context.Context, prev []byte) (source.Listing, error) {
	var was state
	if len(prev) > 0 {
		if err := json.Unmarshal(prev, &was); err != nil {
			was = state{} // of another kind of source, or damaged: begin anew
		}
	}
	if s.c.URL != "" {
		l, err := s.fetched(ctx, was)
		return l, source.Exchange(err)
	}
	return s.opened(was)
}

func (s *Source) fetched(ctx context.Context, was state) (source.Listing, error) {
	resp, err := s.o.Client.Get(ctx, s.c.URL, s.o.Request, was.State)
	if err != nil {
		return source.Listing{}, err
	}
	is := state{State: resp.State}
	l := source.Listing{Unchanged: resp.NotModified, NotBefore: resp.NotBefore}
	if !resp.NotModified {
		l.Members, l.Notes, err = Parse(resp.Body, resp.Header.Get("Content-Type"), resp.URL)
		if err != nil {
			return source.Listing{}, fmt.Errorf("read %s: %w", fetch.Redact(resp.URL), err)
		}
		if resp.Moved != "" {
			is.URL = resp.Moved
			l.Notes = append(l.Notes, "moved for good to "+fetch.Redact(resp.Moved))
		}
	}
	l.State, err = json.Marshal(is)
	return l, err
}

func (s *Source) opened(was state) (source.Listing, error) {
	fail := func(err error) (source.Listing, error) {
		if e, ok := errors.AsType[*fs.PathError](err); ok {
			err = e.Err
		}
		return source.Listing{}, fmt.Errorf("read %s: %w", s.c.Path, err)
	}
	f, err := os.Open(s.c.Path)
	if err != nil {
		return fail(err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return fail(err)
	}
	if !info.Mode().IsRegular() {
		return fail(errors.New("it is no file"))
	}
	is := state{Size: info.Size(), Modified: info.ModTime().UnixNano()}
	if was.Hash != 0 && was.Size == is.Size && was.Modified == is.Modified {
		is.Hash = was.Hash
		return s.listing(source.Listing{Unchanged: true}, is)
	}
	text, err := io.ReadAll(io.LimitReader(f, maxBytes+1))
	if err != nil {
		return fail(err)
	}
	if len(text) > maxBytes {
		return fail(fmt.Errorf("it is larger than %d MiB", maxBytes>>20))
	}
	// Two writings within the clock's grain can leave the same time.
	if time.Since(info.ModTime()) < 2*time.Second {
		is.Modified = 0
	}
	is.Hash = xxhash.Sum64(text)
	if is.Hash == was.Hash {
		return s.listing(source.Listing{Unchanged: true}, is)
	}
	var l source.Listing
	if l.Members, l.Notes, err = Parse(text, "", ""); err != nil {
		return fail(err)
	}
	return s.listing(l, is)
}

func (s *Source) listing(l source.Listing, is state) (_ source.Listing, err error) {
	l.State, err = json.Marshal(is)
	return l, err
}

// member makes an address whole; ok is false if it is none of the web.
func member(raw string, base *url.URL) (string, bool) {
	u, err := url.Parse(raw)
	if err != nil {
		return "", false
	}
	if base != nil {
		u = base.ResolveReference(u)
	}
	if u.Scheme == "feed" { // feed://host/ and feed:https://host/
		if u.Opaque != "" {
			return member(u.Opaque, nil)
		}
		u.Scheme = "http"
	}
	if (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
		return "", false
	}
	return u.String(), true
}
