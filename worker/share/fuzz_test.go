package share_test

import (
	"html"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/clipperhouse/uax29/v2/graphemes"

	"syndicated/feeds"
	"syndicated/feeds/change"
	"syndicated/worker/network"
	"syndicated/worker/share"
)

var webAddress = regexp.MustCompile(`https?://[^\s<>|"` + "`" + `\\]+`)

func graphemeCount(s string) int {
	n := 0
	for g := graphemes.FromString(s); g.Next(); {
		n++
	}
	return n
}

// manners count as the networks do, or near enough to try what the composer makes of it.
func manners() map[string]network.Manner {
	as23 := func(s string) int {
		return graphemeCount(webAddress.ReplaceAllString(s, strings.Repeat("x", 23)))
	}
	weighted := func(s string) int {
		n := 0
		for _, r := range webAddress.ReplaceAllString(s, strings.Repeat("x", 23)) {
			if r <= 0x10ff || r >= 0x2000 && r <= 0x200d || r >= 0x2010 && r <= 0x201f || r >= 0x2032 && r <= 0x2037 {
				n++
			} else {
				n += 2
			}
		}
		return n
	}
	parsed := func(s string) int {
		n := 0
		for _, r := range html.UnescapeString(regexp.MustCompile(`</?[a-z][^>]*>`).ReplaceAllString(s, "")) {
			n += utf8.RuneLen(r)/4 + 1
		}
		return n
	}
	m := map[string]network.Manner{"mastodon": mastodon, "bluesky": bluesky, "telegram": telegram, "discord": discord, "slack": slack}
	for name, count := range map[string]func(string) int{"mastodon": as23, "bluesky": graphemeCount, "telegram": parsed} {
		one := m[name]
		one.Count = count
		m[name] = one
	}
	m["x"] = network.Manner{Max: 280, Count: weighted, Markup: network.Plain, Hashtags: true, Media: 4, Thread: true, Update: network.VerbReply}
	m["tiny"] = network.Manner{Max: 5, Markup: network.Mrkdwn}
	m["bytes"] = network.Manner{Bytes: 160, Markup: network.Markdown, Hashtags: true}
	m["none"] = network.Manner{Data: true}
	small := m["telegram"]
	small.Max, small.MediaMax = 120, 60
	m["smallgram"] = small
	return m
}

var (
	balanced = regexp.MustCompile(`^(?:[^<>&]|&(?:amp|lt|gt|#34);|<b>(?:[^<>&]|&(?:amp|lt|gt|#34);)*</b>|<i>(?:[^<>&]|&(?:amp|lt|gt|#34);)*</i>|<(?:b><)?a href="(?:[^<>&"]|&(?:amp|lt|gt|#34);)*">(?:[^<>&]|&(?:amp|lt|gt|#34);)*</a>(?:</b>)?)*$`)
	slackish = regexp.MustCompile(`^(?:[^<>&]|&(?:amp|lt|gt);|<https?://(?:[^<>&|]|&(?:amp|lt|gt);)*(?:\|(?:[^<>&|]|&(?:amp|lt|gt);)*)?>)*$`)
	calls    = regexp.MustCompile(`(?:^|[\s(,])@[a-zA-Z]`)
)

