package remote

import (
	"bytes"
	"fmt"
	"strings"
)

// repair rewrites a document that is not well-formed so that it is: every tag
// closed within its parent, no character that XML forbids, nothing around the
// feed. Whole items are kept; one that the end of the document cuts is left
// out, unless it is the only one. cut tells that there was such an end; ok is
// false when there is no feed in it.
func repair(b []byte) (fixed []byte, notes []string, cut, ok bool) {
	b, dropped := legal(b)
	r := repairer{scanner: scanner{b: b}, root: feedRoot(b)}
	if r.root < 0 {
		return nil, nil, false, false
	}
	if len(bytes.TrimSpace(b[:r.root])) > 0 && !prolog(b[:r.root]) {
		r.note("skipped what stands before the feed")
	}
	if dropped > 0 {
		r.note(fmt.Sprintf("dropped %d characters that XML does not allow", dropped))
	}
	r.scanner.at = r.root
	r.out.Grow(len(b) - r.root + 64)
	r.run()
	return r.out.Bytes(), r.notes, r.cut, true
}

// feedRoot finds the tag with which a feed begins, -1 when there is none.
func feedRoot(b []byte) int {
	s := scanner{b: b}
	for {
		t, ok := s.next()
		if !ok {
			return -1
		}
		if t.kind == startToken {
			switch _, local := splitName(t.name); local {
			case "rss", "rdf", "feed", "channel", "entry":
				return t.start
			}
		}
	}
}

// prolog reports whether b holds nothing but what may precede a root.
func prolog(b []byte) bool {
	s := scanner{b: b}
	for {
		t, ok := s.next()
		if !ok {
			return true
		}
		if t.kind == startToken || t.kind == endToken || t.kind == cdataToken ||
			t.kind == textToken && len(bytes.TrimSpace(t.text)) > 0 {
			return false
		}
	}
}

func splitName(name []byte) (prefix, local string) {
	p, l, ok := bytes.Cut(name, []byte{':'})
	if !ok {
		return "", lowerName(name)
	}
	return string(p), lowerName(l)
}

type repairer struct {
	scanner
	root  int
	out   bytes.Buffer
	stack []string // names as written
	notes []string

	item      int // depth of the open item's parent, 0 when none is open
	itemStart int // where the open item begins in out
	items     int // that are whole
	cut       bool
}

func (r *repairer) note(s string) {
	for _, have := range r.notes {
		if have == s {
			return
		}
	}
	r.notes = append(r.notes, s)
}

func (r *repairer) run() {
	for {
		t, ok := r.next()
		if !ok {
			break
		}
		switch t.kind {
		case textToken:
			r.text(t.text)
		case cdataToken:
			if t.cut {
				r.text(t.text)
				continue
			}
			if len(r.stack) > 0 {
				r.out.Write(r.b[t.start:t.end])
			}
		case startToken:
			if !t.cut {
				r.open(t)
			}
		case endToken:
			if !t.cut || r.at >= len(r.b) {
				r.close(t)
			}
		}
		if len(r.stack) == 0 && r.out.Len() > 0 {
			if len(bytes.TrimSpace(r.b[r.at:])) > 0 {
				r.note("left out what follows the feed")
			}
			return
		}
	}
	r.end()
}

// text writes character data: a < that opens nothing is escaped, and every >,
// which may not follow ]]; references to characters that XML does not allow are
// dropped.
func (r *repairer) text(b []byte) {
	if len(r.stack) == 0 {
		return
	}
	for len(b) > 0 {
		i := bytes.IndexAny(b, "<&>")
		if i < 0 {
			break
		}
		r.out.Write(b[:i])
		b = b[i:]
		if b[0] == '>' {
			r.out.WriteString("&gt;")
			b = b[1:]
			continue
		}
		if b[0] == '<' {
			r.note("escaped a < that opens no tag")
			r.out.WriteString("&lt;")
			b = b[1:]
			continue
		}
		text, n := entity(b)
		switch {
		case n > 0 && text == "":
			r.note("dropped references to characters that XML does not allow")
			b = b[n:]
		case n > 0:
			r.out.Write(b[:n])
			b = b[n:]
		default:
			r.out.WriteString("&amp;")
			b = b[1:]
		}
	}
	r.out.Write(b)
}

