package change_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"syndicated/feeds"
	"syndicated/feeds/change"
)

var start = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// source is a source over time: it is read again and again, and remembers.
type source struct {
	t      *testing.T
	memory change.Memory
	now    time.Time
	o      change.Options
	alerts []string
}

func newSource(t *testing.T, o change.Options) *source {
	return &source{t: t, memory: change.Memory{}, now: start, o: o}
}

// read compares and keeps what is to be kept.
func (s *source) read(posts ...feeds.Post) []change.Verdict {
	s.t.Helper()
	s.now = s.now.Add(15 * time.Minute)
	o := s.o
	o.Now, o.First = s.now, len(s.memory) == 0
	r := change.Compare(s.memory, posts, o)
	for k, v := range r.Changed {
		if v == nil {
			delete(s.memory, k)
		} else {
			s.memory[k] = v
		}
	}
	s.alerts = r.Alerts
	for _, v := range r.Verdicts {
		if v.Reason == "" || v.Post.Key == "" {
			s.t.Errorf("verdict without a reason or a key: %+v", v)
		}
	}
	return r.Verdicts
}

// kinds is a short form of verdicts: kind and what is to be told.
func kinds(vs []change.Verdict) string {
	var out []string
	for _, v := range vs {
		s := string(v.Kind)
		if v.Tell != change.Silent {
			s += "!" + string(v.Tell)
		}
		out = append(out, s)
	}
	return strings.Join(out, " ")
}

func want(t *testing.T, got []change.Verdict, want string) {
	t.Helper()
	if kinds(got) != want {
		t.Errorf("got %q, want %q", kinds(got), want)
		for _, v := range got {
			t.Logf("%s %s %.2f %q: %s", v.Kind, v.Tell, v.Score, v.Post.Title, v.Reason)
		}
	}
}

// post is one of many different posts.
func post(n int) feeds.Post {
	return feeds.Post{
		ID: fmt.Sprintf("tag:example.org,2026:%d", n), Link: fmt.Sprintf("https://example.org/posts/%s-%d", topics[n%len(topics)], n),
		Title:     fmt.Sprintf("About %s, part %d", topics[n%len(topics)], n),
		Content:   body(n),
		Published: start.Add(-time.Duration(100-n) * time.Hour),
	}
}

var topics = strings.Fields("harbours lanterns orchards bridges comets quarries gardens archives ferries looms")

func body(n int) string {
	var b strings.Builder
	for p := range 4 {
		b.WriteString("<p>")
		for w := range 30 {
			fmt.Fprintf(&b, "%s%d ", vocabulary[(n*7+p*31+w*13+n*w)%len(vocabulary)], (n*w+p)%3)
		}
		b.WriteString("</p>\n")
	}
	return b.String()
}

var vocabulary = strings.Fields("river stone window paper silver winter market letter garden engine copper valley mirror candle bottle wagon ribbon hammer kettle saddle barrel timber marble canvas anchor feather lantern pepper velvet thunder")

func posts(from, to int) []feeds.Post {
	var out []feeds.Post
	for n := to; n >= from; n-- {
		out = append(out, post(n))
	}
	return out
}

func TestFirstReading(t *testing.T) {
	for _, c := range []struct {
		start int
		want  string
	}{
		{0, "new new new new"}, {2, "new new new!tell new!tell"}, {-1, "new!tell new!tell new!tell new!tell"},
	} {
		t.Run(fmt.Sprint("start=", c.start), func(t *testing.T) {
			s := newSource(t, change.Options{Start: c.start, Burst: 2})
			want(t, s.read(posts(1, 4)...), c.want)
			want(t, s.read(posts(1, 4)...), "")
			want(t, s.read(posts(2, 5)...), "new!tell")
		})
	}
}

func TestAgain(t *testing.T) {
	s := newSource(t, change.Options{MaxAge: 14 * 24 * time.Hour})
	s.read(posts(1, 8)...)
	want(t, s.read(posts(5, 9)...), "new!tell")
	want(t, s.read(posts(1, 9)...), "") // those that had fallen out are back
	before := len(s.memory)
	want(t, s.read(posts(1, 9)...), "")
	if len(s.memory) != before {
		t.Error("a reading without a change changed the memory")
	}
	old := post(50)
	old.Published = start.Add(-40 * 24 * time.Hour)
	got := s.read(append(posts(1, 9), old)...)
	want(t, got, "new")
	if !strings.Contains(got[0].Reason, "max_age") {
		t.Errorf("reason is %q", got[0].Reason)
	}
}

func TestIdentityShift(t *testing.T) {
	for name, edit := range map[string]func(*feeds.Post){
		"https":  func(p *feeds.Post) { p.ID = strings.Replace(p.Link, "https", "http", 1) },
		"domain": func(p *feeds.Post) { p.Link = strings.Replace(p.Link, "example.org", "example.net", 1); p.ID = p.Link },
		"slugs":  func(p *feeds.Post) { p.Link = "https://example.org/p/" + p.ID[len(p.ID)-1:]; p.ID = p.Link },
		"dates":  func(p *feeds.Post) { p.ID += "x"; p.Link += "/x"; p.Published = start },
		"short":  func(p *feeds.Post) { p.ID += "x"; p.Link += "/x" },
	} {
		t.Run(name, func(t *testing.T) {
			s := newSource(t, change.Options{Burst: 5})
			all := posts(1, 9)
			if name == "short" {
				for i := range all {
					all[i].Content = "<p>Hello.</p>"
				}
			}
			s.read(all...)
			keys := len(s.memory)
			moved := append([]feeds.Post{post(10)}, all...)
			for i := range moved {
				if i > 0 {
					edit(&moved[i])
				}
			}
			got := s.read(moved...)
			if k := kinds(got); strings.Count(k, "moved") != 9 || strings.Count(k, "new!tell") != 1 || strings.Contains(k, "hold") {
				t.Errorf("got %s", k)
			}
			if len(s.alerts) != 1 {
				t.Errorf("alerts: %q", s.alerts)
			}
			if len(s.memory) != keys+1 {
				t.Errorf("%d records, want %d", len(s.memory), keys+1)
			}
			want(t, s.read(moved...), "")
			s.read(append([]feeds.Post{post(10)}, all...)...)
			want(t, s.read(moved...), "")
		})
	}
}

func TestUpdateAndEdits(t *testing.T) {
	s := newSource(t, change.Options{})
	all := posts(1, 5)
	s.read(all...)
	all[2].Content = strings.Replace(all[2].Content, "stone", "stonne", 1)
	all[2].Updated = start
	want(t, s.read(all...), "edit")
	all[2].Published = start
	want(t, s.read(all...), "")
	all[2].Content += "<p><strong>UPDATE (October 16 2018)</strong> - French media report that the second site has been closed as well, and that forty people lost their jobs.</p>"
	all[2].Updated = start.Add(time.Hour)
	got := s.read(all...)
	want(t, got, "update!tell")
	if v := got[0]; v.Post.Revision != 1 || !v.Post.Updated.Equal(all[2].Updated) || !strings.Contains(v.Note.Text, "forty people lost their jobs.") {
		t.Errorf("%+v", v)
	}
	want(t, s.read(all...), "")
}
