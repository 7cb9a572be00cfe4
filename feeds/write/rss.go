package write

import (
	"cmp"
	"net/url"
	"path"
	"regexp"
	"strconv"
	"strings"

	gorilla "github.com/gorilla/feeds"

	"syndicated/feeds"
)

// Media types of the formats.
const (
	TypeRSS  = "application/rss+xml"
	TypeAtom = "application/atom+xml"
	TypeJSON = "application/feed+json"
)

// RSS 2.0.
func (d *Document) RSS() ([]byte, error) {
	f := &d.feed
	r := &rssDocument{
		Version: "2.0", Atom: "http://www.w3.org/2005/Atom", Content: "http://purl.org/rss/1.0/modules/content/",
		DC: "http://purl.org/dc/elements/1.1/", Media: "http://search.yahoo.com/mrss/",
	}
	c := &r.Channel
	c.RssFeed = &gorilla.RssFeed{
		Language: f.Language, Generator: generator, Docs: "https://www.rssboard.org/rss-specification",
		LastBuildDate: rfc822(d.updated), Ttl: int(f.TTL.Minutes()),
	}
	if len(d.entries) == 0 {
		c.LastBuildDate = ""
	}
	c.Title, c.Link, c.Description = textOf(f.Title), f.Link, textOf(cmp.Or(f.Description, f.Title))
	c.Links = f.links(FormatRSS, TypeRSS)
	if f.TTL > 0 {
		r.Sy = "http://purl.org/rss/1.0/modules/syndication/"
		c.Period, c.Frequency = "hourly", max(1, int(60/max(1, f.TTL.Minutes())))
	}
	if f.Archive != "" {
		r.History, c.Archive = "http://purl.org/syndication/history/1.0", &struct{}{}
	}
	if u, err := url.Parse(f.Cloud); err == nil && f.Cloud != "" && f.Archive == "" {
		port := u.Port()
		if port == "" {
			port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
		}
		c.Cloud = &rssCloud{Domain: u.Hostname(), Port: port, Path: u.EscapedPath(), Protocol: u.Scheme + "-post"}
	}
	if f.Image != "" && rssPicture(f.Image) {
		c.Picture = &rssImage{RssImage: &gorilla.RssImage{Url: f.Image, Link: f.Link}, Title: textOf(f.Title)}
	}
	for _, a := range f.Authors {
		c.Creators = append(c.Creators, textOf(a.Name))
	}
	for i := range d.entries {
		c.Items = append(c.Items, d.rssItem(&d.entries[i]))
	}
	return f.xml(r)
}

func (d *Document) rssItem(e *entry) rssItem {
	item := rssItem{
		RssItem: &gorilla.RssItem{}, Title: optionalText(e.title), Link: e.link,
		GUID:        rssGUID{RssGuid: &gorilla.RssGuid{Id: e.id, IsPermaLink: strconv.FormatBool(e.link != "" && e.id == e.link)}},
		Published:   rfc822(e.published),
		Comments:    e.comments,
		Description: textOf(htmlOf(e.summary)),
	}
	if e.updated.After(e.published) && plausible(e.updated) {
		item.Updated = rfc3339(e.updated)
	}
	if e.title == "" && e.summary == "" {
		item.Title = optionalText(d.titleOf(e))
	}
	for _, a := range e.authors {
		item.Creators = append(item.Creators, textOf(a.Name))
	}
	for _, t := range e.tags {
		item.Categories = append(item.Categories, textOf(t))
	}
	if e.external != "" {
		item.Links = append(item.Links, xmlLink{Rel: "related", Href: e.external})
	}
	if e.image != nil {
		item.Media = append(item.Media, rssMediaOf(*e.image, "image"))
	}
	for _, m := range e.files {
		if item.File == nil && enclosable.MatchString(m.URL) {
			item.File = &rssFile{RssEnclosure: &gorilla.RssEnclosure{Url: m.URL, Type: m.Type, Length: strconv.FormatInt(m.Length, 10)}}
			continue
		}
		item.Media = append(item.Media, rssMediaOf(m, ""))
	}
	if o := e.origin; o != nil {
		item.Origin = &rssOrigin{URL: cmp.Or(o.Self, o.Link), Title: escapeXML(cmp.Or(o.Title, o.Link, o.Self))}
	}
	if e.html != "" {
		item.Body = &rssContent{RssContent: &gorilla.RssContent{Content: e.html}}
	}
	return item
}

func rssMediaOf(m feeds.Media, medium string) rssMedia {
	kind, _, _ := strings.Cut(m.Type, "/")
	switch {
	case medium != "":
	case kind == "audio" || kind == "video" || kind == "image":
		medium = kind
	default:
		medium = "document"
	}
	if strings.HasPrefix(m.Type, "application/octet") {
		m.Type = ""
	}
	return rssMedia{
		URL: m.URL, Type: m.Type, Medium: medium, Size: m.Length, Width: max(0, m.Width), Height: max(0, m.Height),
		Duration: max(0, int(m.Duration.Seconds())), Description: optionalText(cmp.Or(m.Alt, m.Title)),
	}
}

// rssPicture tells whether RSS allows a picture in its image element: PNG, JPEG
// or GIF, as far as its address says.
func rssPicture(address string) bool {
	switch strings.ToLower(path.Ext(address)) {
	case ".png", ".gif", ".jpg", ".jpeg":
		return true
	}
	return false
}

// enclosable is an address that validators take for one in an enclosure: its
// host has a dot, and no underscore.
var enclosable = regexp.MustCompile(`^https?://([A-Za-z0-9-]+\.)+[A-Za-z0-9][A-Za-z0-9-]*(:[0-9]+)?(/|$)`)

// htmlOf is a plain text as HTML.
func htmlOf(text string) string { return textEscapes.Replace(text) }

// titleOf is what an entry is called where it must have a title.
func (d *Document) titleOf(e *entry) string {
	return cmp.Or(e.title, excerpt(e.summary, 80), e.link, "Untitled")
}

// generator names no version: a new one would change every document.
const generator = "syndicated"
