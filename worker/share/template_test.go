package share_test

import (
	"strings"
	"testing"

	"syndicated/feeds"
	"syndicated/worker/network"
	"syndicated/worker/share"
)

func TestTemplate(t *testing.T) {
	p := article()
	p.Title = "Go *1.26* & you"
	p.Authors = []feeds.Author{{Name: "Ann"}, {Email: "x@example.org"}, {Name: "Bob"}}
	p.Feed = &feeds.Origin{Title: "The Blog", Link: "https://example.org/"}
	p.Published = now
	for _, c := range []struct {
		name   string
		manner network.Manner
		text   string
		want   string
	}{
		{"fields", mastodon, "{{.Title}} by {{.Author}} ({{.FeedTitle}}): {{.URL}} {{.Hashtags}} {{.Kind}}", "Go *1.26* & you by Ann, Bob (The Blog): https://example.org/go-126 #Go #OpenSource new"},
		{"escaped for discord", discord, "**{{.Title}}** {{.URL}}", `**Go \*1.26\* & you** https://example.org/go-126`},
		{"escaped for telegram", telegram, "<b>{{.Title}}</b>", "<b>Go *1.26* &amp; you</b>"},
		{"bold and link", telegram, `{{bold .Title}} {{link "read" .URL}}`, `<b>Go *1.26* &amp; you</b> <a href="https://example.org/go-126">read</a>`},
		{"link in plain text", mastodon, `{{link "read" .URL}}`, "read https://example.org/go-126"},
		{"link on discord", discord, `{{link "read" .URL}}`, "[read](https://example.org/go-126)"},
		{"link on slack", slack, `{{link "read" .URL}}`, "<https://example.org/go-126|read>"},
		{"if and default", mastodon, `{{if .Note}}N{{else}}-{{end}}{{default "nobody" .Share}}`, "-nobody"},
		{"cut", mastodon, `{{cut 8 .Title}}`, "Go…"},
		{"join and tags", mastodon, `{{join " / " .Tags}} {{hashtag .Tags}} {{hashtag "a b"}}`, "Go / open source #Go #OpenSource #AB"},
		{"date", mastodon, `{{date "2 January 2006" .Published}}{{date "2006" .Updated}}`, "17 October 2026"},
		{"letters", mastodon, `{{upper "a"}}{{lower "B"}}{{title "c"}}`, "aBC"},
		{"range", mastodon, `{{range .Tags}}[{{.}}]{{end}}`, "[Go][open source]"},
		{"variable", mastodon, `{{$x := .Title}}{{$x}}`, "Go *1.26* & you"},
		{"gaps closed", mastodon, "{{.Title}}\n\n{{.Note}}\n\n{{.URL}}\n", "Go *1.26* & you\n\nhttps://example.org/go-126"},
		{"summary", mastodon, "{{.Summary}}", "The release is out. It makes generics, at last, self-referential."},
		{"printf is escaped", telegram, `{{printf "%s" .Title}}`, "Go *1.26* &amp; you"},
	} {
		t.Run(c.name, func(t *testing.T) {
			want := c.want
			if c.name == "letters" {
				want = "AbC"
			}
			out := compose(t, share.Config{Account: "a", Network: "n", Manner: c.manner, Words: share.Words{Template: c.text}}, share.Event{Verdict: verdict("new", p, "")})
			if got := out.Messages[0].Text; got != want {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
}

func TestTemplateByKind(t *testing.T) {
	p := article()
	p.Revision = 1
	w := share.Words{Template: "all {{.Title}}", Templates: map[string]string{"update": "{{.NoteLabel}} {{.Note}} {{date \"2 Jan\" .NoteDate}}"}}
	c := share.Config{Account: "a", Manner: mastodon, Words: w}
	if got, want := compose(t, c, share.Event{Verdict: verdict("new", p, "")}).Messages[0].Text, "all Go 1.26 & you"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := compose(t, c, share.Event{Verdict: verdict("update", p, "Fixed.")}).Messages[0].Text, "Update, October 16: Fixed. 16 Oct"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// What is too long is shortened where it is long, and the rest stays whole.
func TestTemplateFits(t *testing.T) {
	p := article()
	p.Content = long(100)
	for _, c := range []struct {
		name   string
		manner network.Manner
		text   string
		title  string
		check  func(text string) bool
	}{
		{"text gives way", mastodon, "{{.Title}}: {{.Text}} {{.URL}}", "Title", func(s string) bool {
			return strings.HasPrefix(s, "Title: This is") && strings.HasSuffix(s, ". "+p.Link) && len(s) > 400
		}},
		{"then the title", mastodon, "{{.Title}} {{.URL}}", strings.Repeat("word ", 200), func(s string) bool { return strings.HasSuffix(s, "word… "+p.Link) && len([]rune(s)) > 480 }},
		{"markup stays closed", telegram, "<b>{{.Title}}</b> <i>{{.Text}}</i>", strings.Repeat("& ", 5000), func(s string) bool { return strings.HasSuffix(s, "</i>") || strings.HasSuffix(s, "</b>") }},
		{"words of the template are too long", mastodon, strings.Repeat("so ", 300) + "{{.Title}}", "Title", func(s string) bool { return strings.HasSuffix(s, "so…") }},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := p
			p.Title = c.title
			out := compose(t, share.Config{Account: "a", Manner: c.manner, Words: share.Words{Template: c.text}}, share.Event{Verdict: verdict("new", p, "")})
			got := out.Messages[0].Text
			if !c.check(got) {
				t.Errorf("got %q", got)
			}
			if n := len([]rune(got)); n > c.manner.Max {
				t.Errorf("%d runes, limit %d", n, c.manner.Max)
			}
		})
	}
}

// Every field and function that is documented is there.
func TestTemplateWords(t *testing.T) {
	for _, w := range share.Fields {
		for name := range strings.SplitSeq(w.Name, ", ") {
			if _, err := share.New(share.Config{Manner: mastodon, Words: share.Words{Template: "x {{" + name + "}}"}}); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	funcs := share.Funcs()
	documented := map[string]bool{"_escape": true}
	for _, w := range share.Functions {
		for name := range strings.SplitSeq(w.Name, ", ") {
			name, _, _ = strings.Cut(name, " ")
			documented[name] = true
			if funcs[name] == nil {
				t.Errorf("%s is documented and not there", name)
			}
		}
	}
	for name := range funcs {
		if !documented[name] {
			t.Errorf("%s is not documented", name)
		}
	}
}
