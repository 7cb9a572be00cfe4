package write

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"

	"syndicated/feeds"
)

// gorilla/feeds leaves out what JSON Feed requires (items, an id) and misspells
// fields, so these structs are own ones. https://www.jsonfeed.org/version/1.1/

type jsonFeed struct {
	Version     string       `json:"version"`
	Title       string       `json:"title"`
	HomePageURL string       `json:"home_page_url"`
	FeedURL     string       `json:"feed_url"`
	Description string       `json:"description,omitzero"`
	NextURL     string       `json:"next_url,omitzero"`
	Icon        string       `json:"icon,omitzero"`
	Favicon     string       `json:"favicon,omitzero"`
	Authors     []jsonAuthor `json:"authors,omitzero"`
	Language    string       `json:"language,omitzero"`
	Hubs        []jsonHub    `json:"hubs,omitzero"`
	Items       []jsonItem   `json:"items"`
}

type jsonHub struct {
	Type string `json:"type"`
	URL  string `json:"url"`
}

type jsonAuthor struct {
	Name   string `json:"name,omitzero"`
	URL    string `json:"url,omitzero"`
	Avatar string `json:"avatar,omitzero"`
}

type jsonItem struct {
	ID          string       `json:"id"`
	URL         string       `json:"url,omitzero"`
	ExternalURL string       `json:"external_url,omitzero"`
	Title       string       `json:"title,omitzero"`
	ContentHTML string       `json:"content_html,omitzero"`
	ContentText *string      `json:"content_text,omitzero"`
	Summary     string       `json:"summary,omitzero"`
	Image       string       `json:"image,omitzero"`
	Published   string       `json:"date_published,omitzero"`
	Modified    string       `json:"date_modified,omitzero"`
	Authors     []jsonAuthor `json:"authors,omitzero"`
	Tags        []string     `json:"tags,omitzero"`
	Language    string       `json:"language,omitzero"`
	Attachments []jsonFile   `json:"attachments,omitzero"`
	Source      *jsonSource  `json:"_source,omitzero"`
}

type jsonFile struct {
	URL      string  `json:"url"`
	Type     string  `json:"mime_type"`
	Title    string  `json:"title,omitzero"`
	Size     int64   `json:"size_in_bytes,omitzero"`
	Duration float64 `json:"duration_in_seconds,omitzero"`
}

// jsonSource is an extension: the feed that an item was read from.
type jsonSource struct {
	Title   string `json:"title,omitzero"`
	URL     string `json:"url,omitzero"`
	FeedURL string `json:"feed_url,omitzero"`
}

// JSON is JSON Feed 1.1.
func (d *Document) JSON() ([]byte, error) {
	f := &d.feed
	out := jsonFeed{
		Version: "https://jsonfeed.org/version/1.1", Title: f.Title, HomePageURL: f.Link, FeedURL: f.self(FormatJSON),
		Description: f.Description, Icon: f.Image, Favicon: f.Icon, Authors: jsonAuthors(f.Authors), Items: []jsonItem{},
	}
	if f.Language != "und" {
		out.Language = f.Language
	}
	if f.Older != "" {
		out.NextURL = ArchiveAddress(f.BaseURL, f.Name, f.Older, FormatJSON)
	}
	for _, h := range f.Hubs {
		if f.Archive == "" {
			out.Hubs = append(out.Hubs, jsonHub{"WebSub", h})
		}
	}
	for i := range d.entries {
		out.Items = append(out.Items, d.jsonItem(&d.entries[i]))
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(out); err != nil {
		return nil, fmt.Errorf("write feed %s: %w", f.Name, err)
	}
	return b.Bytes(), nil
}

func (d *Document) jsonItem(e *entry) jsonItem {
	x := jsonItem{
		ID: e.id, URL: e.link, ExternalURL: e.external, Title: e.title, ContentHTML: e.html, Summary: e.summary,
		Authors: jsonAuthors(e.authors), Tags: e.tags, Published: jsonDate(e.published),
	}
	if e.html == "" {
		text := e.summary
		if text == "" {
			text = d.titleOf(e)
		}
		x.ContentText, x.Summary = &text, ""
	}
	if e.updated.After(e.published) {
		x.Modified = jsonDate(e.updated)
	}
	if e.language != d.feed.Language {
		x.Language = e.language
	}
	if e.image != nil {
		x.Image = e.image.URL
	}
	for _, m := range e.files {
		x.Attachments = append(x.Attachments, jsonFile{URL: m.URL, Type: m.Type, Title: m.Title, Size: m.Length, Duration: max(0, m.Duration.Seconds())})
	}
	if o := e.origin; o != nil {
		x.Source = &jsonSource{Title: o.Title, URL: o.Link, FeedURL: o.Self}
	}
	return x
}

func jsonAuthors(authors []feeds.Author) []jsonAuthor {
	var out []jsonAuthor
	for _, a := range authors {
		out = append(out, jsonAuthor{Name: a.Name, URL: a.URL, Avatar: a.Image})
	}
	return out
}

// jsonDate is t as RFC 3339, whose years have four digits, or "".
func jsonDate(t time.Time) string {
	if t.IsZero() || t.Year() < 1 || t.Year() > 9999 {
		return ""
	}
	return rfc3339(t)
}
