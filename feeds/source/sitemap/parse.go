package sitemap

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/url"
	"path"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/klauspost/compress/gzip"
	"golang.org/x/net/html/charset"

	"syndicated/feeds"
)

// document is a sitemap (pages) or an index of them (sitemaps).
type document struct {
	index    bool
	pages    []page
	sitemaps []sitemap
	notes    []string
}

type sitemap struct {
	url      string
	modified time.Time
}

// page is what a sitemap says of a page.
type page struct {
	url       string
	modified  time.Time
	published time.Time // of a news sitemap
	title     string
	language  string
	keywords  string
	image     string
	caption   string
}

func (p page) date() time.Time {
	if !p.published.IsZero() {
		return p.published
	}
	return p.modified
}

// post makes a post. A page without a title in the sitemap has the words of
// its address as one.
func (p page) post(language string) feeds.Post {
	out := feeds.Post{
		ID: p.url, Link: p.url, Title: p.title, Published: p.published, Updated: p.modified,
		Inferred: p.published.IsZero(), Language: p.language,
	}
	if out.Language == "" {
		out.Language = language
	}
	if out.Title == "" {
		out.Title = titleOf(p.url)
	}
	for word := range strings.SplitSeq(p.keywords, ",") {
		if word = strings.TrimSpace(word); word != "" {
			out.Tags = append(out.Tags, word)
		}
	}
	if p.image != "" {
		out.Image = &feeds.Media{URL: p.image, Alt: p.caption, Type: mediaType(p.image)}
	}
	return out
}

// mediaType goes by the ending.
func mediaType(address string) string {
	address, _, _ = strings.Cut(address, "?")
	t, _, _ := strings.Cut(mime.TypeByExtension(strings.ToLower(path.Ext(address))), ";")
	return t
}

func titleOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	last := path.Base(strings.TrimSuffix(u.Path, "/"))
	if last == "." || last == "/" {
		return u.Hostname()
	}
	switch ext := path.Ext(last); strings.ToLower(ext) {
	case ".html", ".htm", ".php", ".aspx", ".asp", ".jsp":
		last = strings.TrimSuffix(last, ext)
	}
	return strings.Join(strings.Fields(strings.NewReplacer("-", " ", "_", " ", "+", " ").Replace(last)), " ")
}

const (
	maxDepth   = 64
	maxEntries = 60_000 // the protocol allows 50,000
	maxText    = 8 << 10
)

// parse reads a sitemap, an index, or the plain list of addresses that the
// protocol allows too. at is where it came from.
func parse(body []byte, at string, zone *time.Location) (document, error) {
	if bytes.HasPrefix(body, []byte{0x1f, 0x8b}) { // sitemap.xml.gz, served as it is
		z, err := gzip.NewReader(bytes.NewReader(body))
		if err != nil {
			return document{}, fmt.Errorf("decompress: %w", err)
		}
		defer z.Close()
		if body, err = io.ReadAll(io.LimitReader(z, maxBytes+1)); err != nil {
			return document{}, fmt.Errorf("decompress: %w", err)
		}
		if len(body) > maxBytes {
			return document{}, fmt.Errorf("is larger than %d MiB when decompressed", maxBytes>>20)
		}
	}
	body = bytes.TrimLeft(bytes.TrimPrefix(body, []byte("\xef\xbb\xbf")), " \t\r\n")
	base, err := url.Parse(at)
	if err != nil {
		base = &url.URL{}
	}
	if bytes.HasPrefix(body, []byte("http://")) || bytes.HasPrefix(body, []byte("https://")) {
		return plain(body, base), nil
	}
	return parseXML(body, base, zone)
}

func plain(body []byte, base *url.URL) document {
	var d document
	for line := range bytes.Lines(body) {
		if u, ok := whole(string(bytes.TrimSpace(line)), base); ok && len(d.pages) < maxEntries {
			d.pages = append(d.pages, page{url: u})
		}
	}
	return d
}

// whole is an address of the web. Sitemaps hold whole ones; some hold others.
func whole(raw string, base *url.URL) (string, bool) {
	if raw == "" || len(raw) > 4096 {
		return "", false
	}
	u, err := base.Parse(raw)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return "", false
	}
	return u.String(), true
}

