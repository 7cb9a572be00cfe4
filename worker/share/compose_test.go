package share_test

import (
	"strings"
	"testing"
	"time"

	"syndicated/feeds"
	"syndicated/feeds/change"
	"syndicated/worker/network"
	"syndicated/worker/share"
)

var (
	now      = time.Date(2026, 10, 17, 9, 0, 0, 0, time.UTC)
	mastodon = network.Manner{Max: 500, CountsWarning: true, Markup: network.Plain, Hashtags: true, Media: 4, Update: network.VerbEdit, Thread: true}
	bluesky  = network.Manner{Max: 300, Bytes: 3000, Markup: network.Plain, Hashtags: true, Media: 4, Card: true, Update: network.VerbReply, Thread: true}
	telegram = network.Manner{Max: 4096, MediaMax: 1024, Markup: network.HTML, Hashtags: true, Media: 1, Update: network.VerbEdit, Thread: true}
	discord  = network.Manner{Max: 2000, Markup: network.Markdown, Media: 10, Update: network.VerbEdit}
	slack    = network.Manner{Max: 40000, Markup: network.Mrkdwn, Update: network.VerbReply}
)

func compose(t *testing.T, c share.Config, e share.Event) share.Composed {
	t.Helper()
	if e.Now.IsZero() {
		e.Now = now
	}
	co, err := share.New(c)
	if err != nil {
		t.Fatal(err)
	}
	out, err := co.Compose(e)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func lines(s ...string) string { return strings.Join(s, "\n\n") }

func article() feeds.Post {
	return feeds.Post{
		Source: "blog", Key: "k", Link: "https://example.org/go-126", Title: "Go 1.26 & you", Language: "en",
		Summary: "<p>The release is out. It makes generics, at last, <b>self-referential</b>.</p>", Tags: []string{"Go", "open source"},
	}
}

func TestNew(t *testing.T) {
	for _, c := range []struct {
		name   string
		manner network.Manner
		post   func(*feeds.Post)
		want   string
	}{
		{"mastodon", mastodon, nil, lines("Go 1.26 & you", "The release is out. It makes generics, at last, self-referential.", "https://example.org/go-126", "#Go #OpenSource")},
		{"bluesky has a card", bluesky, nil, lines("Go 1.26 & you", "The release is out. It makes generics, at last, self-referential.", "#Go #OpenSource")},
		{"telegram", telegram, nil, lines("<b>Go 1.26 &amp; you</b>", "The release is out. It makes generics, at last, self-referential.", "https://example.org/go-126", "#Go #OpenSource")},
		{"discord", discord, nil, lines("**Go 1.26 & you**", "The release is out. It makes generics, at last, self-referential.", "https://example.org/go-126")},
		{"slack", slack, nil, lines("*<https://example.org/go-126|Go 1.26 &amp; you>*", "The release is out. It makes generics, at last, self-referential.")},
		{"note", mastodon, func(p *feeds.Post) { p.Title, p.Content = "", "<p>Just <i>this</i>.</p>" }, lines("Just this.", "https://example.org/go-126", "#Go #OpenSource")},
		{"note on bluesky", bluesky, func(p *feeds.Post) { p.Title, p.Content = "", "<p>Just <i>this</i>.</p>" }, lines("Just this.", "https://example.org/go-126", "#Go #OpenSource")},
		{"long note on bluesky", bluesky, func(p *feeds.Post) { p.Title, p.Content = "", "<p>"+strings.Repeat("Word. ", 47)+"</p>" }, strings.TrimSpace(strings.Repeat("Word. ", 47)) + "\n\n#Go #OpenSource"},
		{"own words", mastodon, func(p *feeds.Post) { p.Share = "Read my piece on Go!" }, lines("Read my piece on Go!", "https://example.org/go-126", "#Go #OpenSource")},
		{"no summary", mastodon, func(p *feeds.Post) { p.Summary, p.Content = "", "<h1>H</h1><p>First things first.</p><pre>code</pre>" }, lines("Go 1.26 & you", "First things first.", "https://example.org/go-126", "#Go #OpenSource")},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := article()
			if c.post != nil {
				c.post(&p)
			}
			out := compose(t, share.Config{Account: "a", Network: "n", Manner: c.manner}, share.Event{Verdict: change.Verdict{Kind: change.New, Post: p}})
			if len(out.Messages) != 1 {
				t.Fatalf("got %d messages: %s", len(out.Messages), out.Silence)
			}
			m := out.Messages[0]
			if m.Text != c.want {
				t.Errorf("got\n%s\nwant\n%s", m.Text, c.want)
			}
			if m.Verb != network.VerbPost || m.Kind != "new" || m.ID != share.ID("a", "blog", "k", 0, "new", 0) || m.Link != p.Link {
				t.Errorf("got %+v", m)
			}
		})
	}
}

func TestOptOut(t *testing.T) {
	for name, change := range map[string]func(*feeds.Post){
		"private": func(p *feeds.Post) { p.Private = true },
		"noshare": func(p *feeds.Post) { p.Tags = append(p.Tags, "NoShare") },
	} {
		t.Run(name, func(t *testing.T) {
			p := article()
			change(&p)
			out := compose(t, share.Config{Manner: mastodon}, share.Event{Verdict: verdict("new", p, "")})
			if len(out.Messages) != 0 || out.Silence == "" || out.Cancel {
				t.Errorf("got %+v", out)
			}
			out = compose(t, share.Config{Manner: mastodon}, share.Event{Verdict: verdict("edit", p, ""), Before: []share.Earlier{{ID: "x"}}})
			if !out.Cancel {
				t.Errorf("a waiting message stays: %+v", out)
			}
		})
	}
}

func TestTemplateFaults(t *testing.T) {
	for _, c := range []struct {
		name  string
		words share.Words
		want  string
	}{
		{"syntax", share.Words{Template: "{{.Title}"}, "template: line 1"},
		{"field", share.Words{Templates: map[string]string{"new": "x\n {{.Titel}}"}}, "templates.new: line 2, column 4: <.Titel>"},
		{"function", share.Words{Template: "{{shout .Title}}"}, `"shout" not defined`},
		{"kind", share.Words{Templates: map[string]string{"old": "x"}}, "templates.old: there is no such kind"},
		{"length", share.Words{Template: "{{cut 0 .Title}}"}, "must be 1 or more"},
		{"wordless", share.Words{Template: "{{if false}}x{{end}}"}, "gives no words"},
		{"update", share.Words{Update: "shout"}, "update: \"shout\" is not known"},
		{"language", share.Words{Language: "!"}, "language:"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := share.New(share.Config{Manner: mastodon, Words: c.words})
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}
