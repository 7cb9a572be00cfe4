package remote

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"syndicated/feeds"
)

// The documents of JSON Feed 1.0 and 1.1, https://www.jsonfeed.org/version/1.1/.
// They are not read with gofeed, which loses a whole feed for a number where a
// string should be and takes any object for a feed without items. Here each
// field takes what can be made sense of.
type jsonFeed struct {
	Version     text        `json:"version"`
	Title       text        `json:"title"`
	HomePage    text        `json:"home_page_url"`
	FeedURL     text        `json:"feed_url"`
	Description text        `json:"description"`
	NextURL     text        `json:"next_url"`
	Icon        text        `json:"icon"`
	Favicon     text        `json:"favicon"`
	Author      people      `json:"author"`
	Authors     people      `json:"authors"`
	Language    text        `json:"language"`
	Expired     text        `json:"expired"`
	Hubs        list[hub]   `json:"hubs"`
	Items       *list[item] `json:"items"`
}

type hub struct {
	Type text `json:"type"`
	URL  text `json:"url"`
}

type item struct {
	ID          text             `json:"id"`
	URL         text             `json:"url"`
	ExternalURL text             `json:"external_url"`
	Title       text             `json:"title"`
	HTML        text             `json:"content_html"`
	Text        text             `json:"content_text"`
	Summary     text             `json:"summary"`
	Image       text             `json:"image"`
	Banner      text             `json:"banner_image"`
	Published   text             `json:"date_published"`
	Modified    text             `json:"date_modified"`
	Author      people           `json:"author"`
	Authors     people           `json:"authors"`
	Tags        words            `json:"tags"`
	Language    text             `json:"language"`
	Attachments list[attachment] `json:"attachments"`
	Comments    text             `json:"comments_url"`
	Share       text             `json:"_share"`
	Posse       json.RawMessage  `json:"_posse"`
}

type attachment struct {
	URL      text   `json:"url"`
	Type     text   `json:"mime_type"`
	Title    text   `json:"title"`
	Size     number `json:"size_in_bytes"`
	Duration number `json:"duration_in_seconds"`
}

// text takes a string, a number or a boolean; of anything else it is empty.
type text string

func (t *text) UnmarshalJSON(b []byte) error {
	switch {
	case len(b) > 0 && b[0] == '"':
		var s string
		if err := json.Unmarshal(b, &s); err != nil {
			return err
		}
		*t = text(strings.TrimSpace(s))
	case len(b) > 0 && (b[0] == '-' || b[0] >= '0' && b[0] <= '9'), string(b) == "true", string(b) == "false":
		*t = text(b)
	}
	return nil
}

// number takes a number, or a string that holds one.
type number float64

func (n *number) UnmarshalJSON(b []byte) error {
	v, err := strconv.ParseFloat(strings.Trim(string(b), `" `), 64)
	if err == nil && v >= 0 && !math.IsInf(v, 0) {
		*n = number(v)
	}
	return nil
}

// list takes an array, of which it leaves out what is not a T, or a single T.
type list[T any] []T

func (l *list[T]) UnmarshalJSON(b []byte) error {
	var raw []json.RawMessage
	if len(b) > 0 && b[0] == '{' {
		raw = []json.RawMessage{b}
	} else if len(b) == 0 || b[0] != '[' {
		return nil
	} else if err := json.Unmarshal(b, &raw); err != nil {
		return err
	}
	*l = make(list[T], 0, len(raw))
	for _, r := range raw {
		var v T
		if err := json.Unmarshal(r, &v); err == nil && string(r) != "null" {
			*l = append(*l, v)
		}
	}
	return nil
}

// words takes an array of strings, or a string with commas.
type words []string

func (w *words) UnmarshalJSON(b []byte) error {
	var list []text
	if len(b) > 0 && b[0] == '[' {
		if err := json.Unmarshal(b, &list); err != nil {
			return err
		}
	} else {
		var one text
		if err := one.UnmarshalJSON(b); err != nil {
			return err
		}
		for s := range strings.SplitSeq(string(one), ",") {
			list = append(list, text(s))
		}
	}
	for _, t := range list {
		*w = addTag(*w, string(t))
	}
	return nil
}

// people takes authors as objects or as strings, one or many.
type people []feeds.Author

func (p *people) UnmarshalJSON(b []byte) error {
	var raw []json.RawMessage
	if len(b) > 0 && b[0] == '[' {
		if err := json.Unmarshal(b, &raw); err != nil {
			return err
		}
	} else {
		raw = []json.RawMessage{b}
	}
	for _, r := range raw {
		var (
			o struct {
				Name   text `json:"name"`
				URL    text `json:"url"`
				Avatar text `json:"avatar"`
				Email  text `json:"email"`
			}
			s text
		)
		switch {
		case len(r) > 0 && r[0] == '{':
			if err := json.Unmarshal(r, &o); err != nil {
				return err
			}
			*p = addAuthor(*p, feeds.Author{Name: string(o.Name), URL: string(o.URL), Image: string(o.Avatar), Email: string(o.Email)})
		case s.UnmarshalJSON(r) == nil:
			*p = addAuthor(*p, person(string(s)))
		}
	}
	return nil
}

