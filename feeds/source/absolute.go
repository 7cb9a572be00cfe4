package source

import (
	"net/url"
	"strings"

	"golang.org/x/net/html"
)

// Absolute gives every link of an HTML fragment to resolve and puts its answer
// in. What needs no change is left byte for byte.
func Absolute(fragment string, resolve func(link string) string) string {
	if !strings.ContainsRune(fragment, '<') {
		return fragment
	}
	z := html.NewTokenizer(strings.NewReader(fragment))
	var b strings.Builder
	for {
		kind := z.Next()
		if kind == html.ErrorToken {
			b.Write(z.Raw())
			return b.String()
		}
		raw := string(z.Raw())
		if kind != html.StartTagToken && kind != html.SelfClosingTagToken {
			b.WriteString(raw)
			continue
		}
		t := z.Token()
		changed := false
		for i, a := range t.Attr {
			next := a.Val
			switch a.Key {
			case "href", "src", "poster", "cite", "longdesc", "data":
				next = resolve(a.Val)
			case "srcset", "imagesrcset":
				next = resolveSet(a.Val, resolve)
			}
			if next != a.Val {
				t.Attr[i].Val, changed = next, true
			}
		}
		if changed {
			raw = t.String()
		}
		b.WriteString(raw)
	}
}

// Against makes links absolute as seen from base. What is no URL, or absolute
// already, stays as it is.
func Against(base string) func(link string) string {
	at, err := url.Parse(base)
	if err != nil || base == "" {
		return func(link string) string { return link }
	}
	return func(link string) string {
		u, err := url.Parse(strings.TrimSpace(link))
		if err != nil || u.IsAbs() {
			return link
		}
		return at.ResolveReference(u).String()
	}
}

// resolveSet does each address of a srcset: "a.jpg 1x, b.jpg 2x".
func resolveSet(set string, resolve func(string) string) string {
	if strings.Contains(set, "data:") { // whose commas end nothing
		return set
	}
	var parts []string
	for part := range strings.SplitSeq(set, ",") {
		link, size, _ := strings.Cut(strings.TrimSpace(part), " ")
		if link == "" {
			continue
		}
		parts = append(parts, strings.TrimSpace(resolve(link)+" "+size))
	}
	return strings.Join(parts, ", ")
}
