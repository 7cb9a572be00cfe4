package remote

import (
	"bytes"
	"fmt"
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
