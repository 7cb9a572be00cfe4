// Package head reads what a web page says of itself in its head: Open Graph, the
// names of old, dates of JSON-LD. It knows no feed.
package head

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
	"golang.org/x/net/html/charset"

	"syndicated/feeds"
	"syndicated/feeds/source/fetch"
)

const (
	maxPage = 5 << 20
	maxTags = 8 << 10
)

// Head is the head of a page. The zero value says nothing.
type Head struct {
	values map[string]string
	base   *url.URL
}

// Read fetches a page. What is no HTML has an empty head. The errors are those
// of fetch.
func Read(ctx context.Context, c *fetch.Client, address string, o fetch.Options) (Head, error) {
	o.Accept, o.MaxBody = "text/html, application/xhtml+xml", maxPage
	resp, err := c.Get(ctx, address, o, fetch.State{})
	if err != nil {
		return Head{}, err
	}
	kind := resp.Header.Get("Content-Type")
	if media, _, _ := strings.Cut(kind, ";"); media != "" && !strings.HasPrefix(media, "text/") && !strings.Contains(media, "html") {
		return Head{}, nil // a PDF
	}
	if len(resp.Body) == 0 {
		return Head{}, nil
	}
	text, err := charset.NewReader(bytes.NewReader(resp.Body), kind)
	if err != nil {
		return Head{}, fmt.Errorf("read %s: %w", fetch.Redact(address), err)
	}
	h := Head{values: parse(html.NewTokenizer(text))}
	if h.base, err = url.Parse(resp.URL); err != nil {
		h.base = &url.URL{}
	}
	return h, nil
}

// Get is the first of these names that the page says something under, with
// white space folded.
func (h Head) Get(names ...string) string {
	for _, n := range names {
		if v := strings.Join(strings.Fields(h.values[n]), " "); v != "" {
			return v
		}
	}
	return ""
}

// Lines are the values of a name that a page may say several times.
func (h Head) Lines(name string) (out []string) {
	for v := range strings.SplitSeq(h.values[name], "\n") {
		if v = strings.Join(strings.Fields(v), " "); v != "" {
			out = append(out, v)
		}
	}
	return out
}

// Image is the page's picture, an absolute address.
func (h Head) Image() (feeds.Media, bool) {
	raw := h.Get("og:image", "og:image:url", "twitter:image")
	if raw == "" || len(raw) > 4096 {
		return feeds.Media{}, false
	}
	u, err := h.base.Parse(raw)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return feeds.Media{}, false
	}
	return feeds.Media{URL: u.String(), Alt: h.Get("og:image:alt", "twitter:image:alt")}, true
}

// parse gives what the head of a page says, by name; article:tag holds a line
// each. Dates of JSON-LD are read as datepublished.
func parse(z *html.Tokenizer) map[string]string {
	head := map[string]string{}
	set := func(name, value string) {
		if value = strings.TrimSpace(value); head[name] == "" {
			head[name] = value
		}
	}
	var inside atom.Atom
	linked := false
	for size := 0; size < maxPage; size += len(z.Raw()) {
		switch z.Next() {
		case html.ErrorToken:
			return head
		case html.TextToken:
			switch {
			case inside == atom.Title:
				set("title", string(z.Text()))
			case inside == atom.Script && linked:
				set("datepublished", linkedDate(z.Text()))
			}
		case html.EndTagToken:
			inside = 0
			if name, _ := z.TagName(); atom.Lookup(name) == atom.Head {
				return head
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			t := z.Token()
			inside = t.DataAtom
			switch t.DataAtom {
			case atom.Html:
				set("lang", attribute(t, "lang"))
			case atom.Script:
				linked = strings.EqualFold(attribute(t, "type"), "application/ld+json")
			case atom.Meta:
				name := strings.ToLower(firstOf(attribute(t, "property"), attribute(t, "name"), attribute(t, "itemprop")))
				if name == "article:tag" && len(head[name]) < maxTags {
					head[name] += attribute(t, "content") + "\n"
					continue
				}
				set(name, attribute(t, "content"))
			case atom.Body:
				return head
			}
		}
	}
	return head
}

// linkedDate finds datePublished in JSON-LD, at the top or in its @graph.
func linkedDate(text []byte) string {
	type thing struct {
		Published any `json:"datePublished"`
	}
	var one struct {
		thing
		Graph []thing `json:"@graph"`
	}
	var many []thing
	if json.Unmarshal(text, &one) == nil {
		many = append(one.Graph, one.thing)
	} else if json.Unmarshal(text, &many) != nil {
		return ""
	}
	for _, t := range many {
		if s, ok := t.Published.(string); ok && s != "" {
			return s
		}
	}
	return ""
}

func attribute(t html.Token, name string) string {
	for _, a := range t.Attr {
		if a.Key == name {
			return strings.TrimSpace(a.Val)
		}
	}
	return ""
}

func firstOf(words ...string) string {
	for _, w := range words {
		if strings.TrimSpace(w) != "" {
			return w
		}
	}
	return ""
}
