package remote

import (
	"strings"
	"time"

	"syndicated/feeds"
)

// most files of a post that are kept.
const maxEnclosures = 50

// media collects the files of a post from enclosures, Media RSS, iTunes and
// links, and then chooses its image.
type media struct {
	r *reader
	t *tree

	files      []file
	thumbnails []feeds.Media
	covers     []feeds.Media // images of the post that are not part of it
	duration   time.Duration
	original   string // where an enclosure was before someone counted its readers
	text       string // media:description of the whole
	title      string
	tags       []string
}

// file is one of a post's; picture tells an image whose type is not known.
type file struct {
	feeds.Media
	picture bool
}

func (f *file) isImage() bool { return f.picture || strings.HasPrefix(f.Type, "image/") }

func (m *media) add(f feeds.Media) { m.addFile(file{Media: f}) }

func (m *media) addFile(f file) {
	if f.URL == "" || len(m.files) >= maxEnclosures {
		return
	}
	if f.Type == "" {
		f.Type = typeByName(f.URL)
	}
	f.Type, _, _ = strings.Cut(f.Type, ";")
	f.Type = strings.ToLower(strings.TrimSpace(f.Type))
	for i := range m.files {
		if have := &m.files[i]; have.URL == f.URL {
			fill(&have.Type, f.Type)
			fill(&have.Title, f.Title)
			fill(&have.Alt, f.Alt)
			if have.Length == 0 {
				have.Length = f.Length
			}
			if have.Width == 0 {
				have.Width, have.Height = f.Width, f.Height
			}
			if have.Duration == 0 {
				have.Duration = f.Duration
			}
			return
		}
	}
	m.files = append(m.files, f)
}

func (m *media) url(n *node, s string) string {
	base := m.t.bases[n.base]
	if base == m.r.base {
		base = m.r.linkBase(base)
	}
	return resolve(base, s)
}

func (m *media) enclosure(n *node) {
	href := n.attr("url")
	fill(&href, n.attr("href"))
	if href == "" {
		href = content(n.inner)
	}
	m.add(feeds.Media{URL: m.url(n, href), Type: n.attr("type"), Length: length(n.attr("length")), Title: n.attr("title")})
}

func (m *media) link(n *node, href string) {
	m.add(feeds.Media{URL: href, Type: n.attr("type"), Length: length(n.attr("length")), Title: n.attr("title")})
}

func (m *media) image(f *feeds.Media) {
	if f != nil && f.URL != "" {
		m.covers = append(m.covers, *f)
	}
}

func (m *media) cover(u string) {
	if u != "" {
		m.covers = append(m.covers, feeds.Media{URL: u})
	}
}

// element reads an element of Media RSS, https://www.rssboard.org/media-rss.
func (m *media) element(at int, n *node) {
	switch n.name {
	case "group":
		m.group(at)
	case "content":
		if f, ok := m.content(at); ok {
			m.addFile(f)
		}
	case "thumbnail":
		m.thumbnail(n)
	case "description":
		fill(&m.text, mediaText(n))
	case "title":
		fill(&m.title, mediaText(n))
	case "keywords":
		m.tags = append(m.tags, strings.Split(content(n.inner), ",")...)
	case "category":
		tag := n.attr("label")
		if fill(&tag, content(n.inner)); tag != "" {
			m.tags = append(m.tags, tag)
		}
	}
}

// group holds the same thing in several forms, of which one is taken.
func (m *media) group(at int) {
	var best file
	found := false
	m.t.children(at, func(j int, n *node) {
		if n.space != "media" {
			return
		}
		if n.name != "content" {
			m.element(j, n)
			return
		}
		f, ok := m.content(j)
		if !ok {
			return
		}
		if f.isImage() && found && !best.isImage() {
			m.thumbnails = append(m.thumbnails, f.Media)
			return
		}
		if !found || strings.EqualFold(n.attr("isdefault"), "true") {
			best, found = f, true
		}
	})
	if found {
		m.addFile(best)
	}
}

// content reads one media:content; ok is false for what is no file.
func (m *media) content(at int) (f file, ok bool) {
	n := &m.t.nodes[at]
	m.t.children(at, func(j int, c *node) {
		if c.space != "media" {
			return
		}
		switch c.name {
		case "description":
			f.Alt = mediaText(c)
		case "title":
			f.Title = mediaText(c)
		case "thumbnail":
			m.thumbnail(c)
		default:
			m.element(j, c)
		}
	})
	f.URL = n.attr("url")
	if f.URL == "" {
		return f, false
	}
	f.URL = m.url(n, f.URL)
	if f.Type = strings.ToLower(n.attr("type")); f.Type == "" {
		f.Type = typeByName(f.URL)
	}
	f.picture = f.Type == "" && strings.EqualFold(n.attr("medium"), "image")
	if strings.Contains(f.Type, "shockwave") {
		return f, false
	}
	f.Length = length(n.attr("filesize"))
	f.Width, f.Height = pixels(n.attr("width")), pixels(n.attr("height"))
	f.Duration = duration(n.attr("duration"))
	return f, true
}

func (m *media) thumbnail(n *node) {
	u := n.attr("url")
	fill(&u, content(n.inner))
	if u != "" && len(m.thumbnails) < maxEnclosures {
		m.thumbnails = append(m.thumbnails, feeds.Media{
			URL: m.url(n, u), Width: pixels(n.attr("width")), Height: pixels(n.attr("height")),
		})
	}
}

// mediaText is a text of Media RSS, plain unless it says otherwise.
func mediaText(n *node) string { return plainTitle(content(n.inner)) }

// finish gives the post its image and its other files.
func (m *media) finish(p *feeds.Post) {
	for _, tag := range m.tags {
		p.Tags = addTag(p.Tags, tag)
	}
	fill(&p.Title, m.title)
	for i := range m.files {
		f := &m.files[i]
		playable := strings.HasPrefix(f.Type, "audio/") || strings.HasPrefix(f.Type, "video/")
		if playable && m.duration > 0 {
			if f.Duration == 0 {
				f.Duration = m.duration
			}
			m.duration = 0
		}
		if m.original != "" && playable {
			f.URL, m.original = m.original, ""
		}
	}
	for i, f := range m.files {
		if f.isImage() {
			p.Image = &f.Media
			m.files = append(m.files[:i:i], m.files[i+1:]...)
			break
		}
	}
	if p.Image == nil {
		for _, f := range m.thumbnails {
			if p.Image == nil || f.Width > p.Image.Width {
				p.Image = &f
			}
		}
	}
	if p.Image == nil && len(m.covers) > 0 {
		p.Image = &m.covers[0]
	}
	for _, f := range m.files {
		p.Enclosures = append(p.Enclosures, f.Media)
	}
	if p.Image != nil && p.Image.Alt == "" && len(p.Enclosures) == 0 && p.Image.URL != "" && len(m.thumbnails) == 0 && len(m.covers) == 0 {
		p.Image.Alt = m.text
	}
	if p.Summary == "" && p.Content == "" && m.text != "" {
		p.Summary = escapeText(m.text)
	}
}
