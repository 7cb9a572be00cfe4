package serve_test

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/net/html"
)

// The rules that a document must keep for validators to find nothing in it,
// checked on its bytes. They are written from the specifications and from what
// the W3C feed validator asks for, independently of package write.

// element is an XML element with its position among its siblings kept.
type element struct {
	name     string // with the prefix that the namespace has here
	attr     map[string]string
	children []*element
	text     string
	inner    string // as it stands in the document
}

func (e *element) all(name string) (out []*element) {
	for _, c := range e.children {
		if c.name == name {
			out = append(out, c)
		}
	}
	return out
}

func (e *element) first(name string) *element {
	if all := e.all(name); len(all) > 0 {
		return all[0]
	}
	return nil
}

func (e *element) value(name string) string {
	if c := e.first(name); c != nil {
		return c.text
	}
	return ""
}

// known are the namespaces that the validator knows, with a prefix for each.
var known = map[string]string{
	"": "", "http://www.w3.org/2005/Atom": "atom", "http://purl.org/rss/1.0/modules/content/": "content", "http://purl.org/dc/elements/1.1/": "dc",
	"http://search.yahoo.com/mrss/": "media", "http://purl.org/rss/1.0/modules/syndication/": "sy", "http://purl.org/syndication/history/1.0": "fh",
	"http://www.w3.org/XML/1998/namespace": "xml", "xml": "xml", "xmlns": "xmlns",
}

// rules collects what is wrong with one document.
type rules struct {
	where  string
	self   string
	now    time.Time
	faults []string
}

func (r *rules) fault(format string, args ...any) {
	if len(r.faults) < 20 {
		r.faults = append(r.faults, fmt.Sprintf(r.where+": "+format, args...))
	}
}

func (r *rules) tree(doc string) *element {
	d := xml.NewDecoder(strings.NewReader(doc))
	root := &element{}
	stack := []*element{root}
	starts := []int64{0}
	for {
		before := d.InputOffset()
		tok, err := d.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			r.fault("not well-formed: %v", err)
			return nil
		}
		top := stack[len(stack)-1]
		switch t := tok.(type) {
		case xml.StartElement:
			e := &element{name: r.qualified(t.Name), attr: map[string]string{}}
			for _, a := range t.Attr {
				name := r.qualified(a.Name)
				if a.Name.Space == "xmlns" || a.Name.Local == "xmlns" && a.Name.Space == "" {
					if _, ok := known[a.Value]; !ok {
						r.fault("declares the unknown namespace %s", a.Value)
					}
					continue
				}
				if _, twice := e.attr[name]; twice {
					r.fault("attribute %s twice", name)
				}
				e.attr[name] = a.Value
				r.characters(a.Value, name)
			}
			top.children = append(top.children, e)
			stack, starts = append(stack, e), append(starts, d.InputOffset())
		case xml.CharData:
			top.text += string(t)
			r.characters(string(t), top.name)
		case xml.EndElement:
			top.inner = doc[starts[len(starts)-1]:before]
			stack, starts = stack[:len(stack)-1], starts[:len(starts)-1]
		}
	}
	if len(root.children) != 1 {
		r.fault("%d root elements", len(root.children))
		return nil
	}
	return root.children[0]
}

func (r *rules) qualified(n xml.Name) string {
	prefix, ok := known[n.Space]
	if !ok {
		r.fault("unknown namespace %q of %s", n.Space, n.Local)
	}
	if prefix == "" {
		return n.Local
	}
	return prefix + ":" + n.Local
}

func (r *rules) characters(s, where string) {
	if !utf8.ValidString(s) {
		r.fault("%s: broken UTF-8", where)
	}
	for _, c := range s {
		switch {
		case c < ' ' && c != '\n' && c != '\t', c == 0x7F, c >= 0x80 && c <= 0x9F, c == 0xFFFD, c&0xFFFE == 0xFFFE, c >= 0xFDD0 && c <= 0xFDEF:
			r.fault("%s: character %U", where, c)
		}
	}
}

