package embedded_test

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"syndicated/feeds"
	"syndicated/worker/store"
	"syndicated/worker/store/embedded"
)

// BenchmarkSweep reads a thousand sources, as 16 callers at once do: cold, each
// with 23 posts that are seen for the first time, records of some 1,500 bytes
// and bodies of some 2,500; and warm, with nothing new. The cost is that of all.
func BenchmarkSweep(b *testing.B) {
	const sources, posts, callers = 1000, 23, 16
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	chance := rand.New(rand.NewPCG(1, 1))
	words := func(size int) string {
		var s strings.Builder
		for s.Len() < size {
			fmt.Fprintf(&s, "<p>word%d of a post</p> ", chance.IntN(500))
		}
		return s.String()
	}
	record := make([]byte, 1500)
	for i := range record {
		record[i] = byte(chance.UintN(256))
	}
	content := words(2200)
	outcome := func(source string) store.Outcome {
		o := store.Outcome{State: []byte(`{"etag":"x"}`), Next: now.Add(time.Hour), Memory: map[string][]byte{}}
		for i := range posts {
			key := fmt.Sprintf("https://%s.example/%d", source, i)
			o.Memory[key] = record
			o.Posts = append(o.Posts, feeds.Post{Key: key, ID: key, Link: key, Title: "A title", Content: content, Published: now})
			o.Decisions = append(o.Decisions, store.Decision{Post: key, At: now, What: "quiet", Reason: "it was there when the source was first read", Title: "A title", Link: key})
		}
		return o
	}
	open := func() *embedded.Store {
		s, err := embedded.Open(b.Context(), embedded.Config{Path: filepath.Join(b.TempDir(), "s.db")})
		if err != nil {
			b.Fatal(err)
		}
		var plan []store.Planned
		for i := range sources {
			plan = append(plan, store.Planned{Source: fmt.Sprintf("planet/s%d", i), Next: now})
		}
		if err := s.Plan(b.Context(), now, plan); err != nil {
			b.Fatal(err)
		}
		return s
	}
	sweep := func(s *embedded.Store, end func(polls []store.Poll) error) {
		work := make(chan []store.Poll)
		var wg sync.WaitGroup
		for range callers {
			wg.Go(func() {
				for polls := range work {
					if err := end(polls); err != nil {
						b.Error(err)
					}
				}
			})
		}
		for {
			polls, _, err := s.ClaimPolls(b.Context(), now, 100, time.Minute)
			if err != nil {
				b.Fatal(err)
			}
			if len(polls) == 0 {
				break
			}
			work <- polls
		}
		close(work)
		wg.Wait()
	}
	b.Run("cold", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			s := open()
			sweep(s, func(polls []store.Poll) error {
				for _, p := range polls {
					if _, err := s.Memory(b.Context(), p.Source); err != nil {
						return err
					}
					if c, err := s.Commit(b.Context(), now, p, outcome(strings.ReplaceAll(p.Source, "/", "-"))); err != nil || !c.OK {
						return fmt.Errorf("%s: %v, %w", p.Source, c, err)
					}
				}
				return nil
			})
			s.Close()
		}
	})
	b.Run("warm", func(b *testing.B) {
		s := open()
		defer s.Close()
		b.ReportAllocs()
		for b.Loop() {
			sweep(s, func(polls []store.Poll) error {
				done := make([]store.Rescheduled, len(polls))
				for i, p := range polls {
					done[i] = store.Rescheduled{Poll: p, State: []byte(`{"etag":"x"}`), Next: now.Add(time.Hour)}
				}
				return s.Reschedule(b.Context(), now, done)
			})
			now = now.Add(2 * time.Hour)
		}
	})
}
