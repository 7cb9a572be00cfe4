package feeds

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"text/template"
	"text/template/parse"
	"time"
)

// Filter is a condition on a post, written as the condition of a Go
// text/template without its braces: contains .Title "Go", or
// and (has .Tags "news") (not (has .Authors "Bot")).
type Filter struct {
	text string
	tmpl *template.Template
	now  func() time.Time
}

// FilterWord documents one field or function of a Filter.
type FilterWord struct{ Name, Means string }

// FilterWords are the fields and functions that a Filter may use beside those
// of text/template itself (and, or, not, eq, ne, lt, gt, len, index …).
var FilterWords = []FilterWord{
	{".Title", "plain text"},
	{".Text", "the whole post as plain text"},
	{".Summary", "plain text"},
	{".Content", "HTML as the source gave it"},
	{".Link, .ID, .External, .Comments", "addresses as the source gave them"},
	{".Tags", "list of words"},
	{".Authors", "list; has and contains look at the names and addresses"},
	{".Source, .Language, .Share, .Note", "words"},
	{".Feed.Title, .Feed.Link", "of the feed that the post was read from"},
	{".Published, .Updated", "times, for before, after, newer"},
	{".Image", "nil if there is none"},
	{".Enclosures", "list"},
	{".Words", "how many words the post has"},
	{"contains WHERE PART", "PART is in WHERE, without regard to case; WHERE is text or a list"},
	{"has LIST WORD", "WORD is one of LIST, whole, without regard to case"},
	{"match WHERE REGEXP", "the RE2 expression matches WHERE, text or any of a list"},
	{"lower TEXT", "in small letters"},
	{"before TIME DAY, after TIME DAY", "DAY is 2026-10-16 or RFC 3339"},
	{"newer TIME AGE", "TIME is less than AGE ago: 36h, 7d"},
}

// filtered is a post as a filter sees it.
type filtered struct {
	Post
	Feed Origin
}

func (f filtered) Summary() string { return Text(f.Post.Summary) }

func (f filtered) Text() string {
	if f.Content != "" {
		return Text(f.Content)
	}
	return f.Summary()
}

func (f filtered) Words() int { return len(strings.Fields(f.Text())) }

// ParseFilter reads a filter and tries it on an empty and on a full post. Its
// errors name the column.
func ParseFilter(text string) (*Filter, error) {
	f := &Filter{text: text, now: time.Now}
	if strings.TrimSpace(text) == "" {
		return nil, errors.New("the filter is empty; write a condition such as contains .Title \"Go\"")
	}
	if strings.Contains(text, "{{") {
		return nil, fmt.Errorf("column %d: write the condition alone, without {{ }}", strings.Index(text, "{{")+1)
	}
	const head = "{{if ("
	tmpl, err := template.New("filter").Funcs(f.funcs()).Parse(head + text + ")}}1{{end}}")
	if err != nil {
		return nil, f.explain(err, len(head))
	}
	if n := tmpl.Root.Nodes; len(n) != 1 || n[0].Type() != parse.NodeIf || n[0].(*parse.IfNode).List.String() != "1" {
		return nil, fmt.Errorf("filter %q: not one condition; write it without braces, join several by and, or", text)
	}
	f.tmpl = tmpl
	for _, p := range []Post{{}, samplePost()} {
		if _, err := f.Keep(p); err != nil {
			return nil, err
		}
	}
	return f, nil
}

func (f *Filter) String() string { return f.text }

// Keep tells whether the condition holds for p. Not every fault can be seen by
// ParseFilter (index of a list that is too short), so the error is to be told.
func (f *Filter) Keep(p Post) (bool, error) {
	v := filtered{Post: p}
	if p.Feed != nil {
		v.Feed = *p.Feed
	}
	var b bytes.Buffer
	if err := f.tmpl.Execute(&b, v); err != nil {
		return false, f.explain(err, len("{{if ("))
	}
	return b.Len() > 0, nil
}

