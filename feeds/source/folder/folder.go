// Package folder reads posts from files: Markdown with front matter, and HTML.
// It knows how writers of static sites write; it does not know their programs,
// nor what became of a post since the last time.
//
// A post's link is, in this order: permalink, url or canonical of its front
// matter, on base_url; base_url with the permalink pattern of the settings. The
// pattern is ":path/" unless set, so that posts/2024-05-06-hello.md is
// BASE/posts/hello/ and posts/hello/index.md is BASE/posts/hello/. It may hold
// :path (folders and slug), :dir (folders, without _posts and its like), :slug
// (slug of the front matter, or the file's name without date and ending), :file
// (the name with its date), :year, :month and :day in the source's time zone.
package folder

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"syndicated/config"
	"syndicated/feeds"
	"syndicated/feeds/source"
)

// Config is what the settings say of a folder.
type Config struct {
	Path      string `yaml:"path" required:"true" format:"path" doc:"folder with .md, .markdown and .html files"`
	BaseURL   string `yaml:"base_url" format:"url" doc:"where the folder is published; posts have no link without it"`
	Permalink string `yaml:"permalink" default:":path/" doc:"what follows base_url: :path :dir :slug :file :year :month :day"`
	Title     string `yaml:"title" doc:"title of the whole, the folder's name when left out"`
}

// Check tells what is wrong with the settings.
func (c Config) Check() []config.Problem {
	var problems []config.Problem
	if u, err := url.Parse(c.BaseURL); err == nil && (u.RawQuery != "" || u.Fragment != "") {
		problems = append(problems, config.Problem{Key: "base_url", What: "has something after the path", Do: "write it as https://example.org/notes/"})
	}
	if word, ok := badPattern(c.Permalink); ok {
		problems = append(problems, config.Problem{Key: "permalink", What: "there is no " + word, Do: "use :path, :dir, :slug, :file, :year, :month or :day"})
	}
	return problems
}

// Source is one folder.
type Source struct {
	path  string
	title string
	rule  rule
	o     source.Options
}

var _ source.Source = (*Source)(nil)

// New checks the settings; it opens nothing.
func New(c Config, o source.Options) (*Source, error) {
	if c.Path == "" {
		return nil, errors.New("a folder needs a path")
	}
	if p := c.Check(); len(p) > 0 {
		return nil, fmt.Errorf("%s: %s", p[0].Key, p[0].What)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Timezone == nil {
		o.Timezone = time.UTC
	}
	s := &Source{path: c.Path, title: c.Title, o: o}
	if s.title == "" {
		s.title = filepath.Base(c.Path)
	}
	var err error
	if s.rule, err = newRule(c.BaseURL, c.Permalink, o.Timezone); err != nil {
		return nil, err
	}
	return s, nil
}

// Limits of a folder.
const (
	maxFiles = 200_000
	maxBytes = 1 << 20 // of one file, a book's worth of words
)

// state is what is remembered of the files.
type state struct {
	// Rule is how links are made; another one makes every post another.
	Rule string `json:"rule"`
	// Owed: a post has vanished or become a draft, and no complete reading has
	// shown it, because a file could not be read.
	Owed  bool            `json:"owed,omitzero"`
	Files map[string]file `json:"files"`
}

// file is what is remembered of one file, so that it is read again only when
// it has changed.
type file struct {
	Size int64 `json:"s"`
	// Modified is the file's time in nanoseconds. It is 0 when the file was
	// read so soon after it was written that another write could have left the
	// same time.
	Modified int64  `json:"m,omitzero"`
	Hash     uint64 `json:"h,omitzero"`
	// Seen is the date of a post that has none, in seconds: when it was first
	// seen, or the file's time then if the folder was read for the first time.
	// It stays, whatever becomes of the file's time.
	Seen int64 `json:"d,omitzero"`
	// Wait is when a post that is dated ahead is to be told, in seconds.
	Wait int64 `json:"w,omitzero"`
	// Hidden: no post has come of it (a draft). Bad: it could not be read.
	Hidden bool `json:"x,omitzero"`
	Bad    bool `json:"b,omitzero"`
}

// Read looks at every file's size and time and reads those that have changed. A
// reading holds the posts of those; when posts have vanished it holds all and
// is complete, unless a file cannot be read: its post is not gone.
func (s *Source) Read(ctx context.Context, prev []byte) (source.Reading, error) {
	was := state{}
	if len(prev) > 0 {
		if err := json.Unmarshal(prev, &was); err != nil {
			was = state{} // of another kind of source, or damaged: begin anew
		}
	}
	r, err := s.read(ctx, was)
	if err != nil {
		return source.Reading{}, fmt.Errorf("read folder %s: %w", s.path, err)
	}
	return r, nil
}

func (s *Source) read(ctx context.Context, was state) (source.Reading, error) {
	root, err := os.OpenRoot(s.path)
	if err != nil {
		return source.Reading{}, plain(err)
	}
	defer root.Close()
	l := &look{s: s, root: root, now: s.o.Now(), first: was.Files == nil, was: was.Files, is: map[string]file{}}
	if err := l.walk(ctx); err != nil {
		return source.Reading{}, err
	}
	if l.count == 0 && len(was.Files) > 1 {
		// An unmounted disk looks like this; its posts are not gone.
		return source.Reading{}, fmt.Errorf("it is empty and held %d files", len(was.Files))
	}
	l.owed = was.Owed || l.vanished()
	all := l.first || was.Rule != s.rule.String() || l.owed && !l.blocked()
	posts, err := l.read(ctx, all)
	if err == nil && l.owed && !all && !l.bad { // a post became a draft just now
		all = true
		posts, err = l.read(ctx, all)
	}
	if err != nil {
		return source.Reading{}, err
	}
	complete := all && !l.bad
	r := source.Reading{Notes: l.notes, Partial: !complete && !l.first}
	r.State, err = json.Marshal(state{s.rule.String(), l.owed && !complete, l.is})
	if err != nil {
		return source.Reading{}, err
	}
	if !all && len(posts) == 0 {
		r.Unchanged = true
		return r, nil
	}
	slices.SortStableFunc(posts, func(a, b feeds.Post) int {
		if c := b.Published.Compare(a.Published); c != 0 {
			return c
		}
		return strings.Compare(a.ID, b.ID)
	})
	r.Feed = feeds.Feed{
		Format: "folder", Title: s.title, Link: s.rule.base(), Language: s.o.Language, Complete: complete, Posts: posts,
	}
	if len(posts) > 0 {
		r.Feed.Updated = posts[0].Published
	}
	return r, nil
}

// plain is err without the path, which stands before it.
func plain(err error) error {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return e.Err
	}
	return err
}
