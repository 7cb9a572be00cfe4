package folder

import (
	"errors"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"

	"syndicated/feeds/source"
)

// rule makes the link of a file.
type rule struct {
	root    *url.URL // ends in "/", nil when the folder is not published
	pattern string
	zone    *time.Location
}

func newRule(base, pattern string, zone *time.Location) (rule, error) {
	if pattern == "" {
		pattern = ":path/"
	}
	r := rule{pattern: strings.TrimLeft(pattern, "/"), zone: zone}
	if base == "" {
		return r, nil
	}
	u, err := url.Parse(base)
	if err != nil || u.Scheme == "" || u.Host == "" {
		return rule{}, errors.New("base_url is no whole URL")
	}
	if !strings.HasSuffix(u.Path, "/") {
		u.Path += "/"
		u.RawPath = ""
	}
	r.root = u
	return r, nil
}

func (r rule) base() string {
	if r.root == nil {
		return ""
	}
	return r.root.String()
}

func (r rule) String() string { return r.base() + " " + r.pattern }

var patternWord = regexp.MustCompile(`:[a-z_]+`)

func badPattern(pattern string) (word string, bad bool) {
	for _, word := range patternWord.FindAllString(pattern, -1) {
		switch word {
		case ":path", ":dir", ":slug", ":file", ":year", ":month", ":day":
		default:
			return word, true
		}
	}
	return "", false
}

// of is the link of the file name, empty when the folder is not published. slug
// may be empty.
func (r rule) of(name, slug string, published time.Time) string {
	if r.root == nil {
		return ""
	}
	dir, file := path.Split(name)
	stem, _ := cutEnding(file)
	stem = cutLanguage(stem)
	dir = strings.TrimSuffix(dir, "/")
	if stem == "index" { // it is its folder
		dir, stem = path.Split(dir)
		dir = strings.TrimSuffix(dir, "/")
	}
	dir = withoutHidden(dir)
	_, short := fileDate(stem)
	if slug == "" {
		slug = short
	}
	slug = strings.Trim(slug, "/")
	published = published.In(r.zone)
	rel := patternWord.ReplaceAllStringFunc(r.pattern, func(word string) string {
		switch word {
		case ":path":
			return path.Join(dir, slug)
		case ":dir":
			return dir
		case ":slug":
			return slug
		case ":file":
			return stem
		case ":year":
			return published.Format("2006")
		case ":month":
			return published.Format("01")
		case ":day":
			return published.Format("02")
		}
		return word
	})
	for strings.Contains(rel, "//") { // a part was empty
		rel = strings.ReplaceAll(rel, "//", "/")
	}
	return r.root.JoinPath(strings.TrimLeft(rel, "/")).String()
}

// withoutHidden takes off folders such as _posts, which Jekyll does not publish.
func withoutHidden(dir string) string {
	parts := strings.Split(dir, "/")
	parts = slices.DeleteFunc(parts, func(p string) bool { return strings.HasPrefix(p, "_") })
	return strings.Join(parts, "/")
}

// cutLanguage takes Hugo's language off a name: hello.fr.md.
func cutLanguage(stem string) string {
	if at := strings.LastIndexByte(stem, '.'); at > 0 && languageCode.MatchString(stem[at+1:]) {
		return stem[:at]
	}
	return stem
}

var languageCode = regexp.MustCompile(`^[a-z]{2}(-[A-Za-z]{2})?$`)

// permalink makes a link of the front matter absolute, empty if it is none: a
// pattern or a style of Jekyll's is not.
func (r rule) permalink(link string) string {
	if !strings.ContainsAny(link, "/.") || strings.Contains(link, "/:") {
		return ""
	}
	u, err := url.Parse(link)
	if err != nil || u.Opaque != "" {
		return ""
	}
	if r.root != nil {
		u = r.root.ResolveReference(u)
	}
	if u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return ""
	}
	return u.String()
}

// resolver makes links absolute as seen from base, where the post is published.
// other makes the link of another file of the folder, empty if it is none.
func resolver(base string, other func(name string) string) func(link string) string {
	against := source.Against(base)
	return func(link string) string {
		u, err := url.Parse(strings.TrimSpace(link))
		if err == nil && !u.IsAbs() && u.Host == "" && u.Path != "" && !strings.HasPrefix(u.Path, "/") && other != nil {
			if to := other(u.Path); to != "" {
				if u.Fragment != "" {
					to += "#" + u.EscapedFragment()
				}
				return to
			}
		}
		return against(link)
	}
}
