package remote

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/mmcdole/gofeed/atom"

	"syndicated/feeds"
)

// readAtom reads Atom 1.0 and 0.3. As with RSS, gofeed parses and the tree has
// what gofeed loses: the ids byte for byte (RFC 4287 section 4.2.6.1), the
// types of texts, all authors, bases and languages.
func (r *reader) readAtom(t *tree) error {
	var entries []int
	top := 0
	if t.nodes[0].name == "entry" {
		top, entries = -1, []int{0}
	} else {
		t.children(0, func(j int, n *node) {
			if n.space == "atom" && n.name == "entry" {
				entries = append(entries, j)
			}
		})
	}
	parsed, err := new(atom.Parser).Parse(bytes.NewReader(dress(t, entries)))
	if err != nil {
		return fmt.Errorf("read it as Atom: %w", err)
	}
	if len(parsed.Entries) != len(entries) {
		return fmt.Errorf("read it as Atom: %d entries, of which gofeed finds %d", len(entries), len(parsed.Entries))
	}
	r.feed.Format = "atom"
	if top >= 0 {
		r.atomFeed(t, top)
	}
	r.feed.Posts = make([]feeds.Post, len(entries))
	for i, at := range entries {
		r.feed.Posts[i] = r.entry(t, at, parsed.Entries[i])
	}
	return nil
}

func (r *reader) atomFeed(t *tree, at int) {
	f := &r.feed
	n := &t.nodes[at]
	f.Language = n.lang
	t.children(at, func(j int, n *node) {
		text := func() string { return content(n.inner) }
		url := func(s string) string { return resolve(t.bases[n.base], s) }
		switch n.space + ":" + n.name {
		case "atom:title":
			fill(&f.Title, plainConstruct(n))
		case "atom:subtitle", "atom:tagline":
			fill(&f.Description, absolute(htmlConstruct(n), t.bases[n.base]))
		case "atom:id":
			f.ID = text()
		case "atom:updated", "atom:modified":
			f.Updated = r.date(text())
		case "atom:link":
			if href := n.attr("href"); href != "" {
				r.feedLink(n, url(href))
			}
		case "atom:author":
			f.Authors = addAuthor(f.Authors, r.atomPerson(t, j))
		case "dc:creator":
			f.Authors = addAuthor(f.Authors, person(text()))
		case "atom:icon":
			f.Icon = url(text())
		case "atom:logo":
			f.Image = &feeds.Media{URL: url(text())}
		case "itunes:image":
			if href := n.attr("href"); href != "" && f.Image == nil {
				f.Image = &feeds.Media{URL: url(href)}
			}
		case "dc:language", "atom:language":
			fill(&f.Language, text())
		case "fh:complete":
			f.Complete = true
		case "sy:updateperiod":
			r.updatePeriod(text(), t.text(at, "sy", "updatefrequency"))
		}
	})
	if j := t.child(at, "atom", "info"); j >= 0 && f.Description == "" {
		f.Description = absolute(htmlConstruct(&t.nodes[j]), t.bases[t.nodes[j].base])
	}
	if f.Link == "" && webAddress(f.ID) && !strings.EqualFold(f.ID, f.Self) {
		f.Link = f.ID
	}
}

func (r *reader) entry(t *tree, at int, g *atom.Entry) feeds.Post {
	n := &t.nodes[at]
	p := feeds.Post{Language: n.lang}
	var x rssItem
	m := media{r: r, t: t}
	var origin []feeds.Author
	t.children(at, func(j int, n *node) {
		base := t.bases[n.base]
		text := func() string { return content(n.inner) }
		if n.space != "atom" {
			r.itemChild(t, j, n, &p, &x, &m)
			return
		}
		switch n.name {
		case "title":
			p.Title = plainConstruct(n)
		case "id":
			p.ID = text()
		case "link":
			r.atomLink(t, n, &p, &m, &x)
		case "summary":
			x.description, x.descriptionBase = htmlConstruct(n), base
		case "content":
			if src := n.attr("src"); src != "" {
				src = resolve(base, src)
				if kind := n.attr("type"); kind == "" || strings.Contains(kind, "html") || strings.HasPrefix(kind, "text/") {
					x.links = append(x.links, src)
				} else {
					m.add(feeds.Media{URL: src, Type: kind})
				}
				return
			}
			x.encoded, x.encBase = htmlConstruct(n), base
			if n.lang != "" {
				p.Language = n.lang
			}
		case "author":
			x.creators = addAuthor(x.creators, r.atomPerson(t, j))
		case "published", "issued":
			x.published = text()
		case "created":
			x.created = text()
		case "updated", "modified":
			x.updated = text()
		case "source":
			var o feeds.Origin
			o, origin = r.atomSource(t, j)
			p.Feed = &o
		}
	})
	r.links(&p, &x)
	fill(&p.ID, x.identifier)
	p.Published = r.firstDate(x.published, x.issued, x.created)
	p.Updated = r.date(x.updated)
	if p.Published.IsZero() && p.Updated.IsZero() {
		p.Published = r.date(x.dc)
	}
	p.Content, p.Summary = absolute(x.encoded, x.encBase), absolute(x.description, x.descriptionBase)
	fill(&p.Summary, x.summary)
	p.Authors = x.creators
	if len(p.Authors) == 0 {
		// RFC 4287 section 4.2.1
		if p.Authors = origin; len(origin) == 0 && len(r.feed.Authors) > 0 {
			p.Authors = append([]feeds.Author(nil), r.feed.Authors...)
		}
	}
	for _, c := range g.Categories {
		tag := c.Label
		if strings.TrimSpace(tag) == "" {
			tag = c.Term
		}
		x.tags = append(x.tags, tag)
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

// atomLink takes a link of an entry by its relation.
func (r *reader) atomLink(t *tree, n *node, p *feeds.Post, m *media, x *rssItem) {
	href := n.attr("href")
	if href == "" {
		href = content(n.inner)
	}
	if href == "" {
		return
	}
	href = resolve(t.bases[n.base], href)
	kind := strings.ToLower(n.attr("type"))
	html := kind == "" || strings.Contains(kind, "html") || strings.HasPrefix(kind, "text/plain")
	switch rel := strings.ToLower(n.attr("rel")); rel {
	case "", "alternate", "http://www.iana.org/assignments/relation/alternate":
		if html {
			x.links = append(x.links, href)
		} else {
			fill(&x.alternate, href)
		}
	case "enclosure":
		m.link(n, href)
	case "related":
		fill(&x.related, href)
	case "self":
		fill(&x.self, href)
	case "replies":
		if html {
			fill(&p.Comments, href)
		}
	case "preview", "image", "icon", "thumbnail":
		if strings.HasPrefix(kind, "image/") {
			m.image(&feeds.Media{URL: href, Type: kind})
		}
	}
}

// atomSource names the feed that an entry was taken from, and its authors.
func (r *reader) atomSource(t *tree, at int) (feeds.Origin, []feeds.Author) {
	var (
		o       feeds.Origin
		authors []feeds.Author
	)
	t.children(at, func(j int, n *node) {
		switch n.name {
		case "id":
			o.ID = content(n.inner)
		case "title":
			o.Title = plainConstruct(n)
		case "updated", "modified":
			o.Updated = r.date(content(n.inner))
		case "author":
			authors = addAuthor(authors, r.atomPerson(t, j))
		case "link":
			href := resolve(t.bases[n.base], n.attr("href"))
			switch strings.ToLower(n.attr("rel")) {
			case "", "alternate":
				fill(&o.Link, href)
			case "self":
				fill(&o.Self, href)
			}
		}
	})
	return o, authors
}
