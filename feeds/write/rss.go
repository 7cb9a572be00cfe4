package write

import (
	"cmp"
	"encoding/xml"
	"fmt"
	"net/url"
	"path"
	"regexp"
	"strconv"
	"strings"

	gorilla "github.com/gorilla/feeds"

	"syndicated/feeds"
)

// gorilla/feeds has neither the namespaces nor the fields that a feed of today
// needs. Its structs are embedded here and the fields that fall short declared
// anew: encoding/xml takes the outer one of two of the same name. Fields whose
// name comes from their type (Content, Guid, Enclosure, Image) are not
// shadowed and stay nil.

type rssDocument struct {
	XMLName xml.Name `xml:"rss"`
	Version string   `xml:"version,attr"`
	Atom    string   `xml:"xmlns:atom,attr"`
	Content string   `xml:"xmlns:content,attr"`
	DC      string   `xml:"xmlns:dc,attr"`
	Media   string   `xml:"xmlns:media,attr"`
	Sy      string   `xml:"xmlns:sy,attr,omitempty"`
	History string   `xml:"xmlns:fh,attr,omitempty"`
	Channel rssChannel
}

// FeedXml makes rssDocument a gorilla/feeds.XmlFeed.
func (r *rssDocument) FeedXml() any { return r }

type rssChannel struct {
	XMLName     xml.Name  `xml:"channel"`
	Title       xmlText   `xml:"title"`
	Link        string    `xml:"link"`
	Links       []xmlLink `xml:"atom:link"`
	Description xmlText   `xml:"description"`
	*gorilla.RssFeed
	Cloud     *rssCloud `xml:"cloud"`
	Picture   *rssImage `xml:"image"`
	Period    string    `xml:"sy:updatePeriod,omitempty"`
	Frequency int       `xml:"sy:updateFrequency,omitempty"`
	Archive   *struct{} `xml:"fh:archive"`
	Creators  []xmlText `xml:"dc:creator"`
	Items     []rssItem `xml:"item"`
}

// rssCloud: https://www.rssboard.org/rsscloud-interface
type rssCloud struct {
	Domain    string `xml:"domain,attr"`
	Port      string `xml:"port,attr"`
	Path      string `xml:"path,attr"`
	Procedure string `xml:"registerProcedure,attr"`
	Protocol  string `xml:"protocol,attr"`
}

type rssImage struct {
	*gorilla.RssImage
	XMLName xml.Name `xml:"image"`
	Title   xmlText  `xml:"title"`
}

type rssItem struct {
	XMLName xml.Name `xml:"item"`
	Title   *xmlText `xml:"title"`
	Link    string   `xml:"link,omitempty"`
	GUID    rssGUID  `xml:"guid"`
	*gorilla.RssItem
	Published   string      `xml:"pubDate,omitempty"`
	Updated     string      `xml:"atom:updated,omitempty"`
	Creators    []xmlText   `xml:"dc:creator"`
	Categories  []xmlText   `xml:"category"`
	Links       []xmlLink   `xml:"atom:link"`
	Comments    string      `xml:"comments,omitempty"`
	File        *rssFile    `xml:"enclosure"`
	Media       []rssMedia  `xml:"media:content"`
	Origin      *rssOrigin  `xml:"source"`
	Description xmlText     `xml:"description"`
	Body        *rssContent `xml:"content:encoded"`
}

type rssGUID struct {
	*gorilla.RssGuid
	XMLName xml.Name `xml:"guid"`
}

type rssFile struct {
	*gorilla.RssEnclosure
	XMLName xml.Name `xml:"enclosure"`
}

type rssContent struct {
	*gorilla.RssContent
	XMLName xml.Name `xml:"content:encoded"`
}

type rssOrigin struct {
	URL   string `xml:"url,attr"`
	Title string `xml:",innerxml"`
}

type rssMedia struct {
	URL         string   `xml:"url,attr"`
	Type        string   `xml:"type,attr,omitempty"`
	Medium      string   `xml:"medium,attr,omitempty"`
	Size        int64    `xml:"fileSize,attr,omitempty"`
	Width       int      `xml:"width,attr,omitempty"`
	Height      int      `xml:"height,attr,omitempty"`
	Duration    int      `xml:"duration,attr,omitempty"`
	Description *xmlText `xml:"media:description"`
}

type xmlLink struct {
	Rel    string `xml:"rel,attr"`
	Type   string `xml:"type,attr,omitempty"`
	Lang   string `xml:"hreflang,attr,omitempty"`
	Title  string `xml:"title,attr,omitempty"`
	Href   string `xml:"href,attr"`
	Length int64  `xml:"length,attr,omitempty"`
}

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
		Language: f.Language, Generator: f.generator(), Docs: "https://www.rssboard.org/rss-specification",
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

func (f *Feed) generator() string {
	return strings.TrimSpace("syndicated " + f.Version)
}

// links of the feed itself, for RSS and Atom.
func (f *Feed) links(format, mediaType string) []xmlLink {
	links := []xmlLink{{Rel: "self", Type: mediaType, Href: f.self(format)}}
	for _, h := range f.Hubs {
		if f.Archive == "" {
			links = append(links, xmlLink{Rel: "hub", Href: h})
		}
	}
	if f.Archive != "" {
		links = append(links, xmlLink{Rel: "current", Type: mediaType, Href: Address(f.BaseURL, f.Name, format)})
	}
	if f.Older != "" {
		older := ArchiveAddress(f.BaseURL, f.Name, f.Older, format)
		links = append(links, xmlLink{Rel: "prev-archive", Type: mediaType, Href: older}, xmlLink{Rel: "next", Type: mediaType, Href: older})
	} else if f.Archive != "" {
		// The oldest one: an archive without any link to another is taken for
		// incomplete. The others have no such link, so that they never change.
		newer := Address(f.BaseURL, f.Name, format)
		if f.Newer != "" {
			newer = ArchiveAddress(f.BaseURL, f.Name, f.Newer, format)
		}
		links = append(links, xmlLink{Rel: "next-archive", Type: mediaType, Href: newer})
	}
	return links
}

// xml writes a document with gorilla/feeds.
func (f *Feed) xml(x gorilla.XmlFeed) ([]byte, error) {
	s, err := gorilla.ToXML(x)
	if err != nil {
		return nil, fmt.Errorf("write feed %s: %w", f.Name, err)
	}
	s = strings.TrimPrefix(s, strings.TrimSuffix(xml.Header, "\n"))
	return xmlDocument(f.BaseURL+"/feeds.css", []byte(strings.TrimPrefix(s, "\n"))), nil
}
