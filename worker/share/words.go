package share

import (
	"fmt"
	"slices"
	"strings"
	"text/template"
	"time"
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
