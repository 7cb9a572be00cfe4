package share

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// tagged adds utm parameters to link. What the link has of its own (other
// parameters, their order and spelling, the fragment) stays as it is; a utm
// parameter that it already carries is not added again.
func tagged(link string, utm map[string]string) string {
	if len(utm) == 0 || link == "" {
		return link
	}
	u, err := url.Parse(link)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") {
		return link
	}
	has := u.Query()
	var add []string
	for _, name := range slices.Sorted(maps.Keys(utm)) {
		key := "utm_" + strings.TrimPrefix(name, "utm_")
		if utm[name] != "" && !has.Has(key) {
			add = append(add, key+"="+url.QueryEscape(utm[name]))
		}
	}
	if len(add) == 0 {
		return link
	}
	rest, fragment, hasFragment := strings.Cut(link, "#")
	switch {
	case !strings.Contains(rest, "?"):
		rest += "?"
	case !strings.HasSuffix(rest, "?") && !strings.HasSuffix(rest, "&"):
		rest += "&"
	}
	rest += strings.Join(add, "&")
	if hasFragment {
		rest += "#" + fragment
	}
	return rest
}

// linkMost is the longest address that is passed on, in bytes.
const linkMost = 4096

// webLink is s if it is an address that readers can follow, else "". What ends
// an address where text is scanned for links is written as %XX.
func webLink(s string) string {
	s = strings.TrimSpace(s)
	u, err := url.Parse(s)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || u.User != nil || len(s) > linkMost {
		return ""
	}
	s = u.Scheme + s[len(u.Scheme):] // in small letters, as every network recognises it
	if !strings.ContainsFunc(s, unsafeInLink) {
		return s
	}
	var b strings.Builder
	for i, r := range s {
		if unsafeInLink(r) {
			_, n := utf8.DecodeRuneInString(s[i:])
			for _, c := range []byte(s[i : i+n]) {
				fmt.Fprintf(&b, "%%%02X", c)
			}
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

func unsafeInLink(r rune) bool {
	return strings.ContainsRune("<>\"`\\|", r) || r == utf8.RuneError || !unicode.IsGraphic(r) || unicode.IsSpace(r)
}
