package fetch_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"syndicated/feeds/source/fetch"
)

// network answers after a while, which its host's name tells.
type network struct {
	mu      sync.Mutex
	busy    map[string]int
	most    map[string]int
	started map[string][]time.Time
}

func (n *network) RoundTrip(r *http.Request) (*http.Response, error) {
	host := r.URL.Host
	n.mu.Lock()
	n.busy[host]++
	n.busy[""]++
	n.most[host] = max(n.most[host], n.busy[host])
	n.most[""] = max(n.most[""], n.busy[""])
	n.started[host] = append(n.started[host], time.Now())
	n.mu.Unlock()
	defer func() {
		n.mu.Lock()
		n.busy[host]--
		n.busy[""]--
		n.mu.Unlock()
	}()
	wait := 100 * time.Millisecond
	if strings.HasPrefix(host, "hangs") {
		wait = time.Hour
	}
	select {
	case <-time.After(wait):
	case <-r.Context().Done():
		return nil, r.Context().Err()
	}
	return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(strings.NewReader("x")), ContentLength: 1}, nil
}

func newNetwork() *network {
	return &network{busy: map[string]int{}, most: map[string]int{}, started: map[string][]time.Time{}}
}

func TestPoller13OneRequestPerHost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork()
		c := fetch.NewClient(fetch.ClientOptions{Transport: n, Spacing: time.Second, Active: 5})
		var wg sync.WaitGroup
		for host := range 10 {
			for i := range 4 {
				wg.Go(func() {
					if _, err := c.Get(context.Background(), fmt.Sprintf("http://host%d/%d", host, i), fetch.Options{}, fetch.State{}); err != nil {
						t.Error(err)
					}
				})
			}
		}
		wg.Wait()
		if n.most[""] > 5 {
			t.Errorf("at a time: got %d, want 5", n.most[""])
		}
		for host, starts := range n.started {
			if n.most[host] != 1 {
				t.Errorf("%s: %d at a time", host, n.most[host])
			}
			for i := 1; i < len(starts); i++ {
				if d := starts[i].Sub(starts[i-1]); d < time.Second {
					t.Errorf("%s: only %v between requests", host, d)
				}
			}
		}
	})
}

func TestPoller13HangDelaysNoOtherHost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork()
		c := fetch.NewClient(fetch.ClientOptions{Transport: n, Active: 4, Spacing: -1})
		begin := time.Now()
		var wg sync.WaitGroup
		var mu sync.Mutex
		var hung, sentAway int
		for range 100 {
			wg.Go(func() {
				_, err := c.Get(context.Background(), "http://hangs/", fetch.Options{Timeout: 30 * time.Second}, fetch.State{})
				mu.Lock()
				defer mu.Unlock()
				if _, ok := fetch.NotBefore(err); ok {
					sentAway++
				} else if errors.Is(err, context.DeadlineExceeded) {
					hung++
				} else {
					t.Errorf("got %v", err)
				}
			})
		}
		synctest.Wait()
		for i := range 50 {
			if _, err := c.Get(context.Background(), fmt.Sprintf("http://quick%d/", i), fetch.Options{}, fetch.State{}); err != nil {
				t.Error(err)
			}
		}
		if d := time.Since(begin); d > 6*time.Second {
			t.Errorf("the others took %v", d)
		}
		wg.Wait()
		if hung != 3 || sentAway != 97 {
			t.Errorf("%d ran out of time and %d were sent away, want 3 and 97", hung, sentAway)
		}
		if d := time.Since(begin); d != 90*time.Second {
			t.Errorf("the host that hangs held its sources for %v, want 1m30s", d)
		}
	})
}

func TestWorkIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := fetch.NewClient(fetch.ClientOptions{Transport: newNetwork()})
		var wg sync.WaitGroup
		var mu sync.Mutex
		var now, most, done int
		for range 100 {
			wg.Go(func() {
				if err := c.Work(context.Background(), func() {
					mu.Lock()
					now++
					most = max(most, now)
					mu.Unlock()
					time.Sleep(time.Second)
					mu.Lock()
					now--
					done++
					mu.Unlock()
				}); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if limit := runtime.GOMAXPROCS(0) + 1; most != limit || done != 100 {
			t.Errorf("%d at a time, %d done; want %d and 100", most, done, limit)
		}
		ctx, cancel := context.WithCancel(context.Background())
		block := make(chan struct{})
		for range runtime.GOMAXPROCS(0) + 1 {
			wg.Go(func() { _ = c.Work(context.Background(), func() { <-block }) })
		}
		synctest.Wait()
		cancel()
		if err := c.Work(ctx, func() { t.Error("it ran") }); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
		close(block)
		wg.Wait()
	})
}

