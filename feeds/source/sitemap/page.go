package sitemap

import (
	"context"
	"errors"
	"html"
	"net/http"
	"strings"

	"syndicated/feeds"
	"syndicated/feeds/source/fetch"
	"syndicated/feeds/source/head"
)

const (
	// maxRead is how many new pages of one reading are read for their titles.
	// More at once come from a new arrangement of the site, not from its authors.
	maxRead = 20
	// maxTries is how often a page is tried before it is told without its title.
	maxTries = 3
)

var errNotShown = errors.New("is not to be shown")

// read asks a page for what the sitemap does not say of it.
func (s *Source) readPage(ctx context.Context, p page) (feeds.Post, error) {
	post := p.post(s.o.Language)
	h, err := head.Read(ctx, s.o.Client, p.url, s.o.RequestFor(s.c.URL, p.url))
	if status, ok := errors.AsType[*fetch.StatusError](err); ok && (status.Status == http.StatusNotFound || status.Status == http.StatusGone) {
		return post, errNotShown
	}
	if err != nil {
		return post, err
	}
	if strings.Contains(strings.ToLower(h.Get("robots")), "noindex") {
		return post, errNotShown
	}
	s.fill(&post, h)
	return post, nil
}

// fill takes what the page's head says of it: Open Graph, then the old names.
func (s *Source) fill(post *feeds.Post, h head.Head) {
	if title := h.Get("og:title", "twitter:title", "title"); title != "" {
		post.Title = title
	}
	if words := h.Get("og:description", "description", "twitter:description"); words != "" {
		post.Summary = html.EscapeString(words)
	}
	if t := date(h.Get("article:published_time", "datepublished", "date", "dc.date"), s.o.Timezone); !t.IsZero() {
		post.Published, post.Inferred = t, false
	}
	if image, ok := h.Image(); ok {
		image.Type = mediaType(image.URL)
		post.Image = &image
	}
	if name := h.Get("author", "article:author"); name != "" && !strings.Contains(name, "://") {
		post.Authors = []feeds.Author{{Name: name}}
	}
	if lang := h.Get("lang"); lang != "" {
		post.Language = lang
	}
	post.Tags = append(post.Tags, h.Lines("article:tag")...)
}
