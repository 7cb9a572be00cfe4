package share

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"text/template"
	"text/template/parse"
	"time"

	"syndicated/feeds"
	"syndicated/feeds/change"
	"syndicated/worker/network"
)

// Word documents one field or function of a template.
type Word struct{ Name, Means string }

// Fields are what a template may print of a post.
var Fields = []Word{
	{".Title", "the post's title, plain; empty for a note"},
	{".URL", "the link, with the account's utm parameters"},
	{".Summary", "what the post says in a few sentences; shortened first when the message is too long"},
	{".Text", "the whole post as plain text; shortened with .Summary"},
	{".Note", "what an update says, in its own words"},
	{".NoteLabel", "what stands before it in the post's language: Update, October 16:"},
	{".NoteDate", "the date that the note carries, a time; zero if none"},
	{".Tags", "list of the post's tags as they are"},
	{".Hashtags", "the hashtags made of them, one text: #Go #OpenSource; empty where the network has none"},
	{".Author", "names of the authors, joined by commas"},
	{".Source", "name of the source in the settings"},
	{".FeedTitle", "title of the feed that the post was read from"},
	{".FeedURL", "its site"},
	{".Published, .Updated", "times, for date"},
	{".Language", "BCP 47: en, pt-BR"},
	{".Kind", "new, update, rerun or digest"},
	{".Share", "the author's own words for social accounts"},
	{".External", "the page that a link post is about"},
	{".Image", "address of the post's image"},
	{".Account, .Network", "name and type of the account"},
	{".Posts", "in a digest: the posts, each with .Title .URL .Summary"},
}

// Functions documents what a template may call beside the functions of text/template itself.
var Functions = []Word{
	{"cut N TEXT", "at most N characters, cut at a sentence or a word"},
	{"upper, lower, title TEXT", "letters"},
	{"join SEPARATOR LIST", "one text of a list"},
	{"date LAYOUT TIME", "Go's layout: 2 January 2006; empty for a time that is not known"},
	{"hashtag TEXT", "#CamelCase of a text or of each of a list"},
	{"default VALUE TEXT", "VALUE where TEXT is empty"},
	{"replace OLD NEW TEXT", "all OLD by NEW"},
	{"trim TEXT", "without white space around it"},
	{"line TEXT", "in one line"},
	{"quote TEXT", "in quotation marks"},
	{"contains PART TEXT", "true if PART is in TEXT or in a list, without regard to case"},
	{"bold, italic TEXT", "as the network writes it"},
	{"link WORDS URL", "a link, or the words and the address where the network has none"},
}

// Funcs are the functions of templates, for plain text. A Composer's own
// templates have those that write markup in the network's language.
func Funcs() template.FuncMap { return funcs(markup{}) }

// marked is text that is written in the network's markup already.
type marked string

func funcs(m markup) template.FuncMap {
	return template.FuncMap{
		"cut": func(n int, s string) (string, error) {
			if n < 1 {
				return "", fmt.Errorf("cut %d: the length must be 1 or more", n)
			}
			return within(s, n), nil
		},
		"upper": strings.ToUpper,
		"lower": strings.ToLower,
		"title": capital,
		"join":  func(sep string, list []string) string { return strings.Join(list, sep) },
		"date": func(layout string, t time.Time) string {
			if t.IsZero() {
				return ""
			}
			return t.Format(layout)
		},
		"hashtag": func(v any) (string, error) {
			var in, out []string
			switch v := v.(type) {
			case string:
				in = []string{v}
			case []string:
				in = v
			default:
				return "", fmt.Errorf("hashtag: a text or a list is needed, not %T", v)
			}
			for _, tag := range in {
				if h := hashtag(tag); h != "" {
					out = append(out, "#"+h)
				}
			}
			return strings.Join(out, " "), nil
		},
		"default": func(d, s string) string {
			if strings.TrimSpace(s) == "" {
				return d
			}
			return s
		},
		"replace": func(old, repl, s string) string { return strings.ReplaceAll(s, old, repl) },
		"trim":    strings.TrimSpace,
		"line":    oneLine,
		"quote":   quoted,
		"contains": func(part string, where any) (bool, error) {
			has := func(s string) bool { return strings.Contains(strings.ToLower(s), strings.ToLower(part)) }
			switch w := where.(type) {
			case string:
				return has(w), nil
			case []string:
				return slices.ContainsFunc(w, has), nil
			}
			return false, fmt.Errorf("contains: a text or a list is needed, not %T", where)
		},
		"bold":   func(s string) marked { return marked(m.strong(s)) },
		"italic": func(s string) marked { return marked(m.em(s)) },
		"link":   func(words, url string) marked { return marked(m.link(url, words)) },
		escaper: func(v any) marked {
			switch v := v.(type) {
			case marked:
				return v
			case nil:
				return ""
			case time.Time:
				return marked(v.Format("2006-01-02"))
			}
			return marked(m.escape(fmt.Sprint(v)))
		},
	}
}