func checkMessage(t *testing.T, name string, manner network.Manner, m network.Message) {
	t.Helper()
	count := manner.Count
	if count == nil {
		count = utf8.RuneCountInString
	}
	most := manner.Max
	if len(m.Media) > 0 && manner.MediaMax > 0 {
		most = manner.MediaMax
	}
	n := count(m.Text)
	if manner.CountsWarning {
		n += count(m.Warning)
	}
	if most > 0 && n > most {
		t.Errorf("%s: %d of %d: %q", name, n, most, m.Text)
	}
	if manner.Bytes > 0 && len(m.Text) > manner.Bytes {
		t.Errorf("%s: %d bytes of %d: %q", name, len(m.Text), manner.Bytes, m.Text)
	}
	for what, s := range map[string]string{"text": m.Text, "title": m.Title, "summary": m.Summary, "subject": m.Subject} {
		if !utf8.ValidString(s) || strings.ContainsAny(s, "\x00\x1b\r") {
			t.Errorf("%s: broken %s %q", name, what, s)
		}
	}
	if strings.Contains(m.Text, "\u200d…") || strings.Contains(m.Text, "\n\n\n") || m.Text != strings.TrimSpace(m.Text) {
		t.Errorf("%s: badly cut: %q", name, m.Text)
	}
	switch manner.Markup {
	case network.HTML:
		if !balanced.MatchString(m.Text) {
			t.Errorf("%s: unbalanced: %q", name, m.Text)
		}
	case network.Mrkdwn:
		if !slackish.MatchString(m.Text) {
			t.Errorf("%s: unbalanced: %q", name, m.Text)
		}
	}
	if (manner.Max > 0 || manner.Hashtags) && calls.MatchString(webAddress.ReplaceAllString(m.Text, "")) {
		t.Errorf("%s: somebody is called: %q", name, m.Text)
	}
	for _, tag := range m.Tags {
		if strings.ContainsAny(tag, " #.-/!") || tag == "" {
			t.Errorf("%s: hashtag %q", name, tag)
		}
	}
}

// Whatever the post, no message is over its limit, broken or unbalanced.
func FuzzCompose(f *testing.F) {
	f.Add("A title", "<p>Some text</p>", "https://example.org/a?b=1&c=2", "tag", "a note", byte(0))
	f.Add("@everyone <!here> *b* _i_ [x](https://e.example)", "<b>&amp;lt;</b> @alice", "https://example.org/"+strings.Repeat("long", 90), "C#", "", byte(1))
	f.Add("", "<blockquote>👨‍👩‍👧‍👦 &#x1F1E9;&#x1F1EA; हिन्दी</blockquote><ul><li>a<li>b</ul>", "", "हिन्दी", "Update: x", byte(2))
	f.Add(strings.Repeat("word ", 200), strings.Repeat("<p>日本語の文章です。</p>", 90), "https://example.org/", "日本", strings.Repeat("note ", 300), byte(3))
	f.Add("\xff\u202e\x00", "<script>", "javascript:x", "\u0301", "\xff", byte(4))
	f.Add("a|b<c>", "x https://example.org/@a|b<c> `y`", "https://example.org/a|b", "", "", byte(9))
	f.Fuzz(func(t *testing.T, title, content, link, tag, note string, bits byte) {
		p := feeds.Post{Source: "s", Key: "k", Title: title, Content: content, Link: link, Tags: []string{tag, "b c"}, Language: "en"}
		if bits&1 != 0 {
			p.Image = &feeds.Media{URL: "https://example.org/i.png", Alt: title}
		}
		if bits&2 != 0 {
			p.Summary = content
		}
		if bits&4 != 0 {
			p.Share = note
		}
		kind, before := change.New, []share.Earlier(nil)
		if bits&8 != 0 {
			kind, p.Revision, before = change.Update, 1, []share.Earlier{{ID: "x", Sent: bits&16 != 0}}
		}
		w := share.Words{}
		if bits&32 != 0 {
			w.Long = "thread"
		}
		if bits&64 != 0 {
			w.Template = "{{bold .Title}} {{link .Title .URL}}\n\n{{.Text}} {{.Note}} {{italic .Summary}} {{.Hashtags}}"
		}
		if bits&128 != 0 {
			w.Warning = "cw"
		}
		for name, manner := range manners() {
			co, err := share.New(share.Config{Account: "a", Network: name, Manner: manner, Words: w, CanReply: true, CanEdit: true})
			if err != nil {
				t.Fatal(err)
			}
			out, err := co.Compose(share.Event{Now: now, Verdict: verdict(kind, p, note), Before: before})
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range out.Messages {
				checkMessage(t, name, manner, m)
			}
			if out.Instead != nil {
				checkMessage(t, name, manner, *out.Instead)
			}
			if len(out.Messages) > 0 {
				m, err := co.Digest(out.Messages, now)
				if err != nil {
					t.Fatal(err)
				}
				checkMessage(t, name, manner, m)
			}
		}
	})
}
