package change_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"syndicated/feeds"
	"syndicated/feeds/change"
)

// A week of many feeds whose themes and hosts do all that themes and hosts do,
// and whose authors write new posts and updates now and then: followers hear of
// these, each once, and of nothing else.
func TestWeek(t *testing.T) {
	const groups = 4
	feedCount := 500
	if underRace {
		feedCount = 40
	}
	for g := range groups {
		t.Run(fmt.Sprint("feeds of group ", g), func(t *testing.T) {
			t.Parallel()
			for n := g; n < feedCount; n += groups {
				week(t, n)
			}
		})
	}
}

// week lets a feed live for a week and holds what is told against what is to be.
func week(t *testing.T, n int) {
	b := newBlog(uint64(n))
	s := newSource(t, change.Options{Burst: 10, MaxAge: 14 * 24 * time.Hour})
	s.read(b.render(s.now)...)
	for poll := range 14 {
		s.now = s.now.Add(12*time.Hour - 15*time.Minute)
		expected := b.live(s.now, poll)
		verdicts := s.read(b.render(s.now)...)
		var got []string
		for _, v := range verdicts {
			if v.Tell == change.Share {
				got = append(got, fmt.Sprintf("%s %s %s", v.Tell, v.Kind, v.Post.Title))
			}
		}
		slices.Sort(expected)
		slices.Sort(got)
		if !slices.Equal(got, expected) {
			t.Errorf("feed %d (%v), poll %d (%v): got %q, want %q; alerts %q", n, b.habits, poll, b.done, got, expected, s.alerts)
			for _, v := range verdicts {
				t.Logf("%s %s %s: %s", v.Kind, v.Tell, v.Post.Title, v.Reason)
			}
		}
		if poll%5 != 0 || b.habits["nonce"] {
			continue
		}
		if again := s.read(b.render(s.now)...); len(again) != 0 {
			t.Errorf("feed %d: a second look finds %s", n, kinds(again))
		}
	}
}

// blog is a feed that lives.
type blog struct {
	r      *rand.Rand
	n      uint64
	habits map[string]bool
	posts  []*entry // newest first
	next   int
	window int
	done   []string // in this poll

	scheme, host, path string
	guid               int
	theme              int
	teasers            bool
	bumped             time.Time
	shuffled           bool
}

type entry struct {
	n          int
	title      string
	paragraphs []string
	published  time.Time
	views      int
	comments   int
	related    int
}

var habits = []string{"counter", "nonce", "related", "ads", "relative dates", "date bumps", "https", "domain", "slugs", "guid scheme", "theme", "teasers", "order", "window", "typos", "unknown widget", "byline", "images", "no dates"}

func newBlog(n uint64) *blog {
	b := &blog{r: rand.New(rand.NewPCG(n, 7)), n: n, habits: map[string]bool{}, scheme: "http", host: fmt.Sprintf("blog%d.example.org", n), path: "posts", window: 9}
	for range 5 {
		b.habits[habits[b.r.IntN(len(habits))]] = true
	}
	if b.habits["order"] && (b.habits["date bumps"] || b.habits["no dates"]) {
		delete(b.habits, "window") // nothing would tell an old post from a new one
		delete(b.habits, "no dates")
	}
	for i := range 14 {
		b.write(start.Add(-time.Duration(14-i) * 20 * time.Hour))
	}
	return b
}

var (
	subjects  = strings.Fields("harbour library bridge garden orchestra market museum station theatre river council school bakery cinema workshop festival archive tower park ferry")
	verbs     = strings.Split("opens its doors to,has a plan for,works together with,says goodbye to,asks for help from,shows the story of,pays for,is proud of,looks for,remembers", ",")
	objects   = strings.Split("the children of the quarter,a group of volunteers,old maps and letters,the people at the quay,its many visitors,an engineer from the north,a choir of retired sailors,two young painters,the first electric tram,a collection of lamps", ",")
	adverbs   = strings.Split("after a long winter,without much noise,for the third time,as it did years ago,in spite of the rain,with a small budget,to everyone's surprise,before the summer,in the old town,once more", ",")
	happening = strings.Split("the opening was moved to the autumn because the roof leaks,the council has withdrawn its money,all tickets are sold out,a second date was added,the road stays closed for another month,three more people joined the team,the report turned out to be wrong", ",")
)

