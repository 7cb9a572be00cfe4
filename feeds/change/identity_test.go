package change_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"syndicated/feeds"
	"syndicated/feeds/change"
)

func TestNamesOfOnePost(t *testing.T) {
	for _, c := range []struct {
		name string
		edit func(*feeds.Post)
		want string
	}{
		{"nothing", func(*feeds.Post) {}, ""},
		{"guid goes to https", func(p *feeds.Post) { p.ID = "https" + strings.TrimPrefix(p.ID, "http") }, "moved"},
		{"link goes to https", func(p *feeds.Post) { p.Link = "https" + strings.TrimPrefix(p.Link, "http") }, ""},
		{"www and slash", func(p *feeds.Post) { p.Link = "http://www.example.org/a-long-walk/" }, ""},
		{"tracking", func(p *feeds.Post) { p.Link += "?utm_source=rss&utm_medium=feed#comments" }, ""},
		{"another path", func(p *feeds.Post) { p.Link = "http://example.org/2026/a-long-walk" }, "moved"},
		{"another guid", func(p *feeds.Post) { p.ID = "urn:uuid:1" }, "moved"},
		{"both, same words", func(p *feeds.Post) { p.ID, p.Link = "urn:uuid:1", "http://example.net/x" }, "moved"},
		{"guid gone", func(p *feeds.Post) { p.ID = "" }, ""},
		{"link gone", func(p *feeds.Post) { p.Link = "" }, ""},
		{"date bumped", func(p *feeds.Post) { p.Published = start; p.Updated = start }, ""},
		{"new guid, new title", func(p *feeds.Post) { p.ID, p.Title = "urn:uuid:1", "A longer walk" }, "moved"},
		{"all is another", func(p *feeds.Post) { *p = post(77) }, "new!tell"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := post(1)
			p.ID, p.Link, p.Title = "http://example.org/?p=17", "http://example.org/a-long-walk", "A long walk"
			s := newSource(t, change.Options{})
			s.read(p)
			edited := p
			c.edit(&edited)
			got := s.read(edited)
			want(t, got, c.want)
			want(t, s.read(edited), "")
			if (c.want == "moved" || c.want == "") && edited.Title == p.Title {
				want(t, s.read(p), "")
				if len(s.memory) != 1 {
					t.Errorf("%d records, want 1", len(s.memory))
				}
			}
		})
	}
}

func TestPostsWithoutNames(t *testing.T) {
	strip := map[string]func(*feeds.Post){
		"no guid":             func(p *feeds.Post) { p.ID = "" },
		"no link":             func(p *feeds.Post) { p.Link = "" },
		"neither":             func(p *feeds.Post) { p.ID, p.Link = "", "" },
		"one guid for all":    func(p *feeds.Post) { p.ID = "https://example.org/" },
		"one link for all":    func(p *feeds.Post) { p.Link = "https://example.org/" },
		"guid and link alike": func(p *feeds.Post) { p.ID, p.Link = "https://example.org/", "https://example.org/" },
		"one guid, no link":   func(p *feeds.Post) { p.ID, p.Link = "feed", "" },
		"no guid, one link":   func(p *feeds.Post) { p.ID, p.Link = "", "https://example.org/" },
	}
	for name, f := range strip {
		t.Run(name, func(t *testing.T) {
			s := newSource(t, change.Options{})
			get := func(from, to int) []feeds.Post {
				all := posts(from, to)
				for i := range all {
					f(&all[i])
				}
				return all
			}
			s.read(get(1, 8)...)
			if len(s.memory) != 8 {
				t.Fatalf("%d records, want 8", len(s.memory))
			}
			want(t, s.read(get(1, 8)...), "")
			want(t, s.read(get(3, 10)...), "new!tell new!tell")
			want(t, s.read(get(1, 10)...), "")
			// A post edited keeps its name where one is left.
			all := get(1, 10)
			all[4].Content = strings.Replace(all[4].Content, "a", "e", 1)
			got := s.read(all...)
			if k := kinds(got); strings.Contains(k, "!") && name != "neither" {
				t.Errorf("an edit was told: %s", k)
			}
			slices.Reverse(all)
			want(t, s.read(all...), "")
		})
	}
}

func TestOneItemFeeds(t *testing.T) {
	// The feed shows the newest post only, and never another guid.
	s := newSource(t, change.Options{})
	for n := 1; n <= 5; n++ {
		p := post(n)
		p.ID = "latest"
		got := s.read(p)
		if n > 1 {
			want(t, got, "new!tell")
		}
		want(t, s.read(p), "")
	}
}

