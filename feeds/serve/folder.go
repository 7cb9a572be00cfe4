package serve

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"syndicated/feeds/write"
)

// export writes a feed into its folder, named so that a static host serves
// every document at the address that it carries. What is the same already is
// not written again, so that the host's Last-Modified stays.
func (s *Server) export(ctx context.Context, p *published) error {
	e := p.current
	files := map[string][]byte{"feeds.css": write.FeedCSS()}
	for format, d := range e.docs {
		name := "feeds/" + p.Name + "." + format
		if format == "" {
			name = "feeds/" + p.Name + "/index.html" // what hosts show at /feeds/name
		}
		files[name] = d.forms[codingIdentity].body
	}
	var list []write.Feed
	for _, other := range s.feeds {
		if other.Out == p.Out && !other.Retired && other.MovedTo == "" {
			list = append(list, s.writing(other.Feed))
		}
	}
	var err error
	if files["index.html"], err = write.Index(s.c.BaseURL, list); err != nil {
		return err
	}
	if files["feeds.opml"], err = write.OPML(list); err != nil {
		return err
	}
	if err := s.exportArchives(ctx, p, files); err != nil {
		return err
	}
	for name, body := range files {
		if err := writeFile(p.Out, name, body); err != nil {
			return fmt.Errorf("write feed %s to its folder: %w", p.Name, err)
		}
	}
	return nil
}

// exportArchives adds the archives that the folder lacks, and the newest one,
// which may have grown.
func (s *Server) exportArchives(ctx context.Context, p *published, files map[string][]byte) error {
	if p.current.older == "" {
		return nil
	}
	posts, err := s.choose(ctx, p.Feed, p.since(s.c.Now()), maxRead)
	if err != nil {
		return err
	}
	for _, month := range months(posts) {
		for _, format := range []string{write.FormatAtom, write.FormatRSS, write.FormatJSON} {
			name := "feeds/" + p.Name + "/archive/" + month + "." + format
			if _, err := os.Stat(filepath.Join(p.Out, name)); month < p.current.older && err == nil || month > p.current.older {
				continue
			}
			body, err := s.archiveBody(p.current, posts, month, format)
			if err != nil {
				return err
			}
			if body != nil {
				files[name] = body
			}
		}
	}
	return nil
}

// writeFile puts a file in place whole: a host serves the old one or the new one.
func writeFile(folder, name string, body []byte) error {
	full := filepath.Join(folder, filepath.FromSlash(name))
	switch have, err := os.ReadFile(full); {
	case err == nil && bytes.Equal(have, body):
		return nil
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return err
	}
	if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(full), ".new-*")
	if err != nil {
		return err
	}
	_, err = f.Write(body)
	for _, step := range []func() error{func() error { return f.Chmod(0o644) }, f.Sync} {
		if err == nil {
			err = step()
		}
	}
	if e := f.Close(); err == nil {
		err = e
	}
	if err == nil {
		err = os.Rename(f.Name(), full)
	}
	if err != nil {
		os.Remove(f.Name())
	}
	return err
}