func (b *blog) sentence() string {
	pick := func(s []string) string { return s[b.r.IntN(len(s))] }
	s := fmt.Sprintf("the %s %s %s %s", pick(subjects), pick(verbs), pick(objects), pick(adverbs))
	return strings.ToUpper(s[:1]) + s[1:] + "."
}

func (b *blog) write(at time.Time) *entry {
	b.next++
	e := &entry{n: b.next, title: fmt.Sprintf("The %s and the %s, %d.%d", subjects[b.r.IntN(len(subjects))], subjects[b.r.IntN(len(subjects))], b.n, b.next), published: at, views: b.r.IntN(1000)}
	for range 2 + b.r.IntN(4) {
		var p []string
		for range 1 + b.r.IntN(3) {
			p = append(p, b.sentence())
		}
		e.paragraphs = append(e.paragraphs, strings.Join(p, " "))
	}
	b.posts = append([]*entry{e}, b.posts...)
	return e
}

// live lets half a day pass, and tells what followers are to hear.
func (b *blog) live(now time.Time, poll int) (expected []string) {
	b.done = nil
	chance := func(p float64) bool { return b.r.Float64() < p }
	shown := b.posts[:min(b.window, len(b.posts))]
	do := func(habit string, p float64, f func()) {
		if b.habits[habit] && chance(p) {
			b.done = append(b.done, habit)
			f()
		}
	}
	for _, e := range shown {
		e.views += b.r.IntN(30)
		if chance(0.1) {
			e.comments++
		}
	}
	do("date bumps", 0.2, func() { b.bumped = now })
	if poll == 4 {
		do("https", 1, func() { b.scheme = "https" })
		do("domain", 1, func() { b.host = fmt.Sprintf("www.%d.example.net", b.n) })
	}
	if poll == 8 {
		do("slugs", 1, func() { b.path = "archive/2026" })
		do("guid scheme", 1, func() { b.guid++ })
	}
	if poll == 10 {
		do("theme", 1, func() { b.theme++ })
	}
	do("teasers", 0.15, func() { b.teasers = !b.teasers })
	do("order", 0.3, func() { b.shuffled = !b.shuffled })
	do("window", 0.2, func() { b.window = 7 + b.r.IntN(6) })
	do("related", 0.3, func() {
		for _, e := range b.posts {
			e.related++
		}
	})
	do("typos", 0.3, func() {
		e := shown[b.r.IntN(len(shown))]
		i := b.r.IntN(len(e.paragraphs))
		p := []byte(e.paragraphs[i])
		at := 1 + b.r.IntN(len(p)-2)
		if p[at] >= 'a' && p[at] <= 'z' {
			p[at] = 'a' + (p[at]-'a'+1)%26
		}
		e.paragraphs[i] = string(p)
	})
	if chance(0.12) {
		e := b.write(now.Add(-time.Hour))
		b.done = append(b.done, "post")
		expected = append(expected, "tell new "+e.title)
	}
	// Within the window of the reading, and not behind a teaser's end.
	if !b.teasers && chance(0.08) {
		e := b.posts[b.r.IntN(6)]
		if now.Sub(e.published) > 2*time.Hour && !slices.Contains(b.done, "teasers") {
			u := "UPDATE (" + now.Format("January 2 2006") + "): " + happening[b.r.IntN(len(happening))] + ", say " + strconv.Itoa(20+poll) + " people at the quay."
			if b.r.IntN(2) == 0 {
				e.paragraphs = append(e.paragraphs, u)
			} else {
				e.paragraphs = append([]string{u}, e.paragraphs...)
			}
			b.done = append(b.done, "update")
			expected = append(expected, "tell update "+e.title)
		}
	}
	return expected
}

