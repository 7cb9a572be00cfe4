package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"syndicated/feeds"
	"syndicated/feeds/source"
	"syndicated/feeds/source/fetch"
	"syndicated/feeds/source/remote"
)

// readMost bounds a file that is read: what fetch allows a host to send.
const readMost = 32 << 20

// readLine is one line of the answer for many arguments.
type readLine struct {
	File  string    `json:"file"`
	Feed  *jsonFeed `json:"feed,omitzero"`
	Error string    `json:"error,omitzero"`
}

func runRead(ctx context.Context, e env, args []string) int {
	f := flags(e, "read")
	base := f.String("base", "", "`URL` that a file or stdin is read as, for its relative links")
	contentType := f.String("content-type", "", "media `type` that a file or stdin is read as, with its charset")
	verbose := f.Bool("verbose", false, "tell headers, repairs and inferred dates on stderr")
	rest, status, ok := parse(f, args)
	if !ok {
		return status
	}
	if len(rest) == 0 {
		return wrongUse(e, "read what? Name addresses, files, or - for standard input")
	}
	o := fetch.ClientOptions{UserAgent: "syndicated/" + versionString()}
	if *verbose {
		o.Transport = headers{e.stderr}
	}
	client := fetch.NewClient(o)
	defer client.Close()
	out := json.NewEncoder(e.stdout)
	out.SetEscapeHTML(false)
	if len(rest) == 1 {
		out.SetIndent("", "  ")
	}
	for _, name := range rest {
		feed, notes, err := readOne(ctx, e, client, name, *base, *contentType)
		if *verbose {
			for _, n := range notes {
				fmt.Fprintf(e.stderr, "%s: %s\n", shown(name), n)
			}
		}
		switch {
		case err != nil && len(rest) == 1:
			return fail(e, err)
		case err != nil:
			status = exitFailed
			err = out.Encode(readLine{File: shown(name), Error: err.Error()})
		case len(rest) == 1:
			err = out.Encode(newJSONFeed(feed))
		default:
			j := newJSONFeed(feed)
			err = out.Encode(readLine{File: shown(name), Feed: &j})
		}
		if err != nil {
			return fail(e, err)
		}
	}
	return status
}

func isAddress(name string) bool {
	return strings.HasPrefix(name, "http://") || strings.HasPrefix(name, "https://")
}

// shown is an argument as it may be printed.
func shown(name string) string {
	if isAddress(name) {
		return fetch.Redact(name)
	}
	return name
}

func readOne(ctx context.Context, e env, client *fetch.Client, name, base, contentType string) (feeds.Feed, []string, error) {
	if isAddress(name) {
		src, err := remote.New(remote.Config{URL: name}, source.Options{
			Name: "read", Client: client, Request: fetch.Options{AllowPrivate: true},
		})
		if err != nil {
			return feeds.Feed{}, nil, err
		}
		r, err := src.Read(ctx, nil)
		return r.Feed, r.Notes, err
	}
	var (
		body []byte
		err  error
	)
	if name == "-" {
		body, err = io.ReadAll(io.LimitReader(e.stdin, readMost+1))
	} else {
		body, err = readFile(name)
		if base == "" {
			if abs, err := filepath.Abs(name); err == nil {
				base = (&url.URL{Scheme: "file", Path: filepath.ToSlash(abs)}).String()
			}
		}
	}
	if err != nil {
		return feeds.Feed{}, nil, fmt.Errorf("read %s: %w", name, err)
	}
	if len(body) > readMost {
		return feeds.Feed{}, nil, fmt.Errorf("read %s: larger than %d MiB", name, readMost>>20)
	}
	feed, notes, err := remote.Parse(remote.Document{URL: base, ContentType: contentType, Body: body, Now: time.Now()})
	if err != nil {
		err = fmt.Errorf("read %s: %w", name, err)
	}
	return feed, notes, err
}

// headers prints the head of every answer, but for cookies.
type headers struct{ to io.Writer }

func (h headers) RoundTrip(r *http.Request) (*http.Response, error) {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.DisableCompression = true // it is asked for and undone by the client
	t.DisableKeepAlives = true
	answer, err := t.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(h.to, "%s: %s\n", fetch.Redact(r.URL.String()), answer.Status)
	for _, name := range slices.Sorted(maps.Keys(answer.Header)) {
		if name == "Set-Cookie" {
			continue
		}
		for _, v := range answer.Header[name] {
			if name == "Location" {
				v = fetch.Redact(v)
			}
			fmt.Fprintf(h.to, "  %s: %s\n", name, v)
		}
	}
	return answer, nil
}

func readFile(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		if p, ok := errors.AsType[*os.PathError](err); ok {
			err = p.Err
		}
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, readMost+1))
}

