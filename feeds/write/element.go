package write

import (
	"regexp"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// embedded leaves a link where something was embedded.
func (t *tidy) embedded(n *html.Node, src string, in place) {
	href := webAddress(src, t.base)
	if href == "" {
		return
	}
	label := line(attribute(n, "title"))
	if label == "" {
		label = href
	}
	if in.link {
		t.out.WriteString(textEscapes.Replace(label))
		return
	}
	t.out.WriteString(`<a href="` + html.EscapeString(href) + `">` + textEscapes.Replace(label) + `</a>`)
}

func (t *tidy) image(n *html.Node, in place) {
	src := attribute(n, "src")
	for _, lazy := range []string{"data-src", "data-lazy-src", "data-original"} {
		if v := attribute(n, lazy); v != "" && (src == "" || strings.HasPrefix(src, "data:")) {
			src = v
		}
	}
	if w, h := attribute(n, "width"), attribute(n, "height"); (w == "1" || w == "0") && (h == "1" || h == "0") {
		return // a tracker
	}
	if src = t.imageAddress(src); src == "" {
		return
	}
	alt := line(attribute(n, "alt"))
	if alt == "" && in.link && soleChild(n) {
		alt = "Image" // a link must have a name
	}
	t.out.WriteString(`<img src="` + html.EscapeString(src) + `" alt="` + html.EscapeString(alt) + `"`)
	t.attributes(n, elements[atom.Img])
	t.out.WriteString("/>")
}

// dataImage is an image inside its own address.
var dataImage = regexp.MustCompile(`^data:image/(png|gif|jpeg|webp|avif);base64,[A-Za-z0-9+/]+=*$`)

func (t *tidy) imageAddress(src string) string {
	if strings.HasPrefix(src, "data:") {
		src = strings.Join(strings.Fields(src), "")
		if dataImage.MatchString(src) {
			return src
		}
		return ""
	}
	return webAddress(src, t.base)
}

func (t *tidy) anchor(n *html.Node, in place) {
	href := linkAddress(attribute(n, "href"), t.base)
	if href == "" || in.link || !hasContent(n) {
		t.children(n, in)
		return
	}
	t.out.WriteString(`<a href="` + html.EscapeString(href) + `"`)
	t.attributes(n, elements[atom.A])
	t.out.WriteByte('>')
	in.link = true
	t.children(n, in)
	t.out.WriteString("</a>")
}

func (t *tidy) media(n *html.Node, in place) {
	src := webAddress(attribute(n, "src"), t.base)
	found := src != ""
	for c := n.FirstChild; c != nil && !found; c = c.NextSibling {
		found = c.DataAtom == atom.Source && webAddress(attribute(c, "src"), t.base) != ""
	}
	if !found {
		return
	}
	t.out.WriteString("<" + n.Data + ` controls="" preload="none"`)
	if src != "" {
		t.out.WriteString(` src="` + html.EscapeString(src) + `"`)
	}
	t.attributes(n, elements[n.DataAtom])
	t.out.WriteByte('>')
	in.media = true
	t.children(n, in)
	t.out.WriteString("</" + n.Data + ">")
}

func attribute(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key && a.Namespace == "" {
			return a.Val
		}
	}
	return ""
}

func nodeText(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode && (d.Parent == nil || d.Parent.Data != "annotation") {
			b.WriteString(html.EscapeString(d.Data))
		}
	}
	return b.String()
}

// hasContent tells whether there is something in n to see or to hear.
func hasContent(n *html.Node) bool {
	for d := range n.Descendants() {
		switch {
		case d.Type == html.TextNode && strings.TrimSpace(d.Data) != "":
			return true
		case d.Type == html.ElementNode && (d.DataAtom == atom.Img || d.DataAtom == atom.Video || d.DataAtom == atom.Audio):
			return true
		}
	}
	return false
}

// soleChild tells whether n is all that its nearest link shows.
func soleChild(n *html.Node) bool {
	for a := n.Parent; a != nil; a = a.Parent {
		if a.DataAtom != atom.A {
			continue
		}
		for d := range a.Descendants() {
			if d.Type == html.TextNode && strings.TrimSpace(d.Data) != "" ||
				d.DataAtom == atom.Img && d != n && attribute(d, "alt") != "" {
				return false
			}
		}
		return true
	}
	return false
}