// render is the feed as it is served now.
func (b *blog) render(now time.Time) []feeds.Post {
	var out []feeds.Post
	for _, e := range b.posts[:min(b.window, len(b.posts))] {
		link := fmt.Sprintf("%s://%s/%s/%d-%s/", b.scheme, b.host, b.path, e.n, strings.ReplaceAll(strings.ToLower(strings.Fields(e.title)[1]), ",", ""))
		p := feeds.Post{Title: e.title, Link: link, ID: fmt.Sprintf("%s://%s/?p=%d", b.scheme, b.host, e.n), Published: e.published}
		if b.guid > 0 {
			p.ID = fmt.Sprintf("tag:%d:%d", b.n, e.n)
		}
		if !b.bumped.IsZero() {
			p.Updated, p.Published = b.bumped, b.bumped
		}
		if b.habits["no dates"] {
			p.Published, p.Updated = time.Time{}, time.Time{}
		}
		var c strings.Builder
		if b.habits["byline"] {
			fmt.Fprintf(&c, "<p class=\"meta\">Posted %d days ago by the editors</p>\n", int(now.Sub(e.published).Hours()/24)+2)
		}
		if b.theme > 0 {
			c.WriteString(`<div class="wp-block-group"><div class="entry">`)
		}
		for i, text := range e.paragraphs {
			if b.theme > 0 {
				fmt.Fprintf(&c, "<!-- wp:paragraph -->\n<p class=\"wp-block-paragraph\">%s</p>\n", strings.ReplaceAll(text, "'", "&#8217;"))
			} else {
				fmt.Fprintf(&c, "<p>%s</p>\n", text)
			}
			if b.habits["images"] && i == 0 {
				fmt.Fprintf(&c, "<p><img src=\"%s://%s/%d.jpg?v=%d\" width=\"%d\" alt=\"\"></p>\n", b.scheme, b.host, e.n, b.theme, 600+40*b.theme)
			}
			if b.habits["ads"] && i == 1 {
				fmt.Fprintf(&c, "<p><strong>Sponsored:</strong> %s Try it for free, no card needed.</p>\n", b.adText(now, e.n))
			}
			if b.teasers && i == 0 {
				c.WriteString("<p><a href=\"" + link + "\">Continue reading</a></p>")
				break
			}
		}
		if b.theme > 0 {
			c.WriteString("</div></div><div class=\"sharedaddy\"><h3>Share this:</h3><ul><li>Click to share on a network (Opens in new window)</li></ul></div>")
		}
		if b.habits["relative dates"] {
			fmt.Fprintf(&c, "<p>%d hours ago</p>\n", int(now.Sub(e.published).Hours()))
		}
		if b.habits["counter"] {
			fmt.Fprintf(&c, "<p class=\"stats\">%d views · %d comments</p>\n", e.views, e.comments)
		}
		if b.habits["unknown widget"] {
			// Nothing tells this from the author's words but that it is everywhere.
			fmt.Fprintf(&c, "<p>Temperature at the harbour: %d degrees, wind force %d.</p>\n<p>%d people keep this blog going.</p>\n", now.Hour()+now.Day(), now.Day()%9, 100+now.YearDay()+now.Hour())
		}
		if b.habits["related"] {
			fmt.Fprintf(&c, "<h4>From the same desk</h4><ul>")
			for k := range 3 {
				r := rand.New(rand.NewPCG(uint64(e.n), uint64(e.related*3+k)))
				fmt.Fprintf(&c, "<li><a href=\"/r/%d\">How the %s %s %s</a></li>", r.IntN(999), subjects[r.IntN(20)], verbs[r.IntN(10)], objects[r.IntN(10)])
			}
			c.WriteString("</ul>\n")
		}
		if b.habits["nonce"] {
			fmt.Fprintf(&c, "<img src=\"https://pixel.example.com/?n=%d\" width=1 height=1><a href=\"?_wpnonce=%d\"></a>", b.r.Uint64(), b.r.Uint64())
		}
		p.Content = c.String()
		out = append(out, p)
	}
	if b.shuffled {
		slices.Reverse(out)
	}
	return out
}

func (b *blog) adText(now time.Time, n int) string {
	r := rand.New(rand.NewPCG(uint64(now.Unix()/43200), uint64(n)))
	return fmt.Sprintf("The %s %s %s.", subjects[r.IntN(20)], verbs[r.IntN(10)], objects[r.IntN(10)])
}
