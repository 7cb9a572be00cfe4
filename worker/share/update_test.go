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

func verdict(kind change.Kind, p feeds.Post, note string) change.Verdict {
	v := change.Verdict{Kind: kind, Post: p, Reason: "because"}
	if note != "" {
		v.Note = change.Note{Text: note, Date: time.Date(2026, 10, 16, 0, 0, 0, 0, time.UTC)}
		v.Post.Note = note
	}
	return v
}

func TestUpdate(t *testing.T) {
	p := article()
	p.Revision = 1
	const note = "UPDATE (October 16 2026): 1.26.1 fixes it."
	told := "Update, October 16: 1.26.1 fixes it."
	first := share.ID("a", "blog", "k", 0, "new", 0)
	sent := []share.Earlier{{ID: first, Sent: true}}
	whole := lines("Go 1.26 & you", "The release is out. It makes generics, at last, self-referential.", told, "https://example.org/go-126", "#Go #OpenSource")
	alone := lines("Go 1.26 & you", told, "https://example.org/go-126", "#Go #OpenSource")
	for _, c := range []struct {
		name   string
		config share.Config
		before []share.Earlier
		verb   network.Verb
		of     string
		want   string
	}{
		{"edit", share.Config{Manner: mastodon, CanEdit: true, CanReply: true}, sent, network.VerbEdit, first, whole},
		{"reply", share.Config{Manner: bluesky, CanReply: true}, sent, network.VerbReply, first, told},
		{"edit is not possible", share.Config{Manner: mastodon, CanReply: true}, sent, network.VerbReply, first, lines(told, "https://example.org/go-126")},
		{"neither is", share.Config{Manner: mastodon}, sent, network.VerbPost, "", alone},
		{"never told", share.Config{Manner: mastodon, CanEdit: true, CanReply: true}, nil, network.VerbPost, "", alone},
		{
			"reply asked for",
			share.Config{Manner: mastodon, CanEdit: true, CanReply: true, Words: share.Words{Update: "reply"}},
			[]share.Earlier{{ID: first, Sent: true}, {ID: "second", Sent: true}},
			network.VerbReply, "second", lines(told, "https://example.org/go-126"),
		},
		{"post asked for", share.Config{Manner: mastodon, CanEdit: true, Words: share.Words{Update: "post"}}, sent, network.VerbPost, "", alone},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.config.Account = "a"
			out := compose(t, c.config, share.Event{Verdict: verdict("update", p, note), Before: c.before})
			if len(out.Messages) != 1 || out.Instead != nil {
				t.Fatalf("got %+v", out)
			}
			m := out.Messages[0]
			if m.Verb != c.verb || m.Of != c.of || m.Kind != "update" || m.ID != share.ID("a", "blog", "k", 1, "update", 0) {
				t.Errorf("got %s of %q, %s, %s", m.Verb, m.Of, m.Kind, m.ID)
			}
			if m.Text != c.want {
				t.Errorf("got\n%s\nwant\n%s", m.Text, c.want)
			}
		})
	}
}

func TestUpdateIgnored(t *testing.T) {
	p := article()
	p.Revision = 1
	c := share.Config{Account: "a", Manner: mastodon, CanEdit: true, Words: share.Words{Update: "ignore"}}
	out := compose(t, c, share.Event{Verdict: verdict("update", p, "x"), Before: []share.Earlier{{ID: "y", Sent: true}}})
	if len(out.Messages) != 0 || out.Silence == "" || out.Instead != nil {
		t.Errorf("got %+v", out)
	}
}

// What still waits goes out as the post is now, and followers hear of it once.
func TestInstead(t *testing.T) {
	p := article()
	p.Revision = 2
	first, second := share.ID("a", "blog", "k", 0, "new", 0), share.ID("a", "blog", "k", 1, "update", 0)
	asNew := lines("Go 1.26 & you", "The release is out. It makes generics, at last, self-referential.", "https://example.org/go-126", "#Go #OpenSource")
	c := share.Config{Account: "a", Manner: mastodon, CanEdit: true, CanReply: true}
	for _, tt := range []struct {
		name   string
		kind   change.Kind
		before []share.Earlier
		id     string
		verb   network.Verb
		want   string
		told   int
	}{
		{"update of one that waits", change.Update, []share.Earlier{{ID: first}}, first, network.VerbPost, asNew, 1},
		{"silent edit of one that waits", change.Edit, []share.Earlier{{ID: first}}, first, network.VerbPost, asNew, 0},
		{"moved while it waits", change.Moved, []share.Earlier{{ID: first}}, first, network.VerbPost, asNew, 0},
		{"update of an update that waits", change.Update, []share.Earlier{{ID: first, Sent: true}, {ID: second}}, second, network.VerbEdit, lines(strings.Split(asNew, "\n\nhttps")[0], "Update, October 16: More.", "https://example.org/go-126", "#Go #OpenSource"), 1},
		{"all sent", change.Edit, []share.Earlier{{ID: first, Sent: true}}, "", "", "", 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			note := ""
			if tt.kind == change.Update {
				note = "More."
			}
			out := compose(t, c, share.Event{Verdict: verdict(tt.kind, p, note), Before: tt.before})
			if len(out.Messages) != tt.told {
				t.Errorf("got %d messages, want %d", len(out.Messages), tt.told)
			}
			if tt.id == "" {
				if out.Instead != nil {
					t.Errorf("got %+v", out.Instead)
				}
				return
			}
			if out.Instead == nil {
				t.Fatal("nothing instead")
			}
			if m := out.Instead; m.ID != tt.id || m.Verb != tt.verb || m.Text != tt.want {
				t.Errorf("got %s %s\n%s\nwant %s %s\n%s", m.ID, m.Verb, m.Text, tt.id, tt.verb, tt.want)
			}
		})
	}
}

