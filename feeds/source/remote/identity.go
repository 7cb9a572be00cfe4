package remote

import (
	"net/url"
	"strings"

	"golang.org/x/net/publicsuffix"

	"syndicated/feeds"
)

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
	case own != "" && own != p.Link:
		// The link leads elsewhere and the guid is at home: a link post, or a
		// link that counts its readers.
		if home := domain(r.feed.Link); home != "" && domain(own) == home && domain(p.Link) != home {
			if !counts(p.Link) {
				p.External = p.Link
			}
			p.Link = own
		}
	}
}

// counts tells the addresses of services that count readers and redirect.
func counts(s string) bool {
	h := host(s)
	return strings.Contains(s, "/~r/") || strings.HasPrefix(h, "feeds.") || strings.HasPrefix(h, "feedproxy.") ||
		strings.HasPrefix(h, "rss.") || strings.HasPrefix(h, "click.")
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

// domain is the part of an address's host that someone has registered: the
// hosts of one site share it, those of two users of a blog host do not.
func domain(s string) string {
	h := host(s)
	if d, err := publicsuffix.EffectiveTLDPlusOne(h); err == nil {
		return d
	}
	return h
}

// links settles an entry's page. Link posts come in two ways: the alternate
// is their own page and another's is related, or the other way about.
func (r *reader) links(p *feeds.Post, x *rssItem) {
	for _, l := range x.links {
		fill(&p.Link, l)
	}
	fill(&p.Link, x.alternate)
	if x.origLink != "" && webAddress(x.origLink) {
		p.Link = x.origLink
	}
	if p.Link != "" && x.related != "" && x.related != p.Link {
		home := domain(r.feed.Link)
		switch {
		case home == "":
		case domain(p.Link) == home && domain(x.related) != home:
			p.External = x.related
		case domain(p.Link) != home && domain(x.related) == home:
			p.External, p.Link = p.Link, x.related
		}
	}
	if p.Link == "" && webAddress(p.ID) {
		p.Link = p.ID
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