// at most one of each of names in e.
func (r *rules) once(e *element, names ...string) {
	for _, n := range names {
		if k := len(e.all(n)); k > 1 {
			r.fault("%d %s in one %s", k, n, e.name)
		}
	}
}

var (
	legalURL  = regexp.MustCompile(`^[a-zA-Z][0-9a-zA-Z+.-]*:(//)?[0-9a-zA-Z;/?:@&=+$._!~*'()%,#-]+$`)
	domainURL = regexp.MustCompile(`^https?://([A-Za-z0-9-]+\.)+[A-Za-z0-9][A-Za-z0-9-]*(:\d+)?(/|$)`)
	mime      = regexp.MustCompile(`^[^\s()<>,;:\\"/\[\]?=]+/[^\s()<>,;:\\"/\[\]?=]+$`)
	endTags   = regexp.MustCompile(`</\w+>`)
	tagURI    = regexp.MustCompile(`^tag:([a-z0-9._-]+@)?[a-z0-9.-]+,\d{4}(-\d\d(-\d\d)?)?:[0-9a-zA-Z;/?:@&=+$._!~*'(),#-]*$`)
	urnURI    = regexp.MustCompile(`^urn:[a-z0-9][a-z0-9-]{1,31}:[a-zA-Z0-9()+,.:=@;$_!*'-]+$`)
	uuidURN   = regexp.MustCompile(`^urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)
	language  = regexp.MustCompile(`^([a-z]{2}|und)(-[A-Za-z0-9]{1,8})*$`)
)

func (r *rules) url(s, where string) {
	u, err := url.Parse(s)
	if err != nil || !legalURL.MatchString(s) || u.Scheme == "http" && u.Host == "" {
		r.fault("%s is no URL: %.100q", where, s)
	}
}

func (r *rules) web(s, where string) {
	r.url(s, where)
	if !strings.HasPrefix(s, "http://") && !strings.HasPrefix(s, "https://") {
		r.fault("%s is no web address: %.100q", where, s)
	}
}

func (r *rules) date(s, layout, where string) {
	t, err := time.Parse(layout, s)
	if err != nil {
		r.fault("%s: %v", where, err)
		return
	}
	if layout == time.RFC1123Z && !strings.HasSuffix(s, " +0000") || layout == time.RFC3339 && !strings.HasSuffix(s, "Z") {
		r.fault("%s is not in UTC: %s", where, s)
	}
	if t.Year() < 1990 || t.After(r.now.Add(10*time.Minute)) {
		r.fault("%s is implausible: %s", where, s)
	}
}

// plain is text that no reader may take for markup.
func (r *rules) plain(e *element, where string) {
	if endTags.MatchString(e.text) {
		r.fault("%s looks like markup: %.100q", where, e.text)
	}
	for _, escape := range []string{"&amp;", "&lt;"} {
		if strings.Contains(e.inner, escape) {
			r.fault("%s has %s, which readers take for markup: %.100q", where, escape, e.inner)
		}
	}
	if strings.TrimSpace(e.text) != e.text {
		r.fault("%s has white space around it: %q", where, e.text)
	}
}

var safeElements = strings.Fields(`a abbr acronym address article aside audio b bdi bdo big blockquote br caption center cite code col colgroup dd del details dfn div dl dt em
	figcaption figure footer h1 h2 h3 h4 h5 h6 header hgroup hr i img ins kbd li main mark ol p picture pre q rp rt ruby s samp section small source span strike strong sub summary
	sup table tbody td tfoot th thead time tr track tt u ul var video wbr`)

var voidElements = strings.Fields("br col hr img source track wbr")

var bareAmpersand = regexp.MustCompile(`&([^a-zA-Z#]|$)`)

// html checks a fragment as strictly as a strict parser does.
func (r *rules) html(fragment, where string) {
	if bareAmpersand.MatchString(fragment) {
		r.fault("%s: bare &: %.200q", where, fragment)
	}
	z := html.NewTokenizer(strings.NewReader(fragment))
	var open []string
	for {
		switch z.Next() {
		case html.ErrorToken:
			if len(open) > 0 {
				r.fault("%s: unclosed %v: %.200q", where, open, fragment)
			}
			return
		case html.CommentToken, html.DoctypeToken:
			r.fault("%s: comment or doctype: %.200q", where, fragment)
		case html.StartTagToken, html.SelfClosingTagToken:
			t := z.Token()
			if !slices.Contains(safeElements, t.Data) {
				r.fault("%s: element %s", where, t.Data)
			}
			for _, a := range t.Attr {
				switch {
				case strings.HasPrefix(a.Key, "on"), a.Key == "style", a.Key == "id", a.Key == "class":
					r.fault("%s: attribute %s", where, a.Key)
				case a.Key == "href", a.Key == "src", a.Key == "poster", a.Key == "cite":
					if a.Key == "src" && t.Data == "img" && strings.HasPrefix(a.Val, "data:image/") {
						continue
					}
					r.url(a.Val, where+": "+a.Key)
					if strings.HasPrefix(a.Val, "javascript:") || strings.HasPrefix(a.Val, "data:") {
						r.fault("%s: %s", where, a.Val)
					}
				case a.Key == "srcset":
					for _, s := range strings.Split(a.Val, ", ") {
						s, _, _ = strings.Cut(s, " ")
						r.web(s, where+": srcset")
					}
				}
			}
			if !slices.Contains(voidElements, t.Data) {
				open = append(open, t.Data)
			}
		case html.EndTagToken:
			name, _ := z.TagName()
			if n := len(open); n == 0 || open[n-1] != string(name) {
				r.fault("%s: </%s> inside of %v: %.200q", where, name, open, fragment)
				return
			}
			open = open[:len(open)-1]
		}
	}
}

// rss holds a document against RSS 2.0 and the RSS profile.
func (r *rules) rss(doc string) {
	root := r.tree(doc)
	if root == nil {
		return
	}
	if root.name != "rss" || root.attr["version"] != "2.0" || len(root.all("channel")) != 1 {
		r.fault("no RSS 2.0")
		return
	}
	c := root.first("channel")
	r.once(c, "title", "link", "description", "language", "image", "lastBuildDate", "ttl", "generator", "docs")
	for _, n := range []string{"title", "link", "description", "language"} {
		if strings.TrimSpace(c.value(n)) == "" {
			r.fault("channel without %s", n)
		}
	}
	r.plain(c.first("title"), "channel title")
	r.plain(c.first("description"), "channel description")
	r.web(c.value("link"), "channel link")
	if !language.MatchString(c.value("language")) {
		r.fault("language %q", c.value("language"))
	}
	r.selfLink(c, "atom:link")
	if d := c.first("lastBuildDate"); d != nil {
		r.date(d.text, time.RFC1123Z, "lastBuildDate")
	}
	if t := c.first("ttl"); t != nil {
		if n, err := strconv.Atoi(t.text); err != nil || n <= 0 {
			r.fault("ttl %q", t.text)
		}
	}
	if i := c.first("image"); i != nil {
		if i.value("title") != c.value("title") || i.value("link") != c.value("link") {
			r.fault("the image's title or link is not the channel's")
		}
		r.web(i.value("url"), "image url")
	}
	if len(c.all("textInput")) > 0 {
		r.fault("textInput")
	}
	items := false
	guids := map[string]bool{}
	for _, e := range c.children {
		if e.name == "item" {
			items = true
			r.item(e, guids)
		} else if items {
			r.fault("%s after the items", e.name)
		}
	}
}

func (r *rules) item(e *element, guids map[string]bool) {
	r.once(e, "title", "link", "guid", "pubDate", "description", "content:encoded", "enclosure", "source", "comments", "atom:updated")
	for _, n := range []string{"author", "dc:subject", "dc:date", "atom:id", "atom:published", "itunes:author"} {
		if e.first(n) != nil {
			r.fault("item with %s, which says a second time what another element says", n)
		}
	}
	guid := e.first("guid")
	if guid == nil {
		r.fault("item without guid")
		return
	}
	id := guid.text
	switch {
	case guids[id]:
		r.fault("guid %q twice", id)
	case guid.attr["isPermaLink"] == "true":
		r.web(id, "guid that is a permalink")
		if id != e.value("link") {
			r.fault("guid %q is said to be the permalink, which is %q", id, e.value("link"))
		}
	case guid.attr["isPermaLink"] != "false":
		r.fault("guid without isPermaLink")
	case strings.TrimSpace(id) == "", len(id) < 9 && strings.Trim(id, "0123456789") == "":
		r.fault("guid %q is not unique enough", id)
	}
	guids[id] = true
	if t := e.first("title"); t != nil {
		r.plain(t, "item title")
		if t.text == "" {
			r.fault("empty title")
		}
	} else if e.value("description") == "" {
		r.fault("item without title and description")
	}
	for _, n := range []string{"link", "comments"} {
		if c := e.first(n); c != nil {
			r.web(c.text, n)
		}
	}
	if d := e.first("pubDate"); d != nil {
		r.date(d.text, time.RFC1123Z, "pubDate")
	}
	if d := e.first("atom:updated"); d != nil {
		r.date(d.text, time.RFC3339, "atom:updated")
	}
	for _, c := range e.all("category") {
		r.plain(c, "category")
		if c.text == "" {
			r.fault("empty category")
		}
	}
	if f := e.first("enclosure"); f != nil {
		if n, err := strconv.ParseInt(f.attr["length"], 10, 64); err != nil || n < 0 {
			r.fault("enclosure length %q", f.attr["length"])
		}
		if !mime.MatchString(f.attr["type"]) {
			r.fault("enclosure type %q", f.attr["type"])
		}
		if r.url(f.attr["url"], "enclosure"); !domainURL.MatchString(f.attr["url"]) {
			r.fault("enclosure url %q", f.attr["url"])
		}
	}
	if s := e.first("source"); s != nil {
		r.web(s.attr["url"], "source url")
		r.plain(s, "source")
	}
	for _, m := range e.all("media:content") {
		r.web(m.attr["url"], "media:content")
	}
	if d := e.first("description"); d != nil {
		r.html(d.text, "description")
	}
	if c := e.first("content:encoded"); c != nil {
		if e.first("description") == nil || slices.Index(e.children, e.first("description")) > slices.Index(e.children, c) {
			r.fault("content:encoded before description")
		}
		r.html(c.text, "content:encoded")
	}
}

func (r *rules) selfLink(e *element, name string) {
	var self []string
	for _, l := range e.all(name) {
		r.web(l.attr["href"], "link "+l.attr["rel"])
		if l.attr["rel"] == "self" {
			self = append(self, l.attr["href"])
		}
	}
	if len(self) != 1 || self[0] != r.self {
		r.fault("self links %q, want one, %q", self, r.self)
	}
}

// canonicalID: RFC 4287 section 4.2.6.1.
func (r *rules) canonicalID(s, where string) {
	scheme, _, _ := strings.Cut(s, ":")
	switch scheme {
	case "http", "https":
		r.url(s, where)
		u, err := url.Parse(s)
		if err != nil {
			return
		}
		host, port := u.Hostname(), u.Port()
		if host != strings.ToLower(host) || scheme == "http" && port == "80" || scheme == "https" && port == "443" || u.Path == "" ||
			strings.Contains(u.Path, "/./") || strings.Contains(u.Path, "/../") || strings.HasSuffix(host, ".") {
			r.fault("%s is not canonical: %s", where, s)
		}
		for i := 0; i+2 < len(s); i++ {
			if s[i] == '%' {
				if h := s[i+1 : i+3]; h != strings.ToUpper(h) {
					r.fault("%s is not canonical: %s", where, s)
				} else if c, err := strconv.ParseUint(h, 16, 8); err == nil && (c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.ContainsRune("-._~", rune(c))) {
					r.fault("%s is not canonical, %%%s needs no encoding: %s", where, h, s)
				}
			}
		}
	case "tag":
		if !tagURI.MatchString(s) {
			r.fault("%s is no tag URI: %s", where, s)
		}
	case "urn":
		if strings.HasPrefix(s, "urn:uuid:") && !uuidURN.MatchString(s) || !urnURI.MatchString(s) {
			r.fault("%s is no URN: %s", where, s)
		}
	default:
		r.fault("%s is no IRI of a known scheme: %s", where, s)
	}
}

// atom holds a document against RFC 4287.
func (r *rules) atom(doc string) {
	f := r.tree(doc)
	if f == nil {
		return
	}
	if f.name != "atom:feed" || !language.MatchString(f.attr["xml:lang"]) {
		r.fault("no Atom feed with xml:lang: %s %q", f.name, f.attr["xml:lang"])
		return
	}
	r.once(f, "atom:id", "atom:title", "atom:updated", "atom:subtitle", "atom:icon", "atom:logo", "atom:generator")
	r.canonicalID(f.value("atom:id"), "feed id")
	r.date(f.value("atom:updated"), time.RFC3339, "feed updated")
	r.selfLink(f, "atom:link")
	if f.value("atom:title") == "" {
		r.fault("feed without title")
	}
	r.constructs(f)
	if len(f.all("atom:author")) == 0 {
		r.fault("feed without author")
	}
	r.alternates(f)
	ids, updated := map[string]bool{}, map[string]bool{}
	entries := false
	for _, e := range f.children {
		if e.name != "atom:entry" {
			if entries {
				r.fault("%s after the entries", e.name)
			}
			continue
		}
		entries = true
		r.once(e, "atom:id", "atom:title", "atom:updated", "atom:published", "atom:summary", "atom:content", "atom:source")
		id, up := e.value("atom:id"), e.value("atom:updated")
		r.canonicalID(id, "entry id")
		r.date(up, time.RFC3339, "updated")
		if ids[id] || updated[up] {
			r.fault("id %q or updated %q twice", id, up)
		}
		ids[id], updated[up] = true, true
		if p := e.first("atom:published"); p != nil {
			r.date(p.text, time.RFC3339, "published")
		}
		if e.value("atom:title") == "" {
			r.fault("entry without title")
		}
		r.constructs(e)
		r.alternates(e)
		if e.value("atom:content") == "" && (e.value("atom:summary") == "" || len(alternatesOf(e)) == 0) {
			r.fault("entry %s without content, or summary and alternate", id)
		}
		for _, c := range e.all("atom:category") {
			if strings.TrimSpace(c.attr["term"]) == "" {
				r.fault("category without term")
			}
		}
		if s := e.first("atom:source"); s != nil {
			r.canonicalID(s.value("atom:id"), "source id")
			r.date(s.value("atom:updated"), time.RFC3339, "source updated")
			if s.value("atom:title") == "" {
				r.fault("source without title")
			}
			r.constructs(s)
			r.alternates(s)
		}
	}
}

func alternatesOf(e *element) (out []*element) {
	for _, l := range e.all("atom:link") {
		if l.attr["rel"] == "alternate" {
			out = append(out, l)
		}
	}
	return out
}

// alternates: one for each type and language; every link legal.
func (r *rules) alternates(e *element) {
	seen := map[string]bool{}
	for _, l := range e.all("atom:link") {
		r.web(l.attr["href"], "link "+l.attr["rel"])
		if t, ok := l.attr["type"]; ok && !mime.MatchString(t) {
			r.fault("link type %q", t)
		}
		if strings.ContainsAny(l.attr["title"], "<&") {
			r.fault("link title %q", l.attr["title"])
		}
	}
	for _, l := range alternatesOf(e) {
		key := l.attr["type"] + " " + l.attr["hreflang"]
		if seen[key] {
			r.fault("two alternates of type %s", key)
		}
		seen[key] = true
	}
}

// constructs are the texts and people of a feed, entry or source.
func (r *rules) constructs(e *element) {
	for _, n := range []string{"atom:title", "atom:subtitle", "atom:summary", "atom:content"} {
		for _, c := range e.all(n) {
			switch c.attr["type"] {
			case "", "text":
				r.plain(c, n)
			case "html":
				r.html(c.text, n)
			default:
				r.fault("%s of type %s", n, c.attr["type"])
			}
		}
	}
	for _, a := range e.all("atom:author") {
		r.once(a, "atom:name", "atom:uri", "atom:email")
		name := a.first("atom:name")
		if name == nil || name.text == "" {
			r.fault("author without name")
			continue
		}
		r.plain(name, "author")
		if u := a.first("atom:uri"); u != nil {
			r.web(u.text, "author uri")
		}
		if m := a.first("atom:email"); m != nil && !regexp.MustCompile(`^[\w.+-]+@([\w-]+\.)+[\w-]+$`).MatchString(m.text) {
			r.fault("author email %q", m.text)
		}
	}
}

// json holds a document against JSON Feed 1.1.
func (r *rules) json(doc string) {
	var f map[string]any
	if err := json.Unmarshal([]byte(doc), &f); err != nil {
		r.fault("no JSON: %v", err)
		return
	}
	str := func(m map[string]any, key string, required bool) string {
		v, ok := m[key]
		s, isString := v.(string)
		if ok && !isString || ok && s == "" && key != "content_text" || required && !ok {
			r.fault("%s is %v", key, v)
		}
		return s
	}
	if v := str(f, "version", true); v != "https://jsonfeed.org/version/1.1" {
		r.fault("version %q", v)
	}
	str(f, "title", true)
	r.web(str(f, "home_page_url", true), "home_page_url")
	if u := str(f, "feed_url", true); u != r.self {
		r.fault("feed_url %q, want %q", u, r.self)
	}
	str(f, "description", false)
	for _, key := range []string{"icon", "favicon", "next_url"} {
		if u := str(f, key, false); u != "" {
			r.web(u, key)
		}
	}
	r.extensions(f)
	items, ok := f["items"].([]any)
	if !ok {
		r.fault("no items")
	}
	ids := map[string]bool{}
	for _, i := range items {
		m, ok := i.(map[string]any)
		if !ok {
			r.fault("an item is no object")
			continue
		}
		r.extensions(m)
		id := str(m, "id", true)
		if strings.TrimSpace(id) == "" || ids[id] {
			r.fault("id %q is blank or there twice", id)
		}
		ids[id] = true
		if content := str(m, "content_html", false); content != "" {
			r.html(content, "content_html")
		} else if _, ok := m["content_text"]; !ok {
			r.fault("item %s without content", id)
		}
		for _, key := range []string{"url", "external_url", "image"} {
			if u := str(m, key, false); u != "" {
				r.web(u, key)
			}
		}
		for _, key := range []string{"date_published", "date_modified"} {
			if s := str(m, key, false); s != "" {
				if _, err := time.Parse(time.RFC3339, s); err != nil {
					r.fault("%s: %v", key, err)
				}
			}
		}
		if _, ok := m["author"]; ok {
			r.fault("author of version 1.0")
		}
		files, _ := m["attachments"].([]any)
		for _, a := range files {
			file, _ := a.(map[string]any)
			r.web(str(file, "url", true), "attachment")
			if t := str(file, "mime_type", true); !mime.MatchString(t) {
				r.fault("attachment type %q", t)
			}
		}
	}
	r.characters(doc, "JSON")
}

var extension = regexp.MustCompile(`^_[A-Za-z][^.]*$`)

func (r *rules) extensions(m map[string]any) {
	for key := range m {
		if strings.HasPrefix(key, "_") && !extension.MatchString(key) {
			r.fault("extension %q", key)
		}
	}
}
