package serve

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"syndicated/feeds/write"
)

// hubs are told of documents that changed. W3C WebSub leaves the call open; all
// hubs take that of PubSubHubbub 0.4: hub.mode=publish with the topic's address.
type hubs struct {
	s    *Server
	mu   sync.Mutex
	due  map[ping]*attempt
	wake chan struct{}
}

// ping is one topic to be told to one hub, or to an rssCloud server.
type ping struct {
	hub, topic string
	cloud      bool
}

type attempt struct {
	at    time.Time
	tries int
}

// maxPings is how often a hub is tried, over about a day.
const maxPings = 12

func (h *hubs) init(s *Server) {
	h.s, h.due, h.wake = s, map[ping]*attempt{}, make(chan struct{}, 1)
}

// announce plans the pings for a feed that is served anew. A later change of
// the same document needs no second ping while the first is still due.
func (h *hubs) announce(c change) {
	h.mu.Lock()
	for _, format := range c.formats {
		topic := write.Address(h.s.c.BaseURL, c.feed.Name, format)
		if format != "" && c.feed.Hub != "" {
			h.due[ping{hub: c.feed.Hub, topic: topic}] = &attempt{at: h.s.c.Now()}
		}
		if u, err := url.Parse(c.feed.Cloud); err == nil && format == write.FormatRSS && c.feed.Cloud != "" {
			h.due[ping{hub: u.ResolveReference(&url.URL{Path: "ping"}).String(), topic: topic, cloud: true}] = &attempt{at: h.s.c.Now()}
		}
	}
	h.mu.Unlock()
	select {
	case h.wake <- struct{}{}:
	default:
	}
}

// Notify says that posts were committed: Run will refresh what is served. It
// returns at once and may be called as often as there are commits.
func (s *Server) Notify() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// Run keeps what is served fresh and hubs told until ctx ends. What could not
// be told is tried again, more and more slowly.
func (s *Server) Run(ctx context.Context) error {
	var wg sync.WaitGroup
	defer wg.Wait()
	wg.Go(func() { s.hubs.run(ctx) })
	tick := time.NewTicker(s.c.Every)
	defer tick.Stop()
	failing := false
	for {
		switch err := s.Refresh(ctx); {
		case err == nil:
			failing = false
		case ctx.Err() == nil && !failing: // told once, tried again until it works
			failing = true
			s.c.Log.Warn("feeds not refreshed", "err", err)
		}
		select { // commits come in showers: wait for the shower to pass
		case <-ctx.Done():
			return nil
		case <-time.After(time.Second):
		}
		select {
		case <-ctx.Done():
			return nil
		case <-s.wake:
		case <-tick.C:
		}
	}
}

// Tell tells hubs once what is due: for a program that does not stay. Run does
// it by itself.
func (s *Server) Tell(ctx context.Context) { s.hubs.send(ctx) }

func (h *hubs) run(ctx context.Context) {
	for {
		next := h.send(ctx)
		var timer <-chan time.Time
		if !next.IsZero() {
			timer = time.After(max(time.Second, next.Sub(h.s.c.Now())))
		}
		select {
		case <-ctx.Done():
			return
		case <-h.wake:
		case <-timer:
		}
	}
}

// send sends what is due and tells when something will be due next.
func (h *hubs) send(ctx context.Context) (next time.Time) {
	now := h.s.c.Now()
	var ready []ping
	h.mu.Lock()
	for p, a := range h.due {
		if !a.at.After(now) {
			ready = append(ready, p)
		}
	}
	h.mu.Unlock()
	for _, p := range ready {
		h.mu.Lock()
		a := h.due[p]
		h.mu.Unlock()
		wait, err := h.s.tell(ctx, p)
		if ctx.Err() != nil {
			return time.Time{}
		}
		h.mu.Lock()
		a.tries++
		switch {
		case h.due[p] != a: // changed again meanwhile: tell again
		case err == nil:
			delete(h.due, p)
		case errors.Is(err, errRefused) || a.tries >= maxPings:
			delete(h.due, p)
			h.s.c.Log.Error("hub not told", "hub", p.hub, "topic", p.topic, "attempt", a.tries, "err", err)
		default:
			a.at = h.s.c.Now().Add(max(wait, min(6*time.Hour, 15*time.Second<<a.tries)))
			h.s.c.Log.Warn("hub not told, tried again later", "hub", p.hub, "topic", p.topic, "attempt", a.tries, "err", err)
		}
		h.mu.Unlock()
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, a := range h.due {
		if next.IsZero() || a.at.Before(next) {
			next = a.at
		}
	}
	return next
}

// errRefused: the hub does not want this topic, and asking again changes nothing.
var errRefused = errors.New("refused")

func (s *Server) tell(ctx context.Context, p ping) (wait time.Duration, err error) {
	// hub.topic beside hub.url: some hubs know only one of the two.
	form := url.Values{"hub.mode": {"publish"}, "hub.url": {p.topic}, "hub.topic": {p.topic}}
	if p.cloud { // https://github.com/rsscloud/rsscloud-server
		form = url.Values{"url": {p.topic}}
	}
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, p.hub, strings.NewReader(form.Encode()))
	if err != nil {
		return 0, fmt.Errorf("tell hub: %w", err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("User-Agent", strings.TrimSpace("syndicated "+s.c.Version)+" (+"+s.c.BaseURL+"/)")
	a, err := s.c.Client.Do(r)
	if err != nil {
		return 0, fmt.Errorf("tell hub: %w", err)
	}
	defer a.Body.Close()
	body, _ := io.ReadAll(io.LimitReader(a.Body, 200))
	switch {
	case a.StatusCode/100 == 2:
		s.c.Log.Debug("hub told", "hub", p.hub, "topic", p.topic)
		return 0, nil
	case a.StatusCode == http.StatusTooManyRequests || a.StatusCode/100 == 5:
		return retryAfter(a.Header.Get("Retry-After"), s.c.Now()), fmt.Errorf("tell hub: %s: %s", a.Status, strings.TrimSpace(string(body)))
	}
	return 0, fmt.Errorf("tell hub: %s: %s: %w", a.Status, strings.TrimSpace(string(body)), errRefused)
}

func retryAfter(v string, now time.Time) time.Duration {
	if d, err := time.ParseDuration(v + "s"); err == nil {
		return d
	}
	if t, err := http.ParseTime(v); err == nil {
		return t.Sub(now)
	}
	return 0
}