// explain turns an error of text/template into one about the filter's own text.
func (f *Filter) explain(err error, shift int) error {
	m := templateError.FindStringSubmatch(err.Error())
	if m == nil {
		return fmt.Errorf("filter %q: %w", f.text, err)
	}
	what := m[2]
	if column, convErr := strconv.Atoi(m[1]); convErr == nil {
		// text/template counts from 0 and so many bytes stand before the text.
		return fmt.Errorf("filter %q: column %d: %s", f.text, max(1, column-shift+1), what)
	}
	return fmt.Errorf("filter %q: %s", f.text, what)
}

var templateError = regexp.MustCompile(`(?s)^template: filter:\d+:(?:(\d+):)? ?(?:executing "filter" at <.*?>: )?(.*)$`)

func (f *Filter) funcs() template.FuncMap {
	return template.FuncMap{
		"contains": func(where any, part string) (bool, error) {
			part = strings.ToLower(part)
			return anyOf(where, func(s string) bool { return strings.Contains(strings.ToLower(s), part) })
		},
		"has": func(list any, word string) (bool, error) {
			return anyOf(list, func(s string) bool { return strings.EqualFold(strings.TrimSpace(s), word) })
		},
		"match": func(where any, expression string) (bool, error) {
			re, err := regexp.Compile(expression)
			if err != nil {
				return false, err
			}
			return anyOf(where, re.MatchString)
		},
		"lower":  strings.ToLower,
		"before": func(t time.Time, day string) (bool, error) { return compareDay(t, day, -1) },
		"after":  func(t time.Time, day string) (bool, error) { return compareDay(t, day, 1) },
		"newer": func(t time.Time, age string) (bool, error) {
			d, err := parseAge(age)
			return err == nil && t.After(f.now().Add(-d)), err
		},
	}
}

// anyOf applies ok to a text, to each of a list of texts, or to the names and
// addresses of authors.
func anyOf(where any, ok func(string) bool) (bool, error) {
	switch w := where.(type) {
	case string:
		return ok(w), nil
	case []string:
		return slices.ContainsFunc(w, ok), nil
	case []Author:
		return slices.ContainsFunc(w, func(a Author) bool { return ok(a.Name) || ok(a.Email) || ok(a.URL) }), nil
	case []Media:
		return slices.ContainsFunc(w, func(m Media) bool { return ok(m.Type) || ok(m.URL) }), nil
	}
	return false, fmt.Errorf("a text or a list of texts is needed, not %v", reflect.TypeOf(where))
}

func compareDay(t time.Time, day string, want int) (bool, error) {
	for _, layout := range []string{time.DateOnly, time.RFC3339} {
		if d, err := time.Parse(layout, day); err == nil {
			return !t.IsZero() && t.Compare(d) == want, nil
		}
	}
	return false, fmt.Errorf("%q is no day; write 2026-10-16 or 2026-10-16T09:00:00Z", day)
}

// parseAge reads Go's durations and whole days in front, "7d", "1d12h".
func parseAge(s string) (time.Duration, error) {
	days, rest, ok := strings.Cut(s, "d")
	if !ok {
		days, rest = "0", s
	}
	n, err := strconv.ParseUint(days, 10, 16)
	if err != nil {
		return 0, fmt.Errorf("%q is no length of time; write 36h or 7d", s)
	}
	total := time.Duration(n) * 24 * time.Hour
	if rest == "" {
		return total, nil
	}
	d, err := time.ParseDuration(rest)
	if err != nil || d < 0 {
		return 0, fmt.Errorf("%q is no length of time; write 36h or 7d", s)
	}
	return total + d, nil
}

// samplePost has something in every field, for filters to be tried on.
func samplePost() Post {
	at := time.Date(2026, 10, 16, 9, 0, 0, 0, time.UTC)
	return Post{
		Source: "blog", Key: "k", ID: "urn:x", Link: "https://example.org/post", Title: "A title", Summary: "<p>A summary.</p>",
		Content: "<p>The text.</p>", Published: at, Updated: at, Authors: []Author{{Name: "Ann"}}, Tags: []string{"news"},
		Language: "en", Image: &Media{URL: "https://example.org/i.png"}, Enclosures: []Media{{URL: "https://example.org/a.mp3", Type: "audio/mpeg"}},
		Note: "A note.", Feed: &Origin{Title: "Blog", Link: "https://example.org/"},
	}
}
