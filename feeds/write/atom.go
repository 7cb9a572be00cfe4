package write

import (
	"cmp"
	"encoding/xml"
	"strings"

	gorilla "github.com/gorilla/feeds"

	"syndicated/feeds"
)

type atomDocument struct {
	XMLName  xml.Name  `xml:"feed"`
	Xmlns    string    `xml:"xmlns,attr"`
	Media    string    `xml:"xmlns:media,attr"`
	History  string    `xml:"xmlns:fh,attr,omitempty"`
	Lang     string    `xml:"xml:lang,attr"`
	Title    atomText  `xml:"title"`
	Subtitle *atomText `xml:"subtitle"`
	*gorilla.AtomFeed
	Links     []xmlLink     `xml:"link"`
	People    []atomPerson  `xml:"author"`
	Generator atomGenerator `xml:"generator"`
	Archive   *struct{}     `xml:"fh:archive"`
	Entries   []atomEntry   `xml:"entry"`
}

// FeedXml makes atomDocument a gorilla/feeds.XmlFeed.
func (a *atomDocument) FeedXml() any { return a }

type atomText struct {
	Type string `xml:"type,attr,omitempty"`
	Lang string `xml:"xml:lang,attr,omitempty"`
	XML  string `xml:",innerxml"`
}

type atomGenerator struct {
	URI  string `xml:"uri,attr,omitempty"`
	Name string `xml:",chardata"`
}

type atomPerson struct {
	Name  xmlText `xml:"name"`
	URI   string  `xml:"uri,omitempty"`
	Email string  `xml:"email,omitempty"`
}

type atomCategory struct {
	Term string `xml:"term,attr"`
}

type atomEntry struct {
	XMLName xml.Name `xml:"entry"`
	Lang    string   `xml:"xml:lang,attr,omitempty"`
	Title   atomText `xml:"title"`
	*gorilla.AtomEntry
	Links      []xmlLink      `xml:"link"`
	People     []atomPerson   `xml:"author"`
	Categories []atomCategory `xml:"category"`
	Image      *rssMedia      `xml:"media:content"`
	Summary    *atomText      `xml:"summary"`
	Body       *atomText      `xml:"content"`
	Origin     *atomOrigin    `xml:"source"`
}

type atomOrigin struct {
	ID      string    `xml:"id"`
	Title   atomText  `xml:"title"`
	Updated string    `xml:"updated"`
	Links   []xmlLink `xml:"link"`
}

// Atom 1.0.
func (d *Document) Atom() ([]byte, error) {
	f := &d.feed
	page := Address(f.BaseURL, f.Name, "")
	a := &atomDocument{
		AtomFeed: &gorilla.AtomFeed{Id: atomID(page), Icon: f.Icon, Logo: f.Image},
		Xmlns:    "http://www.w3.org/2005/Atom", Media: "http://search.yahoo.com/mrss/", Lang: f.Language,
		Title: plain(f.Title), Generator: atomGenerator{Name: generator},
	}
	a.Updated = rfc3339(d.updated)
	if !plausible(d.updated) {
		a.Updated = rfc3339(earliest)
	}
	if f.Archive != "" {
		a.Id = atomID(f.self(FormatAtom))
		a.History, a.Archive = "http://purl.org/syndication/history/1.0", &struct{}{}
	}
	if f.Description != "" {
		t := plain(f.Description)
		a.Subtitle = &t
	}
	a.Links = append(f.links(FormatAtom, TypeAtom), xmlLink{Rel: "alternate", Type: "text/html", Href: f.Link})
	a.People = atomPeople(f.Authors)
	if len(a.People) == 0 { // RFC 4287 section 4.1.1: every entry needs one
		a.People = []atomPerson{{Name: textOf(f.Title)}}
	}
	updated := d.distinct()
	for i := range d.entries {
		a.Entries = append(a.Entries, d.atomEntry(&d.entries[i], updated[i]))
	}
	return f.xml(a)
}

func (d *Document) atomEntry(e *entry, updated string) atomEntry {
	x := atomEntry{
		AtomEntry: &gorilla.AtomEntry{Id: e.uri, Updated: updated},
		Title:     plain(d.titleOf(e)),
		People:    atomPeople(e.authors),
	}
	if e.language != d.feed.Language {
		x.Lang = e.language
	}
	if plausible(e.published) {
		x.Published = rfc3339(e.published)
	}
	if e.link != "" {
		x.Links = append(x.Links, xmlLink{Rel: "alternate", Type: "text/html", Href: e.link})
	} else if e.html == "" && e.summary != "" {
		// an entry without content must have an alternate: the feed's page
		x.Links = append(x.Links, xmlLink{Rel: "alternate", Type: "text/html", Href: Address(d.feed.BaseURL, d.feed.Name, "")})
	}
	if e.external != "" {
		x.Links = append(x.Links, xmlLink{Rel: "related", Href: e.external})
	}
	if e.comments != "" {
		x.Links = append(x.Links, xmlLink{Rel: "replies", Type: "text/html", Href: e.comments})
	}
	for _, m := range e.files {
		x.Links = append(x.Links, xmlLink{Rel: "enclosure", Type: m.Type, Title: attributeText(m.Title), Href: m.URL, Length: m.Length})
	}
	for _, t := range e.tags {
		x.Categories = append(x.Categories, atomCategory{t})
	}
	if e.image != nil {
		m := rssMediaOf(*e.image, "image")
		x.Image = &m
	}
	if e.summary != "" {
		t := plain(e.summary)
		x.Summary = &t
	}
	switch {
	case e.html != "":
		x.Body = &atomText{Type: "html", XML: escapeMarkup(e.html)}
	case e.summary == "":
		t := plain(d.titleOf(e))
		x.Body = &t
	}
	if o := e.origin; o != nil {
		x.Origin = &atomOrigin{
			ID: atomID(cmp.Or(o.ID, o.Self, o.Link)), Title: plain(cmp.Or(o.Title, o.Link, o.Self)), Updated: updated,
		}
		if plausible(o.Updated) {
			x.Origin.Updated = rfc3339(o.Updated)
		}
		if o.Self != "" {
			x.Origin.Links = append(x.Origin.Links, xmlLink{Rel: "self", Href: o.Self})
		}
		if o.Link != "" {
			x.Origin.Links = append(x.Origin.Links, xmlLink{Rel: "alternate", Type: "text/html", Href: o.Link})
		}
	}
	return x
}

// attributeText is a text for an attribute, or "" if it looks like markup
// there, where it cannot be written so that it does not.
func attributeText(s string) string {
	if strings.ContainsAny(s, "<&") {
		return ""
	}
	return s
}

// plain is a text construct of type text.
func plain(s string) atomText { return atomText{XML: escapeXML(s)} }

func atomPeople(authors []feeds.Author) []atomPerson {
	var out []atomPerson
	for _, a := range authors {
		out = append(out, atomPerson{Name: textOf(a.Name), URI: a.URL, Email: strings.ToLower(a.Email)})
	}
	return out
}
