package embedded_test

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"syndicated/feeds"
	"syndicated/worker/network"
	"syndicated/worker/store"
	"syndicated/worker/store/embedded"
)

func TestFromPollToReceipt(t *testing.T) {
	for _, where := range []string{"memory", "file"} {
		t.Run(where, func(t *testing.T) {
			ctx := context.Background()
			cfg := embedded.Config{}
			if where == "file" {
				cfg.Path = filepath.Join(t.TempDir(), "a b?#%.db")
			}
			s, err := embedded.Open(ctx, cfg)
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			now := time.UnixMilli(1_700_000_000_000).UTC()
			if err := s.Plan(ctx, now, []store.Planned{{Source: "blog", Next: now}}); err != nil {
				t.Fatal(err)
			}
			polls, _, err := s.ClaimPolls(ctx, now, 10, time.Minute)
			if err != nil || len(polls) != 1 {
				t.Fatalf("polls %v, %v", polls, err)
			}
			o := store.Outcome{
				State: []byte("etag"), Next: now.Add(time.Hour),
				Memory:    map[string][]byte{"k1": []byte("r")},
				Posts:     []feeds.Post{{Key: "k1", Link: "https://example.org/1", Published: now}},
				Decisions: []store.Decision{{Post: "k1", What: "new", Reason: "never seen", At: now}},
				Messages:  []store.Queued{{Message: network.Message{ID: "m1", Account: "fedi", Text: "hello", Source: "blog", Post: "k1"}, Due: now}},
			}
			for range 2 {
				c, err := s.Commit(ctx, now, polls[0], o)
				if err != nil || !c.OK {
					t.Fatalf("commit %+v, %v", c, err)
				}
			}
			leases, _, err := s.Claim(ctx, now, []string{"fedi"}, 10, time.Minute)
			if err != nil || len(leases) != 1 || leases[0].Message.Text != "hello" {
				t.Fatalf("leases %+v, %v", leases, err)
			}
			if ok, err := s.Attempt(ctx, now, leases[0]); !ok || err != nil {
				t.Fatal(ok, err)
			}
			done := store.Settlement{Result: store.Sent, Receipt: network.Receipt{ID: "77", At: now}, Decision: store.Decision{Source: "blog", Post: "k1", What: "sent"}}
			if _, ok, err := s.Finish(ctx, now, leases[0], done); !ok || err != nil {
				t.Fatal(ok, err)
			}
			r, found, err := s.Receipt(ctx, "m1")
			if err != nil || !found || r.ID != "77" {
				t.Fatalf("receipt %+v %v %v", r, found, err)
			}
			posts, err := s.Posts(ctx, feeds.Query{})
			if err != nil || len(posts) != 1 || posts[0].Source != "blog" {
				t.Fatalf("posts %+v, %v", posts, err)
			}
			story, err := s.Story(ctx, "", "https://example.org/1")
			if err != nil || len(story) != 2 || story[1].What != "sent" {
				t.Fatalf("story %+v, %v", story, err)
			}
		})
	}
}

func TestSecondProcessIsRefused(t *testing.T) {
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "s.db")
	s, err := embedded.Open(ctx, embedded.Config{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if _, err := embedded.Open(ctx, embedded.Config{Path: path}); !errors.Is(err, embedded.ErrInUse) {
		t.Fatalf("got %v, want ErrInUse", err)
	}
	ro, err := embedded.Open(ctx, embedded.Config{Path: path, ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer ro.Close()
	if err := ro.Save(ctx, "k", []byte("v")); !errors.Is(err, embedded.ErrReadOnly) {
		t.Fatalf("got %v, want ErrReadOnly", err)
	}
}
