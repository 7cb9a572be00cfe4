package storetest

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"syndicated/feeds"
	"syndicated/worker/store"
)

// Agree does the same steps to several stores, chosen by chance from seed, and
// ends the test at the first step at which their answers differ. Leases are
// kept and used again when they are long lost; time goes forward only.
func Agree(t *testing.T, seed uint64, steps int, stores map[string]store.Store) {
	t.Helper()
	c := &chooser{Rand: rand.New(rand.NewPCG(seed, 1)), now: start}
	names := slices.Sorted(maps.Keys(stores))
	var history []string
	for n := range steps {
		c.now = c.now.Add(time.Duration(c.IntN(4)) * c.pick(time.Millisecond, time.Second, 20*time.Second))
		what, do := c.step()
		if n%50 == 49 || n == steps-1 {
			what, do = "show everything", show
		}
		history = append(history, fmt.Sprintf("%d %s %s", n, c.now.Format("15:04:05.000"), what))
		var first any
		for i, name := range names {
			got, err := do(t.Context(), stores[name], i)
			if err != nil {
				got = "error"
				if len(names) == 1 {
					t.Fatalf("seed %d, step %s: %v", seed, history[n], err)
				}
			}
			if i == 0 {
				first = got
				continue
			}
			if d := gocmp.Diff(first, got, cmpopts.EquateEmpty()); d != "" {
				t.Fatalf("seed %d: %s and %s differ (-%s +%s) %v:\n%s\nthe last steps:\n%s", seed, names[0], name, names[0], name, err, d,
					bytes.Join(toBytes(history[max(0, len(history)-25):]), []byte("\n")))
			}
		}
	}
}

func toBytes(lines []string) (out [][]byte) {
	for _, l := range lines {
		out = append(out, []byte(l))
	}
	return out
}

// show reads all that a store has.
func show(ctx context.Context, s store.Store, _ int) (any, error) {
	out := map[string]any{}
	var err error
	put := func(name string, v any, e error) {
		out[name] = v
		err = cmp.Or(err, e)
	}
	for _, source := range []string{"blog", "news", "planet/x", "planet/y/z"} {
		m, e := s.Memory(ctx, source)
		put("memory "+source, m, e)
		posts, e := s.Posts(ctx, feeds.Query{Sources: []string{source, "planet"}, Limit: 7})
		put("posts "+source, posts, e)
		for k := range 12 {
			story, e := s.Story(ctx, source, fmt.Sprintf("https://example.org/k%d", k))
			put(fmt.Sprintf("story %s %d", source, k), story, e)
		}
	}
	sources, e := s.Sources(ctx)
	put("sources", sources, e)
	accounts, e := s.Accounts(ctx)
	put("accounts", accounts, e)
	messages, e := s.Messages(ctx, store.Filter{})
	put("messages", plain(messages), e)
	for _, m := range messages {
		r, found, e := s.Receipt(ctx, m.Message.ID)
		if m.Message.Account != "bus" {
			put("receipt "+m.Message.ID, []any{r, found}, e)
		}
	}
	posts, e := s.Posts(ctx, feeds.Query{})
	put("posts", posts, e)
	recent, e := s.Recent(ctx, 40)
	put("recent", recent, e)
	return out, err
}

// plain leaves out what each store may say in its own way: the ids of entries
// of streams.
func plain(all []store.Entry) []store.Entry {
	for i := range all {
		if all[i].Message.Account == "bus" {
			all[i].Receipt.ID = ""
		}
	}
	return all
}
