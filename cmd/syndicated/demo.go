package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"strings"
	"sync"
	"time"

	"syndicated/config"
	"syndicated/worker/store"
)

// demoPatience is how long any step of the demo may take before it has failed.
const demoPatience = 30 * time.Second

func runDemo(ctx context.Context, e env, args []string) int {
	f := flags(e, "demo")
	once := f.Bool("once", false, "end when the story has been told; exit status 0 only if it came out right")
	verbose := f.Bool("v", false, "show the worker's log too")
	if _, status, ok := parse(f, args); !ok {
		return status
	}
	log := slog.New(slog.DiscardHandler)
	if *verbose {
		log = logger(e, "text", config.Log{Level: "debug"})
	}
	d := &demo{out: e.stdout, begin: time.Now(), changed: make(chan struct{}, 1)}
	if err := d.run(ctx, log, *once); err != nil {
		return fail(e, err)
	}
	return exitOK
}

// demo is the whole path in one process: a site, the real worker, and two
// social servers, one where messages can be edited and one where they cannot.
type demo struct {
	out   io.Writer
	begin time.Time

	mu        sync.Mutex
	decisions []store.Decision
	changed   chan struct{}

	site     *demoSite
	mastodon *demoMastodon
	bluesky  *demoBluesky
}

func (d *demo) run(ctx context.Context, log *slog.Logger, once bool) (err error) {
	var servers []io.Closer
	defer func() {
		for _, s := range servers {
			err = errors.Join(err, s.Close())
		}
	}()
	d.site = newDemoSite()
	d.mastodon = &demoMastodon{}
	d.bluesky = &demoBluesky{records: map[string]demoRecord{}}
	addresses := make([]string, 3)
	for i, h := range []handler{d.site, d.mastodon, d.bluesky} {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		addresses[i] = "http://" + l.Addr().String()
		h.at(addresses[i])
		s := server(h, log)
		servers = append(servers, s)
		go func() { _ = s.Serve(l) }() // ends with Close, which is waited for by nobody else
	}
	listen, err := freeAddress()
	if err != nil {
		return err
	}
	s, err := config.Parse("the demo", fmt.Appendf(nil, `
store: ':memory:'
listen: %s
admin: "off"
grace: 2s
sources:
  site: {type: feed, url: %s/feed.xml, schedule: "@every 1s", settle: 0s, settle_update: 1s, allow_private: true}
feeds:
  all: {title: The demo's feed, sources: [site]}
accounts:
  fedi: {type: mastodon, server: %s, token: demo}
  sky: {type: bluesky, server: %s, handle: demo.test, password: demo}
`, listen, addresses[0], addresses[1], addresses[2]), ".", kinds(), func(string) (string, bool) { return "", false })
	if err != nil {
		return err
	}
	h, err := build(ctx, s, log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, h.Close()) }()

	working, stop := context.WithCancel(ctx)
	defer stop()
	var story, work error
	var wg sync.WaitGroup
	wg.Go(func() {
		defer stop()
		work = h.run(working, d.hear, nil)
	})
	d.say("start", "a site at %s, two social servers: fedi (can edit) and sky (cannot)", addresses[0])
	d.say("feeds", "open http://%s/feeds/all in a browser, or /feeds/all.rss, .atom, .json in a feed reader", listen)
	if story = d.tell(working); story == nil {
		d.say("end", "the story came out right")
		if !once {
			d.say("end", "the feeds stay open until you stop the demo (Ctrl-C)")
			<-working.Done()
		}
	}
	stop()
	wg.Wait()
	if story != nil && ctx.Err() != nil {
		story = nil // stopped by the user in the middle: nothing went wrong
		if once {
			story = errors.New("stopped before the story was told")
		}
	}
	return errors.Join(story, work)
}

func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:8080")
	if err != nil {
		l, err = net.Listen("tcp", "127.0.0.1:0")
	}
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

