package remote

import (
	"bytes"
	"errors"
	"fmt"
	"net/url"
	"strings"
)

// Limits of a document. gofeed recurses for every level of nesting, and a
// stack that overflows kills the process.
const (
	maxDepth    = 256
	maxElements = 250_000
)

// node is an element. Its slices are parts of the document.
type node struct {
	space string // canonical prefix
	name  string // lower case
	attrs []byte
	inner []byte
	// next is the index of the first node that is not within this one.
	next int
	// base is what links within are relative to: an index of tree.bases.
	base int
	lang string // xml:lang in force
	// tag is where its start tag begins in the document, after where its end tag
	// ends; start and end are those of inner.
	tag, start, end, after int
}

// tree is the elements of a document in its order, as far as a reader of feeds
// asks for them: what is within a text (a title, a description) is not looked
// at. Bodies are cut out of it before gofeed sees the document, and read here.
type tree struct {
	b     []byte
	nodes []node
	bases []*url.URL // bases[0] is the document's own address
	// declared is whether an xml:base was seen.
	declared bool
}

// faultError is why a document is not well-formed.
type faultError struct {
	line int
	what string
}

func (e *faultError) Error() string { return fmt.Sprintf("line %d: %s", e.line, e.what) }

func (t *tree) fault(at int, what string) error {
	return &faultError{1 + bytes.Count(t.b[:at], []byte{'\n'}), what}
}

// errBig is final: no repair makes the document smaller.
var errBig = fmt.Errorf("more than %d elements", maxElements)

// opaque elements are texts.
func opaque(space, name string) bool {
	switch name {
	case "content":
		return space != "media"
	case "title", "description", "summary", "encoded", "subtitle", "tagline", "info", "rights", "copyright",
		"body", "fullitem", "div", "transcript":
		return true
	}
	return false
}

type open struct {
	name   []byte
	node   int // -1 within an opaque element
	opaque bool
	scope  bool // declares namespaces
	base   int
	lang   string
}

// grow reads a document strictly: the error says where it is not well-formed.
// base is the document's address.
func grow(b []byte, base *url.URL) (*tree, error) {
	t := &tree{b: b, bases: []*url.URL{base}}
	t.nodes = make([]node, 0, min(64+bytes.Count(b, []byte("</")), 4096))
	var (
		s     = scanner{b: b}
		stack = make([]open, 0, 16)
		names bindings
		done  bool // the root is closed
	)
	for {
		tok, ok := s.next()
		if !ok {
			break
		}
		if tok.cut {
			return nil, t.fault(tok.start, "the document is cut off")
		}
		switch tok.kind {
		case textToken:
			if bytes.IndexByte(tok.text, '<') >= 0 {
				return nil, t.fault(tok.start+bytes.IndexByte(tok.text, '<'), "a < that opens no tag")
			}
			if len(stack) == 0 && len(bytes.TrimSpace(tok.text)) > 0 {
				return nil, t.fault(tok.start, "text outside of the feed")
			}
		case startToken:
			if len(stack) == 0 && done {
				return nil, t.fault(tok.start, "a second document follows the first")
			}
			if len(stack) >= maxDepth {
				return nil, t.fault(tok.start, fmt.Sprintf("nested deeper than %d elements", maxDepth))
			}
			o := open{name: tok.name, node: -1}
			if n := len(stack); n > 0 {
				o.opaque, o.base, o.lang = stack[n-1].opaque, stack[n-1].base, stack[n-1].lang
			}
			if !o.opaque {
				if len(t.nodes) >= maxElements {
					return nil, errBig
				}
				t.enter(&o, tok, &names, len(stack)+1)
			}
			if tok.empty {
				t.leave(o, tok.end, tok.end)
				names.leave(len(stack))
				done = len(stack) == 0
				continue
			}
			stack = append(stack, o)
		case endToken:
			if len(stack) == 0 || !bytes.Equal(stack[len(stack)-1].name, tok.name) {
				return nil, t.fault(tok.start, fmt.Sprintf("</%.40s> closes nothing", tok.name))
			}
			o := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			t.leave(o, tok.start, tok.end)
			if o.scope {
				names.leave(len(stack))
			}
			done = len(stack) == 0
		}
	}
	switch {
	case len(stack) > 0:
		return nil, t.fault(len(b), fmt.Sprintf("the document is cut off within <%.40s>", stack[len(stack)-1].name))
	case len(t.nodes) == 0:
		return nil, errors.New("there is no element in it")
	}
	return t, nil
}

