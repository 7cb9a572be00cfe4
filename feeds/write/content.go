package write

import (
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"syndicated/feeds"
)

// maxContent is how much of one post's HTML is looked at, in bytes.
const maxContent = 1 << 20

// content is a post's HTML as every reader may show it: well-formed, links
// absolute, nothing that runs, embeds or tracks. base is what links are
// relative to. The tree is made tidy first, because bluemonday passes unclosed
// and relative things on; bluemonday has the last word on what may stay.
func content(fragment, base string) string {
	fragment = clean(fragment)
	if len(fragment) > maxContent {
		fragment = strings.ToValidUTF8(fragment[:maxContent], "")
	}
	if strings.TrimSpace(fragment) == "" {
		return ""
	}
	t := tidy{base: base}
	out, ok := t.run(fragment)
	if ok && t.again {
		// Where an element that shielded its children went, they may have to be
		// nested otherwise: <p><object><p> is well-formed, <p><p> is not.
		out, ok = t.run(out)
	}
	if !ok { // nested deeper than a parser follows
		return "<p>" + html.EscapeString(clean(feeds.Text(fragment))) + "</p>"
	}
	return strings.TrimSpace(sanitiser().Sanitize(out))
}

// tidy writes an HTML tree anew.
type tidy struct {
	base  string
	again bool
	out   strings.Builder
}

func (t *tidy) run(fragment string) (string, bool) {
	t.out.Reset()
	body := &html.Node{Type: html.ElementNode, Data: "body", DataAtom: atom.Body}
	nodes, err := html.ParseFragment(strings.NewReader(fragment), body)
	if err != nil {
		return "", false
	}
	for _, n := range nodes {
		t.node(n, place{})
	}
	return t.out.String(), true
}

// place is what the elements around a node mean for it.
type place struct{ link, list, terms, media bool }

func (t *tidy) node(n *html.Node, in place) {
	switch n.Type {
	case html.TextNode:
		// Cleaned again: a numeric reference may have stood for what is not allowed.
		t.out.WriteString(textEscapes.Replace(clean(n.Data)))
	case html.ElementNode:
		t.element(n, in)
	}
}

func (t *tidy) children(n *html.Node, in place) {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		t.node(c, in)
	}
}

var textEscapes = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "\u00a0", "&#160;")

func (t *tidy) element(n *html.Node, in place) {
	if n.Namespace != "" { // SVG and MathML: only their words can be kept
		if alt := attribute(n, "alttext"); alt != "" {
			t.out.WriteString(textEscapes.Replace(line(alt)))
		} else if n.Namespace == "math" {
			t.out.WriteString(textEscapes.Replace(clean(feeds.Text(nodeText(n)))))
		}
		return
	}
	switch n.DataAtom {
	case atom.Script, atom.Style, atom.Template, atom.Head, atom.Title, atom.Noscript, atom.Noframes, atom.Noembed,
		atom.Textarea, atom.Select, atom.Input, atom.Datalist, atom.Param, atom.Base, atom.Link, atom.Meta:
		return
	case atom.Iframe, atom.Embed, atom.Frame:
		t.embedded(n, attribute(n, "src"), in)
		return
	case atom.Object:
		t.again = true
		if n.FirstChild == nil {
			t.embedded(n, attribute(n, "data"), in)
			return
		}
	case atom.Marquee, atom.Button, atom.Applet, atom.Canvas:
		t.again = true
	case atom.Img:
		t.image(n, in)
		return
	case atom.A:
		t.anchor(n, in)
		return
	case atom.Video, atom.Audio:
		t.media(n, in)
		return
	case atom.Source, atom.Track:
		if !in.media {
			return
		}
	case atom.Picture:
		in.media = true
	case atom.Li:
		if !in.list {
			t.wrap("div", n, place{link: in.link})
			return
		}
	case atom.Dt, atom.Dd:
		if !in.terms {
			t.wrap("div", n, place{link: in.link})
			return
		}
	case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
		if !hasContent(n) {
			return
		}
	}
	name := n.Data
	allowed, ok := elements[n.DataAtom]
	if !ok || n.DataAtom == 0 {
		t.children(n, in)
		return
	}
	inside := place{link: in.link, media: in.media}
	inside.list = n.DataAtom == atom.Ul || n.DataAtom == atom.Ol
	inside.terms = n.DataAtom == atom.Dl || n.DataAtom == atom.Div && in.terms
	t.out.WriteByte('<')
	t.out.WriteString(name)
	t.attributes(n, allowed)
	if void[n.DataAtom] {
		t.out.WriteString("/>")
		return
	}
	t.out.WriteByte('>')
	if n.DataAtom == atom.Pre && n.FirstChild != nil && strings.HasPrefix(n.FirstChild.Data, "\n") {
		t.out.WriteByte('\n') // the first one is not shown
	}
	switch {
	case inside.list:
		t.items(n, inside, "li", atom.Li)
	case n.DataAtom == atom.Dl:
		t.items(n, inside, "dd", atom.Dd, atom.Dt, atom.Div)
	default:
		t.children(n, inside)
	}
	t.out.WriteString("</" + name + ">")
}

func (t *tidy) wrap(name string, n *html.Node, in place) {
	t.out.WriteString("<" + name + ">")
	t.children(n, in)
	t.out.WriteString("</" + name + ">")
}

// items writes the children of a list, each of which must be one of members;
// another one is put into an element called name.
func (t *tidy) items(n *html.Node, in place, name string, members ...atom.Atom) {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		switch {
		case c.Type == html.ElementNode && slices.Contains(members, c.DataAtom),
			c.Type == html.TextNode && strings.TrimSpace(c.Data) == "":
			t.node(c, in)
		case c.Type == html.ElementNode && c.Namespace == "", c.Type == html.TextNode:
			t.out.WriteString("<" + name + ">")
			t.node(c, place{link: in.link})
			t.out.WriteString("</" + name + ">")
		}
	}
}