// jsonFeed is what was read, as JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/).
// It shows a source as it is; the feeds that are served are feeds/write's.
type jsonFeed struct {
	Version     string       `json:"version"`
	Title       string       `json:"title"`
	HomePage    string       `json:"home_page_url,omitzero"`
	FeedURL     string       `json:"feed_url,omitzero"`
	Description string       `json:"description,omitzero"`
	NextURL     string       `json:"next_url,omitzero"`
	Icon        string       `json:"icon,omitzero"`
	Authors     []jsonAuthor `json:"authors,omitzero"`
	Language    string       `json:"language,omitzero"`
	Hubs        []jsonHub    `json:"hubs,omitzero"`
	Items       []jsonItem   `json:"items"`
	Own         *jsonFeedOwn `json:"_syndicated,omitzero"`
}

// jsonFeedOwn holds what JSON Feed has no word for.
type jsonFeedOwn struct {
	Format   string        `json:"format,omitzero"`
	ID       string        `json:"id,omitzero"`
	Updated  time.Time     `json:"updated,omitzero"`
	TTL      time.Duration `json:"ttl_ns,omitzero"`
	Complete bool          `json:"complete,omitzero"`
}

type jsonAuthor struct {
	Name   string `json:"name,omitzero"`
	URL    string `json:"url,omitzero"`
	Avatar string `json:"avatar,omitzero"`
}

type jsonHub struct {
	Type string `json:"type"`
	URL  string `json:"url"`
}

type jsonItem struct {
	ID          string           `json:"id"`
	URL         string           `json:"url,omitzero"`
	External    string           `json:"external_url,omitzero"`
	Title       string           `json:"title,omitzero"`
	HTML        string           `json:"content_html,omitzero"`
	Text        *string          `json:"content_text,omitzero"`
	Summary     string           `json:"summary,omitzero"`
	Image       string           `json:"image,omitzero"`
	Published   time.Time        `json:"date_published,omitzero"`
	Modified    time.Time        `json:"date_modified,omitzero"`
	Authors     []jsonAuthor     `json:"authors,omitzero"`
	Tags        []string         `json:"tags,omitzero"`
	Language    string           `json:"language,omitzero"`
	Attachments []jsonAttachment `json:"attachments,omitzero"`
	Own         *jsonItemOwn     `json:"_syndicated,omitzero"`
}

type jsonItemOwn struct {
	Inferred bool   `json:"date_inferred,omitzero"`
	ImageAlt string `json:"image_alt,omitzero"`
	Comments string `json:"comments,omitzero"`
	Private  bool   `json:"private,omitzero"`
	Share    string `json:"share,omitzero"`
}

type jsonAttachment struct {
	URL      string  `json:"url"`
	Type     string  `json:"mime_type"`
	Title    string  `json:"title,omitzero"`
	Size     int64   `json:"size_in_bytes,omitzero"`
	Duration float64 `json:"duration_in_seconds,omitzero"`
}

func newJSONFeed(f feeds.Feed) jsonFeed {
	out := jsonFeed{
		Version: "https://jsonfeed.org/version/1.1", Title: f.Title, HomePage: f.Link, FeedURL: f.Self,
		Description: f.Description, NextURL: f.Next, Icon: f.Icon, Authors: newJSONAuthors(f.Authors), Language: f.Language,
		Items: make([]jsonItem, 0, len(f.Posts)),
		Own:   &jsonFeedOwn{f.Format, f.ID, f.Updated, f.TTL, f.Complete},
	}
	if f.Image != nil {
		out.Icon = cmp.Or(out.Icon, f.Image.URL)
	}
	for _, h := range f.Hubs {
		out.Hubs = append(out.Hubs, jsonHub{"WebSub", h})
	}
	for _, p := range f.Posts {
		out.Items = append(out.Items, newJSONItem(p))
	}
	return out
}

func newJSONItem(p feeds.Post) jsonItem {
	it := jsonItem{
		ID: cmp.Or(p.ID, p.Link), URL: p.Link, External: p.External, Title: p.Title, HTML: p.Content,
		Summary: feeds.Text(p.Summary), Published: p.Published, Modified: p.Updated,
		Authors: newJSONAuthors(p.Authors), Tags: p.Tags, Language: p.Language,
	}
	if it.HTML == "" {
		text := it.Summary
		it.Text = &text
	}
	own := jsonItemOwn{Inferred: p.Inferred, Comments: p.Comments, Private: p.Private, Share: p.Share}
	if p.Image != nil {
		it.Image, own.ImageAlt = p.Image.URL, p.Image.Alt
	}
	if own != (jsonItemOwn{}) {
		it.Own = &own
	}
	for _, m := range p.Enclosures {
		it.Attachments = append(it.Attachments, jsonAttachment{m.URL, cmp.Or(m.Type, "application/octet-stream"), cmp.Or(m.Title, m.Alt), m.Length, m.Duration.Seconds()})
	}
	return it
}

func newJSONAuthors(as []feeds.Author) (out []jsonAuthor) {
	for _, a := range as {
		address := a.URL
		if address == "" && a.Email != "" {
			address = "mailto:" + a.Email
		}
		out = append(out, jsonAuthor{a.Name, address, a.Image})
	}
	return out
}
