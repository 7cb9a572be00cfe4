package share_test

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"syndicated/feeds"
	"syndicated/worker/network"
	"syndicated/worker/share"
)

func long(sentences int) string {
	var b strings.Builder
	for i := range sentences {
		fmt.Fprintf(&b, "<p>This is sentence number %d of a rather long story. It has some more to say.</p>", i+1)
	}
	return b.String()
}

func TestThread(t *testing.T) {
	p := article()
	p.Summary, p.Content, p.Image = "", long(20), &feeds.Media{URL: "https://example.org/i.png", Alt: "A picture"}
	c := share.Config{Account: "a", Manner: mastodon, CanReply: true, CanEdit: true, Words: share.Words{Long: "thread"}}
	out := compose(t, c, share.Event{Verdict: verdict("new", p, "")})
	if len(out.Messages) < 3 {
		t.Fatalf("got %d messages", len(out.Messages))
	}
	var all strings.Builder
	ids := map[string]bool{}
	for i, m := range out.Messages {
		number := fmt.Sprintf("%d/%d", i+1, len(out.Messages))
		if !strings.HasSuffix(m.Text, "\n\n"+number) {
			t.Errorf("part %d is not numbered: %q", i, m.Text)
		}
		if n := utf8.RuneCountInString(m.Text); n > 500 {
			t.Errorf("part %d has %d runes", i, n)
		}
		if m.ID != share.ID("a", "blog", "k", 0, "new", i) || ids[m.ID] {
			t.Errorf("part %d: id %s", i, m.ID)
		}
		ids[m.ID] = true
		body := strings.TrimSuffix(m.Text, "\n\n"+number)
		switch {
		case i == 0:
			if m.Verb != network.VerbPost || m.Of != "" || len(m.Media) != 1 || !strings.HasPrefix(m.Text, "Go 1.26 & you\n\n") || !strings.Contains(m.Text, p.Link+"\n\n#Go #OpenSource") {
				t.Errorf("first part: %+v", m)
			}
			body = strings.TrimSuffix(strings.TrimPrefix(body, "Go 1.26 & you\n\n"), "\n\n"+p.Link+"\n\n#Go #OpenSource")
		case m.Verb != network.VerbReply || m.Of != out.Messages[i-1].ID || len(m.Media) != 0:
			t.Errorf("part %d: %+v", i, m)
		}
		if last := body[len(body)-1]; last != '.' {
			t.Errorf("part %d ends within a sentence: %q", i, body)
		}
		all.WriteString(strings.Join(strings.Fields(body), " ") + " ")
	}
	if want := strings.TrimSpace(strings.NewReplacer("<p>", "", "</p>", " ").Replace(long(20))); strings.TrimSpace(all.String()) != want {
		t.Errorf("the parts do not make the whole:\n%s\n%s", all.String(), want)
	}

	t.Run("update is a reply to the last part", func(t *testing.T) {
		var before []share.Earlier
		for _, m := range out.Messages {
			before = append(before, share.Earlier{ID: m.ID, Sent: true})
		}
		p := p
		p.Revision = 1
		up := compose(t, c, share.Event{Verdict: verdict("update", p, "It is mended."), Before: before})
		if len(up.Messages) != 1 || up.Messages[0].Verb != network.VerbReply || up.Messages[0].Of != before[len(before)-1].ID {
			t.Errorf("got %+v", up)
		}
	})
	t.Run("too long", func(t *testing.T) {
		p := p
		p.Content = long(200)
		out := compose(t, c, share.Event{Verdict: verdict("new", p, "")})
		last := out.Messages[len(out.Messages)-1].Text
		if len(out.Messages) != 12 || !strings.HasSuffix(last, p.Link+"\n\n12/12") {
			t.Errorf("got %d parts, the last %q", len(out.Messages), last)
		}
	})
	for name, change := range map[string]func(*share.Config){
		"no replies":      func(c *share.Config) { c.CanReply = false },
		"no threads":      func(c *share.Config) { c.Manner.Thread = false },
		"not asked for":   func(c *share.Config) { c.Words.Long = "cut" },
		"has a template":  func(c *share.Config) { c.Words.Template = "{{.Title}}" },
		"room for it all": func(c *share.Config) { c.Manner.Max = 50000 },
	} {
		t.Run(name, func(t *testing.T) {
			c := c
			change(&c)
			if out := compose(t, c, share.Event{Verdict: verdict("new", p, "")}); len(out.Messages) != 1 {
				t.Errorf("got %d messages", len(out.Messages))
			}
		})
	}
}

func TestLongLink(t *testing.T) {
	p := article()
	p.Summary = long(20)
	out := compose(t, share.Config{Account: "a", Manner: mastodon, Words: share.Words{Long: "link"}}, share.Event{Verdict: verdict("new", p, "")})
	if got, want := out.Messages[0].Text, lines("Go 1.26 & you", p.Link, "#Go #OpenSource"); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