// enter adds the node of an element that was opened.
func (t *tree) enter(o *open, tok token, names *bindings, depth int) {
	if bytes.Contains(tok.attrs, []byte("xmlns")) {
		names.declare(tok.attrs, depth)
		o.scope = true
	}
	if bytes.Contains(tok.attrs, []byte("xml:")) {
		if v, ok := attribute(tok.attrs, "xml:base"); ok {
			t.declared = true
			o.base = t.addBase(o.base, v)
		}
		if v, ok := attribute(tok.attrs, "xml:lang"); ok {
			o.lang = v
		}
	}
	prefix, local, ok := bytes.Cut(tok.name, []byte{':'})
	if !ok {
		prefix, local = nil, tok.name
	}
	n := node{
		space: names.space(prefix), name: lowerName(local), attrs: tok.attrs,
		base: o.base, lang: o.lang, tag: tok.start, start: tok.end, end: tok.end,
	}
	if len(t.nodes) == 0 {
		// Whatever namespace the root is put in, its own elements are the
		// format's: feeds make them up, and forget them.
		switch n.name {
		case "rss", "channel", "item":
			n.space = ""
			*names = append(*names, binding{string(prefix), "", depth})
		case "feed", "entry":
			n.space = "atom"
			*names = append(*names, binding{string(prefix), "atom", depth})
		}
		o.scope = true
	}
	o.node = len(t.nodes)
	o.opaque = opaque(n.space, n.name)
	t.nodes = append(t.nodes, n)
}

// leave closes an element whose end tag is from end to after.
func (t *tree) leave(o open, end, after int) {
	if o.node < 0 {
		return
	}
	n := &t.nodes[o.node]
	n.end, n.after = end, after
	n.inner = t.b[n.start:n.end]
	n.next = len(t.nodes)
}

func (t *tree) addBase(parent int, v string) int {
	u, err := url.Parse(strings.TrimSpace(v))
	if err != nil {
		return parent
	}
	if p := t.bases[parent]; p != nil {
		u = p.ResolveReference(u)
	}
	if len(t.bases) > 10_000 {
		return parent
	}
	t.bases = append(t.bases, u)
	return len(t.bases) - 1
}

// children calls f for every child of node i.
func (t *tree) children(i int, f func(j int, n *node)) {
	for j := i + 1; j < t.nodes[i].next; j = t.nodes[j].next {
		f(j, &t.nodes[j])
	}
}

// child finds the first child of a name, -1 if there is none.
func (t *tree) child(i int, space, name string) int {
	for j := i + 1; j < t.nodes[i].next; j = t.nodes[j].next {
		if n := &t.nodes[j]; n.name == name && n.space == space {
			return j
		}
	}
	return -1
}

// text is the text of a child, empty if there is none.
func (t *tree) text(i int, space, name string) string {
	if j := t.child(i, space, name); j >= 0 {
		return content(t.nodes[j].inner)
	}
	return ""
}

// attr is an attribute of a node by its local name, any prefix.
func (n *node) attr(name string) string {
	v, _ := attribute(n.attrs, name)
	return v
}

// attribute finds an attribute; one without a prefix is found with any, one
// without is preferred. Case is folded.
func attribute(attrs []byte, name string) (value string, ok bool) {
	var raw []byte
	eachAttr(attrs, func(have []byte, from, to int) bool {
		if len(have) == len(name) && strings.EqualFold(string(have), name) {
			raw, ok = attrs[from:to], true
			return false
		}
		if i := len(have) - len(name) - 1; !ok && i > 0 && have[i] == ':' && strings.EqualFold(string(have[i+1:]), name) &&
			!bytes.HasPrefix(have, []byte("xmlns:")) {
			raw, ok = attrs[from:to], true
		}
		return true
	})
	return strings.TrimSpace(unescape(raw)), ok
}

// names that occur often are not allocated again for each element.
var names = func() map[string]string {
	m := map[string]string{}
	for _, n := range []string{
		"rss", "channel", "item", "title", "link", "description", "guid", "pubDate", "category", "author", "comments",
		"enclosure", "source", "encoded", "creator", "date", "subject", "feed", "entry", "id", "updated", "published", "modified",
		"issued", "created", "content", "summary", "name", "email", "uri", "url", "thumbnail", "group", "image", "width", "height",
		"language", "lastBuildDate", "generator", "ttl", "cloud", "docs", "copyright", "managingEditor", "webMaster", "skipHours", "skipDays",
		"hour", "day", "duration", "explicit", "subtitle", "keywords", "owner", "commentRss", "updatePeriod", "updateFrequency", "updateBase",
		"Seq", "li", "items", "RDF", "credit", "rating", "player", "text", "total", "rights", "episodeType", "season", "episode", "origLink",
	} {
		m[n] = strings.ToLower(n)
	}
	return m
}()

func lowerName(b []byte) string {
	if s, ok := names[string(b)]; ok {
		return s
	}
	return strings.ToLower(string(b))
}
