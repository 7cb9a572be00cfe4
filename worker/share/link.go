package share

import (
	"maps"
	"net/url"
	"slices"
	"strings"
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

// webLink is s if it is an address that readers can follow, else "".
func webLink(s string) string {
	s = strings.TrimSpace(s)
	u, err := url.Parse(s)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || u.User != nil {
		return ""
	}
	// Spaces and marks that end a link where text is scanned for links.
	return strings.NewReplacer(" ", "%20", "<", "%3C", ">", "%3E", `"`, "%22", "`", "%60", `\`, "%5C", "|", "%7C").Replace(s)
}
