package wordpress

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"syndicated/feeds"
	"syndicated/feeds/source"
)

// loose reads a value, and is empty when it is of another type: PHP writes an
// empty object as [], and what is missing as false.
type loose[T any] struct{ v T }

func (l *loose[T]) UnmarshalJSON(b []byte) error {
	if json.Unmarshal(b, &l.v) != nil {
		var none T
		l.v = none
	}
	return nil
}

type rendered struct {
	Rendered  string `json:"rendered"`
	Protected bool   `json:"protected"`
}

// post is a post as the API gives it.
type post struct {
	ID          int64           `json:"id"`
	Date        loose[string]   `json:"date"`
	DateGMT     loose[string]   `json:"date_gmt"`
	ModifiedGMT loose[string]   `json:"modified_gmt"`
	GUID        loose[rendered] `json:"guid"`
	Link        string          `json:"link"`
	Status      loose[string]   `json:"status"`
	Title       loose[rendered] `json:"title"`
	Content     loose[rendered] `json:"content"`
	Excerpt     loose[rendered] `json:"excerpt"`
	Embedded    loose[struct {
		Authors []loose[author]       `json:"author"`
		Media   []loose[media]        `json:"wp:featuredmedia"`
		Terms   [][]loose[namedByTax] `json:"wp:term"`
	}] `json:"_embedded"`
}

type author struct {
	Name string `json:"name"`
	URL  string `json:"url"`
	Link string `json:"link"`
}

type media struct {
	Source  string          `json:"source_url"`
	Alt     string          `json:"alt_text"`
	Type    string          `json:"mime_type"`
	Title   loose[rendered] `json:"title"`
	Details loose[struct {
		Width  loose[int]   `json:"width"`
		Height loose[int]   `json:"height"`
		Size   loose[int64] `json:"filesize"`
	}] `json:"media_details"`
}

type namedByTax struct {
	Name     string `json:"name"`
	Slug     string `json:"slug"`
	Taxonomy string `json:"taxonomy"`
}

// moment reads a time of the API, which has no zone; of the _gmt fields it is UTC.
func moment(s string, zone *time.Location) time.Time {
	t, err := time.ParseInLocation("2006-01-02T15:04:05", s, zone)
	if err != nil || t.Year() < 1000 { // 0000-00-00 and -0001-11-30 are none
		return time.Time{}
	}
	return t.UTC()
}

func (p *post) published(o source.Options) time.Time {
	if t := moment(p.DateGMT.v, time.UTC); !t.IsZero() {
		return t
	}
	zone := o.Timezone
	if zone == nil {
		zone = time.UTC
	}
	return moment(p.Date.v, zone)
}

func (p *post) modified() time.Time { return moment(p.ModifiedGMT.v, time.UTC) }

func (p *post) post(t *site, o source.Options) feeds.Post {
	out := feeds.Post{
		ID: p.GUID.v.Rendered, Link: p.Link, Title: feeds.Text(p.Title.v.Rendered),
		Summary: strings.TrimSpace(p.Excerpt.v.Rendered), Content: strings.TrimSpace(p.Content.v.Rendered),
		Published: p.published(o), Language: t.Language,
		Feed: &feeds.Origin{ID: t.Home, Title: t.Name, Link: t.Home},
	}
	resolve := source.Against(firstOf(p.Link, t.Home))
	out.Content, out.Summary = source.Absolute(out.Content, resolve), source.Absolute(out.Summary, resolve)
	if out.ID == "" {
		out.ID = firstOf(p.Link, strconv.FormatInt(p.ID, 10))
	}
	if out.Published.IsZero() {
		out.Inferred = true
	}
	// A change to come is the time that the post was once scheduled for.
	if m := p.modified(); m.After(out.Published) && !m.After(o.Now()) {
		out.Updated = m
	}
	// WordPress lists what is behind a password, without its text.
	out.Private = p.Content.v.Protected || p.Excerpt.v.Protected || p.Status.v != "" && p.Status.v != "publish"
	for _, a := range p.Embedded.v.Authors {
		if a.v.Name != "" {
			out.Authors = append(out.Authors, feeds.Author{Name: feeds.Text(a.v.Name), URL: firstOf(a.v.URL, a.v.Link)})
		}
	}
	for _, m := range p.Embedded.v.Media {
		if m.v.Source == "" {
			continue
		}
		image := &feeds.Media{
			URL: m.v.Source, Type: m.v.Type, Alt: feeds.Text(m.v.Alt), Title: feeds.Text(m.v.Title.v.Rendered),
			Width: m.v.Details.v.Width.v, Height: m.v.Details.v.Height.v, Length: max(0, m.v.Details.v.Size.v),
		}
		image.URL = resolve(image.URL)
		out.Image = image
		break
	}
	seen := map[string]bool{}
	for _, tax := range []string{"post_tag", "category"} {
		for _, list := range p.Embedded.v.Terms {
			for _, term := range list {
				name := feeds.Text(term.v.Name)
				if term.v.Taxonomy != tax || name == "" || term.v.Slug == "uncategorized" || seen[strings.ToLower(name)] {
					continue
				}
				seen[strings.ToLower(name)] = true
				out.Tags = append(out.Tags, name)
			}
		}
	}
	return out
}
