package change_test

import (
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"syndicated/feeds"
	"syndicated/feeds/change"
)

// long is a post of about 30 KB of HTML.
func long(n int) feeds.Post {
	p := post(n)
	var b strings.Builder
	for i := 0; b.Len() < 30<<10; i++ {
		fmt.Fprintf(&b, "<h2>Part %d</h2>%s<ul><li>First of %d</li><li><a href=\"https://example.org/%d\">Second</a></li></ul>", i, body(n*31+i), i, i)
	}
	p.Content = b.String()
	return p
}

func remembered(posts []feeds.Post) change.Memory {
	return change.Compare(nil, posts, change.Options{Now: start, First: true}).Changed
}

func BenchmarkCompare(b *testing.B) {
	var all []feeds.Post
	for n := range 23 {
		all = append(all, long(22-n))
	}
	memory := remembered(all)
	o := change.Options{Now: start.Add(time.Hour)}
	with := func(change func(i int, p *feeds.Post)) []feeds.Post {
		out := make([]feeds.Post, len(all))
		for i, p := range all {
			change(i, &p)
			out[i] = p
		}
		return out
	}
	for _, c := range []struct {
		name  string
		posts []feeds.Post
		per   int
	}{
		{"unchanged/posts=23/KB=30", all, 23},
		{"typo/posts=1of23/KB=30", with(func(i int, p *feeds.Post) {
			if i == 3 {
				p.Content = strings.Replace(p.Content, "stone", "stonne", 1)
			}
		}), 1},
		{"update/posts=1of23/KB=30", with(func(i int, p *feeds.Post) {
			if i == 3 {
				p.Content += "<p>" + updateText + "</p>"
			}
		}), 1},
		{"counter/posts=23of23/KB=30", with(func(i int, p *feeds.Post) { p.Content += fmt.Sprintf("<p>The hall holds %d people tonight.</p>", i) }), 23},
		{"rewritten/posts=1of23/KB=30", with(func(i int, p *feeds.Post) {
			if i == 3 {
				p.Content = long(77).Content
			}
		}), 1},
		{"reversed/posts=1of23/KB=30", with(func(i int, p *feeds.Post) {
			if i == 3 {
				w := strings.Fields(p.Content)
				for l, r := 0, len(w)-1; l < r; l, r = l+1, r-1 {
					w[l], w[r] = w[r], w[l]
				}
				p.Content = strings.Join(w, " ")
			}
		}), 1},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				change.Compare(memory, c.posts, o)
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/float64(c.per), "us/post")
		})
	}
}

func BenchmarkFirstReading(b *testing.B) {
	all := posts(1, 23)
	b.ReportAllocs()
	for b.Loop() {
		remembered(all)
	}
}

// What a post costs in memory: its words, packed, and a hundred bytes.
func TestBytesAPost(t *testing.T) {
	size := func(m change.Memory) int {
		n := 0
		for k, v := range maps.All(m) {
			n += len(k) + len(v)
		}
		return n
	}
	var html, kept, count int
	for _, p := range corpus(t) {
		q := feeds.Post{ID: p.ID, Link: "https://example.org/" + p.ID, Title: p.New.Title, Content: p.New.HTML, Published: p.Published.Time}
		html += len(q.Content)
		kept += size(remembered([]feeds.Post{q}))
		count++
	}
	t.Logf("%d posts: %d bytes of HTML each, %d bytes remembered", count, html/count, kept/count)
	if kept > html/2 {
		t.Errorf("%d bytes are remembered of %d", kept, html)
	}
}
