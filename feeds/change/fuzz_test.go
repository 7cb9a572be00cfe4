package change_test

import (
	"strings"
	"testing"
	"time"

	"syndicated/feeds"
	"syndicated/feeds/change"
)

// Bytes of strangers, in posts and in what is remembered, cost no more than a
// wrong verdict, and the same again is the same.
func FuzzCompare(f *testing.F) {
	f.Add("guid", "https://example.org/a", "A title", "<p>Some words of a post.</p>", "<p>Some words of a post.</p><p>Update: more.</p>", []byte{1, 2, 3})
	f.Add("", "", "", "", "<div class=related>", []byte{})
	f.Add("x", "http://[::1", "Two years ago –", "<pre>\n\n</pre><table><tr><td>a<td>b", "<ins>追記</ins>(2020-11-02): 更新", []byte("\x01\x05aaaaaaaaaaaaaa"))
	f.Add("x", "https://a.b/c#d", "T", strings.Repeat("<p>a b c. ", 300), strings.Repeat("c b a. <br>", 300), []byte{1, 255, 255, 255, 255, 255, 255, 255, 255, 1})
	f.Fuzz(func(t *testing.T, guid, link, title, old, now string, record []byte) {
		o := change.Options{Now: start, First: true}
		a := feeds.Post{ID: guid, Link: link, Title: title, Content: old}
		b := a
		b.Content = now
		r := change.Compare(nil, []feeds.Post{a, post(1)}, o)
		memory := r.Changed
		o.First, o.Now = false, start.Add(time.Hour)
		r = change.Compare(memory, []feeds.Post{b, post(1)}, o)
		for k, v := range r.Changed {
			memory[k] = v
		}
		for _, v := range r.Verdicts {
			if v.Reason == "" || v.Tell == change.Share && v.Kind == change.Update && v.Note.Text == "" {
				t.Errorf("%+v", v)
			}
		}
		o.Now = start.Add(2 * time.Hour)
		if r = change.Compare(memory, []feeds.Post{b, post(1)}, o); len(r.Verdicts) > 0 {
			t.Errorf("the same again is %s", kinds(r.Verdicts))
		}
		for k := range memory {
			memory[k] = record
			break
		}
		change.Compare(memory, []feeds.Post{b, post(1)}, o)
		change.Judge(change.Pair{Old: change.Version{Title: title, HTML: old}, New: change.Version{Title: title, HTML: now}}, "high")
	})
}
