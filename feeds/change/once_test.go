package change_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"syndicated/feeds"
	"syndicated/feeds/change"
)

const updateText = "UPDATE (October 16 2018): French media report that the second site has been closed as well, and that forty people lost their jobs."

// Each step is what becomes of the third of ten posts, or of all; the updates
// are told once, whatever else the source does meanwhile.
func TestToldOnce(t *testing.T) {
	type step func(all []feeds.Post)
	update := func(all []feeds.Post) { all[2].Content += "<p>" + updateText + "</p>" }
	onTop := func(all []feeds.Post) { all[2].Content = "<p><b>" + updateText + "</b></p>" + all[2].Content }
	undo := func(all []feeds.Post) {
		all[2].Content = strings.ReplaceAll(strings.ReplaceAll(all[2].Content, "<p><b>"+updateText+"</b></p>", ""), "<p>"+updateText+"</p>", "")
	}
	second := func(all []feeds.Post) {
		all[2].Content += "<p>UPDATE (October 18 2018): The owner has denied all of it, and the union has called for a strike on Monday.</p>"
	}
	var whole []string
	teasers := func(all []feeds.Post) {
		whole = nil
		for i := range all {
			whole = append(whole, all[i].Content)
			end := strings.Index(all[i].Content, "</p>")
			all[i].Content = all[i].Content[:end/2] + "…</p>"
		}
	}
	more := func(all []feeds.Post) {
		whole = nil
		for i := range all {
			whole = append(whole, all[i].Content)
			all[i].Content = all[i].Content[:strings.Index(all[i].Content, "</p>")+4] + `<p><a href="/x">Continue reading</a></p>`
		}
	}
	other := func(all []feeds.Post) {
		whole = nil
		for i := range all {
			whole = append(whole, all[i].Content)
			all[i].Content = fmt.Sprintf(`<p>What part %d of this is about, told in words that are not in it at all… <a href="/x">Continue reading</a></p>`, i)
		}
	}
	back := func(all []feeds.Post) {
		for i := range all {
			all[i].Content = whole[i]
		}
	}
	widget := func(all []feeds.Post) {
		for i := range all {
			all[i].Content += fmt.Sprintf("<p>Weather at the harbour today: %d degrees and a light wind from the west.</p>", 10+i)
		}
	}
	redate := func(all []feeds.Post) {
		for i := range all {
			all[i].Published, all[i].Updated = start, start
		}
	}
	rename := func(all []feeds.Post) {
		for i := range all {
			all[i].ID = fmt.Sprintf("https://example.org/p/%d", i)
			all[i].Link = all[i].ID
		}
	}
	nothing := func([]feeds.Post) {}
	for _, c := range []struct {
		name  string
		steps []step
		want  []int // updates told at each step
	}{
		{"at the end", []step{update, nothing}, []int{1, 0}},
		{"on top", []step{onTop, nothing}, []int{1, 0}},
		{"back and forth", []step{update, undo, update, undo, onTop}, []int{1, 0, 0, 0, 0}},
		{"two of them", []step{update, second, nothing}, []int{1, 1, 0}},
		{"with a widget", []step{func(all []feeds.Post) { update(all); widget(all) }, nothing}, []int{1, 0}},
		{"widget before", []step{widget, update, widget, nothing}, []int{0, 1, 0, 0}},
		{"teasers and whole again", []step{teasers, back, more, back}, []int{0, 0, 0, 0}},
		{"other words", []step{other, back, other, back}, []int{0, 0, 0, 0}},
		{"other words after the update", []step{update, other, back}, []int{1, 0, 0}},
		{"update while there are other words", []step{other, func([]feeds.Post) { whole[2] += "<p>" + updateText + "</p>" }, back}, []int{0, 0, 1}},
		{"teasers after the update", []step{update, teasers, back, nothing}, []int{1, 0, 0, 0}},
		{"update above a teaser, then whole", []step{more, func(all []feeds.Post) {
			all[2].Content = "<p><b>" + updateText + "</b></p>" + all[2].Content
			whole[2] = "<p><b>" + updateText + "</b></p>" + whole[2]
		}, back, nothing}, []int{0, 1, 0, 0}},
		{"update while there are teasers, seen when whole again", []step{more, func([]feeds.Post) { whole[2] += "<p>" + updateText + "</p>" }, back}, []int{0, 0, 1}},
		{"dates", []step{redate, update, redate}, []int{0, 1, 0}},
		{"new names at once", []step{func(all []feeds.Post) { update(all); rename(all) }, nothing}, []int{1, 0}},
		{"new names after", []step{update, rename, nothing}, []int{1, 0, 0}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newSource(t, change.Options{Burst: 5})
			all := posts(1, 10)
			s.read(all...)
			revision := 0
			for i, f := range c.steps {
				f(all)
				got := s.read(slices.Clone(all)...)
				told := 0
				for _, v := range got {
					if v.Tell == change.Silent {
						continue
					}
					told++
					revision++
					if v.Kind != change.Update || v.Post.Revision != revision || !strings.HasPrefix(v.Note.Text, "UPDATE (October 1") || strings.Contains(v.Note.Text, "harbour") {
						t.Errorf("step %d: %s %s, revision %d, note %q", i, v.Kind, v.Tell, v.Post.Revision, v.Note.Text)
					}
				}
				if told != c.want[i] {
					t.Errorf("step %d: %d told, want %d", i, told, c.want[i])
					for _, v := range got {
						t.Logf("%s %s %s: %s", v.Kind, v.Tell, v.Post.Title, v.Reason)
					}
				}
				if again := s.read(slices.Clone(all)...); len(again) > 0 {
					t.Errorf("step %d: a second look finds %s", i, kinds(again))
				}
			}
		})
	}
}

// What a theme changes in all posts at once is learned, and later left out of
// a post in which it changes alone.
func TestNoiseIsLearned(t *testing.T) {
	s := newSource(t, change.Options{})
	all := posts(1, 8)
	s.read(all...)
	widget := func(i, n int) {
		all[i].Content = post(8-i).Content + fmt.Sprintf("<p>There are %d people in the hall, which is %d more than an hour ago.</p>", n, n/3)
	}
	for i := range all {
		widget(i, 100+i)
	}
	if k := kinds(s.read(all...)); strings.Contains(k, "!") {
		t.Errorf("a widget was told: %s", k)
	}
	if len(s.alerts) != 1 {
		t.Errorf("alerts: %q", s.alerts)
	}
	widget(3, 1234)
	if k := kinds(s.read(all...)); strings.Contains(k, "!") {
		t.Errorf("a widget was told: %s", k)
	}
}

func TestSummariesOnly(t *testing.T) {
	s := newSource(t, change.Options{})
	all := posts(1, 4)
	for i := range all {
		all[i].Summary, all[i].Content = "The hall opens on Friday. All are welcome.", ""
	}
	s.read(all...)
	all[1].Summary = "Update: the opening is cancelled. All tickets are paid back."
	got := s.read(all...)
	want(t, got, "update!tell")
	if len(got) == 1 && !strings.Contains(got[0].Reason, "summary") {
		t.Errorf("reason %q", got[0].Reason)
	}
	// The source goes over to full texts.
	for i := range all {
		all[i].Content = "<p>" + all[i].Summary + "</p>" + body(i)
	}
	if k := kinds(s.read(all...)); strings.Contains(k, "!") {
		t.Errorf("got %s", k)
	}
}
