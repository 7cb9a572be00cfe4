package write

import (
	"regexp"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/text/language"
)

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
