package redis_test

import (
	"errors"
	"flag"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"syndicated/worker/store"
)

// cutter goes before every script: it counts the writes and ends the script, as
// a torn append-only file would, before the one that the budget does not allow.
const cutter = `local redis = (function(server)
  local tag = string.match(KEYS[1], '^(.-})')
  local budget, log = tag .. ':budget', tag .. ':log'
  if server.call('EXISTS', log) == 1 then server.call('RPUSH', log, 'SCRIPT') end
  local writes = {ZADD = 1, ZREM = 1, HSET = 1, HDEL = 1, HSETNX = 1, HINCRBY = 1, INCR = 1, XADD = 1, RPUSH = 1, LPUSH = 1, LTRIM = 1}
  local function counted(call)
    return function(command, key, ...)
      if writes[command] then
        if server.call('EXISTS', log) == 1 then
          server.call('RPUSH', log, 'NAME ' .. command .. string.match(key, '^.-}(:[^:]*)'))
        end
        local left = server.call('GET', budget)
        if left == '0' then error('cut short') end
        if left then server.call('DECR', budget) end
      end
      return call(command, key, ...)
    end
  end
  return {call = counted(server.call), pcall = counted(server.pcall)}
end)(redis)
`

// story is what happens in the world, step by step. A step that was cut short
// is begun again.
func (w *world) story() []func() error {
	plan := func() error {
		return w.do(func() error {
			return w.store.Plan(w.ctx, w.now, []store.Planned{{Source: "blog", Next: w.now}, {Source: "planet/a", Next: w.now, Sooner: true}})
		})
	}
	poll := func(source string) func() error { return func() error { return w.poll(source) } }
	deliver := func() error { _, _, err := w.deliver(); return err }
	later := func() error { w.now = w.now.Add(15 * time.Second); return nil }
	return []func() error{
		plan,
		func() error {
			w.write("blog", "p1", "one")
			w.write("blog", "p2", "two")
			w.write("planet/a", "p2", "two")
			return nil
		},
		func() error { w.trouble["fedi/p1/new"], w.trouble["sky/p1/new"] = "down", "lost"; return nil },
		func() error { w.trouble["fedi/p4/new"], w.trouble["sky/p4/new"] = "refused", "limit"; return nil },
		poll("blog"), poll("planet/a"), deliver,
		// p2 still waits: it is replaced; p3 is cancelled.
		func() error { w.write("blog", "p2", "two, corrected"); w.write("blog", "p3", "three"); return nil },
		poll("blog"),
		func() error { w.remove("blog", "p3"); w.write("planet/a", "p4", "four"); return nil },
		poll("blog"), poll("planet/a"), later, deliver, deliver,
		// A person holds one that waits, and lets it go.
		func() error { w.write("blog", "p5", "five"); return nil },
		poll("blog"),
		func() error {
			return w.person(func() (bool, error) { s, err := w.state("fedi/p5/new"); return s != store.Waiting, err },
				func() error { _, err := w.store.HoldMessage(w.ctx, w.now, "fedi/p5/new", "wait"); return err })
		},
		deliver, later, deliver,
		func() error {
			return w.person(func() (bool, error) { s, err := w.state("fedi/p5/new"); return s != store.OnHold, err },
				func() error { _, err := w.store.Requeue(w.ctx, w.now, "fedi/p5/new", "go"); return err })
		},
		// What was sent is updated and removed.
		func() error { w.write("blog", "p1", "one, more"); return nil },
		poll("blog"), deliver,
		func() error {
			return w.do(func() error { return w.store.Forget(w.ctx, []string{"planet/a"}) })
		},
		plan,
		func() error { w.remove("blog", "p1"); return nil },
		// Three that wait are told together, one of them with a better text.
		func() error {
			w.write("blog", "p6", "six")
			w.write("blog", "p7", "seven")
			w.write("planet/a", "p8", "eight")
			return nil
		},
		poll("blog"), poll("planet/a"),
		func() error { w.write("blog", "p7", "typo: seven"); return nil },
		poll("blog"),
		func() error { return w.fold("fedi") },
		w.settle,
	}
}