func TestSpacingIsTheDefaultForPublicHosts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := fetch.NewClient(fetch.ClientOptions{Transport: newNetwork()})
		for _, o := range []struct {
			allowPrivate bool
			want         time.Duration
		}{{false, 600 * time.Millisecond}, {true, 300 * time.Millisecond}} {
			begin := time.Now()
			for range 3 {
				if _, err := c.Get(context.Background(), fmt.Sprintf("http://host%v/", o.allowPrivate), fetch.Options{AllowPrivate: o.allowPrivate}, fetch.State{}); err != nil {
					t.Error(err)
				}
			}
			if d := time.Since(begin); d != o.want {
				t.Errorf("allow private %v: took %v, want %v", o.allowPrivate, d, o.want)
			}
		}
	})
}

func TestWaitersMayGiveUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork()
		c := fetch.NewClient(fetch.ClientOptions{Transport: n, Spacing: -1})
		var wg sync.WaitGroup
		for i := range 20 {
			wg.Go(func() {
				ctx, cancel := context.WithTimeout(context.Background(), time.Duration(i)*55*time.Millisecond)
				defer cancel()
				_, _ = c.Get(ctx, "http://host/", fetch.Options{}, fetch.State{})
			})
		}
		wg.Wait()
		// Whoever comes later finds the host free.
		begin := time.Now()
		if _, err := c.Get(context.Background(), "http://host/", fetch.Options{}, fetch.State{}); err != nil {
			t.Error(err)
		}
		if d := time.Since(begin); d != 100*time.Millisecond || n.most["host"] != 1 {
			t.Errorf("took %v, %d at a time", d, n.most["host"])
		}
	})
}

// limiter answers the first request with 429, and everything else well.
type limiter struct {
	mu    sync.Mutex
	after string
	asked []time.Time
}

func (l *limiter) RoundTrip(r *http.Request) (*http.Response, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.asked = append(l.asked, time.Now())
	answer := &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(strings.NewReader("x")), ContentLength: 1}
	if len(l.asked) == 1 {
		answer.StatusCode = http.StatusTooManyRequests
		answer.Header.Set("Retry-After", l.after)
	}
	return answer, nil
}

// TestHostAsksToBeLeftAlone: what a host says to one of its feeds holds for the
// others, for a quarter of an hour at most.
func TestHostAsksToBeLeftAlone(t *testing.T) {
	for _, c := range []struct {
		after   string
		private bool
		rest    time.Duration // of the others
	}{{"120", false, 2 * time.Minute}, {"86400", false, 15 * time.Minute}, {"120", true, 0}} {
		synctest.Test(t, func(t *testing.T) {
			l := &limiter{after: c.after}
			client := fetch.NewClient(fetch.ClientOptions{Transport: l, Spacing: time.Millisecond})
			get := func(path string) error {
				_, err := client.Get(context.Background(), "http://host"+path, fetch.Options{AllowPrivate: c.private}, fetch.State{})
				return err
			}
			begin := time.Now()
			if err := get("/one"); err == nil {
				t.Fatal("429 is no error")
			}
			err := get("/two")
			at, ok := fetch.NotBefore(err)
			if c.rest == 0 {
				if err != nil {
					t.Errorf("a host of the operator's own: %v", err)
				}
				return
			}
			if !ok || at.Sub(begin).Round(time.Second) != c.rest || len(l.asked) != 1 {
				t.Fatalf("Retry-After %s: another feed of the host: %v, in %v after %d requests; want in %v after 1", c.after, err, at.Sub(begin), len(l.asked), c.rest)
			}
			time.Sleep(time.Until(at))
			if err := get("/two"); err != nil {
				t.Errorf("when the time is over: %v", err)
			}
		})
	}
}
