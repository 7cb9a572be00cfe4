package main

import (
	"context"
	"fmt"
	"hash/fnv"
	"html"
	"math/rand/v2"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// post is one item of a feed. Its name, s07-003, stands in its title, its link
// and its words, so that every message about it can be told.
type post struct {
	source, number int
	at             time.Time
	first          bool // it was there before the storm: nobody is to hear of it
	mended         bool // its typo was mended
	updates        []string
	words          string
}

func (p *post) name() string { return fmt.Sprintf("s%02d-%03d", p.source, p.number) }

// site serves the feeds of all sources, on several addresses: a host is asked
// for one thing at a time.
type site struct {
	addresses []string
	faults    *weather

	mu    sync.Mutex
	rng   *rand.Rand
	feeds [][]*post // oldest first
}

const hosts = 6

// newSite opens the listeners of a site with n sources of two old posts each.
func newSite(n int, seed uint64, faults *weather) (*site, []net.Listener, error) {
	s := &site{rng: rand.New(rand.NewPCG(seed, 1)), feeds: make([][]*post, n), faults: faults}
	var open []net.Listener
	for i := range min(hosts, n) {
		l, err := net.Listen("tcp", fmt.Sprintf("127.0.1.%d:0", i+1))
		if err != nil { // systems that have one loopback address only
			l, err = net.Listen("tcp", "127.0.0.1:0")
		}
		if err != nil {
			return nil, open, fmt.Errorf("open the site: %w", err)
		}
		open = append(open, l)
		s.addresses = append(s.addresses, l.Addr().String())
	}
	for i := range s.feeds {
		for k := range 2 {
			s.add(i, time.Now().Add(time.Duration(k-3)*time.Hour)).first = true
		}
	}
	return s, open, nil
}

func (s *site) url(source int) string {
	return fmt.Sprintf("http://%s/s%02d/", s.addresses[source%len(s.addresses)], source)
}

func (s *site) add(source int, at time.Time) *post {
	p := &post{source: source, number: len(s.feeds[source]) + 1, at: at.UTC().Truncate(time.Second), words: s.sentences(2 + s.rng.IntN(3))}
	s.feeds[source] = append(s.feeds[source], p)
	return p
}

var vocabulary = strings.Fields(`harbour bridge council garden railway morning library concert station market winter
	bakery river tower school festival museum teacher lantern orchard ferry committee window village meadow engine letter`)

func (s *site) sentences(n int) string {
	var b strings.Builder
	for range n {
		w := func() string { return vocabulary[s.rng.IntN(len(vocabulary))] }
		fmt.Fprintf(&b, "The %s of the %s will open beside the old %s after the %s. ", w(), w(), w(), w())
	}
	return strings.TrimSpace(b.String())
}

// ServeHTTP gives /s07/, the feed of a source.
func (s *site) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	s.faults.serve(rw, r, true, func(rw http.ResponseWriter, wait time.Duration) {
		rw.Header().Set("Retry-After", fmt.Sprint(int(wait/time.Second)+1))
		rw.WriteHeader(http.StatusTooManyRequests)
	}, func() reply {
		var n int
		if _, err := fmt.Sscanf(r.URL.Path, "/s%d/", &n); err != nil || n < 0 || n >= len(s.feeds) {
			return reply{status: http.StatusNotFound}
		}
		body := s.document(n)
		h := fnv.New64a()
		_, _ = h.Write(body)
		tag := fmt.Sprintf(`"%x"`, h.Sum64())
		out := reply{header: http.Header{"Etag": {tag}, "Content-Type": {"application/rss+xml"}}, raw: body}
		if r.Header.Get("If-None-Match") == tag {
			out.status, out.raw = http.StatusNotModified, nil
		}
		return out
	})
}

