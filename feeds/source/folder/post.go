package folder

import (
	"errors"
	"html"
	"mime"
	"net/mail"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"syndicated/feeds"
	"syndicated/feeds/source"
)

// parsed is a file that was understood.
type parsed struct {
	post  feeds.Post
	draft bool

	slug     string
	explicit bool // the front matter says the link
	summary  string
	content  string
	image    feeds.Media
}

// parse reads one file. name is its path below the folder, with slashes.
func (s *Source) parse(name string, text []byte) (*parsed, error) {
	if !utf8.Valid(text) {
		return nil, errors.New("is no UTF-8 text")
	}
	m, body, err := cutMatter(text)
	if err != nil {
		return nil, err
	}
	p := &parsed{}
	_, ending := cutEnding(path.Base(name))
	if strings.HasPrefix(strings.ToLower(ending), ".htm") {
		err = p.page(m, body)
	} else {
		err = p.markdown(m, body)
	}
	if err != nil {
		return nil, err
	}
	s.describe(p, m, name)
	p.link(s.rule, name)
	return p, nil
}

// describe fills in what the front matter and the name of the file say.
func (s *Source) describe(p *parsed, m matter, name string) {
	dir, base := path.Split(name)
	stem, _ := cutEnding(base)
	lang := ""
	if short := cutLanguage(stem); short != stem {
		lang, stem = stem[len(short)+1:], short
	}
	if stem == "index" && dir != "" {
		stem = path.Base(dir)
	}
	day, short := fileDate(stem)

	post := &p.post
	post.ID = name
	if id := m.text("id", "guid", "uid"); id != "" {
		post.ID = id
	}
	if post.Title == "" {
		post.Title = strings.TrimSpace(strings.NewReplacer("-", " ", "_", " ").Replace(short))
	}
	for _, key := range []string{"publishdate", "pubdate", "published", "publishedat", "date", "created", "createdat"} {
		if t, ok := parseDate(m.text(key), s.o.Timezone); ok {
			post.Published = t
			break
		}
	}
	if t, ok := parseDate(day, s.o.Timezone); ok && post.Published.IsZero() {
		post.Published = t
	}
	for _, key := range []string{"lastmod", "updated", "modified", "lastmodifiedat", "updatedat", "lastupdated"} {
		if t, ok := parseDate(m.text(key), s.o.Timezone); ok {
			post.Updated = t
			break
		}
	}
	taxonomies := m.table("taxonomies")
	for _, list := range [][]string{
		m.words("tags"), m.words("tag"), taxonomies.words("tags"), m.words("categories"), m.words("category"), taxonomies.words("categories"),
	} {
		for _, tag := range list {
			p.tag(strings.TrimPrefix(tag, "#"))
		}
	}
	post.Authors = append(authors(m["author"]), authors(m["authors"])...)
	post.Language = firstOf(m.text("lang", "language", "locale"), lang, post.Language, s.o.Language)
	post.Language = strings.ReplaceAll(post.Language, "_", "-")
	if words := m.text("summary", "description", "excerpt", "abstract"); words != "" {
		p.summary = html.EscapeString(words)
	}
	post.Share = m.text("share")
	if strings.EqualFold(post.Share, "true") || strings.EqualFold(post.Share, "false") {
		post.Share = ""
	}
	private := m.is(false, "share") || m.is(true, "noshare", "private", "unlisted") || m.text("password") != "" ||
		strings.EqualFold(m.text("visibility"), "private")
	post.Private = post.Private || private
	p.draft = m.is(true, "draft") || m.is(false, "published", "publish") || strings.EqualFold(m.text("status"), "draft")

	p.slug = m.text("slug")
	if link := s.rule.permalink(m.text("permalink", "url", "canonicalurl", "canonical")); link != "" {
		post.Link, p.explicit = link, true
	}
	if link := m.text("link", "externalurl", "externallink", "linkto"); strings.Contains(link, "://") {
		post.External = link
	}
	if image := picture(m); image.URL != "" {
		p.image = image
	}
	post.Enclosures = attached(m)
}

func (p *parsed) tag(tag string) {
	if strings.EqualFold(tag, "noshare") {
		p.post.Private = true
		return
	}
	if tag != "" && !slices.ContainsFunc(p.post.Tags, func(t string) bool { return strings.EqualFold(t, tag) }) {
		p.post.Tags = append(p.post.Tags, tag)
	}
}

