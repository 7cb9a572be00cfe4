package write

import (
	"encoding/xml"
	"fmt"
	"strings"

	gorilla "github.com/gorilla/feeds"
)

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
