package write

import (
	"encoding/xml"
	"fmt"
)

type opmlDocument struct {
	XMLName  xml.Name      `xml:"opml"`
	Version  string        `xml:"version,attr"`
	Title    string        `xml:"head>title"`
	Outlines []opmlOutline `xml:"body>outline"`
}

type opmlOutline struct {
	Text        string `xml:"text,attr"`
	Title       string `xml:"title,attr"`
	Type        string `xml:"type,attr"`
	XMLURL      string `xml:"xmlUrl,attr"`
	HTMLURL     string `xml:"htmlUrl,attr,omitempty"`
	Description string `xml:"description,attr,omitempty"`
	Language    string `xml:"language,attr,omitempty"`
}

// OPML 2.0 is a subscription list of feeds (http://opml.org/spec2.opml).
func OPML(list []Feed) ([]byte, error) {
	doc := opmlDocument{Version: "2.0", Title: "Feeds"}
	for _, f := range list {
		d := Make(Feed{Name: f.Name, BaseURL: f.BaseURL, Title: f.Title, Description: f.Description, Link: f.Link, Language: f.Language})
		o := opmlOutline{
			Text: d.feed.Title, Title: d.feed.Title, Type: "rss", XMLURL: Address(f.BaseURL, f.Name, FormatAtom),
			HTMLURL: d.feed.Link, Description: d.feed.Description, Language: languageTag(f.Language),
		}
		doc.Outlines = append(doc.Outlines, o)
	}
	b, err := xml.MarshalIndent(doc, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("write the list of feeds: %w", err)
	}
	return append(append([]byte(xml.Header), b...), '\n'), nil
}
