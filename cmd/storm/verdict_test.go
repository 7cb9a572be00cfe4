package main

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// world is one source with three posts of the storm, of which the second was
// updated, all told as they must be.
func world(sure bool) (ending, account) {
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	e := ending{posts: []post{
		{source: 1, number: 1, at: at, first: true},
		{source: 1, number: 2, at: at, mended: true},
		{source: 1, number: 3, at: at, updates: []string{"UPDATE"}},
		{source: 1, number: 4, at: at},
	}}
	a := account{name: "one", sure: sure}
	for _, p := range e.posts[1:] {
		words := "words"
		for i := range p.updates {
			words += " " + mark(p.name(), i)
		}
		a.shows = append(a.shows, shown{id: p.name(), post: p.name(), text: words, at: at})
		a.kept = append(a.kept, keptAs(p.name(), "new", "sent", ""))
		if len(p.updates) > 0 {
			a.kept = append(a.kept, keptAs(p.name(), "update", "sent", ""))
		}
	}
	return e, a
}

func keptAs(post, kind, state, reason string) kept {
	k := kept{State: state, Reason: reason}
	k.Message.ID, k.Message.Kind, k.Message.Link = post+kind, kind, "http://127.0.1.1/"+post
	return k
}

func drop[T any](list []T, i int) []T { return slices.Delete(slices.Clone(list), i, i+1) }

func TestVerdict(t *testing.T) {
	for _, c := range []struct {
		name string
		sure bool
		do   func(e *ending, a *account)
		want string // part of a fault; empty: none
	}{
		{"all is well", true, func(*ending, *account) {}, ""},
		{"all is well, not sure", false, func(*ending, *account) {}, ""},
		{"double", true, func(_ *ending, a *account) { a.shows = append(a.shows, a.shows[0]) }, "s01-002 is there 2 times"},
		{"double where it cannot be asked", false, func(_ *ending, a *account) { a.shows = append(a.shows, a.shows[0]) }, "s01-002 is there 2 times"},
		{"lost", true, func(_ *ending, a *account) { a.shows = drop(a.shows, 2) }, "s01-004 is not there"},
		{"lost where it cannot be asked", false, func(_ *ending, a *account) { a.shows = drop(a.shows, 2) }, "s01-004 is neither there nor on hold"},
		{"on hold and missing", false, func(_ *ending, a *account) {
			a.shows = drop(a.shows, 2)
			a.kept[3] = keptAs("s01-004", "new", "held", "it may be out")
		}, ""},
		{"on hold and there", false, func(_ *ending, a *account) { a.kept[3] = keptAs("s01-004", "new", "held", "it may be out") }, ""},
		{"on hold without a reason", false, func(_ *ending, a *account) { a.kept[3] = keptAs("s01-004", "new", "held", "") }, "the store does not know"},
		{"on hold though it can be asked", true, func(_ *ending, a *account) { a.kept[3] = keptAs("s01-004", "new", "held", "it may be out") }, "though the network can be asked"},
		{"disorder", true, func(_ *ending, a *account) { slices.Reverse(a.shows) }, "s01-003 comes after s01-004"},
		{"still waiting", true, func(_ *ending, a *account) { a.kept[3] = keptAs("s01-004", "new", "waiting", "") }, "still waits"},
		{"dead letter", false, func(_ *ending, a *account) { a.kept[3] = keptAs("s01-004", "new", "dead", "refused") }, "is dead: refused"},
		{"unknown to the store", false, func(_ *ending, a *account) { a.kept = drop(a.kept, 3) }, "the store does not know"},
		{"an old post", true, func(_ *ending, a *account) {
			a.shows = append([]shown{{id: "x", post: "s01-001"}}, a.shows...)
		}, "s01-001 was there before the storm"},
		{"update not told", true, func(_ *ending, a *account) { a.shows[1].text = "words" }, "update s01-003-u1 is told nowhere"},
		{"update on hold", false, func(_ *ending, a *account) {
			a.shows[1].text = "words"
			a.kept[2] = keptAs("s01-003", "update", "held", "it may be out")
		}, ""},
		{"update answered twice", true, func(_ *ending, a *account) {
			one := shown{id: "r", post: "s01-003", text: "s01-003-u1", reply: true}
			a.shows[1].text = "words"
			a.shows = append(a.shows, one, one)
		}, "update s01-003-u1 is told 2 times"},
		{"update that the waiting message took in", true, func(_ *ending, a *account) {
			a.kept[2] = keptAs("s01-003", "update", "dropped", "told by x: the post was changed before its message was sent")
		}, ""},
		{"typo told", true, func(_ *ending, a *account) { a.kept = append(a.kept, keptAs("s01-002", "update", "sent", "")) }, "was never updated and has a message of kind update"},
		{"strange message", true, func(_ *ending, a *account) { a.strange = []string{"names no post"} }, "names no post"},
	} {
		t.Run(c.name, func(t *testing.T) {
			e, a := world(c.sure)
			c.do(&e, &a)
			score, faults := e.judge(a)
			if (score.broken() > 0) != (len(faults) > 0) {
				t.Errorf("%d are broken and %d are told", score.broken(), len(faults))
			}
			switch {
			case c.want == "" && len(faults) > 0:
				t.Errorf("got %q, want none", faults)
			case c.want != "" && !slices.ContainsFunc(faults, func(f string) bool { return strings.Contains(f, c.want) }):
				t.Errorf("got %q, want one with %q", faults, c.want)
			}
		})
	}
}