// link makes the post's link, which may depend on its date, and all others
// absolute.
func (p *parsed) link(r rule, name string) {
	if !p.explicit {
		p.post.Link = r.of(name, p.slug, p.post.Published)
	}
	base := firstOf(p.post.Link, r.base())
	other := func(to string) string {
		to = path.Join(path.Dir(name), to)
		if _, ending := cutEnding(to); ending == "" || strings.HasPrefix(strings.ToLower(ending), ".htm") || strings.HasPrefix(to, "..") {
			return ""
		}
		return r.of(to, "", time.Time{})
	}
	if strings.Contains(r.pattern, ":year") || strings.Contains(r.pattern, ":month") || strings.Contains(r.pattern, ":day") {
		other = nil // the other file's date is not known here
	}
	resolve := resolver(base, other)
	p.post.Content = source.Absolute(p.content, resolve)
	p.post.Summary = source.Absolute(p.summary, resolve)
	p.post.Image = nil
	if p.image.URL != "" {
		image := p.image
		image.URL = resolve(image.URL)
		p.post.Image = &image
	}
	for i, e := range p.post.Enclosures {
		p.post.Enclosures[i].URL = resolve(e.URL)
	}
}

// authors reads a name, "Name <address>", {name: …} or a list of those.
func authors(v any) []feeds.Author {
	switch v := v.(type) {
	case string:
		if v = strings.TrimSpace(v); v == "" {
			return nil
		}
		if a, err := mail.ParseAddress(v); err == nil && strings.Contains(v, "@") {
			return []feeds.Author{{Name: a.Name, Email: a.Address}}
		}
		return []feeds.Author{{Name: v}}
	case matter:
		a := feeds.Author{
			Name: v.text("name", "title"), Email: v.text("email"),
			URL: v.text("url", "link", "uri", "website"), Image: v.text("image", "avatar", "picture"),
		}
		if a == (feeds.Author{}) {
			return nil
		}
		return []feeds.Author{a}
	case []any:
		var all []feeds.Author
		for _, one := range v {
			if _, nested := one.([]any); !nested {
				all = append(all, authors(one)...)
			}
		}
		return all
	}
	return nil
}

// picture is the image of a post, by the many names that themes give it.
func picture(m matter) feeds.Media {
	for _, key := range []string{"image", "cover", "featuredimage", "featureimage", "feature", "banner", "hero", "heroimage", "thumbnail", "socialimage", "ogimage", "images"} {
		v := m[key]
		if list, ok := v.([]any); ok && len(list) > 0 {
			v = list[0]
		}
		switch v := v.(type) {
		case string:
			if v = strings.TrimSpace(v); v == "" {
				continue
			}
			return feeds.Media{URL: v, Type: mediaType(v), Alt: m.text(key+"alt", "imagealt", "alt", "coveralt", "altimage")}
		case matter:
			if u := v.text("url", "src", "path", "image", "feature", "file", "relative"); u != "" {
				return feeds.Media{URL: u, Type: mediaType(u), Alt: v.text("alt", "description", "caption"), Title: v.text("title")}
			}
		}
	}
	return feeds.Media{}
}

// attached is the enclosure of a podcast.
func attached(m matter) []feeds.Media {
	for _, key := range []string{"enclosure", "audio", "podcast"} {
		switch v := m[key].(type) {
		case string:
			if strings.ContainsAny(v, "./") {
				return []feeds.Media{{URL: strings.TrimSpace(v), Type: mediaType(v)}}
			}
		case matter:
			u := v.text("url", "src", "file")
			if u == "" {
				continue
			}
			length, _ := strconv.ParseInt(v.text("length", "size", "bytes"), 10, 64)
			return []feeds.Media{{URL: u, Type: firstOf(v.text("type", "mime"), mediaType(u)), Length: max(0, length)}}
		}
	}
	return nil
}

// mediaType goes by the ending.
func mediaType(u string) string {
	u, _, _ = strings.Cut(u, "?")
	t, _, _ := strings.Cut(mime.TypeByExtension(strings.ToLower(path.Ext(u))), ";")
	return t
}

func firstOf(words ...string) string {
	for _, w := range words {
		if w != "" {
			return w
		}
	}
	return ""
}
