package write

import (
	"encoding/xml"

	gorilla "github.com/gorilla/feeds"
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
