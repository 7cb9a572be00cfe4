// Package sourcetest is what every kind of source must pass. A fault found in
// one of them becomes a case here.
package sourcetest

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"syndicated/feeds"
	"syndicated/feeds/source"
)

// Place is a source and the place that it reads, which the test can change.
type Place struct {
	Source source.Source
	// Publish makes post number n appear, its title "Post n", newer than those
	// of lower numbers.
	Publish func(n int)
	// Break makes the whole place unreadable, Mend undoes that.
	Break, Mend func()
	// Secret, if not empty, is in the settings and may be in no error.
	Secret string
}

// Test runs all cases, each on a place of its own that holds nothing yet.
func Test(t *testing.T, open func(t *testing.T) Place) {
	t.Helper()
	for _, c := range []struct {
		name string
		run  func(*testing.T, Place)
	}{
		{"posts are whole", whole},
		{"the same again is unchanged", again},
		{"a new post is found", fresh},
		{"a foreign state begins anew", foreign},
		{"reading changes nothing given", kept},
		{"a broken place is an error and loses nothing", broken},
		{"a cancelled reading ends", cancelled},
	} {
		t.Run(c.name, func(t *testing.T) { c.run(t, open(t)) })
	}
}

func read(t *testing.T, p Place, prev []byte) source.Reading {
	t.Helper()
	r, err := p.Source.Read(t.Context(), prev)
	if err != nil {
		t.Fatalf("read: %v", err)
	}
	return r
}

func titles(posts []feeds.Post) []string {
	var all []string
	for _, p := range posts {
		all = append(all, p.Title)
	}
	slices.Sort(all)
	return all
}

func whole(t *testing.T, p Place) {
	p.Publish(1)
	p.Publish(2)
	r := read(t, p, nil)
	if got, want := titles(r.Feed.Posts), []string{"Post 1", "Post 2"}; !slices.Equal(got, want) {
		t.Fatalf("titles %q, want %q", got, want)
	}
	if r.Unchanged || r.Partial {
		t.Errorf("first reading: unchanged %v, partial %v", r.Unchanged, r.Partial)
	}
	if r.Feed.Format == "" {
		t.Error("the feed has no format")
	}
	seen := map[string]bool{}
	for _, post := range r.Feed.Posts {
		name := post.ID + " " + post.Link
		if name == " " || seen[name] {
			t.Errorf("post %q has no name of its own: id %q, link %q", post.Title, post.ID, post.Link)
		}
		seen[name] = true
		if u, err := url.Parse(post.Link); post.Link != "" && (err != nil || !u.IsAbs()) {
			t.Errorf("link %q is not absolute", post.Link)
		}
		for _, at := range []time.Time{post.Published, post.Updated} {
			if !at.IsZero() && at.Location() != time.UTC {
				t.Errorf("time %v is not in UTC", at)
			}
		}
		if post.Published.IsZero() && !post.Inferred {
			t.Errorf("post %q has no date and does not say so", post.Title)
		}
		if post.Key != "" || post.Revision != 0 || post.Note != "" {
			t.Errorf("post %q has what only change.Compare gives", post.Title)
		}
	}
}

func again(t *testing.T, p Place) {
	p.Publish(1)
	first := read(t, p, nil)
	for range 3 {
		r := read(t, p, first.State)
		if !r.Unchanged || len(r.Feed.Posts) > 0 {
			t.Fatalf("unchanged %v, posts %q", r.Unchanged, titles(r.Feed.Posts))
		}
		if len(r.State) == 0 {
			t.Fatal("no state after a reading without change")
		}
		first.State = r.State
	}
}

func fresh(t *testing.T, p Place) {
	p.Publish(1)
	first := read(t, p, nil)
	p.Publish(2)
	second := read(t, p, first.State)
	if got := titles(second.Feed.Posts); second.Unchanged || !slices.Contains(got, "Post 2") {
		t.Errorf("unchanged %v, posts %q", second.Unchanged, got)
	}
	if third := read(t, p, second.State); !third.Unchanged {
		t.Errorf("found again: %q", titles(third.Feed.Posts))
	}
	// A crash before the state was kept repeats the reading.
	repeated := read(t, p, first.State)
	if got, want := titles(repeated.Feed.Posts), titles(second.Feed.Posts); !slices.Equal(got, want) {
		t.Errorf("repeated %q, want %q", got, want)
	}
}

func foreign(t *testing.T, p Place) {
	p.Publish(1)
	for _, state := range []string{"not JSON", "[]", `"x"`, "null", "{}", `{"files":3}`, strings.Repeat("[", 1000)} {
		r, err := p.Source.Read(t.Context(), []byte(state))
		if err != nil || !slices.Contains(titles(r.Feed.Posts), "Post 1") {
			t.Errorf("with state %.20q: posts %q, %v", state, titles(r.Feed.Posts), err)
		}
	}
}

func kept(t *testing.T, p Place) {
	p.Publish(1)
	first := read(t, p, nil)
	state := string(first.State)
	p.Publish(2)
	read(t, p, first.State)
	if string(first.State) != state {
		t.Error("the state that was given is another after the reading")
	}
}

func broken(t *testing.T, p Place) {
	p.Publish(1)
	first := read(t, p, nil)
	p.Break()
	r, err := p.Source.Read(t.Context(), first.State)
	if err == nil {
		t.Fatalf("no error; unchanged %v, posts %q", r.Unchanged, titles(r.Feed.Posts))
	}
	if len(r.Feed.Posts) > 0 || r.Unchanged {
		t.Errorf("an error with a reading: unchanged %v, posts %q", r.Unchanged, titles(r.Feed.Posts))
	}
	if p.Secret != "" && strings.Contains(err.Error(), p.Secret) {
		t.Errorf("the error tells a secret: %v", err)
	}
	if strings.ContainsAny(err.Error(), "\n\x1b") {
		t.Errorf("the error is not one line: %q", err)
	}
	state := first.State
	if r.State != nil {
		state = r.State
	}
	p.Mend()
	p.Publish(2)
	if r := read(t, p, state); !slices.Contains(titles(r.Feed.Posts), "Post 2") {
		t.Errorf("after it was mended: %q", titles(r.Feed.Posts))
	}
}

func cancelled(t *testing.T, p Place) {
	p.Publish(1)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := p.Source.Read(ctx, nil); err == nil {
		t.Error("no error")
	}
}
