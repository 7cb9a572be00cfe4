package remote

import (
	"bytes"
	"net/url"
	"strings"
)

// resolve makes an address absolute, by RFC 3986. One that is none, or that has
// no base, comes back as it is.
func resolve(base *url.URL, ref string) string {
	ref = strings.TrimSpace(ref)
	if ref == "" || base == nil {
		return ref
	}
	if absoluteURL(ref) {
		return ref // not through url.Parse, which would rewrite it
	}
	u, err := url.Parse(ref)
	if err != nil {
		// Many addresses have characters that they should not have.
		if u, err = url.Parse(strings.NewReplacer(" ", "%20", "\n", "", "\t", "", "\r", "").Replace(ref)); err != nil {
			return ref
		}
	}
	if u.IsAbs() || base.Opaque != "" {
		return ref
	}
	return base.ResolveReference(u).String()
}

// absoluteURL reports whether s begins with a scheme.
func absoluteURL(s string) bool {
	for i := range len(s) {
		switch c := s[i]; {
		case 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z':
		case i > 0 && ('0' <= c && c <= '9' || c == '+' || c == '-' || c == '.'):
		case c == ':':
			return i > 1
		default:
			return false
		}
	}
	return false
}

// absolute makes the addresses in a piece of HTML absolute. Nothing else of it
// changes, and most HTML comes back as it is, for it has no relative ones.
func absolute(html string, base *url.URL) string {
	if base == nil || !mayBeRelative(html) {
		return html
	}
	var (
		b    = []byte(html)
		s    = scanner{b: b}
		out  []byte
		done int
	)
	put := func(from, to int, value string) {
		out = append(out, b[done:from]...)
		out = append(out, value...)
		done = to
	}
	for {
		t, ok := s.next()
		if !ok {
			break
		}
		if t.kind != startToken || len(t.attrs) == 0 {
			continue
		}
		offset := t.start + 1 + len(t.name)
		eachAttr(t.attrs, func(name []byte, from, to int) bool {
			raw := t.attrs[from:to]
			if len(raw) == 0 {
				return true
			}
			switch {
			case addressAttr(name):
				if value, changed := resolveRaw(base, raw); changed {
					put(offset+from, offset+to, value)
				}
			case len(name) == 6 && strings.EqualFold(string(name), "srcset"):
				if value, changed := resolveSet(base, raw); changed {
					put(offset+from, offset+to, value)
				}
			}
			return true
		})
	}
	if out == nil {
		return html
	}
	return string(append(out, b[done:]...))
}

// mayBeRelative looks, without reading the HTML, whether anything that looks like
// an attribute with an address holds one that is not absolute.
func mayBeRelative(html string) bool {
	for i := 0; ; i++ {
		n := strings.IndexByte(html[i:], '=')
		if n < 0 {
			return false
		}
		i += n
		from := i
		for from > 0 && i-from < 12 && html[from-1]|0x20 >= 'a' && html[from-1]|0x20 <= 'z' {
			from--
		}
		spaced := from == i && i > 0 && spaceByte(html[i-1]) // href = "…"
		if name := []byte(html[from:i]); !spaced && !addressAttr(name) && !strings.EqualFold(string(name), "srcset") {
			continue
		}
		value := strings.TrimLeft(html[i+1:], "\"' \t\r\n")
		if !strings.HasPrefix(value, "http://") && !strings.HasPrefix(value, "https://") || strings.HasSuffix(strings.ToLower(html[from:i]), "srcset") {
			return true
		}
	}
}

func addressAttr(name []byte) bool {
	switch len(name) {
	case 3:
		return strings.EqualFold(string(name), "src")
	case 4:
		return strings.EqualFold(string(name), "href") || strings.EqualFold(string(name), "cite")
	case 6:
		return strings.EqualFold(string(name), "poster") || strings.EqualFold(string(name), "action")
	case 10:
		return strings.EqualFold(string(name), "background") || strings.EqualFold(string(name), "formaction")
	}
	return false
}

func resolveRaw(base *url.URL, raw []byte) (string, bool) {
	if bytes.HasPrefix(raw, []byte("http")) {
		return "", false
	}
	ref := strings.TrimSpace(unescape(raw))
	if ref == "" || absoluteURL(ref) {
		return "", false
	}
	value := resolve(base, ref)
	if value == ref {
		return "", false
	}
	return attrEscaper.Replace(value), true
}

func resolveSet(base *url.URL, raw []byte) (string, bool) {
	changed := false
	// An address may hold commas; those between addresses have a space.
	parts := strings.Split(strings.NewReplacer(",\n", ", ", ",\t", ", ").Replace(unescape(raw)), ", ")
	for i, part := range parts {
		ref, size, _ := strings.Cut(strings.TrimSpace(part), " ")
		if ref == "" || absoluteURL(ref) {
			continue
		}
		value := resolve(base, ref)
		changed = changed || value != ref
		parts[i] = strings.TrimSpace(value + " " + size)
	}
	return attrEscaper.Replace(strings.Join(parts, ", ")), changed
}

var attrEscaper = strings.NewReplacer("&", "&amp;", `"`, "&#34;", "'", "&#39;", "<", "&lt;", ">", "&gt;")
