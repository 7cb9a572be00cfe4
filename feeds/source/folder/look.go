package folder

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/cespare/xxhash/v2"

	"syndicated/feeds"
)

// look is one look at a folder.
type look struct {
	s    *Source
	root *os.Root
	now  time.Time
	// first: nothing is remembered.
	first bool

	was, is map[string]file
	found   []found
	count   int  // of files that may be posts, those that cannot be read too
	bad     bool // a file cannot be read
	owed    bool // a post is gone
	notes   []string
}

// found is a file that may be a post, with the facts by which a change shows.
type found struct {
	name     string
	size     int64
	modified time.Time
}

// walk finds the files that may be posts.
func (l *look) walk(ctx context.Context) error {
	return fs.WalkDir(l.root.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		base := path.Base(name)
		switch {
		case err != nil && name == ".":
			return plain(err)
		case !utf8.ValidString(name): // it could not be remembered
			if !d.IsDir() && isPost(base) {
				l.spoiled(strings.ToValidUTF8(name, "\uFFFD"), errors.New("has a name that is no UTF-8"))
			}
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		case err != nil:
			l.spoiled(name, plain(err))
			if d != nil && d.IsDir() {
				return fs.SkipDir
			}
			return nil
		case name == ".":
			return nil
		case strings.HasPrefix(base, "."):
			if d.IsDir() { // .git, .obsidian
				return fs.SkipDir
			}
			return nil
		case d.IsDir():
			if base == "_drafts" || base == "node_modules" {
				return fs.SkipDir
			}
			return nil
		case !isPost(base):
			return nil
		}
		// Through the root: a link that leads out of the folder is refused.
		info, err := l.root.Stat(name)
		switch {
		case errors.Is(err, fs.ErrNotExist) && d.Type()&fs.ModeSymlink == 0:
			return nil // taken away just now
		case err != nil && d.Type()&fs.ModeSymlink != 0:
			l.spoiled(name, fmt.Errorf("is a link that leads nowhere or out of the folder"))
			return nil
		case err != nil:
			l.spoiled(name, plain(err))
			return nil
		case !info.Mode().IsRegular():
			return nil
		}
		if l.count++; l.count > maxFiles {
			return fmt.Errorf("there are more than %d posts", maxFiles)
		}
		l.found = append(l.found, found{name, info.Size(), info.ModTime()})
		return nil
	})
}

// isPost: by the ending; _index.md is what Hugo calls a section, and README.md
// is for those who look at the files.
func isPost(base string) bool {
	stem, ending := cutEnding(base)
	switch stem {
	case "", "_index", "README", "LICENSE", "CHANGELOG", "CONTRIBUTING":
		return false
	}
	return ending != ""
}

// cutEnding splits "a.md" into "a" and ".md"; the ending is empty if it is not
// one of a post.
func cutEnding(base string) (stem, ending string) {
	ext := path.Ext(base)
	switch strings.ToLower(ext) {
	case ".md", ".markdown", ".html", ".htm":
		return base[:len(base)-len(ext)], ext
	}
	return base, ""
}

// spoiled notes a file that cannot be read, once for as long as it stays so.
func (l *look) spoiled(name string, err error) {
	l.bad = true
	f := l.was[name]
	if !f.Bad {
		l.notes = append(l.notes, fmt.Sprintf("%s: %v", name, err))
	}
	// It is read anew as soon as it can be, though its time may stay.
	f.Bad, f.Modified, f.Hash = true, 0, 0
	l.is[name] = f
	l.count++
}

// vanished reports whether a post that was there is not.
func (l *look) vanished() bool {
	there := make(map[string]bool, len(l.found))
	for _, f := range l.found {
		there[f.name] = true
	}
	for name, f := range l.was {
		if _, spoiled := l.is[name]; !there[name] && !spoiled && !f.Hidden {
			return true
		}
	}
	return false
}

// blocked reports whether a file is still as it was when it could not be read.
func (l *look) blocked() bool {
	return l.bad || slices.ContainsFunc(l.found, func(f found) bool { return l.was[f.name].Bad && l.was[f.name].same(f) })
}

func (f file) same(now found) bool {
	return f.Size == now.size && f.Modified == now.modified.UnixNano()
}

// read gives the posts of the files that changed, or of all.
func (l *look) read(ctx context.Context, all bool) ([]feeds.Post, error) {
	slices.SortFunc(l.found, func(a, b found) int { return strings.Compare(a.name, b.name) })
	var posts []feeds.Post
	for _, f := range l.found {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		if p, ok := l.one(f, all); ok {
			posts = append(posts, p)
		}
	}
	return posts, nil
}

// one reads a file if it has changed, or if all are wanted.
func (l *look) one(f found, all bool) (feeds.Post, bool) {
	was, known := l.was[f.name]
	due := was.Wait != 0 && l.now.Unix() >= was.Wait
	keep := known && !all && !due
	if keep && was.same(f) {
		l.is[f.name] = was
		l.bad = l.bad || was.Bad
		return feeds.Post{}, false
	}
	text, err := l.bytes(f.name)
	if err != nil {
		l.spoiled(f.name, err)
		return feeds.Post{}, false
	}
	is := file{Size: int64(len(text)), Hash: xxhash.Sum64(text), Seen: was.Seen}
	if l.now.Sub(f.modified) > 2*time.Second {
		is.Modified = f.modified.UnixNano()
	}
	if keep && was.Hash == is.Hash { // touched, or checked out again
		is.Hidden, is.Bad, is.Wait = was.Hidden, was.Bad, was.Wait
		l.is[f.name] = is
		l.bad = l.bad || is.Bad
		return feeds.Post{}, false
	}
	p, err := l.s.parse(f.name, text)
	if err != nil {
		if !was.Bad || was.Hash != is.Hash {
			l.notes = append(l.notes, fmt.Sprintf("%s: %v", f.name, err))
		}
		is.Bad, is.Hidden = true, was.Hidden
		l.is[f.name] = is
		l.bad = true
		return feeds.Post{}, false
	}
	if p.post.Published.IsZero() {
		if is.Seen == 0 {
			is.Seen = l.now.Unix()
			if l.first { // it was there before we were
				is.Seen = min(f.modified.Unix(), is.Seen)
			}
		}
		p.post.Published, p.post.Inferred = time.Unix(is.Seen, 0).UTC(), true
		p.link(l.s.rule, f.name)
	}
	is.Hidden = p.draft
	if p.post.Published.After(l.now) {
		is.Hidden, is.Wait = true, p.post.Published.Unix()+1
	}
	if is.Hidden && known && !was.Hidden {
		l.owed = true
	}
	l.is[f.name] = is
	return p.post, !is.Hidden
}

func (l *look) bytes(name string) ([]byte, error) {
	f, err := l.root.Open(name)
	if err != nil {
		return nil, plain(err)
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxBytes+1))
	if err != nil {
		return nil, plain(err)
	}
	if len(text) > maxBytes {
		return nil, fmt.Errorf("is larger than %d KiB", maxBytes>>10)
	}
	return text, nil
}