func (s *site) document(source int) []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	var b strings.Builder
	fmt.Fprintf(&b, `<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel><title>Source %02d</title><link>%s</link><description>A source in the storm.</description><language>en</language>`, source, s.url(source))
	for _, p := range slices.Backward(s.feeds[source]) {
		body := "<p>" + p.text() + "</p>"
		for _, u := range p.updates {
			body = "<p>" + u + "</p>" + body
		}
		fmt.Fprintf(&b, `<item><guid isPermaLink="false">%s</guid><title>News %s of the %s</title><link>%s%s</link><pubDate>%s</pubDate><description>%s</description></item>`,
			p.name(), p.name(), vocabulary[(p.source+p.number)%len(vocabulary)], s.url(source), p.name(), p.at.Format(time.RFC1123Z), html.EscapeString(body))
	}
	b.WriteString("</channel></rss>")
	return []byte(b.String())
}

// text has a typo until it is mended.
func (p *post) text() string {
	if p.mended {
		return p.words
	}
	return strings.Replace(p.words, "beside", "besdie", 1)
}

// act is one thing that the site does, a while after the storm began.
type act struct {
	after time.Duration
	kind  string // new, update, typo
}

// plan spreads the posts over the time, and updates and typos after them.
func (s *site) plan(posts int, over time.Duration) []act {
	var acts []act
	at := func() time.Duration { return time.Duration(s.rng.Int64N(int64(over))) }
	for range posts {
		acts = append(acts, act{at(), "new"})
	}
	for range (posts + 2) / 3 {
		acts = append(acts, act{over/8 + at()*7/8, "update"})
	}
	for range (posts + 3) / 4 {
		acts = append(acts, act{over/8 + at()*7/8, "typo"})
	}
	slices.SortStableFunc(acts, func(a, b act) int { return int(a.after - b.after) })
	return acts
}

// run does what was planned until ctx ends.
func (s *site) run(ctx context.Context, acts []act) {
	begin := time.Now()
	for _, a := range acts {
		select {
		case <-time.After(a.after - time.Since(begin)):
			s.do(a.kind, time.Now())
		case <-ctx.Done():
			return
		}
	}
}

// do picks a post or a source by chance and changes it.
func (s *site) do(kind string, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if kind == "new" {
		// Dates of a feed count in seconds, so that a source publishes one post
		// in any second; those of one moment come from several.
		for range 100 {
			n := s.rng.IntN(len(s.feeds))
			if last := s.feeds[n][len(s.feeds[n])-1]; now.Truncate(time.Second).After(last.at) {
				s.add(n, now)
				return
			}
		}
		return
	}
	var may []*post
	for _, f := range s.feeds {
		for _, p := range f {
			if p.first || now.Sub(p.at) < 3*time.Second || kind == "typo" && p.mended || kind == "update" && len(p.updates) == 2 {
				continue
			}
			may = append(may, p)
		}
	}
	if len(may) == 0 {
		return
	}
	p := may[s.rng.IntN(len(may))]
	if kind == "typo" {
		p.mended = true
		return
	}
	w := func() string { return vocabulary[s.rng.IntN(len(vocabulary))] }
	said := fmt.Sprintf("the %s is closed until Friday because of the %s, says notice", w(), w())
	if len(p.updates) > 0 { // another matter: two notices alike are told apart by nobody
		said = fmt.Sprintf("nobody was hurt when the %s lost its roof last night, police report about the %s in", w(), w())
	}
	p.updates = append(p.updates, fmt.Sprintf("UPDATE (%s): %s %s.", now.Format("15:04"), said, mark(p.name(), len(p.updates))))
}

// mark is the word by which an update is told from others.
func mark(post string, i int) string { return fmt.Sprintf("%s-u%d", post, i+1) }

// posts gives all posts as they are, by source and oldest first.
func (s *site) posts() []post {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []post
	for _, f := range s.feeds {
		for _, p := range f {
			c := *p
			c.updates = slices.Clone(p.updates)
			out = append(out, c)
		}
	}
	return out
}
