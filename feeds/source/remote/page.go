package remote

import (
	"bytes"
	"net/url"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// Link is a feed that a web page names.
type Link struct {
	URL   string // absolute
	Type  string // media type
	Title string
}

// mostLinks of a page that are looked at.
const mostLinks = 50

// Page finds the feeds that a web page names by <link rel="alternate">, in the
// page's order, those of comments last. The list is empty for what is no page.
func Page(d Document) []Link {
	text, _, err := decode(d.Body, d.ContentType)
	if err != nil {
		return nil
	}
	base, err := url.Parse(d.URL)
	if err != nil {
		return nil
	}
	var (
		found, comments []Link
		seen            = map[string]bool{}
		z               = html.NewTokenizer(bytes.NewReader(text))
	)
	z.SetMaxBuf(1 << 20)
	for len(seen) < mostLinks {
		switch z.Next() {
		case html.ErrorToken:
			return append(found, comments...)
		case html.StartTagToken, html.SelfClosingTagToken:
		default:
			continue
		}
		name, more := z.TagName()
		tag := atom.Lookup(name)
		if tag != atom.Link && tag != atom.Base && tag != atom.A {
			continue
		}
		attrs := map[string]string{}
		for more {
			var k, v []byte
			k, v, more = z.TagAttr()
			if _, ok := attrs[string(k)]; !ok {
				attrs[string(k)] = strings.TrimSpace(string(v))
			}
		}
		href := attrs["href"]
		if tag == atom.Base && href != "" {
			if u, err := base.Parse(href); err == nil {
				base = u
			}
			continue
		}
		kind, _, _ := strings.Cut(strings.ToLower(attrs["type"]), ";")
		if href == "" || !hasWord(attrs["rel"], "alternate") || !feedType(strings.TrimSpace(kind), href) {
			continue
		}
		l := Link{URL: resolve(base, strings.TrimPrefix(strings.Replace(href, "feed://", "https://", 1), "feed:")), Type: kind, Title: oneLine(attrs["title"])}
		if seen[l.URL] || !webAddress(l.URL) {
			continue
		}
		seen[l.URL] = true
		if strings.Contains(strings.ToLower(l.Title+l.URL), "comment") {
			comments = append(comments, l)
		} else {
			found = append(found, l)
		}
	}
	return append(found, comments...)
}

func hasWord(list, word string) bool {
	for w := range strings.FieldsSeq(list) {
		if strings.EqualFold(w, word) {
			return true
		}
	}
	return false
}

// feedType tells the media types of feeds. Plain JSON is one only where it is
// called a feed: WordPress names its API so.
func feedType(kind, href string) bool {
	switch kind {
	case "application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml",
		"application/xml", "text/xml", "text/rss+xml", "text/atom+xml", "application/x.atom+xml", "application/x-atom+xml":
		return true
	case "application/json":
		return strings.Contains(strings.ToLower(href), "feed") && !strings.Contains(href, "wp-json")
	}
	return false
}
