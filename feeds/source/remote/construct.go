package remote

import (
	"bytes"
	"encoding/base64"
	"strings"
	"unicode/utf8"

	"syndicated/feeds"
)

// construct reads a text of Atom by its type, RFC 4287 sections 3.1 and 4.1.3,
// and by the mode of Atom 0.3. html tells whether it is HTML or plain text.
func construct(n *node) (text string, html bool) {
	kind, mode := strings.ToLower(n.attr("type")), strings.ToLower(n.attr("mode"))
	kind, _, _ = strings.Cut(kind, ";")
	tags := bytes.IndexByte(n.inner, '<') >= 0 && !bytes.HasPrefix(bytes.TrimSpace(n.inner), cdataOpen)
	switch {
	case mode == "base64" || binary(kind):
		raw, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(string(n.inner)), ""))
		if err != nil || !utf8.Valid(raw) {
			return "", false
		}
		if kind == "text/plain" || kind == "text" {
			return strings.TrimSpace(string(raw)), false
		}
		return strings.TrimSpace(string(raw)), true
	case strings.Contains(kind, "xhtml") && tags:
		return xhtml(n.inner), true
	case mode == "xml" && tags, strings.HasSuffix(kind, "+xml"), strings.HasSuffix(kind, "/xml"):
		return xhtml(n.inner), true
	case strings.Contains(kind, "html"):
		return content(n.inner), true
	}
	text = content(n.inner)
	// Tags that are not escaped are no plain text, whatever the type says.
	return text, tags && strings.IndexByte(text, '<') >= 0 && childTags(n.inner)
}

func childTags(raw []byte) bool {
	s := scanner{b: raw}
	for {
		t, ok := s.next()
		if !ok {
			return false
		}
		if t.kind == startToken {
			return true
		}
	}
}

func htmlConstruct(n *node) string {
	text, html := construct(n)
	if html {
		return text
	}
	return escapeText(text)
}

func plainConstruct(n *node) string {
	text, html := construct(n)
	if html {
		return oneLine(feeds.Text(text))
	}
	return oneLine(text)
}

// binary tells media types whose content is in base64.
func binary(kind string) bool {
	switch major, _, _ := strings.Cut(kind, "/"); major {
	case "image", "audio", "video":
		return kind != "image/svg+xml"
	case "application":
		return !strings.HasSuffix(kind, "xml") && !strings.HasSuffix(kind, "json") && !strings.HasSuffix(kind, "javascript")
	}
	return false
}

// xhtml makes HTML of XHTML: without the div that Atom wraps around it, without
// the prefix of its tags, and with the end tags that HTML asks for.
func xhtml(raw []byte) string {
	var (
		out    strings.Builder
		s      = scanner{b: raw}
		prefix []byte
		first  = true
		depth  int
		skip   int // depth of the wrapper, 0 when there is none
	)
	out.Grow(len(raw))
	tag := func(t token) {
		name := bytes.TrimPrefix(t.name, prefix)
		out.WriteByte('<')
		if t.kind == endToken {
			out.WriteByte('/')
		}
		out.Write(name)
		if t.kind == startToken {
			out.Write(bytes.TrimRight(t.attrs, " \t\r\n"))
		}
		if t.empty && !voidElement(string(name)) {
			out.WriteString("></")
			out.Write(name)
		} else if t.empty {
			out.WriteString(" /")
		}
		out.WriteByte('>')
	}
	for {
		t, ok := s.next()
		if !ok {
			return strings.TrimSpace(out.String())
		}
		switch t.kind {
		case textToken:
			if first && len(bytes.TrimSpace(t.text)) > 0 {
				first = false
			}
			out.Write(t.text)
		case cdataToken:
			first = false
			out.WriteString(escapeText(string(t.text)))
		case startToken:
			if first {
				if i := bytes.IndexByte(t.name, ':'); i > 0 {
					prefix = t.name[:i+1]
				}
				if string(bytes.TrimPrefix(t.name, prefix)) == "div" && wraps(raw[t.end:], t) {
					first, skip = false, 1
					if !t.empty {
						depth++
					}
					continue
				}
				first = false
			}
			tag(t)
			if !t.empty {
				depth++
			}
		case endToken:
			if depth == skip && skip > 0 {
				depth--
				continue
			}
			depth--
			tag(t)
		}
	}
}

// wraps reports whether the element of t, which rest follows, is the only one.
func wraps(rest []byte, t token) bool {
	s := scanner{b: rest}
	depth := 1
	if t.empty {
		depth = 0
	}
	for {
		t, ok := s.next()
		if !ok {
			return true
		}
		switch {
		case depth <= 0 && (t.kind == startToken || t.kind == textToken && len(bytes.TrimSpace(t.text)) > 0):
			return false
		case t.kind == startToken && !t.empty:
			depth++
		case t.kind == endToken:
			depth--
		}
	}
}

// voidElement tells the elements of HTML that have no end tag.
func voidElement(name string) bool {
	switch name {
	case "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr":
		return true
	}
	return false
}