// run plays the story with so many writes until the cut; whole says that there
// was none. With restart the worker ends at the cut and another begins, else it
// calls again.
func run(t testing.TB, url string, budget int, restart bool, change func(name, text string) string, spy ...func(c goredis.UniversalClient, tag string, end bool) error) (whole bool, err error) {
	s := open(t, url)
	if err := s.SetScripts(change); err != nil {
		return false, err
	}
	w := newWorld(t.Context(), s)
	ws := fmt.Sprintf("syndicated:{%s}", s.Workspace())
	client := s.Client()
	if err := client.Set(t.Context(), ws+":budget", budget, 0).Err(); err != nil {
		return false, err
	}
	w.retry = func() bool {
		client.Del(t.Context(), ws+":budget")
		return !restart
	}
	for _, look := range spy {
		if err := look(client, ws, false); err != nil {
			return false, err
		}
	}
	for _, step := range w.story() {
		if err := step(); errors.Is(err, errCrash) {
			// The leases of the dead lapse; another worker does the step.
			w.now = w.now.Add(2 * lease)
			restart = false
			err = step()
			if err != nil {
				return false, err
			}
		} else if err != nil {
			return false, err
		}
	}
	left, err := client.Get(t.Context(), ws+":budget").Int()
	if err != nil && !errors.Is(err, goredis.Nil) {
		return false, err
	}
	if err := w.check(); err != nil {
		known, _ := s.Messages(t.Context(), store.Filter{})
		for _, e := range known {
			err = fmt.Errorf("%w\n%s %s try %d due %s attempted %s since %s: %s", err, e.Message.ID, e.State, e.Try, e.Due.Format("04:05.000"), e.Attempted.Format("04:05"), e.Since.Format("04:05"), e.Reason)
		}
		return left > 0, fmt.Errorf("%w\nthe networks have %q", err, w.networks)
	}
	for _, look := range spy {
		if err := look(client, ws, true); err != nil {
			return false, err
		}
	}
	return left > 0, stream(t, client, ws+":stream:bus", w)
}

// stream checks that every event is in the stream once.
func stream(t testing.TB, c goredis.UniversalClient, key string, w *world) error {
	entries, err := c.XRange(t.Context(), key, "-", "+").Result()
	if err != nil {
		return err
	}
	count := map[string]int{}
	for _, e := range entries {
		count[e.Values["id"].(string)]++
	}
	for id, n := range count {
		if n != 1 {
			return fmt.Errorf("%s is %d times in the stream", id, n)
		}
	}
	for _, source := range w.sources {
		for _, key := range w.order[source] {
			if count["bus/"+key+"/new"] == 0 {
				return fmt.Errorf("%s is not in the stream", key)
			}
		}
	}
	return nil
}

// cut puts the cutter before a script.
func cut(name, text string) string {
	return strings.ReplaceAll(cutter, "NAME", name) + text
}

var all = flag.Bool("store.cuts", false, "TestEveryPrefix cuts at every place, not only at those that are like none before")

// places plays the story once and gives the numbers of writes after which a cut
// is like none before by the writes around it.
func places(t *testing.T, url string, restart bool) (budgets []int) {
	t.Helper()
	var log []string
	whole, err := run(t, url, 1<<30, restart, cut, func(c goredis.UniversalClient, tag string, end bool) error {
		if !end {
			return c.RPush(t.Context(), tag+":log", "LOG").Err()
		}
		var err error
		log, err = c.LRange(t.Context(), tag+":log", 0, -1).Result()
		return err
	})
	if err != nil || !whole {
		t.Fatalf("the story without a cut: %v", err)
	}
	seen := map[string]bool{}
	n := 0
	for _, script := range strings.Split(strings.Join(log, "\n"), "SCRIPT") {
		writes := strings.Fields(strings.ReplaceAll(strings.TrimSpace(script), " ", "_"))
		for i := range writes {
			what := fmt.Sprint(i == 0, writes[max(0, i-2):min(i+2, len(writes))])
			if *all {
				what = fmt.Sprint(n)
			}
			if !seen[what] && writes[0] != "LOG" {
				seen[what] = true
				budgets = append(budgets, n)
			}
			if writes[0] != "LOG" {
				n++
			}
		}
	}
	return budgets
}

// TestEveryPrefix cuts the scripts short after every number of writes.
func TestEveryPrefix(t *testing.T) {
	url := anyServer(t)
	for _, restart := range []bool{true, false} {
		budgets := places(t, url, restart)
		t.Logf("%d places to cut, restart %v", len(budgets), restart)
		if len(budgets) < 60 {
			t.Errorf("the story has but %d places", len(budgets))
		}
		if err := cuts(t, url, budgets, restart, cut); err != nil {
			t.Error(err)
		}
	}
}

// cuts plays the story once for each place and gives the first error.
func cuts(t *testing.T, url string, budgets []int, restart bool, change func(name, text string) string) error {
	var next atomic.Int64
	var wg sync.WaitGroup
	var mu sync.Mutex
	var first error
	for range 4 {
		wg.Go(func() {
			for {
				n := int(next.Add(1)) - 1
				mu.Lock()
				done := first != nil || n >= len(budgets)
				mu.Unlock()
				if done {
					return
				}
				if _, err := run(t, url, budgets[n], restart, change); err != nil {
					mu.Lock()
					first = fmt.Errorf("cut after %d writes, restart %v: %w", budgets[n], restart, err)
					mu.Unlock()
				}
			}
		})
	}
	wg.Wait()
	return first
}
