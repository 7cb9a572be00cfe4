package share_test

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"syndicated/feeds"
	"syndicated/worker/network"
	"syndicated/worker/share"
)

func TestMedia(t *testing.T) {
	const text = `<p>T</p><img src="https://example.org/a.jpg" alt="A"><img src="https://example.org/px.gif" width="1" height="1"><img src="https://example.org/b.jpg"><img src="data:image/png;base64,xx"><img src="/c.jpg">`
	picture := func(name, alt string) network.Media {
		return network.Media{URL: "https://example.org/" + name, Alt: alt}
	}
	image := &feeds.Media{URL: "https://example.org/i.png", Alt: "I"}
	for _, c := range []struct {
		name  string
		words share.Words
		most  int
		post  feeds.Post
		want  []network.Media
	}{
		{"the image", share.Words{}, 4, feeds.Post{Title: "Another", Image: image, Content: text}, []network.Media{picture("i.png", "I")}},
		{"alt from the text", share.Words{}, 4, feeds.Post{Title: "Another", Image: &feeds.Media{URL: "https://example.org/a.jpg"}, Content: text}, []network.Media{picture("a.jpg", "A")}},
		{"all", share.Words{Media: "all"}, 4, feeds.Post{Title: "Another", Image: image, Content: text}, []network.Media{picture("i.png", "I"), picture("a.jpg", "A"), picture("b.jpg", "")}},
		{"a note's own", share.Words{}, 4, feeds.Post{Content: text}, []network.Media{picture("a.jpg", "A"), picture("b.jpg", "")}},
		{"no more than the network takes", share.Words{Media: "all"}, 1, feeds.Post{Content: text}, []network.Media{picture("a.jpg", "A")}},
		{"no alt, no image", share.Words{Media: "all", Alt: "skip"}, 4, feeds.Post{Content: text}, []network.Media{picture("a.jpg", "A")}},
		{"none wanted", share.Words{Media: "none"}, 4, feeds.Post{Image: image, Content: text}, nil},
		{"none taken", share.Words{}, 0, feeds.Post{Image: image, Content: text}, nil},
		{"attached", share.Words{}, 4, feeds.Post{Title: "x", Enclosures: []feeds.Media{{URL: "https://example.org/a.mp3", Type: "audio/mpeg"}, {URL: "https://example.org/e.png", Type: "image/png", Title: "E"}}}, []network.Media{{URL: "https://example.org/e.png", Alt: "E", Type: "image/png"}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := mastodon
			m.Media = c.most
			c.post.Key = "k"
			out := compose(t, share.Config{Account: "a", Manner: m, Words: c.words}, share.Event{Verdict: verdict("new", c.post, "")})
			if got := out.Messages[0].Media; !reflect.DeepEqual(got, c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

// A long note on a network with a small limit for captions keeps its words and loses its picture.
func TestMediaOrWords(t *testing.T) {
	p := feeds.Post{Key: "k", Content: long(20), Image: &feeds.Media{URL: "https://example.org/i.png"}}
	m := compose(t, share.Config{Account: "a", Manner: telegram}, share.Event{Verdict: verdict("new", p, "")}).Messages[0]
	if len(m.Media) != 0 || !strings.Contains(m.Text, "number 20 of") {
		t.Errorf("got %v, %q", m.Media, m.Text)
	}
	p.Title = "A title"
	m = compose(t, share.Config{Account: "a", Manner: telegram}, share.Event{Verdict: verdict("new", p, "")}).Messages[0]
	if len(m.Media) != 1 || len(m.Text) > 1024 {
		t.Errorf("got %v, %q", m.Media, m.Text)
	}
}

func TestMessage(t *testing.T) {
	p := article()
	p.Published = now.Add(-time.Hour)
	w := share.Words{Visibility: "unlisted", Warning: "spoilers", Tags: share.Tags{Max: 1}}
	m := compose(t, share.Config{Account: "a", Network: "mastodon", Manner: mastodon, Words: w}, share.Event{Verdict: verdict("new", p, "")}).Messages[0]
	want := network.Message{
		ID: share.ID("a", "blog", "k", 0, "new", 0), Account: "a", Kind: "new", Verb: network.VerbPost, Text: m.Text, Subject: p.Title, Link: p.Link, Title: p.Title,
		Summary: "The release is out. It makes generics, at last, self-referential.", Tags: []string{"Go"}, Language: "en", Warning: "spoilers", Visibility: "unlisted",
		Source: "blog", Post: "k", Created: now, Published: p.Published,
	}
	if !reflect.DeepEqual(m, want) {
		t.Errorf("got %+v, want %+v", m, want)
	}
	if !strings.HasSuffix(m.Text, "\n\n#Go") {
		t.Errorf("got %q", m.Text)
	}
}

// The warning counts into the limit.
func TestWarningCounts(t *testing.T) {
	p := feeds.Post{Key: "k", Content: long(20)}
	for _, w := range []string{"", "a warning of some words"} {
		m := compose(t, share.Config{Account: "a", Manner: mastodon, Words: share.Words{Warning: w}}, share.Event{Verdict: verdict("new", p, "")}).Messages[0]
		if n := len([]rune(m.Text + m.Warning)); n > 500 || n < 400 {
			t.Errorf("got %d", n)
		}
	}
	if _, err := share.New(share.Config{Network: "n", Manner: mastodon, Words: share.Words{Warning: strings.Repeat("x", 501)}}); err == nil {
		t.Error("a warning that is too long was taken")
	}
}

func TestData(t *testing.T) {
	p := article()
	p.Revision = 1
	m := compose(t, share.Config{Account: "a", Network: "webhook", Manner: network.Manner{Data: true}}, share.Event{Verdict: verdict("update", p, "Fixed.")}).Messages[0]
	var got struct {
		Kind, Reason string
		Note         struct{ Text, Date string }
		Post         feeds.Post
	}
	if err := json.Unmarshal(m.Data, &got); err != nil {
		t.Fatal(err)
	}
	if got.Kind != "update" || got.Reason != "because" || got.Note.Text != "Fixed." || got.Post.Title != p.Title || got.Post.Revision != 1 {
		t.Errorf("got %s", m.Data)
	}
}

type freezer struct{ err error }

func (f freezer) Freeze(m network.Message, now time.Time) (json.RawMessage, error) {
	return json.RawMessage(`"` + m.ID + `"`), f.err
}

func TestFreeze(t *testing.T) {
	p := article()
	p.Content, p.Summary = long(20), ""
	c := share.Config{Account: "a", Manner: mastodon, Freeze: freezer{}, CanReply: true, Words: share.Words{Long: "thread"}}
	out := compose(t, c, share.Event{Verdict: verdict("new", p, "")})
	for _, m := range out.Messages {
		if string(m.Frozen) != `"`+m.ID+`"` {
			t.Errorf("got %s", m.Frozen)
		}
	}
	c.Freeze = freezer{errors.New("no key")}
	co, err := share.New(c)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := co.Compose(share.Event{Now: now, Verdict: verdict("new", p, "")}); err == nil || !strings.Contains(err.Error(), "no key") {
		t.Errorf("got %v", err)
	}
}

// What waits is frozen anew under its own id.
func TestFreezeInstead(t *testing.T) {
	p := article()
	p.Revision = 3
	first := share.ID("a", "blog", "k", 0, "new", 0)
	out := compose(t, share.Config{Account: "a", Manner: mastodon, Freeze: freezer{}}, share.Event{Verdict: verdict("edit", p, ""), Before: []share.Earlier{{ID: first}}})
	if string(out.Instead.Frozen) != `"`+first+`"` {
		t.Errorf("got %s", out.Instead.Frozen)
	}
}

func TestLetter(t *testing.T) {
	p := article()
	p.Content = `<p>Hello <b>you</b>.</p><script>alert(1)</script><p onclick="x()">More.</p>`
	m := compose(t, share.Config{Account: "a", Network: "email", Manner: network.Manner{Markup: network.Plain, Update: network.VerbReply}}, share.Event{Verdict: verdict("new", p, "")}).Messages[0]
	if m.Subject != p.Title || m.Text != lines("Hello you.", "More.", p.Link) {
		t.Errorf("got %q, %q", m.Subject, m.Text)
	}
	for _, want := range []string{`<h1><a href="https://example.org/go-126">Go 1.26 &amp; you</a></h1>`, "<p>Hello <b>you</b>.</p>", "<p>More.</p>"} {
		if !strings.Contains(m.HTML, want) {
			t.Errorf("no %s in %s", want, m.HTML)
		}
	}
	for _, bad := range []string{"script", "onclick", "alert"} {
		if strings.Contains(m.HTML, bad) {
			t.Errorf("%s in %s", bad, m.HTML)
		}
	}
}

func TestDigest(t *testing.T) {
	var messages []network.Message
	c := share.Config{Account: "a", Network: "mastodon", Manner: mastodon}
	co, err := share.New(c)
	if err != nil {
		t.Fatal(err)
	}
	for _, title := range []string{"One", "Two", "Three"} {
		p := article()
		p.Key, p.Title, p.Link, p.Language = title, title, "https://example.org/"+title, "de"
		messages = append(messages, compose(t, c, share.Event{Verdict: verdict("new", p, "")}).Messages...)
	}
	m, err := co.Digest(messages, now)
	if err != nil {
		t.Fatal(err)
	}
	if want := "3 neue Beiträge\n\nOne\nhttps://example.org/One\n\nTwo\nhttps://example.org/Two\n\nThree\nhttps://example.org/Three"; m.Text != want {
		t.Errorf("got %q, want %q", m.Text, want)
	}
	if m.Kind != "digest" || m.Verb != network.VerbPost || m.Account != "a" || len(m.ID) != 26 || m.Language != "de" || m.Source != "blog" || m.Post != "" {
		t.Errorf("got %+v", m)
	}
	if again, _ := co.Digest(messages, now.Add(time.Hour)); again.ID != m.ID {
		t.Error("the same messages give another id")
	}
	if other, _ := co.Digest(messages[:2], now); other.ID == m.ID {
		t.Error("other messages give the same id")
	}
	t.Run("what does not fit is counted", func(t *testing.T) {
		var many []network.Message
		for range 30 {
			many = append(many, messages...)
		}
		m, err := co.Digest(many, now)
		if err != nil {
			t.Fatal(err)
		}
		if n := len([]rune(m.Text)); n > 500 || n < 400 || !strings.Contains(m.Text, "\n\nund ") || !strings.HasSuffix(m.Text, " weitere") {
			t.Errorf("got %d: %q", n, m.Text)
		}
	})
	t.Run("no post is only counted", func(t *testing.T) {
		var many []network.Message
		for range 30 {
			many = append(many, messages...)
		}
		folded, err := co.Digests(many, now)
		if err != nil {
			t.Fatal(err)
		}
		var all []network.Message
		for _, f := range folded {
			all = append(all, f.Of...)
			if n := len([]rune(f.Digest.Text)); n > 500 || strings.Contains(f.Digest.Text, "weitere") {
				t.Errorf("got %d: %q", n, f.Digest.Text)
			}
			for _, m := range f.Of {
				if !strings.Contains(f.Digest.Text, m.Link) {
					t.Errorf("no %s in %q", m.Link, f.Digest.Text)
				}
			}
		}
		if len(folded) < 2 || !reflect.DeepEqual(all, many) {
			t.Errorf("%d digests of %d messages", len(folded), len(all))
		}
	})
	t.Run("template", func(t *testing.T) {
		c := c
		c.Words.Templates = map[string]string{"digest": "{{range .Posts}}* {{.Title}} {{.URL}}\n{{end}}"}
		co, err := share.New(c)
		if err != nil {
			t.Fatal(err)
		}
		m, err := co.Digest(messages, now)
		if err != nil || !strings.HasPrefix(m.Text, "* One https://example.org/One\n* Two") {
			t.Errorf("got %q, %v", m.Text, err)
		}
	})
	t.Run("of nothing", func(t *testing.T) {
		if _, err := co.Digest(nil, now); err == nil {
			t.Error("no error")
		}
	})
	t.Run("another's", func(t *testing.T) {
		if _, err := co.Digest([]network.Message{{Account: "b"}}, now); err == nil {
			t.Error("no error")
		}
	})
}
