package write

import (
	"bytes"
	"cmp"
	_ "embed"
	"fmt"
	"html/template"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"golang.org/x/text/language"

	"syndicated/feeds"
)

//go:embed page.css
var pageCSS string

//go:embed feed.css
var feedCSS []byte

//go:embed page.html
var pageHTML string

// FeedCSS is how a browser that is shown the XML itself is to show it
// (BaseURL/feeds.css).
func FeedCSS() []byte { return slices.Clone(feedCSS) }

var pages = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("pages").Parse(pageHTML))
})

type pageData struct {
	Feed    *Feed
	CSS     template.CSS
	Self    string
	RSS     string
	Atom    string
	JSON    string
	Index   string
	Updated pageTime
	Entries []pageEntry
	Left    int // entries that the page does not show
}

type pageEntry struct {
	ID        string
	Title     string
	Named     bool // Title is the post's own
	Link      string
	External  string
	Published pageTime
	Updated   pageTime
	Note      string
	Authors   []feeds.Author
	Tags      []string
	Language  string
	RTL       bool // written from right to left
	Summary   string
	Content   template.HTML
	Long      bool // the content is folded away below the summary
	HasMeta   bool
	Image     *feeds.Media
	Files     []pageFile
	Origin    *feeds.Origin
}

type pageFile struct {
	URL, Name, Type, Size string
}

type pageTime struct{ Machine, Human string }

func pageTimeOf(t time.Time) pageTime {
	if t.IsZero() {
		return pageTime{}
	}
	return pageTime{rfc3339(t), t.Format("2 January 2006")}
}

// Page is the feed for people: HTML with microformats (h-feed, h-entry).
func (d *Document) Page() ([]byte, error) {
	f := &d.feed
	p := pageData{
		Feed: f, CSS: template.CSS(pageCSS), RSS: Address(f.BaseURL, f.Name, FormatRSS), Atom: Address(f.BaseURL, f.Name, FormatAtom),
		JSON: Address(f.BaseURL, f.Name, FormatJSON), Index: f.BaseURL + "/", Self: Address(f.BaseURL, f.Name, ""),
	}
	if len(d.entries) > 0 {
		p.Updated = pageTimeOf(d.updated)
	}
	p.Left = max(0, len(d.entries)-maxPage)
	for i := range d.entries[:len(d.entries)-p.Left] {
		p.Entries = append(p.Entries, d.pageEntry(&d.entries[i], i))
	}
	return execute("feed", f.Name, p)
}

func (d *Document) pageEntry(e *entry, i int) pageEntry {
	x := pageEntry{
		ID: "entry-" + strconv.Itoa(i+1), Title: d.titleOf(e), Named: e.title != "", Link: e.link, External: e.external,
		Published: pageTimeOf(e.published), Note: e.note, Authors: e.authors, Tags: e.tags, Summary: e.summary,
		Content: template.HTML(forPage(e.html)), Origin: e.origin,
	}
	x.Long = utf8.RuneCountInString(feeds.Text(e.html)) > longPost && e.summary != ""
	if o := e.origin; o != nil {
		named := *o
		named.Title = cmp.Or(o.Title, strings.TrimPrefix(strings.TrimPrefix(o.Link, "https://"), "http://"))
		x.Origin = &named
		if named.Title == "" {
			x.Origin = nil
		}
	}
	if e.language != "" && e.language != "en" {
		x.Language = e.language
		script, _ := language.Make(e.language).Script()
		x.RTL = strings.Contains("Arab Hebr Thaa Syrc Nkoo Adlm Mand Samr", script.String())
	}
	if e.updated.Sub(e.published) > time.Minute {
		x.Updated = pageTimeOf(e.updated)
	}
	x.HasMeta = x.Named && x.Published.Machine != "" || x.Updated.Machine != "" && x.Note == "" || len(x.Authors) > 0 || x.Origin != nil
	if e.image != nil && (x.Long || !strings.Contains(e.html, "<img ")) {
		x.Image = e.image
	}
	for _, m := range e.files {
		x.Files = append(x.Files, pageFile{m.URL, fileName(m), m.Type, fileSize(m.Length)})
	}
	return x
}

func fileName(m feeds.Media) string {
	if m.Title != "" {
		return m.Title
	}
	name := m.URL[strings.LastIndexByte(m.URL, '/')+1:]
	name, _, _ = strings.Cut(name, "?")
	if name == "" {
		return "File"
	}
	return name
}

func fileSize(n int64) string {
	switch {
	case n <= 0:
		return ""
	case n < 1e6:
		return fmt.Sprintf("%d kB", max(1, n/1000))
	case n < 1e9:
		return fmt.Sprintf("%.1f MB", float64(n)/1e6)
	}
	return fmt.Sprintf("%.1f GB", float64(n)/1e9)
}

const (
	maxPage  = 100  // entries
	longPost = 1500 // characters; what is longer is folded
)

// forPage fits a post's HTML into the page: tables may be wider than a screen
// and must then be scrolled, by keyboard too; images load when they are near.
func forPage(body string) string {
	body = lowerHeadings(body)
	body = strings.ReplaceAll(body, "<img ", `<img loading="lazy" `)
	body = strings.ReplaceAll(body, "<table", `<div class="wide" tabindex="0" role="group" aria-label="Table"><table`)
	return strings.ReplaceAll(body, "</table>", "</table></div>")
}

var heading = regexp.MustCompile(`<(/?)h([1-6])([ >])`)

// lowerHeadings puts a post's own headings below the post's title, which is of
// the second level, without a gap between levels.
func lowerHeadings(body string) string {
	var used []byte
	for _, m := range heading.FindAllStringSubmatch(body, -1) {
		if m[1] == "" && !slices.Contains(used, m[2][0]) {
			used = append(used, m[2][0])
		}
	}
	if used == nil {
		return body
	}
	slices.Sort(used)
	return heading.ReplaceAllStringFunc(body, func(s string) string {
		m := heading.FindStringSubmatch(s)
		level := min(6, 3+slices.Index(used, m[2][0]))
		return "<" + m[1] + "h" + strconv.Itoa(level) + m[3]
	})
}

func execute(page, name string, data any) ([]byte, error) {
	var b bytes.Buffer
	if err := pages().ExecuteTemplate(&b, page, data); err != nil {
		return nil, fmt.Errorf("write page of %s: %w", name, err)
	}
	return b.Bytes(), nil
}

type indexData struct {
	CSS   template.CSS
	OPML  string
	Feeds []indexFeed
}

type indexFeed struct {
	Feed            Feed
	Page, RSS, Atom string
	JSON            string
}

// Index is the page that lists feeds.
func Index(base string, list []Feed) ([]byte, error) {
	data := indexData{CSS: template.CSS(pageCSS), OPML: strings.TrimRight(base, "/") + "/feeds.opml"}
	for _, f := range list {
		f.Posts = nil
		d := Make(f)
		data.Feeds = append(data.Feeds, indexFeed{
			Feed: d.feed, Page: Address(f.BaseURL, f.Name, ""), RSS: Address(f.BaseURL, f.Name, FormatRSS),
			Atom: Address(f.BaseURL, f.Name, FormatAtom), JSON: Address(f.BaseURL, f.Name, FormatJSON),
		})
	}
	return execute("index", "all feeds", data)
}
