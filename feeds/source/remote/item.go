package remote

import (
	"net/url"
	"strings"

	"github.com/mmcdole/gofeed/rss"

	"syndicated/feeds"
)

// rssItem is what the children of an item say, to be weighed when all are known.
type rssItem struct {
	links                    []string
	permalink, guid          string
	identifier               string
	origLink                 string
	published, issued, dc    string
	updated, created         string
	description, encoded     string
	summary                  string
	descriptionBase, encBase *url.URL
	related, self, alternate string
	posse                    string
	creators                 []feeds.Author
	tags                     []string
}

func (r *reader) item(t *tree, at int, g *rss.Item) feeds.Post {
	n := &t.nodes[at]
	p := feeds.Post{Title: plainTitle(g.Title), Language: n.lang}
	var x rssItem
	m := media{r: r, t: t}
	t.children(at, func(j int, n *node) { r.itemChild(t, j, n, &p, &x, &m) })
	r.identity(t, at, &p, &x)

	p.Published = r.firstDate(x.published, x.issued, x.dc, x.created)
	p.Updated = r.date(x.updated)
	if p.Published.IsZero() {
		p.Published = p.Updated
	}
	p.Content, p.Summary = x.encoded, x.description
	fill(&p.Summary, x.summary)
	// What is in a post is written for its page.
	if page := parseBase(p.Link); page != nil {
		x.descriptionBase, x.encBase = pageBase(t, x.descriptionBase, page), pageBase(t, x.encBase, page)
	}
	p.Content = absolute(p.Content, x.encBase)
	p.Summary = absolute(p.Summary, x.descriptionBase)
	p.Authors = x.creators
	for _, c := range g.Categories {
		x.tags = append(x.tags, oneLine(c.Value))
	}
	for _, tag := range x.tags {
		p.Tags = addTag(p.Tags, tag)
	}
	m.finish(&p)
	if x.posse != "" {
		posse(x.posse, &p)
	}
	return p
}

// pageBase prefers the page that a post is on to the document's own address,
// and a declared xml:base to both.
func pageBase(t *tree, have, page *url.URL) *url.URL {
	if have == t.bases[0] || have == nil {
		return page
	}
	return have
}

func parseBase(s string) *url.URL {
	u, err := url.Parse(s)
	if err != nil || u.Host == "" {
		return nil
	}
	return u
}

func addTag(tags []string, tag string) []string {
	tag = oneLine(tag)
	if tag == "" || len(tags) >= 100 {
		return tags
	}
	for _, have := range tags {
		if strings.EqualFold(have, tag) {
			return tags
		}
	}
	return append(tags, tag)
}

func (r *reader) itemChild(t *tree, j int, n *node, p *feeds.Post, x *rssItem, m *media) {
	base := t.bases[n.base]
	text := func() string { return content(n.inner) }
	switch n.space {
	case "":
		switch n.name {
		case "link":
			href := text()
			fill(&href, n.attr("href"))
			if href != "" {
				x.links = append(x.links, resolve(r.linkBase(base), href))
			}
		case "guid":
			x.guid = text()
			if is := n.attr("ispermalink"); is == "" || strings.EqualFold(is, "true") {
				x.permalink = x.guid
			}
		case "title":
		case "description", "abstract":
			x.description, x.descriptionBase = text(), base
		case "summary":
			x.summary = text()
		case "body", "fullitem", "content", "encoded":
			if x.encoded == "" {
				x.encoded, x.encBase = text(), base
			}
		case "id":
			x.identifier = text()
		case "pubdate":
			x.published = text()
		case "published", "date":
			x.issued = text()
		case "updated":
			x.updated = text()
		case "author":
			x.creators = addAuthor(x.creators, r.rssAuthor(t, j))
		case "comments":
			p.Comments = resolve(r.linkBase(base), text())
		case "enclosure":
			m.enclosure(n)
		case "image":
			m.image(r.rssImage(t, j))
		case "source":
			r.source(n, p)
		case "share":
			p.Share = text()
		}
	case "content":
		if n.name == "encoded" {
			x.encoded, x.encBase = text(), base
		}
	case "xhtml":
		if (n.name == "body" || n.name == "div") && x.encoded == "" {
			x.encoded, x.encBase = strings.TrimSpace(string(n.inner)), base
		}
	case "dc":
		switch n.name {
		case "creator", "author":
			x.creators = addAuthor(x.creators, person(text()))
		case "date":
			x.dc = text()
		case "subject":
			x.tags = append(x.tags, text())
		case "language":
			p.Language = text()
		case "title":
			fill(&p.Title, plainTitle(text()))
		case "description":
			x.summary = text()
		case "identifier":
			x.identifier = text()
		}
	case "dcterms":
		switch n.name {
		case "issued", "available":
			x.issued = text()
		case "created":
			x.created = text()
		case "modified":
			x.updated = text()
		}
	case "atom":
		switch n.name {
		case "link":
			r.atomLink(t, n, p, m, x)
		case "updated":
			x.updated = text()
		case "published":
			x.issued = text()
		case "author":
			x.creators = addAuthor(x.creators, r.atomPerson(t, j))
		case "id":
			fill(&x.guid, text())
		case "summary":
			x.summary = htmlConstruct(n)
		case "content":
			if x.encoded == "" {
				x.encoded, x.encBase = htmlConstruct(n), base
			}
		}
	case "itunes", "googleplay":
		switch n.name {
		case "author":
			x.creators = addAuthor(x.creators, feeds.Author{Name: oneLine(text())})
		case "summary", "description":
			fill(&x.summary, text())
		case "title":
			fill(&p.Title, plainTitle(text()))
		case "duration":
			m.duration = duration(text())
		case "image", "link":
			if n.name == "link" && !strings.EqualFold(n.attr("rel"), "image") {
				return
			}
			href := n.attr("href")
			fill(&href, n.attr("url"))
			fill(&href, text())
			m.cover(resolve(base, href))
		case "keywords":
			for tag := range strings.SplitSeq(text(), ",") {
				x.tags = append(x.tags, tag)
			}
		}
	case "media":
		m.element(j, n)
	case "feedburner", "pheedo":
		switch n.name {
		case "origlink":
			x.origLink = text()
		case "origenclosurelink":
			m.original = text()
		}
	case "posse":
		if n.name == "post" {
			x.posse = text()
		}
	case "source":
		if n.name == "linkfull" {
			fill(&x.origLink, text())
		}
	}
}

// rssAuthor is an author that may, against the format, have children.
func (r *reader) rssAuthor(t *tree, j int) feeds.Author {
	if t.nodes[j].next > j+1 {
		if a := r.atomPerson(t, j); a != (feeds.Author{}) {
			return a
		}
	}
	return person(content(t.nodes[j].inner))
}

// source names the feed that an item was taken from.
func (r *reader) source(n *node, p *feeds.Post) {
	o := feeds.Origin{Title: oneLine(content(n.inner)), Self: resolve(r.base, n.attr("url"))}
	if o != (feeds.Origin{}) {
		p.Feed = &o
	}
}