func parseXML(body []byte, base *url.URL, zone *time.Location) (document, error) {
	if !utf8.Valid(body) && !bytes.Contains(body[:min(len(body), 200)], []byte("encoding=")) {
		body = bytes.ToValidUTF8(body, []byte("\uFFFD"))
	}
	dec := xml.NewDecoder(bytes.NewReader(body))
	dec.Strict = false
	dec.Entity = xml.HTMLEntity
	dec.CharsetReader = charset.NewReaderLabel
	var (
		d     document
		root  string
		stack []string
		text  strings.Builder
		now   page
		child sitemap
		wrong int
	)
	for {
		t, err := dec.RawToken()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			if len(d.pages)+len(d.sitemaps) == 0 {
				return document{}, fmt.Errorf("is no sitemap: %w", cause(err))
			}
			d.notes = append(d.notes, fmt.Sprintf("it breaks off: %v", cause(err)))
			break
		}
		switch t := t.(type) {
		case xml.StartElement:
			name := t.Name.Local
			if root == "" {
				root = name
				if root != "urlset" && root != "sitemapindex" {
					return document{}, fmt.Errorf("is no sitemap: it is <%.40s>", root)
				}
				d.index = root == "sitemapindex"
			}
			if len(stack) >= maxDepth {
				return document{}, fmt.Errorf("is nested more than %d deep", maxDepth)
			}
			stack = append(stack, name)
			text.Reset()
			switch name {
			case "url":
				now = page{}
			case "sitemap":
				child = sitemap{}
			}
		case xml.CharData:
			if text.Len() < maxText {
				text.Write(t[:min(len(t), maxText)])
			}
		case xml.EndElement:
			if len(stack) == 0 {
				continue
			}
			name := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			parent := ""
			if len(stack) > 0 {
				parent = stack[len(stack)-1]
			}
			value := strings.Join(strings.Fields(text.String()), " ")
			text.Reset()
			switch {
			case name == "url" && parent == "urlset":
				if now.url == "" {
					wrong++
				} else if len(d.pages) < maxEntries {
					d.pages = append(d.pages, now)
				}
			case name == "sitemap" && parent == "sitemapindex":
				if child.url == "" {
					wrong++
				} else if len(d.sitemaps) < maxEntries {
					d.sitemaps = append(d.sitemaps, child)
				}
			case parent == "url" && name == "loc":
				now.url, _ = whole(value, base)
			case parent == "url" && name == "lastmod":
				now.modified = date(value, zone)
			case parent == "sitemap" && name == "loc":
				child.url, _ = whole(value, base)
			case parent == "sitemap" && name == "lastmod":
				child.modified = date(value, zone)
			case name == "publication_date":
				now.published = date(value, zone)
			case name == "title" && parent == "news":
				now.title = value
			case name == "language" && parent == "publication":
				now.language = value
			case name == "keywords":
				now.keywords = value
			case parent == "image" && name == "loc" && now.image == "":
				now.image, _ = whole(value, base)
			case parent == "image" && (name == "caption" || name == "title") && now.caption == "":
				now.caption = value
			}
		}
	}
	if root == "" {
		return document{}, errors.New("is no sitemap: it is empty")
	}
	if wrong > 0 {
		d.notes = append(d.notes, fmt.Sprintf("%d of its entries have no address of the web", wrong))
	}
	return d, nil
}

// date reads a W3C date, and what people write instead.
func date(s string, zone *time.Location) time.Time {
	for _, layout := range []string{
		time.RFC3339Nano, "2006-01-02T15:04Z07:00", "2006-01-02T15:04:05Z0700", "2006-01-02T15:04:05", "2006-01-02 15:04:05 Z0700",
		"2006-01-02 15:04:05", "2006-01-02 15:04", "2006-01-02", "2006-01", time.RFC1123Z, time.RFC1123,
	} {
		if t, err := time.ParseInLocation(layout, s, zone); err == nil {
			return t.UTC()
		}
	}
	return time.Time{}
}

func cause(err error) error {
	if e, ok := errors.AsType[*xml.SyntaxError](err); ok {
		return fmt.Errorf("line %d: %s", e.Line, e.Msg)
	}
	return err
}