func TestTwins(t *testing.T) {
	s := newSource(t, change.Options{})
	all := posts(1, 5)
	twice := append(slices.Clone(all), all[2])
	s.read(twice...)
	if len(s.memory) != 5 {
		t.Errorf("%d records, want 5", len(s.memory))
	}
	want(t, s.read(twice...), "")
	other := all[1]
	other.ID, other.Link = "another", "https://example.org/another"
	got := s.read(append(slices.Clone(all), other)...)
	if k := kinds(got); strings.Contains(k, "!") {
		t.Errorf("the same post under two names: %s", k)
	}
	want(t, s.read(append([]feeds.Post{other}, all...)...), "")
}

func TestReruns(t *testing.T) {
	for _, c := range []struct {
		title string
		edit  func(*feeds.Post)
	}{
		{"Two Years Ago - %s", nil},
		{"Two years ago – %s", nil},
		{"From the archives: %s", nil},
		{"Repost: %s", nil},
		{"ICYMI: %s", nil},
		{"[Repost] %s", nil},
		{"%s (repost)", nil},
		{"%s", nil},
		{"Throwback Thursday: %s", func(p *feeds.Post) { p.Content = "<p>We wrote this a while ago.</p>" + p.Content }},
		{"On this day: %s", func(p *feeds.Post) { p.Content = p.Content[:len(p.Content)/6] + "…" }},
		{"Vor zwei Jahren: %s", nil},
		{"Aus dem Archiv: %s", nil},
		{"Il y a deux ans : %s", nil},
		{"Hace dos años: %s", nil},
		{"Há dois anos: %s", nil},
		{"Due anni fa: %s", nil},
		{"Twee jaar geleden – %s", nil},
		{"Два года назад — %s", nil},
		{"两年前：%s", nil},
		{"再掲：%s", nil},
		{"2년 전: %s", nil},
	} {
		t.Run(c.title, func(t *testing.T) {
			s := newSource(t, change.Options{MaxAge: 14 * 24 * time.Hour})
			s.read(posts(1, 8)...)
			s.read(posts(4, 9)...)
			p := post(2)
			p.ID, p.Link, p.Published = "new-one", "https://example.org/again", start
			p.Title = fmt.Sprintf(c.title, p.Title)
			if c.edit != nil {
				c.edit(&p)
			}
			got := s.read(append([]feeds.Post{p}, posts(5, 9)...)...)
			want(t, got, "rerun!tell")
			if len(got) == 1 && (got[0].Of == "" || got[0].Of == got[0].Post.Key) {
				t.Errorf("of %q: %+v", got[0].Of, got[0])
			}
			want(t, s.read(append([]feeds.Post{p}, posts(5, 9)...)...), "")
		})
	}
}

func TestNotReruns(t *testing.T) {
	s := newSource(t, change.Options{})
	s.read(posts(1, 8)...)
	for i, title := range []string{"Two years ago we moved", "Weekly notes", "Weekly notes", "Reposting is fun", "The archives: an outline", "About gardens, part 6"} {
		p := post(20 + i)
		p.Title = title
		got := s.read(append(posts(1, 8), p)...)
		if title == "The archives: an outline" {
			continue // may be either
		}
		want(t, got, "new!tell")
	}
}

func TestGone(t *testing.T) {
	s := newSource(t, change.Options{})
	s.read(posts(1, 8)...)
	want(t, s.read(posts(3, 8)...), "") // fell out of the window
	s.o.Complete = true
	want(t, s.read(posts(3, 8)...), "gone!tell gone!tell")
	want(t, s.read(posts(3, 8)...), "")
	want(t, s.read(posts(2, 8)...), "edit") // back again
	s.o.Partial, s.o.Complete = true, false
	want(t, s.read(post(9)), "new!tell")
	s.o.Partial, s.o.Complete = false, true
	got := s.read()
	if k := kinds(got); strings.Contains(k, "gone!tell") {
		t.Errorf("an empty source has all posts gone: %s", k)
	}
}

func TestPrivate(t *testing.T) {
	s := newSource(t, change.Options{})
	s.read(posts(1, 3)...)
	p := post(4)
	p.Private = true
	want(t, s.read(append(posts(1, 3), p)...), "new")
	p.Content += "<p>Update: still private.</p>"
	want(t, s.read(append(posts(1, 3), p)...), "edit")
	p.Private = false
	want(t, s.read(append(posts(1, 3), p)...), "new!tell")
	p.Private = true
	want(t, s.read(append(posts(1, 3), p)...), "edit")
	p.Private = false
	if k := kinds(s.read(append(posts(1, 3), p)...)); strings.Contains(k, "!") {
		t.Errorf("told twice: %s", k)
	}
}