func (r *repairer) open(t token) {
	if !xmlName(t.name) || len(r.stack) >= maxDepth-8 {
		if len(r.stack) >= maxDepth-8 {
			r.note(fmt.Sprintf("flattened what is nested deeper than %d elements", maxDepth-8))
		} else {
			r.note("left out tags with impossible names")
		}
		return
	}
	_, local := splitName(t.name)
	isItem := (local == "item" || local == "entry") && !bytes.ContainsRune(t.name, ':')
	if isItem && r.item > 0 && !t.empty {
		// An item within an item: the first was not closed.
		r.note("closed items that were not")
		r.popTo(r.item)
	}
	if n := len(r.stack); n > 0 && flat(r.stack[n-1]) && follows(t.name) && (r.item == 0 || n > r.item+1) {
		r.note("closed elements that were not")
		r.popTo(n - 1)
	}
	if isItem && r.item == 0 && len(r.stack) > 0 && !t.empty {
		r.item, r.itemStart = len(r.stack), r.out.Len()
	}
	r.out.WriteByte('<')
	r.out.Write(t.name)
	r.attributes(t.attrs)
	if t.empty || void(local) {
		r.out.WriteString("/>")
		return
	}
	r.out.WriteByte('>')
	r.stack = append(r.stack, string(t.name))
}

// void tells elements of HTML that have no end, in content that is not escaped.
func void(name string) bool {
	switch name {
	case "br", "img", "hr", "input", "wbr":
		return true
	}
	return false
}

// flat tells elements of which feeds forget the end, and which hold no others.
func flat(name string) bool {
	switch strings.ToLower(name) {
	case "title", "link", "guid", "pubdate", "category", "comments", "id", "updated", "published", "dc:date", "dc:creator":
		return true
	}
	return false
}

// follows tells elements that begin when a flat one was not closed.
func follows(name []byte) bool {
	switch strings.ToLower(string(name)) {
	case "title", "link", "guid", "pubdate", "category", "comments", "id", "updated", "published", "dc:date", "dc:creator",
		"description", "content", "content:encoded", "summary", "author", "enclosure":
		return true
	}
	return false
}

// attributes writes each attribute with a quoted value.
func (r *repairer) attributes(attrs []byte) {
	eachAttr(attrs, func(name []byte, from, to int) bool {
		if !xmlName(name) {
			return true
		}
		r.out.WriteByte(' ')
		r.out.Write(name)
		r.out.WriteString(`="`)
		for value := attrs[from:to]; len(value) > 0; {
			switch c := value[0]; c {
			case '<':
				r.out.WriteString("&lt;")
			case '"':
				r.out.WriteString("&quot;")
			case '&':
				text, n := entity(value)
				if n == 0 {
					r.out.WriteString("&amp;")
					break
				}
				if text != "" {
					r.out.Write(value[:n])
				}
				value = value[n:]
				continue
			default:
				r.out.WriteByte(c)
			}
			value = value[1:]
		}
		r.out.WriteByte('"')
		return true
	})
}

// xmlName is stricter than XML: beyond ASCII no feed has a name.
func xmlName(b []byte) bool {
	if len(b) == 0 || b[0] == ':' || !nameStart(b[0]) || b[len(b)-1] == ':' || bytes.Count(b, []byte{':'}) > 1 {
		return false
	}
	for i, c := range b {
		if c >= 0x80 || !nameByte(c) || c == ':' && !nameStart(b[i+1]) {
			return false
		}
	}
	return true
}

func (r *repairer) close(t token) {
	floor := 0
	if r.item > 0 {
		floor = r.item
	}
	_, local := splitName(t.name)
	if root := local == "channel" || local == "rss" || local == "rdf" || local == "feed"; root {
		floor = 0
	}
	for i := len(r.stack) - 1; i >= floor; i-- {
		if strings.EqualFold(r.stack[i], string(t.name)) {
			if i < len(r.stack)-1 {
				r.note("closed elements that were not")
			}
			r.popTo(i)
			return
		}
	}
	if !void(local) {
		r.note("left out end tags that close nothing")
	}
}

// popTo closes open elements until depth are left.
func (r *repairer) popTo(depth int) {
	for len(r.stack) > depth {
		n := len(r.stack) - 1
		r.out.WriteString("</")
		r.out.WriteString(r.stack[n])
		r.out.WriteByte('>')
		r.stack = r.stack[:n]
		if r.item > 0 && n == r.item {
			r.item = 0
			r.items++
		}
	}
}

// end closes what the end of the document left open.
func (r *repairer) end() {
	if len(r.stack) == 0 {
		return
	}
	r.cut = true
	if r.item > 0 && r.items > 0 {
		r.note(fmt.Sprintf("the document is cut off; kept the %d whole items", r.items))
		r.out.Truncate(r.itemStart)
		r.stack = r.stack[:r.item]
		r.item = 0
	} else {
		r.note("the document is cut off")
	}
	r.popTo(0)
}
