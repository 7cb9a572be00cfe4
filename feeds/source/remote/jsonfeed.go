package remote

import (
	"errors"
	"strings"
	"time"

	"syndicated/feeds"
)

// readJSON reads JSON Feed 1.0 and 1.1, https://www.jsonfeed.org/version/1.1/.
// It is not read with gofeed, which loses a whole feed for a number where a
// string should be and takes any object for a feed without items. Here each
// field takes what can be made sense of.
func (r *reader) readJSON(b []byte) error {
	doc, fault, cut := parseJSON(b)
	r.cut = cut
	items := doc.get("items")
	if doc.kind != '{' || items.kind == 0 && !strings.Contains(doc.string("version"), "jsonfeed") {
		if fault != "" {
			return errors.New("read it as JSON: " + fault)
		}
		return errors.New("it is JSON, but no JSON Feed")
	}
	if fault != "" {
		r.note("not well-formed: %s", fault)
		r.note("repaired: read what was meant to be JSON")
	}
	f := &r.feed
	at := func(name string) string { return resolve(r.base, doc.string(name)) }
	*f = feeds.Feed{
		Format: "json", Title: oneLine(doc.string("title")), Description: doc.string("description"),
		Link: at("home_page_url"), Self: at("feed_url"), Next: at("next_url"), Icon: at("favicon"),
		Language: doc.string("language"), Authors: people(doc),
	}
	if icon := at("icon"); icon != "" {
		f.Image = &feeds.Media{URL: icon}
	}
	for _, h := range doc.get("hubs").items() {
		kind, u := strings.ToLower(h.string("type")), h.string("url")
		if u != "" && len(f.Hubs) < 10 && (kind == "websub" || kind == "pubsubhubbub" || kind == "") {
			f.Hubs = append(f.Hubs, resolve(r.base, u))
		}
	}
	if doc.string("expired") == "true" {
		r.note("the feed says that it has expired")
	}
	if f.Next != "" {
		r.note("more posts are at its next page")
	}
	without := 0
	for _, it := range items.items() {
		if it.kind != '{' || it.string("id") == "" {
			without++ // "that item must be discarded"
			continue
		}
		f.Posts = append(f.Posts, r.jsonItem(it))
	}
	if without > 0 {
		r.note("left out %d items without an id", without)
	}
	return nil
}

func (r *reader) jsonItem(it value) feeds.Post {
	at := func(name string) string { return resolve(r.base, it.string(name)) }
	p := feeds.Post{
		ID: it.string("id"), Link: at("url"), External: at("external_url"),
		Title: plainTitle(it.string("title")), Content: it.string("content_html"), Language: it.string("language"),
		Published: r.date(it.string("date_published")), Updated: r.date(it.string("date_modified")),
		Authors: people(it), Summary: escapeText(it.string("summary")),
	}
	if p.Content == "" {
		p.Content = paragraphs(it.string("content_text"))
	}
	if p.Link == "" && webAddress(p.ID) {
		p.Link = p.ID
	}
	if p.Link == "" {
		p.Link = p.External
	}
	if p.External == p.Link {
		p.External = ""
	}
	base := r.base
	if page := parseBase(p.Link); page != nil {
		base = page
	}
	p.Content = absolute(p.Content, base)
	if len(p.Authors) == 0 {
		p.Authors = append(p.Authors, r.feed.Authors...)
	}
	for _, tag := range it.get("tags").items() {
		if it.get("tags").kind == '[' {
			p.Tags = addTag(p.Tags, tag.str())
			continue
		}
		for one := range strings.SplitSeq(tag.str(), ",") {
			p.Tags = addTag(p.Tags, one)
		}
	}
	r.attachments(it, &p)
	r.extensions(it, &p)
	return p
}

// extensions reads what JSON Feed has no word for: what this program writes
// itself, and what POSSE Party reads.
func (r *reader) extensions(it value, p *feeds.Post) {
	own := it.get("_syndicated")
	p.Share, p.Private = own.string("share"), own.string("private") == "true"
	p.Comments = resolve(r.base, own.string("comments"))
	if p.Image != nil {
		fill(&p.Image.Alt, own.string("image_alt"))
	}
	if from := it.get("_source"); from.kind == '{' {
		p.Feed = &feeds.Origin{
			Title: oneLine(from.string("title")), Link: resolve(r.base, from.string("url")), Self: resolve(r.base, from.string("feed_url")),
		}
	}
	switch words := it.get("_posse"); words.kind {
	case '{':
		posseObject(words, p)
	case '"':
		posse(words.text, p)
	}
}

// attachments gives a post its files, and its image: the one that the item
// names, else the first that is attached.
func (r *reader) attachments(it value, p *feeds.Post) {
	m := media{r: r}
	for _, a := range it.get("attachments").items() {
		f := feeds.Media{
			URL: resolve(r.base, a.string("url")), Type: a.string("mime_type"), Title: a.string("title"),
			Length: int64(min(a.get("size_in_bytes").number(), 1<<53)),
		}
		if seconds := a.get("duration_in_seconds").number(); seconds < 1e6 {
			f.Duration = time.Duration(seconds * float64(time.Second))
		}
		m.add(f)
	}
	image := it.string("image")
	fill(&image, it.string("banner_image"))
	if image == "" {
		m.finish(p)
		return
	}
	p.Image = &feeds.Media{URL: resolve(r.base, image)}
	for _, f := range m.files {
		if f.URL == p.Image.URL {
			p.Image = &f.Media
		} else {
			p.Enclosures = append(p.Enclosures, f.Media)
		}
	}
}

// people reads authors as version 1.1 has them and as 1.0 did, as objects or,
// against both, as strings.
func people(v value) []feeds.Author {
	var list []feeds.Author
	for _, name := range [...]string{"authors", "author"} {
		for _, a := range v.get(name).items() {
			if a.kind == '{' {
				list = addAuthor(list, feeds.Author{Name: a.string("name"), Email: a.string("email"), URL: a.string("url"), Image: a.string("avatar")})
			} else {
				list = addAuthor(list, person(a.str()))
			}
		}
	}
	return list
}

// paragraphs makes HTML of plain text: blank lines part paragraphs.
func paragraphs(s string) string {
	s = strings.TrimSpace(strings.ReplaceAll(s, "\r\n", "\n"))
	if s == "" {
		return ""
	}
	var b strings.Builder
	for part := range strings.SplitSeq(s, "\n\n") {
		if part = strings.Trim(part, "\n"); part == "" {
			continue
		}
		b.WriteString("<p>")
		b.WriteString(strings.ReplaceAll(escapeText(part), "\n", "<br>\n"))
		b.WriteString("</p>\n")
	}
	return strings.TrimSpace(b.String())
}