func TestBurst(t *testing.T) {
	s := newSource(t, change.Options{Burst: 3})
	s.read(posts(1, 3)...)
	got := s.read(posts(1, 7)...)
	want(t, got, "new!hold new!hold new!hold new!hold")
	if len(s.alerts) != 1 || !strings.Contains(got[0].Reason, "burst") {
		t.Errorf("alerts %q, reason %q", s.alerts, got[0].Reason)
	}
	want(t, s.read(posts(1, 10)...), "new!tell new!tell new!tell")
}

func TestInferredDates(t *testing.T) {
	s := newSource(t, change.Options{MaxAge: time.Hour})
	s.read(post(1))
	p := post(2)
	p.Published = time.Time{}
	got := s.read(p, post(1))
	want(t, got, "new!tell")
	first := got[0].Post.Published
	if !first.Equal(s.now) || !got[0].Post.Inferred {
		t.Errorf("published %v, inferred %v", first, got[0].Post.Inferred)
	}
	p.Tags = []string{"x"}
	got = s.read(p, post(1))
	want(t, got, "edit")
	if !got[0].Post.Published.Equal(first) || !got[0].Post.Inferred {
		t.Errorf("published moved from %v to %v", first, got[0].Post.Published)
	}
}

func TestDamage(t *testing.T) {
	for name, hurt := range map[string]func([]byte) []byte{
		"empty":       func([]byte) []byte { return []byte{} },
		"cut":         func(b []byte) []byte { return b[:len(b)/3] },
		"head":        func(b []byte) []byte { b = slices.Clone(b); b[9] ^= 1; return b },
		"text":        func(b []byte) []byte { b = slices.Clone(b); b[len(b)-9] ^= 1; return b },
		"version":     func(b []byte) []byte { b = slices.Clone(b); b[0] = 99; return b },
		"other bytes": func(b []byte) []byte { return []byte("this is no record at all, but long enough to be one") },
	} {
		t.Run(name, func(t *testing.T) {
			s := newSource(t, change.Options{})
			all := posts(1, 6)
			s.read(all...)
			for k, b := range s.memory {
				s.memory[k] = hurt(b)
			}
			got := s.read(append([]feeds.Post{post(7)}, all...)...)
			k := kinds(got)
			if strings.Count(k, "new") != 1 || strings.Contains(k, "update") {
				t.Errorf("got %s", k)
			}
			if name != "text" && len(s.alerts) == 0 {
				t.Error("no alert")
			}
			want(t, s.read(append([]feeds.Post{post(7)}, all...)...), "")
		})
	}
}

func TestSameInAnyOrder(t *testing.T) {
	a, b := newSource(t, change.Options{}), newSource(t, change.Options{})
	all := posts(1, 20)
	a.read(all...)
	slices.Reverse(all)
	b.read(all...)
	if len(a.memory) != len(b.memory) {
		t.Fatal("other records")
	}
	for k := range a.memory {
		if b.memory[k] == nil {
			t.Errorf("key %s is missing", k)
		}
	}
}

func TestTextIsForgotten(t *testing.T) {
	s := newSource(t, change.Options{})
	s.read(posts(1, 8)...)
	s.read(posts(5, 8)...)
	size := func() (n int) {
		for _, b := range s.memory {
			n += len(b)
		}
		return n
	}
	before := size()
	s.now = s.now.Add(200 * 24 * time.Hour)
	want(t, s.read(posts(5, 8)...), "")
	if after := size(); after > before*3/4 {
		t.Errorf("%d bytes, %d before", after, before)
	}
	// They are known all the same, and told apart from a re-run.
	want(t, s.read(posts(1, 8)...), "")
	again := post(2)
	again.ID, again.Link, again.Published = "again", "https://example.org/again", s.now
	want(t, s.read(append([]feeds.Post{again}, posts(3, 8)...)...), "rerun!tell")
	edited := posts(1, 8)
	edited[6].Content += "<p>Update: this is told to nobody, for nobody knows what it was before.</p>"
	if k := kinds(s.read(edited...)); strings.Contains(k, "update") {
		t.Errorf("got %s", k)
	}
}

func TestAcrossSources(t *testing.T) {
	a, b := post(1), post(1)
	b.Link = strings.Replace(a.Link, "https://", "http://www.", 1) + "/?utm_source=planet"
	b.Content = `<div class="x">` + strings.ReplaceAll(a.Content, "<p>", `<p class="y">`) + "</div>"
	if change.Link(a.Link) != change.Link(b.Link) || change.Link(a.Link) == "" {
		t.Errorf("links %q and %q", change.Link(a.Link), change.Link(b.Link))
	}
	if change.Fingerprint(a) != change.Fingerprint(b) || change.Fingerprint(a) == "" {
		t.Error("other fingerprints")
	}
	if change.Fingerprint(a) == change.Fingerprint(post(2)) {
		t.Error("the same fingerprint for other posts")
	}
}
