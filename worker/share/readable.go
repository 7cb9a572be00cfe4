package share

import (
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"syndicated/feeds"
)

// readMax bounds the HTML that is read of one post, in bytes.
const readMax = 512 << 10

// reading says what is wanted of HTML.
type reading struct {
	// prose leaves out what is no running text: headings, code, tables, captions, footnote marks.
	prose bool
	// links writes the address of a link behind its words.
	links bool
}

// read makes readable text of HTML: paragraphs with an empty line between,
// list items with a bullet or a number, quotes in quotation marks or, of
// several paragraphs, behind "> ". Entities are decoded once.
func read(fragment string, how reading) string {
	if len(fragment) > readMax {
		fragment = strings.ToValidUTF8(fragment[:readMax], "")
	}
	body := &html.Node{Type: html.ElementNode, Data: "body", DataAtom: atom.Body}
	nodes, err := html.ParseFragment(strings.NewReader(fragment), body)
	if err != nil {
		// Nested beyond reason; the tokens alone still give the words.
		return feeds.Text(fragment)
	}
	w := &writer{how: how}
	for _, n := range nodes {
		w.node(n)
	}
	return w.String()
}

// writer collects text; line breaks are owed until the next word comes.
type writer struct {
	how    reading
	b      strings.Builder
	breaks int
	space  bool
	pre    int
	item   bool // a list item's mark was written and nothing after it
}

func (w *writer) String() string { return strings.TrimSpace(w.b.String()) }

func (w *writer) owe(breaks int) { w.breaks, w.space = max(w.breaks, breaks), false }

func (w *writer) text(s string) {
	for _, r := range s {
		switch {
		case r == '\u00ad' || r == '\ufeff' || r == '\u200b':
			// Hints for breaking lines.
		case w.pre > 0 && r == '\n':
			w.b.WriteByte('\n')
		case r == '\u00a0' && w.b.Len() > 0 && !w.space:
			w.space = true
		case unicode.IsSpace(r) && w.pre == 0:
			w.space = true
		case unicode.IsControl(r) && r != '\t':
		default:
			w.settle()
			w.b.WriteRune(r)
		}
	}
}

// settle writes what is owed before a word.
func (w *writer) settle() {
	switch {
	case w.b.Len() == 0 || w.item:
	case w.breaks > 0:
		w.b.WriteString(strings.Repeat("\n", w.breaks))
	case w.space:
		w.b.WriteByte(' ')
	}
	w.breaks, w.space, w.item = 0, false, false
}

// part writes text that was made elsewhere, lines and all.
func (w *writer) part(s string) {
	if s != "" {
		w.settle()
		w.b.WriteString(s)
	}
}

// inner is the text of n's children by themselves.
func (w *writer) inner(n *html.Node) string {
	in := &writer{how: w.how, pre: w.pre}
	in.children(n)
	return in.String()
}

func (w *writer) children(n *html.Node) {
	for c := range n.ChildNodes() {
		w.node(c)
	}
}

func (w *writer) node(n *html.Node) {
	if n.Type == html.TextNode {
		w.text(n.Data)
		return
	}
	if n.Type != html.ElementNode || unread(n) || w.how.prose && noProse(n) {
		return
	}
	switch n.DataAtom {
	case atom.Br:
		w.owe(1)
	case atom.Hr:
		w.owe(2)
	case atom.A:
		w.link(n)
	case atom.Q:
		w.part("“" + w.inner(n) + "”")
	case atom.Blockquote:
		w.owe(2)
		w.part(quoted(w.inner(n)))
		w.owe(2)
	case atom.Ul, atom.Ol, atom.Menu:
		w.list(n)
	case atom.Pre:
		w.owe(2)
		w.pre++
		w.children(n)
		w.pre--
		w.owe(2)
	case atom.Td, atom.Th:
		if w.breaks == 0 && w.b.Len() > 0 {
			w.space = false
			w.part(" | ")
		}
		w.children(n)
	case atom.Tr, atom.Dt, atom.Dd, atom.Option, atom.Summary, atom.Figcaption, atom.Li:
		w.owe(1)
		w.children(n)
		w.owe(1)
	case atom.P, atom.Div, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Table, atom.Dl, atom.Section, atom.Article,
		atom.Aside, atom.Header, atom.Footer, atom.Nav, atom.Main, atom.Figure, atom.Address, atom.Details, atom.Fieldset:
		w.owe(2)
		w.children(n)
		w.owe(2)
	default:
		w.children(n)
	}
}

