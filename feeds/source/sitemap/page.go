package sitemap

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"strings"

	xhtml "golang.org/x/net/html"
	"golang.org/x/net/html/atom"
	"golang.org/x/net/html/charset"

	"syndicated/feeds"
	"syndicated/feeds/source/fetch"
)

const (
	// maxRead is how many new pages of one reading are read for their titles.
	// More at once come from a new arrangement of the site, not from its authors.
	maxRead = 20
	// maxTries is how often a page is tried before it is told without its title.
	maxTries = 3
	maxPage  = 5 << 20
)

var errNotShown = errors.New("is not to be shown")

// read asks a page for what the sitemap does not say of it.
func (s *Source) readPage(ctx context.Context, p page) (feeds.Post, error) {
	post := p.post(s.o.Language)
	o := s.o.RequestFor(s.c.URL, p.url)
	o.Accept, o.MaxBody = "text/html, application/xhtml+xml", maxPage
	resp, err := s.o.Client.Get(ctx, p.url, o, fetch.State{})
	if status, ok := errors.AsType[*fetch.StatusError](err); ok && (status.Status == http.StatusNotFound || status.Status == http.StatusGone) {
		return post, errNotShown
	}
	if err != nil {
		return post, err
	}
	kind := resp.Header.Get("Content-Type")
	if media, _, _ := strings.Cut(kind, ";"); media != "" && !strings.HasPrefix(media, "text/") && !strings.Contains(media, "html") {
		return post, nil // a PDF has the words of its address
	}
	if len(resp.Body) == 0 {
		return post, nil
	}
	text, err := charset.NewReader(bytes.NewReader(resp.Body), kind)
	if err != nil {
		return post, fmt.Errorf("read %s: %w", fetch.Redact(p.url), err)
	}
	head := readHead(xhtml.NewTokenizer(text))
	if strings.Contains(strings.ToLower(head["robots"]), "noindex") {
		return post, errNotShown
	}
	base, err := url.Parse(resp.URL)
	if err != nil {
		base = &url.URL{}
	}
	s.fill(&post, head, base)
	return post, nil
}

// fill takes what the page's head says of it: Open Graph, then the old names.
func (s *Source) fill(post *feeds.Post, head map[string]string, base *url.URL) {
	oneLine := func(text string) string { return strings.Join(strings.Fields(text), " ") }
	if title := oneLine(firstOf(head["og:title"], head["twitter:title"], head["title"])); title != "" {
		post.Title = title
	}
	if words := oneLine(firstOf(head["og:description"], head["description"], head["twitter:description"])); words != "" {
		post.Summary = html.EscapeString(words)
	}
	if t := date(firstOf(head["article:published_time"], head["datepublished"], head["date"], head["dc.date"]), s.o.Timezone); !t.IsZero() {
		post.Published, post.Inferred = t, false
	}
	if image, ok := whole(firstOf(head["og:image"], head["og:image:url"], head["twitter:image"]), base); ok {
		post.Image = &feeds.Media{URL: image, Alt: oneLine(firstOf(head["og:image:alt"], head["twitter:image:alt"])), Type: mediaType(image)}
	}
	if name := oneLine(firstOf(head["author"], head["article:author"])); name != "" && !strings.Contains(name, "://") {
		post.Authors = []feeds.Author{{Name: name}}
	}
	if head["lang"] != "" {
		post.Language = head["lang"]
	}
	for tag := range strings.SplitSeq(head["article:tag"], "\n") {
		if tag = oneLine(tag); tag != "" {
			post.Tags = append(post.Tags, tag)
		}
	}
}

// readHead gives what the head of a page says, by name; article:tag holds a
// line each. Dates of JSON-LD are read as datepublished.
func readHead(z *xhtml.Tokenizer) map[string]string {
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
		case xhtml.ErrorToken:
			return head
		case xhtml.TextToken:
			switch {
			case inside == atom.Title:
				set("title", string(z.Text()))
			case inside == atom.Script && linked:
				set("datepublished", linkedDate(z.Text()))
			}
		case xhtml.EndTagToken:
			inside = 0
			if name, _ := z.TagName(); atom.Lookup(name) == atom.Head {
				return head
			}
		case xhtml.StartTagToken, xhtml.SelfClosingTagToken:
			t := z.Token()
			inside = t.DataAtom
			switch t.DataAtom {
			case atom.Html:
				set("lang", attribute(t, "lang"))
			case atom.Script:
				linked = strings.EqualFold(attribute(t, "type"), "application/ld+json")
			case atom.Meta:
				name := strings.ToLower(firstOf(attribute(t, "property"), attribute(t, "name"), attribute(t, "itemprop")))
				if name == "article:tag" && len(head[name]) < maxText {
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

func attribute(t xhtml.Token, name string) string {
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
