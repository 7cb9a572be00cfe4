package remote

import "bytes"

// Canonical prefixes: what the rest of the package calls a namespace, whatever
// a feed calls it. Elements of RSS itself and of no namespace have "".
var prefixes = map[string]string{
	"http://www.w3.org/2005/Atom": "atom",
	"http://www.w3.org/2005/atom": "atom",
	"http://purl.org/atom/ns#":    "atom",

	"http://purl.org/rss/1.0/":                            "",
	"http://my.netscape.com/rdf/simple/0.9/":              "",
	"http://channel.netscape.com/rdf/simple/0.9/":         "",
	"http://my.netscape.com/publish/formats/rss-0.91.dtd": "",
	"http://backend.userland.com/rss2":                    "",
	"http://backend.userland.com/RSS2":                    "",
	"http://blogs.law.harvard.edu/tech/rss":               "",
	"http://cyber.law.harvard.edu/rss/rss.html":           "",

	"http://www.w3.org/1999/02/22-rdf-syntax-ns#":     "rdf",
	"http://www.w3.org/1999/xhtml":                    "xhtml",
	"http://purl.org/rss/1.0/modules/content/":        "content",
	"http://purl.org/dc/elements/1.1/":                "dc",
	"http://purl.org/dc/elements/1.0/":                "dc",
	"http://purl.org/dc/terms/":                       "dcterms",
	"http://purl.org/rss/1.0/modules/syndication/":    "sy",
	"http://purl.org/rss/1.0/modules/slash/":          "slash",
	"http://purl.org/syndication/history/1.0":         "fh",
	"http://purl.org/syndication/thread/1.0":          "thr",
	"http://www.itunes.com/dtds/podcast-1.0.dtd":      "itunes",
	"http://example.com/dtds/podcast-1.0.dtd":         "itunes",
	"http://search.yahoo.com/mrss":                    "media",
	"http://search.yahoo.com/mrss/":                   "media",
	"http://rssnamespace.org/feedburner/ext/1.0":      "feedburner",
	"http://wellformedweb.org/commentapi/":            "wfw",
	"https://podcastindex.org/namespace/1.0":          "podcast",
	"http://www.google.com/schemas/play-podcasts/1.0": "googleplay",
	"https://posseparty.com/2024/feed":                "posse",
	"http://webfeeds.org/rss/1.0":                     "webfeeds",
	"http://source.scripting.com/":                    "source",
	"http://creativecommons.org/ns#":                  "cc",
}

// canonical gives the canonical prefix of a namespace; an unknown one is
// called by its own name. Case is folded, for feeds differ in it.
func canonical(uri []byte) string {
	uri = bytes.TrimSpace(uri)
	if p, ok := prefixes[string(uri)]; ok {
		return p
	}
	lower := bytes.ToLower(uri)
	if p, ok := prefixes[string(lower)]; ok {
		return p
	}
	return string(uri)
}

// binding is one declared prefix; the innermost is last.
type binding struct {
	prefix string
	space  string
	depth  int
}

type bindings []binding

// declare adds the declarations among a tag's attributes.
func (n *bindings) declare(attrs []byte, depth int) {
	eachAttr(attrs, func(name []byte, from, to int) bool {
		switch {
		case string(name) == "xmlns":
			*n = append(*n, binding{"", canonical(attrs[from:to]), depth})
		case bytes.HasPrefix(name, []byte("xmlns:")):
			*n = append(*n, binding{string(name[6:]), canonical(attrs[from:to]), depth})
		}
		return true
	})
}

// leave drops what was declared deeper than depth.
func (n *bindings) leave(depth int) {
	for len(*n) > 0 && (*n)[len(*n)-1].depth > depth {
		*n = (*n)[:len(*n)-1]
	}
}

// space resolves a prefix. One that is not declared stands for itself, for
// many feeds use dc: and media: without a declaration.
func (n bindings) space(prefix []byte) string {
	for i := len(n) - 1; i >= 0; i-- {
		if n[i].prefix == string(prefix) {
			return n[i].space
		}
	}
	switch string(prefix) {
	case "", "rss":
		return ""
	}
	return string(prefix)
}
