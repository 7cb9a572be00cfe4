package storetest

import (
	"fmt"
	"time"

	"syndicated/feeds"
	"syndicated/worker/store"
)

// titles gives source and key of the posts of a query.
func (h *hand) titles(q feeds.Query) []string {
	h.Helper()
	posts, err := h.Posts(h.ctx, q)
	h.must(err)
	var out []string
	for _, p := range posts {
		out = append(out, p.Source+" "+p.Key)
	}
	return out
}

func post(key string, at time.Time) feeds.Post {
	return feeds.Post{Key: key, ID: "urn:" + key, Link: "https://example.org/" + key, Title: "Title of " + key, Published: at}
}

// told tells of an event, for stories.
func told(key, what string) store.Decision {
	return store.Decision{Post: key, What: what, At: start, Reason: "since it is so"}
}

var archives = []rule{
	{"newest first, ties by key", func(h *hand) {
		h.commit("b", store.Outcome{Posts: []feeds.Post{post("2", start), post("1", start), post("3", start.Add(time.Hour))}})
		h.commit("a", store.Outcome{Posts: []feeds.Post{post("2", start), {Key: "undated"}, post("0", start.Add(-time.Hour))}})
		all := []string{"b 3", "b 1", "a 2", "b 2", "a 0", "a undated"}
		h.same("all", h.titles(feeds.Query{}), all)
		h.same("limit", h.titles(feeds.Query{Limit: 4}), all[:4])
		h.same("since", h.titles(feeds.Query{Since: start}), all[:4])
		h.same("since, limit", h.titles(feeds.Query{Since: start.Add(time.Millisecond), Limit: 2}), all[:1])
		h.same("one source", h.titles(feeds.Query{Sources: []string{"a"}}), []string{"a 2", "a 0", "a undated"})
		h.same("both", h.titles(feeds.Query{Sources: []string{"b", "a", "b"}, Limit: 5}), all[:5])
		h.same("unheard of", h.titles(feeds.Query{Sources: []string{"c"}}), []string(nil))
	}},
	{"a name selects its members", func(h *hand) {
		for i, source := range []string{"planet", "planet/x.org/feed", "planet/x.org/a/b", "planet/y.org", "planets/z.org", "planet/x.orgs", "other"} {
			h.commit(source, store.Outcome{Posts: []feeds.Post{post(fmt.Sprint(i), start.Add(-time.Duration(i)*time.Minute))}})
		}
		for _, c := range []struct {
			sources []string
			want    []string
		}{
			{[]string{"planet"}, []string{"planet 0", "planet/x.org/feed 1", "planet/x.org/a/b 2", "planet/y.org 3", "planet/x.orgs 5"}},
			{[]string{"planet/x.org"}, []string{"planet/x.org/feed 1", "planet/x.org/a/b 2"}},
			{[]string{"planet/y.org"}, []string{"planet/y.org 3"}},
			{[]string{"planet/x.org/feed", "planet/x.org", "other"}, []string{"planet/x.org/feed 1", "planet/x.org/a/b 2", "other 6"}},
			{[]string{"planet/y.org", "planet"}, []string{"planet 0", "planet/x.org/feed 1", "planet/x.org/a/b 2", "planet/y.org 3", "planet/x.orgs 5"}},
			{[]string{"plan"}, nil},
		} {
			h.same(fmt.Sprint(c.sources), h.titles(feeds.Query{Sources: c.sources}), c.want)
		}
	}},
	{"a post that changed takes the place of what it was", func(h *hand) {
		h.commit("planet/a", store.Outcome{Posts: []feeds.Post{post("1", start), post("2", start.Add(time.Minute))}})
		moved := post("1", start.Add(time.Hour))
		moved.Title = "changed"
		h.commit("planet/a", store.Outcome{Posts: []feeds.Post{moved}, Removed: []string{"2", "never known"}})
		for _, q := range []feeds.Query{{}, {Sources: []string{"planet"}}, {Sources: []string{"planet/a"}}} {
			posts, err := h.Posts(h.ctx, q)
			h.must(err)
			moved.Source = "planet/a"
			h.same("posts", posts, []feeds.Post{moved})
		}
	}},
	{"the newest of a source are kept", func(h *hand) {
		var posts []feeds.Post
		for i := range 1010 {
			posts = append(posts, post(fmt.Sprintf("%04d", i), start.Add(time.Duration(i)*time.Second)))
		}
		h.commit("planet/a", store.Outcome{Posts: posts})
		h.commit("planet/b", store.Outcome{Posts: posts[:1]})
		h.commit("planet/a", store.Outcome{Posts: []feeds.Post{post("older than all", start.Add(-time.Hour))}})
		h.same("all", len(h.titles(feeds.Query{})), 1001)
		h.same("group", len(h.titles(feeds.Query{Sources: []string{"planet"}})), 1001)
		got := h.titles(feeds.Query{Sources: []string{"planet/a"}})
		h.same("source", len(got), 1000)
		h.same("oldest", got[999], "planet/a 0010")
	}},
	{"big posts come back whole", func(h *hand) {
		p := post("1", start)
		for i := range 5000 {
			p.Content += fmt.Sprintf("<p>Paragraph %d of \U0001f600 text & markup.</p>\n", i)
		}
		p.Authors = []feeds.Author{{Name: "A"}}
		p.Published = start.Add(123456789)
		h.commit("blog", store.Outcome{Posts: []feeds.Post{p}})
		got, err := h.Posts(h.ctx, feeds.Query{})
		h.must(err)
		p.Source = "blog"
		h.same("posts", got, []feeds.Post{p})
	}},
	{"the revision changes with posts", func(h *hand) {
		revision := func() int64 {
			n, err := h.Revision(h.ctx)
			h.must(err)
			return n
		}
		first := revision()
		h.commit("blog", store.Outcome{State: []byte("s"), Messages: []store.Queued{msg("fedi:1")}})
		h.same("without posts", revision(), first)
		h.commit("blog", store.Outcome{Posts: []feeds.Post{post("1", start)}})
		second := revision()
		h.commit("blog", store.Outcome{Removed: []string{"1"}})
		if third := revision(); first == second || second == third {
			h.Fatalf("revisions %d, %d, %d", first, second, third)
		}
	}},
	{"a story is found by key, id and link, those it had too", func(h *hand) {
		p := post("k", start)
		h.commit("blog", store.Outcome{Posts: []feeds.Post{p}, Decisions: []store.Decision{told("k", "new"), told("other", "new")}})
		p.ID, p.Link = "urn:moved", "https://example.net/moved"
		h.commit("blog", store.Outcome{Posts: []feeds.Post{p}, Decisions: []store.Decision{told("k", "moved")}})
		d := told("k", "linked")
		d.Link = "https://example.net/third"
		h.commit("blog", store.Outcome{Decisions: []store.Decision{d}})
		for _, which := range []string{"k", "urn:k", "https://example.org/k", "urn:moved", "https://example.net/moved", "https://example.net/third"} {
			for _, source := range []string{"", "blog"} {
				story, err := h.Story(h.ctx, source, which)
				h.must(err)
				var whats []string
				for _, d := range story {
					whats = append(whats, d.What)
				}
				h.same("story of "+which+" of "+source, whats, []string{"new", "moved", "linked"})
			}
		}
		for _, c := range [][2]string{{"news", "k"}, {"news", "urn:k"}, {"", "unheard of"}} {
			story, err := h.Story(h.ctx, c[0], c[1])
			h.must(err)
			h.same("story of "+c[1]+" of "+c[0], len(story), 0)
		}
	}},
	{"a link of two sources tells of both", func(h *hand) {
		for i, source := range []string{"planet", "blog"} {
			d := told("k", "new")
			d.At = start.Add(time.Duration(i) * time.Second)
			h.commit(source, store.Outcome{Posts: []feeds.Post{post("k", start)}, Decisions: []store.Decision{d}})
		}
		story, err := h.Story(h.ctx, "", "https://example.org/k")
		h.must(err)
		h.same("story", len(story), 2)
		h.same("first", story[0].Source, "planet")
		story, err = h.Story(h.ctx, "blog", "https://example.org/k")
		h.must(err)
		h.same("story of blog", len(story), 1)
	}},
	{"recent gives the newest first", func(h *hand) {
		h.commit("a", store.Outcome{Decisions: []store.Decision{told("1", "first"), told("2", "second")}})
		h.commit("b", store.Outcome{Decisions: []store.Decision{told("3", "third")}})
		whats := func(limit int) (out []string) {
			recent, err := h.Recent(h.ctx, limit)
			h.must(err)
			for _, d := range recent {
				out = append(out, d.What)
			}
			return out
		}
		h.same("recent", whats(10), []string{"third", "second", "first"})
		h.same("two", whats(2), []string{"third", "second"})
		h.same("none", whats(0), []string(nil))
	}},
	{"values are kept by name", func(h *hand) {
		load := func(key string) []byte {
			v, err := h.Load(h.ctx, key)
			h.must(err)
			return v
		}
		h.same("never saved", load("sky/session"), []byte(nil))
		h.must(h.Save(h.ctx, "sky/session", []byte{0, 1, 255}))
		h.must(h.Save(h.ctx, "other", []byte("x")))
		h.same("saved", load("sky/session"), []byte{0, 1, 255})
		h.must(h.Save(h.ctx, "sky/session", []byte("second")))
		h.same("saved again", load("sky/session"), []byte("second"))
		h.must(h.Save(h.ctx, "sky/session", nil))
		h.must(h.Save(h.ctx, "sky/session", nil))
		h.same("forgotten", load("sky/session"), []byte(nil))
		h.same("other", load("other"), []byte("x"))
	}},
}
