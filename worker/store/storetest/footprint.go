package storetest

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"syndicated/feeds"
	"syndicated/worker/network"
	"syndicated/worker/store"
)

// Footprint reports what a store takes, in bytes for each: a known post beside
// its key and record; a post in feeds with a line of its story and the words by
// which it is found, and without these when Trim has been; a message that waits,
// the same when it was sent, and what is left of it for ever when Trim has been.
// A post has an HTML text of 2,000 bytes; a message a text of 300, and some 700
// with all its fields. size gives all that the store takes; it may close the
// store, which open gives, opened again.
func Footprint(b *testing.B, open func() store.Store, size func() int64) {
	const n, inPoll = 6000, 30
	ctx := context.Background()
	now := start
	must := func(ok bool, err error) {
		b.Helper()
		if err != nil || !ok {
			b.Fatal(ok, err)
		}
	}
	before := size()
	tell := func(what string, less int) { b.ReportMetric(float64(size()-before)/n-float64(less), "B/"+what) }
	commit := func(fill func(o *store.Outcome, i int)) {
		s := open()
		for from := 0; from < n; from += inPoll {
			p, ok, err := s.ClaimPoll(ctx, now, fmt.Sprintf("source%d", from/inPoll%100), ttl)
			must(ok, err)
			o := store.Outcome{Next: now}
			for i := range inPoll {
				fill(&o, from+i)
			}
			c, err := s.Commit(ctx, now, p, o)
			must(c.OK, err)
		}
	}
	key := func(i int) string { return fmt.Sprintf("https://example.org/blog/post-%06d", i) }
	record := []byte(strings.Repeat("r", 1000))
	commit(func(o *store.Outcome, i int) {
		if o.Memory == nil {
			o.Memory = map[string][]byte{}
		}
		o.Memory[key(i)] = record
	})
	tell("known-post", len(key(0))+len(record))

	before = size()
	words := strings.Fields("the feed item entry guid permalink enclosure hub topic lease consumer group dead letter of a post with words that differ")
	commit(func(o *store.Outcome, i int) {
		var html strings.Builder
		for w := 0; html.Len() < 2000; w++ {
			fmt.Fprintf(&html, "<p>%s %d %s</p>", words[(i*7+w*3)%len(words)], i*w, words[(i+w*w)%len(words)])
		}
		o.Posts = append(o.Posts, feeds.Post{Key: key(i), ID: key(i), Link: key(i), Title: "A title of some words", Published: now, Content: html.String()})
		o.Decisions = append(o.Decisions, store.Decision{Post: key(i), At: now, What: "new", Reason: "never seen", Title: "A title of some words", Link: key(i)})
	})
	tell("post-in-feeds", 0)
	must(true, open().Trim(ctx, now.Add(72*time.Hour)))
	tell("post-in-feeds-trimmed", 0)

	before = size()
	commit(func(o *store.Outcome, i int) {
		o.Messages = append(o.Messages, store.Queued{Due: now, Message: network.Message{
			ID: fmt.Sprintf("fedi%d/%032x", i%6, i), Account: fmt.Sprintf("fedi%d", i%6), Kind: "new", Verb: network.VerbPost,
			Text: strings.Repeat("three hundred bytes of text ", 11)[:300], Title: "A title of some words", Link: key(i),
			Source: fmt.Sprintf("source%d", i/inPoll%100), Post: key(i), Created: now,
		}})
	})
	tell("message-waiting", 0)
	s := open()
	accounts := []string{"fedi0", "fedi1", "fedi2", "fedi3", "fedi4", "fedi5"}
	for {
		leases, _, err := s.Claim(ctx, now, accounts, len(accounts), ttl)
		must(true, err)
		if len(leases) == 0 {
			break
		}
		for _, l := range leases {
			must(s.Attempt(ctx, now, l))
			_, ok, err := s.Finish(ctx, now, l, store.Settlement{Result: store.Sent, Receipt: network.Receipt{
				ID: "112233445566778899", URL: "https://social.example/@blog/112233445566778899", At: now,
			}})
			must(ok, err)
		}
	}
	tell("message-sent", 0)
	must(true, open().Trim(ctx, now.Add(72*time.Hour)))
	tell("message-sent-trimmed", 0)
	b.ReportMetric(0, "ns/op") // the time says nothing here
}
