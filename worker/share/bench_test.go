package share_test

import (
	"testing"

	"syndicated/worker/share"
)

func BenchmarkCompose(b *testing.B) {
	p := article()
	p.Content = long(200)
	for _, c := range []struct {
		name string
		c    share.Config
	}{
		{"default", share.Config{Account: "a", Manner: manners()["mastodon"]}},
		{"template", share.Config{Account: "a", Manner: manners()["mastodon"], Words: share.Words{Template: "{{.Title}} {{.Text}} {{.URL}}"}}},
		{"thread", share.Config{Account: "a", Manner: manners()["mastodon"], CanReply: true, Words: share.Words{Long: "thread"}}},
	} {
		co, err := share.New(c.c)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := co.Compose(share.Event{Now: now, Verdict: verdict("new", p, "")}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