func TestNoteLanguage(t *testing.T) {
	for _, c := range []struct{ lang, note, want string }{
		{"en", "It is fixed.", "Update, October 16: It is fixed."},
		{"en-GB", "Correction: it was two.", "Correction, October 16: it was two."},
		{"en", "UPDATE 2 (Oct. 16, 2026): It is fixed.", "Update, October 16: It is fixed."},
		{"en", "[Edit] – It is fixed.", "Update, October 16: It is fixed."},
		{"en", "The update: it is out.", "Update, October 16: The update: it is out."},
		{"de", "Nachtrag: Es geht.", "Nachtrag, 16. Oktober: Es geht."},
		{"de-AT", "Update: Es geht.", "Update vom 16. Oktober: Es geht."},
		{"fr", "Mise à jour du 16/10 : c’est fait.", "Mise à jour du 16 octobre\u00a0: c’est fait."},
		{"es", "Ya está.", "Actualización, 16 de octubre: Ya está."},
		{"pt-BR", "Feito.", "Atualização, 16 de outubro: Feito."},
		{"it", "Fatto.", "Aggiornamento, 16 ottobre: Fatto."},
		{"nl", "Klaar.", "Update, 16 oktober: Klaar."},
		{"pl", "Gotowe.", "Aktualizacja, 16 października: Gotowe."},
		{"sv", "Klart.", "Uppdatering, 16 oktober: Klart."},
		{"ja", "追記：直りました。", "10月16日の更新：直りました。"},
		{"zh-Hans", "已修复。", "10月16日更新：已修复。"},
		{"xx", "Fixed.", "Update, October 16: Fixed."},
		{"", "Fixed.", "Update, October 16: Fixed."},
	} {
		t.Run(c.lang+" "+c.note, func(t *testing.T) {
			p := article()
			p.Language, p.Revision = c.lang, 1
			out := compose(t, share.Config{Account: "a", Manner: bluesky, CanReply: true}, share.Event{Verdict: verdict("update", p, c.note), Before: []share.Earlier{{ID: "x", Sent: true}}})
			if got := out.Messages[0].Text; got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// A label that says more than ours stays; one that does not is ours.
func TestNoteLabel(t *testing.T) {
	for _, c := range []struct{ lang, note, want string }{
		{"en", "Update (2019-03-25)\nUnman has agreed to it.", "Update (2019-03-25): Unman has agreed to it."},
		{"en", "Update 2: It is out.", "Update: It is out."},
		{"en", "[Update] Some asked why.", "Update: Some asked why."},
		{"en", "[Edit - Monday 25th]\nWe had to wait.\n[Initial Message - Friday 22th]", "Edit - Monday 25th: We had to wait."},
		{"en", "[Final message]\nIt is done.\n[Initial message]", "Update: It is done."},
		{"en", "Correction: it was two.", "Correction: it was two."},
		{"es", "Actualización (2013-08-09 9:30 UTC)\nYa funciona.", "Actualización (2013-08-09 9:30 UTC): Ya funciona."},
		{"zh", "2019 年 5 月更新：已修复。", "2019 年 5 月更新：已修复。"},
		{"en", "announce that Ann will speak.", "Update: …announce that Ann will speak."},
		{"en", "Updates are not needed any more.", "Update: Updates are not needed any more."},
		{"en", "Edited by Ann, the book is out.", "Update: Edited by Ann, the book is out."},
		{"en", "Update:", "Updated: Go 1.26 & you\n\nThe release is out. It makes generics, at last, self-referential."},
		{"en", "[Resolved]", "Update: [Resolved]"},
	} {
		t.Run(c.note, func(t *testing.T) {
			p := article()
			p.Language, p.Revision = c.lang, 1
			v := verdict("update", p, "")
			v.Note.Text = c.note
			out := compose(t, share.Config{Account: "a", Manner: bluesky, CanReply: true}, share.Event{Verdict: v, Before: []share.Earlier{{ID: "x", Sent: true}}})
			if got := out.Messages[0].Text; got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestNoteDate(t *testing.T) {
	p := article()
	p.Revision = 1
	for _, c := range []struct {
		name string
		note change.Note
		want string
	}{
		{"no date", change.Note{Text: "Fixed."}, "Update: Fixed."},
		{"another year", change.Note{Text: "Fixed.", Date: time.Date(2018, 10, 16, 0, 0, 0, 0, time.UTC)}, "Update, October 16, 2018: Fixed."},
		{"no note", change.Note{}, "Updated: Go 1.26 & you\n\nThe release is out. It makes generics, at last, self-referential."},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := verdict("update", p, "")
			v.Note = c.note
			out := compose(t, share.Config{Account: "a", Manner: bluesky, CanReply: true}, share.Event{Verdict: v, Before: []share.Earlier{{ID: "x", Sent: true}}})
			if got := out.Messages[0].Text; got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// A note that stands at the head of the post is not said twice.
func TestNoteOnce(t *testing.T) {
	p := article()
	p.Revision = 1
	p.Summary, p.Content = "", "<p>Update (October 16): 1.26.1 fixes it.</p><p>The release is out.</p>"
	out := compose(t, share.Config{Account: "a", Manner: mastodon, CanEdit: true}, share.Event{Verdict: verdict("update", p, "Update (October 16): 1.26.1 fixes it."), Before: []share.Earlier{{ID: "x", Sent: true}}})
	if got, want := out.Messages[0].Text, lines("Go 1.26 & you", "The release is out.", "Update, October 16: 1.26.1 fixes it.", p.Link, "#Go #OpenSource"); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestRerun(t *testing.T) {
	p := article()
	c := share.Config{Account: "a", Manner: bluesky}
	if out := compose(t, c, share.Event{Verdict: verdict("rerun", p, "")}); len(out.Messages) != 0 || out.Silence == "" {
		t.Errorf("got %+v", out)
	}
	c.Words.Rerun = "share"
	out := compose(t, c, share.Event{Verdict: verdict("rerun", p, "")})
	if m := out.Messages[0]; m.Kind != "rerun" || !strings.HasPrefix(m.Text, "From the archive: Go 1.26 & you\n\n") || m.Title != p.Title {
		t.Errorf("got %+v", m)
	}
}

func TestGone(t *testing.T) {
	p := article()
	before := []share.Earlier{{ID: "x", Sent: true}, {ID: "y", Sent: true}}
	c := share.Config{Account: "a", Manner: mastodon, CanDelete: true, Words: share.Words{Gone: "delete"}}
	out := compose(t, c, share.Event{Verdict: verdict("gone", p, ""), Before: before})
	if len(out.Messages) != 2 || out.Cancel || out.Messages[0].Of != "x" || out.Messages[1].Of != "y" || out.Messages[0].Verb != network.VerbDelete || out.Messages[0].ID == out.Messages[1].ID {
		t.Errorf("got %+v", out)
	}
	for name, tt := range map[string]struct {
		change func(*share.Config)
		before []share.Earlier
		cancel bool
	}{
		"ignored":        {func(c *share.Config) { c.Words.Gone = "" }, before, false},
		"cannot delete":  {func(c *share.Config) { c.CanDelete = false }, before, false},
		"nothing told":   {func(*share.Config) {}, nil, false},
		"still waiting":  {func(c *share.Config) { c.Words.Gone = "" }, []share.Earlier{{ID: "x"}}, true},
		"waiting, could": {func(c *share.Config) { c.CanDelete = false }, []share.Earlier{{ID: "x"}}, true},
	} {
		t.Run(name, func(t *testing.T) {
			c := c
			tt.change(&c)
			out := compose(t, c, share.Event{Verdict: verdict("gone", p, ""), Before: tt.before})
			if len(out.Messages) != 0 || out.Silence == "" || out.Cancel != tt.cancel {
				t.Errorf("got %+v", out)
			}
		})
	}
}

func TestNotes(t *testing.T) {
	co, err := share.New(share.Config{Network: "bluesky", Manner: network.Manner{Max: 300}, CanReply: true, Words: share.Words{Update: "edit", Gone: "delete", Long: "thread"}})
	if err != nil {
		t.Fatal(err)
	}
	got := strings.Join(co.Notes(), "\n")
	for _, want := range []string{"an update is told by reply", "gone: delete", "long: thread"} {
		if !strings.Contains(got, want) {
			t.Errorf("got %q, want %q in it", got, want)
		}
	}
}
