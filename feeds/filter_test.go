package feeds_test

import (
	"strings"
	"testing"
	"time"

	"syndicated/feeds"
)

func TestFilter(t *testing.T) {
	p := feeds.Post{
		Title: "Go 1.26 is out", Content: "<p>Read <b>all</b> about it.</p>", Tags: []string{"News", "go"},
		Authors: []feeds.Author{{Name: "Ann Example", Email: "ann@example.org"}}, Published: time.Now().Add(-2 * time.Hour),
		Updated: time.Date(2026, 10, 16, 0, 0, 0, 0, time.UTC), Feed: &feeds.Origin{Title: "The Blog"}, Language: "en",
		Enclosures: []feeds.Media{{URL: "https://example.org/a.mp3", Type: "audio/mpeg"}},
	}
	for _, c := range []struct {
		text string
		want bool
	}{
		{`contains .Title "go"`, true},
		{`contains .Title "rust"`, false},
		{`contains .Text "read all about"`, true},
		{`contains .Tags "new"`, true},
		{`has .Tags "new"`, false},
		{`has .Tags "news"`, true},
		{`has .Authors "ann example"`, true},
		{`has .Authors "Bot"`, false},
		{`and (has .Tags "news") (not (has .Authors "Bot"))`, true},
		{`or (has .Tags "x") (eq .Language "en")`, true},
		{`match .Title "^Go \\d"`, true},
		{"match .Title `(?i)^go`", true},
		{`match .Tags "^go$"`, true},
		{`contains (lower .Title) "IS OUT"`, true},
		{`before .Updated "2026-10-17"`, true},
		{`after .Updated "2026-10-17"`, false},
		{`newer .Published "3h"`, true},
		{`newer .Published "1h"`, false},
		{`newer .Published "1d"`, true},
		{`contains .Feed.Title "blog"`, true},
		{`contains .Enclosures "audio/"`, true},
		{`gt .Words 3`, true},
		{`.Image`, false},
		{`not .Image`, true},
		{`.Tags`, true},
	} {
		t.Run(c.text, func(t *testing.T) {
			f, err := feeds.ParseFilter(c.text)
			if err != nil {
				t.Fatal(err)
			}
			got, err := f.Keep(p)
			if err != nil || got != c.want {
				t.Errorf("got %v, %v, want %v", got, err, c.want)
			}
		})
	}
}

func TestFilterFaults(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"empty", " ", "empty"},
		{"unknown function", `contians .Title "x"`, `"contians" not defined`},
		{"unknown field", `contains .Titel "x"`, "Titel"},
		{"column", `contains .Titel "x"`, "column 10:"},
		{"braces", `{{contains .Title "x"}}`, "without {{ }}"},
		{"escape", `true)}}x{{end}}{{if (true`, "without {{ }}"},
		{"closed early", `true)}}`, "filter"},
		{"too few arguments", `contains .Title`, "wrong number of args"},
		{"regexp", `match .Title "("`, "missing closing"},
		{"day", `before .Published "yesterday"`, "is no day"},
		{"age", `newer .Published "long"`, "is no length of time"},
		{"type", `has .Published "x"`, "a text or a list"},
		{"unclosed quote", `contains .Title "x`, "unterminated"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := feeds.ParseFilter(c.text)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}