func (w *writer) list(n *html.Node) {
	w.owe(2)
	number := 1
	if s, err := strconv.Atoi(attr(n, "start")); err == nil {
		number = s
	}
	first := true
	for c := range n.ChildNodes() {
		if c.Type != html.ElementNode || c.DataAtom != atom.Li {
			continue
		}
		text := w.inner(c)
		if text == "" {
			continue
		}
		if !first {
			w.breaks = 1
		}
		mark := "• "
		if n.DataAtom == atom.Ol {
			mark = strconv.Itoa(number) + ". "
		}
		w.part(mark + strings.ReplaceAll(strings.ReplaceAll(text, "\n\n", "\n"), "\n", "\n  "))
		number, first = number+1, false
	}
	w.owe(2)
}

func (w *writer) link(n *html.Node) {
	words, href := w.inner(n), strings.TrimSpace(attr(n, "href"))
	switch {
	case strings.HasPrefix(href, "#") && w.how.prose && !strings.ContainsFunc(words, unicode.IsLetter):
		// The mark of a footnote or an anchor.
	case !w.how.links || words == "" || strings.ContainsAny(words[:1], "#@") || webLink(href) == "":
		w.children(n)
	case sameAddress(words, href):
		w.part(webLink(href))
	default:
		w.part(words + " (" + webLink(href) + ")")
	}
}

// sameAddress tells whether the words of a link are its address, whole or shortened.
func sameAddress(words, href string) bool {
	bare := func(s string) string {
		_, rest, ok := strings.Cut(s, "://")
		if !ok {
			rest = s
		}
		return strings.TrimRight(strings.TrimPrefix(rest, "www."), "/…. ")
	}
	short := bare(words)
	return short != "" && !strings.ContainsAny(short, " \n") && strings.HasPrefix(bare(href), short) && strings.Contains(short, ".")
}

// quoted marks a quote as one.
func quoted(s string) string {
	switch {
	case s == "":
		return ""
	case strings.Contains(s, "\n"):
		return "> " + strings.ReplaceAll(s, "\n", "\n> ")
	case strings.ContainsAny(s[:1], `"'`) || strings.HasPrefix(s, "“") || strings.HasPrefix(s, "«") || strings.HasPrefix(s, "„"):
		return s
	}
	return "“" + s + "”"
}

// unread tells what readers never see.
func unread(n *html.Node) bool {
	switch n.DataAtom {
	case atom.Script, atom.Style, atom.Head, atom.Template, atom.Noscript, atom.Iframe, atom.Object, atom.Video, atom.Audio, atom.Canvas,
		atom.Select, atom.Textarea, atom.Button, atom.Title, atom.Svg, atom.Math, atom.Rp, atom.Rt:
		return true
	}
	if hasAttr(n, "hidden") || attr(n, "aria-hidden") == "true" && n.DataAtom != atom.Span {
		return true
	}
	class := " " + attr(n, "class") + " "
	return strings.Contains(class, " screen-reader-text ") || strings.Contains(class, " sr-only ") || strings.Contains(class, " visually-hidden ")
}

// noProse tells what is no running text.
func noProse(n *html.Node) bool {
	switch n.DataAtom {
	case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Pre, atom.Table, atom.Figure, atom.Figcaption, atom.Nav, atom.Aside, atom.Form, atom.Dl:
		return true
	case atom.Sup:
		return n.FirstChild != nil && n.FirstChild.DataAtom == atom.A
	}
	return false
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func hasAttr(n *html.Node, key string) bool {
	for _, a := range n.Attr {
		if a.Key == key {
			return true
		}
	}
	return false
}