// tell lets the site write and holds what followers heard against what they
// should have.
func (d *demo) tell(ctx context.Context) error {
	const (
		walk  = "A walk along the canal"
		bread = "How the bakery bakes at night"
	)
	steps := []struct {
		what string
		do   func()
		done func() bool
		want string
	}{
		{
			"the site already has two older posts", func() {}, func() bool { return d.heard("new", "") >= 2 },
			"the first reading to remember both posts",
		},
		{
			fmt.Sprintf("the site publishes %q", walk),
			func() {
				d.site.publish(walk, "<p>On Sunday we walkd along the canal, from the old lock to the mill, and counted eleven herons on the way.</p><p>The café at the mill opens at noon.</p>")
			},
			func() bool { return d.heard("sent", walk) >= 2 }, "a message on each account",
		},
		{
			"its author fixes a typo: walkd → walked",
			func() {
				d.site.edit(walk, func(html string) string { return strings.Replace(html, "walkd", "walked", 1) })
			},
			func() bool { return d.heard("edit", walk) >= 1 }, "the edit to be judged silent",
		},
		{
			"its author writes an update into it",
			func() {
				d.site.edit(walk, func(html string) string {
					return html + "<p>UPDATE (October 16 2018): The lock is closed for repairs until April, so the walk now starts at the railway bridge.</p>"
				})
			},
			func() bool { return d.heard("sent", walk) >= 4 }, "both accounts to tell the update",
		},
		{
			fmt.Sprintf("the site publishes %q", bread),
			func() {
				d.site.publish(bread, "<p>At two in the morning the ovens are lit, and by five the first loaves stand in the window.</p>")
			},
			func() bool { return d.heard("sent", bread) >= 2 }, "a message on each account",
		},
	}
	for _, s := range steps {
		d.say("site", "%s", s.what)
		s.do()
		if err := d.until(ctx, s.done); err != nil {
			return fmt.Errorf("waited for %s: %w", s.want, err)
		}
	}
	return d.verify(walk, bread)
}

// verify holds the two servers' inboxes against what followers should see.
func (d *demo) verify(walk, bread string) error {
	statuses, edits := d.mastodon.seen()
	records := d.bluesky.seen()
	var faults []error
	fault := func(format string, args ...any) { faults = append(faults, fmt.Errorf(format, args...)) }
	if len(statuses) != 2 || edits != 1 {
		fault("fedi has %d messages and %d edits, not 2 and 1", len(statuses), edits)
	} else {
		if !strings.Contains(statuses[0], walk) || !strings.Contains(statuses[0], "closed for repairs") {
			fault("fedi's first message does not carry the update: %q", statuses[0])
		}
		if !strings.Contains(statuses[1], bread) {
			fault("fedi's second message is not about the second post: %q", statuses[1])
		}
	}
	if len(records) != 3 {
		fault("sky has %d messages, not 3", len(records))
	} else {
		if records[0].Reply || !records[1].Reply || records[2].Reply {
			fault("sky's second message, and no other, should be an answer")
		}
		if !strings.Contains(records[1].Text, "closed for repairs") {
			fault("sky's answer does not carry the update: %q", records[1].Text)
		}
	}
	return errors.Join(faults...)
}

// hear is told every decision of the worker.
func (d *demo) hear(x store.Decision) {
	d.mu.Lock()
	d.decisions = append(d.decisions, x)
	d.mu.Unlock()
	nudge(d.changed)
	switch {
	case x.Account == "":
		d.say(x.What, "%q: %s", x.Title, x.Reason)
		if x.Note != "" {
			d.say("note", "“%s”", x.Note)
		}
	case x.URL != "":
		d.say(x.What, "%s: %s, %s", x.Account, x.Reason, x.URL)
	default:
		d.say(x.What, "%s: %s", x.Account, x.Reason)
	}
}

func nudge(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

func (d *demo) heard(what, title string) (n int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, x := range d.decisions {
		if x.What == what && (title == "" || x.Title == title) {
			n++
		}
	}
	return n
}

func (d *demo) until(ctx context.Context, done func() bool) error {
	ctx, cancel := context.WithTimeout(ctx, demoPatience)
	defer cancel()
	for !done() {
		select {
		case <-d.changed:
		case <-ctx.Done():
			return fmt.Errorf("it did not come within %s", demoPatience)
		}
	}
	return nil
}

func (d *demo) say(what, format string, args ...any) {
	d.mu.Lock()
	defer d.mu.Unlock()
	fmt.Fprintf(d.out, "%6.1fs  %-8s %s\n", time.Since(d.begin).Seconds(), what, fmt.Sprintf(format, args...))
}
