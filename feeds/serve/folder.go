package serve

import (
	"fmt"
	"os"
	"path/filepath"
)

// export writes the documents of a feed into its folder, named so that a static
// host serves them at the addresses that they carry.
func (s *Server) export(c change) error {
	if c.feed.Out == "" {
		return nil
	}
	for format, d := range c.edition.docs {
		name := filepath.Join("feeds", c.feed.Name+"."+format)
		if format == "" {
			name = filepath.Join("feeds", c.feed.Name, "index.html")
		}
		if err := writeFile(c.feed.Out, name, d.forms[codingIdentity].body); err != nil {
			return fmt.Errorf("write feed %s to %s: %w", c.feed.Name, c.feed.Out, err)
		}
	}
	return nil
}

// writeFile puts a file in place whole: readers see the old one or the new one.
func writeFile(folder, name string, body []byte) error {
	full := filepath.Join(folder, name)
	if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(full), ".new-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	if _, err := f.Write(body); err != nil {
		f.Close()
		return err
	}
	if err := f.Chmod(0o644); err != nil {
		f.Close()
		return err
	}
	if err := f.Sync(); err != nil {
		f.Close()
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), full)
}
