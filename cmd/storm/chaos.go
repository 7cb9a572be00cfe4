package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"
)

// workerLease is how long a worker's claims hold without being renewed
// (worker.Config.Lease).
const workerLease = 15 * time.Second

// chaos kills and stops children at random.
type chaos struct {
	rng     *rand.Rand
	workers []*child
	redis   *child        // nil without
	pace    time.Duration // between two blows, on average
	stops   float64       // share of blows that stop and continue
	tell    func(format string, a ...any)

	kills, paused map[string]int // by name of the child
}

// run deals n blows and returns when all children are their own again.
func (c *chaos) run(ctx context.Context, n int) {
	c.kills, c.paused = map[string]int{}, map[string]int{}
	var wg sync.WaitGroup
	defer wg.Wait()
	for i := range n {
		wait := c.pace/2 + time.Duration(c.rng.Int64N(int64(c.pace)))
		redis := c.redis != nil && c.rng.IntN(5) == 0
		victim := c.rng.IntN(len(c.workers))
		stop := c.rng.Float64() < c.stops
		share := c.rng.Float64()
		if !sleep(ctx, wait) {
			return
		}
		// Whoever was meant may be down already: then it is the next one's turn.
		for k := 0; ; k++ {
			target := c.workers[(victim+k)%len(c.workers)]
			if redis {
				target = c.redis
			}
			if c.blow(ctx, &wg, target, stop, share) {
				c.tell("%3d of %d: %s %s", i+1, n, target.name, map[bool]string{true: "stopped", false: "killed"}[stop])
				break
			}
			if k >= len(c.workers) {
				redis = false
			}
			if !sleep(ctx, 50*time.Millisecond) {
				return
			}
		}
	}
}

// blow kills or stops one child and gives it back later; ok is false if it was
// not there to be struck.
func (c *chaos) blow(ctx context.Context, wg *sync.WaitGroup, target *child, stop bool, share float64) bool {
	p, ok := target.take()
	if !ok {
		return false
	}
	if stop && pause(p) == nil {
		c.paused[target.name]++
		// Mostly longer than the lease; Redis for shorter than a command's
		// time-out too.
		d := workerLease + time.Second + time.Duration(share*float64(5*time.Second))
		if target == c.redis {
			d = time.Duration(share * float64(workerLease+3*time.Second))
		}
		wg.Go(func() {
			sleep(ctx, d)
			_ = resume(p)
			target.release()
		})
		return true
	}
	target.kill(p)
	c.kills[target.name]++
	wg.Go(func() {
		sleep(ctx, time.Duration(share*share*float64(3*time.Second)))
		target.release()
	})
	return true
}

func (c *chaos) summary() string {
	var out string
	for _, w := range append([]*child{c.redis}, c.workers...) {
		if w != nil {
			w.mu.Lock()
			out += fmt.Sprintf("  %-10s %3d killed, %3d stopped, started %d times, gave up by itself %d times\n", w.name, c.kills[w.name], c.paused[w.name], w.starts, w.exits)
			w.mu.Unlock()
		}
	}
	return out
}

// sleep is false when ctx ended it.
func sleep(ctx context.Context, d time.Duration) bool {
	select {
	case <-time.After(d):
		return true
	case <-ctx.Done():
		return false
	}
}