func (r *reader) readJSON(b []byte) error {
	var doc jsonFeed
	err := json.Unmarshal(b, &doc)
	if err != nil {
		fixed := tidyJSON(b)
		if json.Unmarshal(fixed, &doc) != nil {
			return fmt.Errorf("read it as JSON: %w", err)
		}
		r.note("not well-formed: %v", err)
		r.note("repaired: the JSON was made whole")
	}
	if doc.Items == nil && !strings.Contains(string(doc.Version), "jsonfeed") {
		return errors.New("it is JSON, but no JSON Feed")
	}
	f := &r.feed
	at := func(t text) string { return resolve(r.base, string(t)) }
	*f = feeds.Feed{
		Format: "json", Title: oneLine(string(doc.Title)), Description: string(doc.Description),
		Link: at(doc.HomePage), Self: at(doc.FeedURL), Next: at(doc.NextURL), Language: string(doc.Language),
		Icon: at(doc.Favicon),
	}
	for _, a := range append(doc.Authors, doc.Author...) {
		f.Authors = addAuthor(f.Authors, a)
	}
	if doc.Icon != "" {
		f.Image = &feeds.Media{URL: at(doc.Icon)}
	}
	for _, h := range doc.Hubs {
		if kind := strings.ToLower(string(h.Type)); h.URL != "" && len(f.Hubs) < 10 && (kind == "websub" || kind == "pubsubhubbub" || kind == "") {
			f.Hubs = append(f.Hubs, at(h.URL))
		}
	}
	if doc.Expired == "true" {
		r.note("the feed says that it has expired")
	}
	if doc.NextURL != "" {
		r.note("more posts are at its next page")
	}
	if doc.Items == nil {
		return nil
	}
	without := 0
	for i := range *doc.Items {
		it := &(*doc.Items)[i]
		if it.ID == "" {
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

func (r *reader) jsonItem(it *item) feeds.Post {
	p := feeds.Post{
		ID: string(it.ID), Link: resolve(r.base, string(it.URL)), External: resolve(r.base, string(it.ExternalURL)),
		Title: plainTitle(string(it.Title)), Content: string(it.HTML), Language: string(it.Language),
		Published: r.date(string(it.Published)), Updated: r.date(string(it.Modified)),
		Tags: it.Tags, Comments: resolve(r.base, string(it.Comments)), Share: string(it.Share),
	}
	if it.Summary != "" {
		p.Summary = escapeText(string(it.Summary))
	}
	if p.Content == "" {
		p.Content = paragraphs(string(it.Text))
	}
	if p.Link == "" {
		if webAddress(p.ID) {
			p.Link = p.ID
		} else if p.External != "" {
			p.Link, p.External = p.External, ""
		}
	}
	if p.External == p.Link {
		p.External = ""
	}
	base := r.base
	if page := parseBase(p.Link); page != nil {
		base = page
	}
	p.Content = absolute(p.Content, base)
	for _, a := range append(it.Authors, it.Author...) {
		p.Authors = addAuthor(p.Authors, a)
	}
	if len(p.Authors) == 0 && len(r.feed.Authors) > 0 {
		p.Authors = append([]feeds.Author(nil), r.feed.Authors...) // "author … of the feed as a whole"
	}
	m := media{r: r}
	for _, a := range it.Attachments {
		f := file{Media: feeds.Media{
			URL: resolve(r.base, string(a.URL)), Type: string(a.Type), Title: string(a.Title),
			Length: int64(min(float64(a.Size), 1<<53)),
		}}
		if a.Duration < 1e6 {
			f.Duration = time.Duration(float64(a.Duration) * float64(time.Second))
		}
		m.addFile(f)
	}
	image := it.Image
	if image == "" {
		image = it.Banner
	}
	if image != "" {
		p.Image = &feeds.Media{URL: resolve(r.base, string(image))}
		for _, f := range m.files {
			if f.URL == p.Image.URL {
				continue
			}
			p.Enclosures = append(p.Enclosures, f.Media)
		}
	} else {
		m.finish(&p)
	}
	if len(it.Posse) > 0 {
		posse(string(it.Posse), &p)
	}
	return p
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

// tidyJSON makes JSON of what nearly is: control characters in strings are
// escaped, commas before a closing bracket dropped, and a document that is cut
// off ends after its last whole item.
func tidyJSON(b []byte) []byte {
	var (
		out    = make([]byte, 0, len(b)+16)
		open   []byte
		whole  int // length of out after the last element of an array in the root
		quoted bool
	)
	for i := 0; i < len(b); i++ {
		c := b[i]
		if quoted {
			switch {
			case c == '\\' && i+1 < len(b):
				out = append(out, c, b[i+1])
				i++
				continue
			case c == '"':
				quoted = false
			case c < 0x20:
				out = append(out, fmt.Sprintf(`\u%04x`, c)...)
				continue
			}
			out = append(out, c)
			continue
		}
		switch c {
		case '"':
			quoted = true
		case '{', '[':
			open = append(open, c)
		case '}', ']':
			for n := len(out); n > 0; n-- {
				if last := out[n-1]; last == ',' {
					out = out[:n-1]
				} else if spaceByte(last) {
					continue
				}
				break
			}
			if len(open) == 0 {
				return out
			}
			open = open[:len(open)-1]
			out = append(out, c)
			if len(open) == 0 {
				return out // what follows the document is not its
			}
			if len(open) == 2 && open[1] == '[' {
				whole = len(out)
			}
			continue
		}
		out = append(out, c)
	}
	if whole == 0 {
		return out
	}
	return append(out[:whole], ']', '}')
}
