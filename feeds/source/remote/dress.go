package remote

import "bytes"

const atomSpace = "http://www.w3.org/2005/Atom"

// dress makes the document that gofeed reads from a well-formed one. It begins
// at the root, so that nothing is left to detect, and in a namespace that
// gofeed knows. The bodies of the items are cut out and read from the tree:
// gofeed would decode them a second time, parse those of Atom as HTML, and
// resolve their links against a base to which it adds a slash. xml:base is
// hidden from it for the same reason.
func dress(t *tree, items []int) []byte {
	root := &t.nodes[0]
	before, after := t.outside(root)
	out := make([]byte, 0, root.end-root.start+len(before)+len(after))
	out = append(out, before...)
	at := root.start
	rss := root.name != "feed" && root.name != "entry" // whose titles are gofeed's to read
	for _, i := range items {
		t.children(i, func(_ int, n *node) {
			if (n.name != "title" || !rss) && n.tag >= at && opaque(n.space, n.name) {
				out = append(out, t.b[at:n.tag]...)
				at = n.after
			}
		})
	}
	out = append(out, t.b[at:root.end]...)
	out = append(out, after...)
	if t.declared {
		out = bytes.ReplaceAll(out, []byte("xml:base"), []byte("xml:bas_"))
	}
	return out
}

// outside is what stands before and after the inside of the root.
func (t *tree) outside(root *node) (before, after string) {
	tag := bytes.TrimSpace(t.b[root.tag:root.start])
	name := tag[1 : 1+bytes.IndexAny(tag[1:], " \t\r\n/>")]
	switch {
	case bytes.IndexByte(name, ':') >= 0:
	case root.name == "rss":
		return "<rss" + declarations(root.attrs, false) + ">", "</rss>"
	case root.name == "feed":
		return `<feed xmlns="` + atomSpace + `"` + declarations(root.attrs, true) + ">", "</feed>"
	}
	before, after = string(tag), "</"+string(name)+">"
	if tag[len(tag)-2] == '/' {
		before = string(tag[:len(tag)-2]) + ">"
	}
	switch root.name {
	case "channel", "item":
		return "<rss>" + before, after + "</rss>"
	case "entry":
		return `<feed xmlns="` + atomSpace + `">` + before, after + "</feed>"
	}
	return before, after
}

// declarations are a root's attributes that matter to gofeed: the prefixes and,
// in Atom, the version.
func declarations(attrs []byte, version bool) string {
	var b bytes.Buffer
	eachAttr(attrs, func(name []byte, from, to int) bool {
		if bytes.HasPrefix(name, []byte("xmlns:")) && to > from || version && string(name) == "version" {
			b.WriteByte(' ')
			b.Write(name)
			b.WriteString(`="`)
			b.Write(bytes.ReplaceAll(attrs[from:to], []byte{'"'}, nil))
			b.WriteByte('"')
		}
		return true
	})
	return b.String()
}
