package share

import (
	"regexp"
	"strings"
	"text/template"
	"time"

	"syndicated/feeds"
	"syndicated/feeds/change"
	"syndicated/worker/network"
)

// Listed is a post in a digest.
type Listed struct{ Title, URL, Summary string }

// fields are what a template sees. Fields documents them.
type fields struct {
	Title, URL, Summary, Text, Note, NoteLabel                  string
	NoteDate, Published, Updated                                time.Time
	Tags                                                        []string
	Hashtags, Author, Source, FeedTitle, FeedURL, Language      string
	Kind, Share, External, Image, Account, Network, ID, Comment string
	Posts                                                       []Listed
}

func (c *Composer) fields(e Event, s *said, m *network.Message, d draft) fields {
	p := e.Verdict.Post
	f := fields{
		Title: s.title, URL: m.Link, Summary: s.point, Text: s.text(), Note: d.note, NoteLabel: strings.TrimSpace(d.label), NoteDate: e.Verdict.Note.Date,
		Published: p.Published, Updated: p.Updated, Tags: p.Tags, Hashtags: strings.Join(c.hashtags(p), " "), Source: p.Source,
		Language: m.Language, Kind: m.Kind, Share: p.Share, External: webLink(p.External), Account: c.Account, Network: c.Network,
	}
	if f.Summary == "" {
		f.Summary = s.text()
	}
	f.Summary = pointIn(f.Summary, c.pointRoom())
	var names []string
	for _, a := range p.Authors {
		if a.Name != "" {
			names = append(names, oneLine(a.Name))
		}
	}
	f.Author = strings.Join(names, ", ")
	if p.Feed != nil {
		f.FeedTitle, f.FeedURL = oneLine(p.Feed.Title), webLink(p.Feed.Link)
	}
	if p.Image != nil {
		f.Image = webLink(p.Image.URL)
	}
	return f
}

var gaps = regexp.MustCompile(`\n[ \t]*(?:\n[ \t]*)+`)

func execute(t *template.Template, f fields) (string, error) {
	var b strings.Builder
	if err := t.Execute(&b, f); err != nil {
		return "", err
	}
	return strings.TrimSpace(gaps.ReplaceAllString(b.String(), "\n\n")), nil
}

// fill runs a template, shortening what it is given until the result fits.
func (c *Composer) fill(t *template.Template, e Event, s *said, m *network.Message, d draft) (string, error) {
	whole := c.fields(e, s, m, d)
	media := len(m.Media) > 0
	text, err := execute(t, whole)
	if err != nil {
		return "", templateFault("template "+t.Name()+" on post "+e.Verdict.Post.Key, err)
	}
	if c.fits(text, media) {
		return text, nil
	}
	if most := c.room(media); most > 0 {
		// More than this never fits, and to cut a whole book again and again would be slow.
		whole.Text = within(beginning(whole.Text, most*32), most*2)
	}
	// First the running text is shortened, then the note, then the title.
	for _, shorten := range []func(f *fields, n int){
		func(f *fields, n int) { f.Text, f.Summary = within(whole.Text, n), within(whole.Summary, n) },
		func(f *fields, n int) { f.Text, f.Summary, f.Note = "", "", within(whole.Note, n) },
		func(f *fields, n int) { f.Text, f.Summary, f.Note, f.Title = "", "", "", within(whole.Title, n) },
	} {
		low, high, best := 0, max(len(whole.Text), len(whole.Summary), len(whole.Note), len(whole.Title)), ""
		for low < high {
			n := (low + high + 1) / 2
			f := whole
			shorten(&f, n)
			text, err := execute(t, f)
			if err != nil {
				return "", templateFault("template "+t.Name()+" on post "+e.Verdict.Post.Key, err)
			}
			if c.fits(text, media) {
				low, best = n, text
			} else {
				high = n - 1
			}
		}
		if best != "" {
			return best, nil
		}
	}
	// The template's own words are too long: they are cut as plain text.
	plain := feeds.Text(text)
	if c.Manner.Markup != network.HTML {
		plain = text
	}
	return c.markup.escape(cut(plain, func(s string) bool { return c.fits(c.markup.escape(s), media) })), nil
}

// sample gives a post with everything and one with next to nothing, for
// templates to be tried on.
func sample() (full, bare Event) {
	at := time.Date(2026, 10, 16, 9, 0, 0, 0, time.UTC)
	full = Event{Now: at, Verdict: change.Verdict{
		Kind: change.Update, Note: change.Note{Text: "Update: there is more.", Date: at},
		Post: feeds.Post{
			Source: "blog", Key: "sample", Link: "https://example.org/post", Title: "A title", Summary: "<p>A summary of some words.</p>",
			Content: "<p>The text of the post.</p>", Published: at, Updated: at, Authors: []feeds.Author{{Name: "Ann"}}, Tags: []string{"news", "open source"},
			Language: "en", Share: "The author's words.", External: "https://example.com/", Image: &feeds.Media{URL: "https://example.org/i.png", Alt: "A picture"},
			Feed: &feeds.Origin{Title: "Blog", Link: "https://example.org/"},
		},
	}}
	bare = Event{Now: at, Verdict: change.Verdict{Kind: change.New, Post: feeds.Post{Source: "blog", Key: "bare", Title: "A title", Link: "https://example.org/post"}}}
	return full, bare
}
