package remote

import (
	"bytes"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/mmcdole/gofeed/rss"

	"syndicated/feeds"
	"syndicated/feeds/source/fetch"
)

// readRSS reads RSS 0.9x, 1.0 and 2.0. gofeed parses; what it loses or bends is
// taken from the tree. Its own parser of the format is used, not the universal
// one: translating to the universal feed would lose half of it, scan the
// content for images, and read every date twice.
func (r *reader) readRSS(t *tree) error {
	channel, items := rssParts(t)
	parsed, err := new(rss.Parser).Parse(bytes.NewReader(dress(t, items)))
	if err != nil {
		return fmt.Errorf("read it as RSS: %w", err)
	}
	r.channel(t, channel, parsed)
	if len(parsed.Items) != len(items) {
		return fmt.Errorf("read it as RSS: %d items, of which gofeed finds %d", len(items), len(parsed.Items))
	}
	r.feed.Posts = make([]feeds.Post, len(items))
	for i, at := range items {
		r.feed.Posts[i] = r.item(t, at, parsed.Items[i])
	}
	return nil
}

// rssParts finds the channel (-1 if there is none) and the items in the order
// in which gofeed has them: those of the last channel, then those beside it.
func rssParts(t *tree) (channel int, items []int) {
	channel = -1
	root := 0
	if t.nodes[0].name == "channel" {
		channel = 0
	}
	var beside []int
	if channel < 0 {
		t.children(root, func(j int, n *node) {
			switch {
			case n.space != "":
			case n.name == "channel":
				channel = j
			case n.name == "item":
				beside = append(beside, j)
			}
		})
	}
	if channel >= 0 {
		t.children(channel, func(j int, n *node) {
			if n.space == "" && n.name == "item" {
				items = append(items, j)
			}
		})
	}
	return channel, append(items, beside...)
}

func (r *reader) channel(t *tree, at int, c *rss.Feed) {
	f := &r.feed
	f.Format = "rss"
	f.Title = plainTitle(c.Title)
	f.Description = strings.TrimSpace(c.Description)
	f.Language = strings.TrimSpace(c.Language)
	if at < 0 {
		return
	}
	n := &t.nodes[at]
	base := t.bases[n.base]
	f.ID = n.attr("about")
	var editor, author string
	var image *feeds.Media
	// The site, then other links, with a base of their own.
	link := func(j int, s string) string { return resolve(t.bases[t.nodes[j].base], s) }
	var dates []string
	t.children(at, func(j int, n *node) {
		text := func() string { return content(n.inner) }
		switch n.space + ":" + n.name {
		case ":link":
			if href := text(); href != "" {
				fill(&f.Link, link(j, href))
			} else if href := n.attr("href"); href != "" {
				r.feedLink(n, link(j, href))
			}
		case "atom:link":
			if href := n.attr("href"); href != "" {
				r.feedLink(n, link(j, href))
			}
		case ":managingeditor":
			editor = text()
		case ":author", "dc:creator", "dc:author":
			f.Authors = addAuthor(f.Authors, person(text()))
		case "atom:author":
			f.Authors = addAuthor(f.Authors, r.atomPerson(t, j))
		case "itunes:author":
			author = text()
		case "dc:language":
			fill(&f.Language, text())
		case "dc:title":
			fill(&f.Title, plainTitle(text()))
		case "dc:description", "itunes:summary", "itunes:subtitle":
			fill(&f.Description, text())
		case ":pubdate", ":lastbuilddate", "dc:date", "dcterms:modified", "dcterms:issued", "atom:updated":
			dates = append(dates, text())
		case ":image":
			if m := r.rssImage(t, j); m != nil {
				image = m
			}
		case "itunes:image", "googleplay:image":
			if href := n.attr("href"); href != "" && image == nil {
				image = &feeds.Media{URL: link(j, href)}
			}
		case "webfeeds:icon":
			fill(&f.Icon, link(j, text()))
		case "webfeeds:logo", "atom:logo", "media:thumbnail":
			u := text()
			fill(&u, n.attr("url"))
			if u != "" && image == nil {
				image = &feeds.Media{URL: link(j, u)}
			}
		case "atom:icon":
			fill(&f.Icon, link(j, text()))
		case "atom:id":
			f.ID = text()
		case "itunes:new-feed-url":
			r.note("the feed says that its address is %s", fetch.Redact(link(j, text())))
		case "fh:complete":
			f.Complete = true
		case "sy:updateperiod":
			r.updatePeriod(text(), t.text(at, "sy", "updatefrequency"))
		}
	})
	if j := t.child(0, "", "image"); image == nil && j >= 0 && at != 0 {
		image = r.rssImage(t, j)
	}
	if len(f.Authors) == 0 {
		f.Authors = addAuthor(f.Authors, person(editor))
	}
	if len(f.Authors) == 0 {
		f.Authors = addAuthor(f.Authors, feeds.Author{Name: author})
	}
	f.Image = image
	fill(&f.Link, n.attr("href")) // CDF
	f.Link = resolve(base, f.Link)
	for _, s := range dates {
		if d := r.date(s); d.After(f.Updated) {
			f.Updated = d
		}
	}
	if n.lang != "" {
		fill(&f.Language, n.lang)
	}
	if minutes, err := strconv.Atoi(strings.TrimSpace(c.TTL)); err == nil && minutes > 0 {
		f.TTL = time.Duration(min(minutes, 60*24*7)) * time.Minute
	}
	f.SkipHours, f.SkipDays = skipHours(c.SkipHours), skipDays(c.SkipDays)
}