// escaper is put behind every action of a template, as html/template does it.
const escaper = "_escape"

// parse reads the templates and tries each on a sample post.
func (c *Composer) parse() []error {
	var faults []error
	add := func(key, kind, text string) {
		t, err := template.New(key).Funcs(funcs(c.markup)).Parse(text)
		if err == nil {
			for _, one := range t.Templates() {
				if one.Tree != nil {
					guard(one.Root)
				}
			}
			err = c.try(t, kind)
		}
		if err != nil {
			faults = append(faults, templateFault(key, err))
			return
		}
		c.templates[kind] = t
	}
	if c.Words.Template != "" {
		add("template", "", c.Words.Template)
	}
	for _, kind := range slices.Sorted(maps.Keys(c.Words.Templates)) {
		key := "templates." + kind
		switch {
		case !slices.Contains([]string{kindNew, kindUpdate, kindRerun, kindDigest}, kind):
			faults = append(faults, fmt.Errorf("%s: there is no such kind; write new, update, rerun or digest", key))
		case strings.TrimSpace(c.Words.Templates[kind]) == "":
			faults = append(faults, fmt.Errorf("%s: empty; leave the key out for the network's own words", key))
		default:
			add(key, kind, c.Words.Templates[kind])
		}
	}
	return faults
}

// try runs a template on posts with everything and with next to nothing.
func (c *Composer) try(t *template.Template, kind string) error {
	full, bare := sample()
	wordless := true
	for _, e := range []Event{full, bare} {
		s := listen(e.Verdict.Post)
		k := kind
		if k == "" {
			k = kindNew
		}
		m := c.message(e, s, k)
		f := c.fields(e, s, &m, c.draft(e, s))
		f.Posts = []Listed{{Title: "A title", URL: "https://example.org/a", Summary: "A summary."}}
		text, err := execute(t, f)
		if err != nil {
			return err
		}
		wordless = wordless && strings.TrimSpace(text) == ""
	}
	if wordless {
		return errors.New("it gives no words for a post with everything")
	}
	return nil
}

// guard puts the escaper behind every action that prints.
func guard(n parse.Node) {
	switch n := n.(type) {
	case *parse.ListNode:
		if n != nil {
			for _, c := range n.Nodes {
				guard(c)
			}
		}
	case *parse.ActionNode:
		if len(n.Pipe.Decl) == 0 {
			n.Pipe.Cmds = append(n.Pipe.Cmds, &parse.CommandNode{NodeType: parse.NodeCommand, Pos: n.Pos, Args: []parse.Node{parse.NewIdentifier(escaper).SetPos(n.Pos)}})
		}
	case *parse.IfNode:
		guard(n.List)
		guard(n.ElseList)
	case *parse.RangeNode:
		guard(n.List)
		guard(n.ElseList)
	case *parse.WithNode:
		guard(n.List)
		guard(n.ElseList)
	}
}

var templatePlace = regexp.MustCompile(`(?s)^template: [\w.]+:(\d+)(?::(\d+))?: ?(?:executing "[^"]*" at (<.*?>): )?(.*)$`)

// templateFault tells the place of a fault in the words of the settings.
func templateFault(key string, err error) error {
	m := templatePlace.FindStringSubmatch(err.Error())
	if m == nil {
		return fmt.Errorf("%s: %w", key, err)
	}
	if column, err := strconv.Atoi(m[2]); err == nil {
		// text/template counts columns from 0.
		m[2] = strconv.Itoa(column + 1)
	}
	switch {
	case m[2] == "":
		return fmt.Errorf("%s: line %s: %s", key, m[1], m[4])
	case m[3] != "":
		return fmt.Errorf("%s: line %s, column %s: %s: %s", key, m[1], m[2], m[3], strings.ReplaceAll(m[4], "share.fields", "a post"))
	}
	return fmt.Errorf("%s: line %s, column %s: %s", key, m[1], m[2], m[4])
}

func (c *Composer) template(kind string) *template.Template {
	if t := c.templates[kind]; t != nil {
		return t
	}
	if kind == kindDigest {
		// One for all kinds speaks of one post.
		return nil
	}
	return c.templates[""]
}

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
