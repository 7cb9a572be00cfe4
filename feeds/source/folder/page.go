package folder

import (
	"bytes"
	"fmt"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"syndicated/feeds"
)

// page reads an HTML file, whole or a fragment. What the front matter says
// comes before what the page's head says.
func (p *parsed) page(m matter, body []byte) error {
	doc, err := html.Parse(bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("is no HTML: %w", err)
	}
	var (
		meta    = map[string]string{}
		heading *html.Node
		content *html.Node
		image   *html.Node
	)
	rank := 0
	for n := range doc.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		switch n.DataAtom {
		case atom.Html:
			meta["lang"] = attribute(n, "lang")
		case atom.Title:
			if meta["title"] == "" {
				meta["title"] = words(n)
			}
		case atom.Meta:
			name := strings.ToLower(firstOf(attribute(n, "property"), attribute(n, "name"), attribute(n, "itemprop")))
			if name == "article:tag" {
				p.tag(attribute(n, "content"))
			} else if meta[name] == "" {
				meta[name] = attribute(n, "content")
			}
		case atom.Link:
			if strings.EqualFold(attribute(n, "rel"), "canonical") {
				meta["canonical"] = attribute(n, "href")
			}
		case atom.Time:
			if meta["time"] == "" {
				meta["time"] = attribute(n, "datetime")
			}
		case atom.H1:
			if heading == nil {
				heading = n
			}
		case atom.Img:
			if image == nil {
				image = n
			}
		}
		if r := map[atom.Atom]int{atom.Body: 1, atom.Main: 2, atom.Article: 3}[n.DataAtom]; r > rank {
			content, rank = n, r
		}
	}
	p.post.Title = m.text("title")
	if heading != nil && (p.post.Title == "" || words(heading) == p.post.Title) {
		p.post.Title = words(heading)
		heading.Parent.RemoveChild(heading)
	}
	p.post.Title = firstOf(p.post.Title, meta["og:title"], meta["title"])
	set := func(key, value string) {
		if _, own := m[key]; !own && value != "" {
			m[key] = value
		}
	}
	if m.text("date", "publishdate", "published", "pubdate") == "" {
		set("date", firstOf(meta["article:published_time"], meta["datepublished"], meta["date"], meta["dcterms.created"], meta["dc.date"], meta["time"]))
	}
	set("updated", firstOf(meta["article:modified_time"], meta["datemodified"]))
	if m.text("summary", "description", "excerpt", "abstract") == "" {
		set("description", firstOf(meta["description"], meta["og:description"]))
	}
	set("author", meta["author"])
	set("tags", meta["keywords"])
	if m.text("permalink", "url", "canonicalurl") == "" {
		set("canonical", meta["canonical"])
	}
	set("image", meta["og:image"])
	set("imagealt", meta["og:image:alt"])
	p.post.Language = meta["lang"]
	if image != nil {
		u := attribute(image, "src")
		p.image = feeds.Media{URL: u, Type: mediaType(u), Alt: attribute(image, "alt")}
	}
	if content == nil {
		return nil
	}
	strip(content, rank == 1)
	var b strings.Builder
	for c := range content.ChildNodes() {
		if err := html.Render(&b, c); err != nil {
			return fmt.Errorf("write its HTML: %w", err)
		}
	}
	p.content = strings.TrimSpace(b.String())
	if before, _, ok := strings.Cut(p.content, string(more)); ok {
		p.summary = strings.TrimSpace(before)
	}
	return nil
}

// strip takes out what is no part of the text: scripts, and of a page that
// marks no article what stands around it.
func strip(n *html.Node, around bool) {
	var out []*html.Node
	for d := range n.Descendants() {
		switch d.DataAtom {
		case atom.Script, atom.Style, atom.Template, atom.Noscript:
			out = append(out, d)
		case atom.Nav, atom.Header, atom.Footer, atom.Aside, atom.Form:
			if around {
				out = append(out, d)
			}
		}
	}
	for _, d := range out {
		if d.Parent != nil {
			d.Parent.RemoveChild(d)
		}
	}
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return strings.TrimSpace(a.Val)
		}
	}
	return ""
}

func words(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}