// feedLink takes a link of a feed by its relation.
func (r *reader) feedLink(n *node, href string) {
	f := &r.feed
	for rel := range strings.FieldsSeq(strings.ToLower(n.attr("rel"))) {
		switch rel {
		case "self":
			fill(&f.Self, href)
		case "hub":
			if !slices.Contains(f.Hubs, href) && len(f.Hubs) < 10 {
				f.Hubs = append(f.Hubs, href)
			}
		case "next":
			fill(&f.Next, href)
		case "prev-archive":
			fill(&r.archive, href)
		case "alternate":
			if kind := n.attr("type"); kind == "" || strings.Contains(kind, "html") {
				fill(&f.Link, href)
			}
		}
	}
	if n.attr("rel") == "" {
		fill(&f.Link, href)
	}
}

func (r *reader) rssImage(t *tree, at int) *feeds.Media {
	u := t.text(at, "", "url")
	if u == "" {
		u = t.nodes[at].attr("href")
	}
	if u == "" {
		u = t.nodes[at].attr("resource")
	}
	if u == "" {
		return nil
	}
	base := t.bases[t.nodes[at].base]
	if j := t.child(at, "", "url"); j >= 0 {
		base = t.bases[t.nodes[j].base]
	}
	m := &feeds.Media{URL: resolve(base, u), Title: t.text(at, "", "title"), Alt: t.text(at, "", "description")}
	m.Width, _ = strconv.Atoi(t.text(at, "", "width"))
	m.Height, _ = strconv.Atoi(t.text(at, "", "height"))
	return m
}

// updatePeriod reads the syndication module: so many times a period.
func (r *reader) updatePeriod(period, frequency string) {
	var d time.Duration
	switch strings.ToLower(period) {
	case "hourly":
		d = time.Hour
	case "daily":
		d = 24 * time.Hour
	case "weekly":
		d = 7 * 24 * time.Hour
	case "monthly":
		d = 30 * 24 * time.Hour
	case "yearly":
		d = 365 * 24 * time.Hour
	default:
		return
	}
	if n, err := strconv.Atoi(frequency); err == nil && n > 1 {
		d /= time.Duration(n)
	}
	r.feed.TTL = max(r.feed.TTL, d)
}

func skipHours(list []string) []int {
	var hours []int
	for _, s := range list {
		// 24 is midnight in RSS 0.91.
		if h, err := strconv.Atoi(strings.TrimSpace(s)); err == nil && h >= 0 && h <= 24 && !slices.Contains(hours, h%24) {
			hours = append(hours, h%24)
		}
	}
	if len(hours) == 24 {
		return nil // it cannot be meant
	}
	return hours
}

func skipDays(list []string) []time.Weekday {
	var days []time.Weekday
	for _, s := range list {
		if d, ok := weekday(strings.ToLower(strings.TrimSpace(s))); ok && !slices.Contains(days, d) {
			days = append(days, d)
		}
	}
	if len(days) == 7 {
		return nil
	}
	return days
}

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

// linkBase is what a link of RSS is relative to where no xml:base says: the
// site, for the feed itself is often at another host.
func (r *reader) linkBase(base *url.URL) *url.URL {
	if base != nil && base != r.base {
		return base
	}
	if r.site == nil {
		if r.site = parseBase(r.feed.Link); r.site == nil {
			r.site = base
		}
	}
	return r.site
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

// identity settles id and links: the raw guid, else rdf:about; a guid that is a
// permalink is a link; a link post has both, its own page and another's.
func (r *reader) identity(t *tree, at int, p *feeds.Post, x *rssItem) {
	n := &t.nodes[at]
	p.ID = x.guid
	fill(&p.ID, n.attr("about"))
	fill(&p.ID, x.identifier)
	own := ""
	if x.permalink != "" && (webAddress(x.permalink) || relativePath(x.permalink)) {
		own = resolve(r.linkBase(t.bases[n.base]), x.permalink)
	}
	for _, l := range x.links {
		fill(&p.Link, l)
	}
	fill(&p.Link, n.attr("href")) // CDF
	if x.origLink != "" && webAddress(x.origLink) {
		p.Link = x.origLink
		return
	}
	switch {
	case p.Link == "":
		p.Link = own
		if own == "" && webAddress(n.attr("about")) {
			p.Link = n.attr("about")
		}
	case own != "" && own != p.Link && p.External == "":
		// The link leads elsewhere and the guid is at home: a link post.
		site := host(r.feed.Link)
		if site != "" && host(own) == site && host(p.Link) != site {
			p.External, p.Link = p.Link, own
		}
	}
}

func relativePath(s string) bool { return strings.HasPrefix(s, "/") }

// host is the host of an address without www.
func host(s string) string {
	u, err := url.Parse(s)
	if err != nil {
		return ""
	}
	return strings.TrimPrefix(strings.ToLower(u.Hostname()), "www.")
}
