package write

import (
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/microcosm-cc/bluemonday"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
	"golang.org/x/text/language"

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

// attributes writes those of n that are allowed, each once, with safe values.
func (t *tidy) attributes(n *html.Node, allowed string) {
	seen := ""
	for _, a := range n.Attr {
		if a.Namespace != "" || strings.Contains(seen, " "+a.Key+" ") {
			continue
		}
		seen += " " + a.Key + " "
		if !strings.Contains(allowed+globalAttributes, " "+a.Key+" ") {
			continue
		}
		if v, ok := t.value(a.Key, a.Val); ok {
			t.out.WriteString(" " + a.Key + `="` + html.EscapeString(v) + `"`)
		}
	}
}

var (
	number   = regexp.MustCompile(`^[0-9]{1,5}%?$`)
	keyword  = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9 _./;=+-]{0,99}$`)
	sizeList = regexp.MustCompile(`^[A-Za-z0-9 .,():%-]{1,400}$`)
)

func (t *tidy) value(key, v string) (string, bool) {
	v = line(v)
	switch key {
	case "src", "poster", "cite":
		v = webAddress(v, t.base)
		return v, v != ""
	case "srcset":
		v = t.sourceSet(v)
		return v, v != ""
	case "sizes", "media":
		return v, sizeList.MatchString(v)
	case "width", "height", "colspan", "rowspan", "span", "start", "value":
		return v, number.MatchString(v) && (key == "width" || key == "height" || !strings.HasSuffix(v, "%"))
	case "lang", "hreflang", "srclang":
		tag, err := language.Parse(v)
		return tag.String(), err == nil && tag != language.Und
	case "dir":
		v = strings.ToLower(v)
		return v, v == "ltr" || v == "rtl" || v == "auto"
	case "title", "alt", "label", "abbr":
		return v, v != ""
	case "open", "reversed":
		return "", true
	}
	return v, keyword.MatchString(v)
}

// sourceSet makes the addresses of a srcset absolute.
func (t *tidy) sourceSet(v string) string {
	var out []string
	for _, candidate := range strings.Split(v, ", ") {
		ref, descriptor, _ := strings.Cut(strings.TrimSpace(candidate), " ")
		u := webAddress(strings.TrimRight(ref, ","), t.base)
		if u == "" {
			return ""
		}
		u = strings.ReplaceAll(u, ",", "%2C")
		switch descriptor = strings.TrimRight(strings.TrimSpace(descriptor), ","); {
		case descriptor == "":
		case srcDescriptor.MatchString(descriptor):
			u += " " + descriptor
		default:
			return ""
		}
		out = append(out, u)
	}
	return strings.Join(out, ", ")
}

var srcDescriptor = regexp.MustCompile(`^[0-9]{1,6}(\.[0-9]{1,4})?[wx]$`)

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

const globalAttributes = " lang dir title "

// elements are those that readers show, each with its attributes, beside the
// global ones. Written by the rules of the W3C feed validator, less whatever
// a feed has no use for (forms, ids, classes, styles).
var elements = map[atom.Atom]string{
	atom.A: " hreflang ", atom.Abbr: "", atom.Acronym: "", atom.Address: "", atom.Article: "", atom.Aside: "", atom.B: "", atom.Bdi: "",
	atom.Bdo: "", atom.Big: "", atom.Blockquote: " cite ", atom.Br: "", atom.Caption: "", atom.Center: "", atom.Cite: "", atom.Code: "",
	atom.Col: " span ", atom.Colgroup: " span ", atom.Dd: "", atom.Del: " cite datetime ", atom.Details: " open ", atom.Dfn: "",
	atom.Div: "", atom.Dl: "", atom.Dt: "", atom.Em: "", atom.Figcaption: "", atom.Figure: "", atom.Footer: "", atom.H1: "", atom.H2: "",
	atom.H3: "", atom.H4: "", atom.H5: "", atom.H6: "", atom.Header: "", atom.Hgroup: "", atom.Hr: "", atom.I: "",
	atom.Img: " srcset sizes width height ", atom.Ins: " cite datetime ", atom.Kbd: "", atom.Li: " value ", atom.Main: "", atom.Mark: "",
	atom.Ol: " start reversed type ", atom.P: "", atom.Picture: "", atom.Pre: "", atom.Q: " cite ", atom.Rp: "", atom.Rt: "", atom.Ruby: "",
	atom.S: "", atom.Samp: "", atom.Section: "", atom.Small: "", atom.Source: " src srcset sizes media type width height ", atom.Span: "",
	atom.Strike: "", atom.Strong: "", atom.Sub: "", atom.Summary: "", atom.Sup: "", atom.Table: "", atom.Tbody: "",
	atom.Td: " colspan rowspan ", atom.Tfoot: "", atom.Th: " colspan rowspan scope abbr ", atom.Thead: "", atom.Time: " datetime ",
	atom.Tr: "", atom.Track: " src kind srclang label ", atom.Tt: "", atom.U: "", atom.Ul: "", atom.Var: "",
	atom.Video: " poster width height ", atom.Audio: "", atom.Wbr: "",
}

var void = map[atom.Atom]bool{
	atom.Br: true, atom.Col: true, atom.Hr: true, atom.Source: true, atom.Track: true, atom.Wbr: true,
}

// sanitiser lets through what tidy writes and nothing else.
var sanitiser = sync.OnceValue(func() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	for name, attributes := range elements {
		p.AllowElements(name.String())
		p.AllowNoAttrs().OnElements(name.String())
		p.AllowAttrs(strings.Fields(attributes + globalAttributes)...).OnElements(name.String())
	}
	p.AllowAttrs("href").OnElements("a")
	p.AllowAttrs("src", "alt").OnElements("img")
	p.AllowAttrs("src", "controls", "preload").OnElements("video", "audio")
	p.AllowURLSchemes("http", "https", "mailto", "tel", "xmpp", "sip", "sips", "geo", "news", "ftp")
	p.AllowDataURIImages()
	p.RequireParseableURLs(true)
	p.RequireNoFollowOnLinks(false)
	return p
})
