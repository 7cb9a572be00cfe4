// Package worker is the clock and the two loops: poll reads sources and queues
// messages, deliver takes messages from the queue to their networks. It knows
// the contracts and none of their kinds.
package worker

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/robfig/cron/v3"

	"syndicated/feeds"
	"syndicated/worker/network"
	"syndicated/worker/store"
)

// Config of a Worker.
type Config struct {
	Store    store.Store
	Sources  []*Source
	Accounts []*Account
	Log      *slog.Logger
	// Grace is how long work in hand may take after a stop; 0 is 20 s.
	Grace time.Duration
	// Polls is how many sources are read at once; 0 is 512: most of
	// them only wait for their host's turn.
	Polls int
	// Lease is how long a claim holds without being renewed; 0 is 15 s.
	Lease time.Duration
	// Tick is how often it is seen what is due; 0 is a second.
	Tick time.Duration
	// Keep is how long stories and the bodies of sent messages are kept; 0 is a year.
	Keep time.Duration
	// Changed is called after posts of the archive changed; nil if nobody serves them.
	Changed func()
	// Told gets every decision after it is kept; nil if nobody listens.
	Told func(store.Decision)
	// Picture looks a post's page up for its image (og:image); nil does not.
	Picture func(ctx context.Context, s *Source, link string) (feeds.Media, bool, error)
	// Push subscribes to hubs; nil does not.
	Push *Push
	// Seen counts what happens; its zero value counts nothing.
	Seen Meter
}

// Meter is told what happens, to count it. Every field may be nil.
type Meter struct {
	Polled    func(outcome string, took time.Duration)
	Judged    func(kind string)
	Delivered func(account, result string, took time.Duration)
	Expires   func(account string, at time.Time) // credentials
}

// Worker polls and delivers.
type Worker struct {
	Config
	sources  map[string]*Source
	accounts map[string]*Account
	names    []string // of the accounts that send

	members memberCache
	done    batch
	wake    chan struct{} // the clock's tick
	kick    chan struct{} // something was queued
	// unsettled: times for settling are left out (Once).
	unsettled bool
	restored  time.Time // zero if the store never was: see Restored
	// beats are when the loops last went round.
	polled, delivered atomic.Int64
	background        sync.WaitGroup // pushes in hand
}

// New checks c; it starts nothing.
func New(c Config) (*Worker, error) {
	if c.Store == nil || c.Log == nil {
		return nil, errors.New("a worker needs a store and a log")
	}
	c.Grace = or(c.Grace, 20*time.Second)
	c.Lease = or(c.Lease, 15*time.Second)
	c.Keep = or(c.Keep, 365*24*time.Hour)
	c.Polls = or(c.Polls, 512)
	c.Tick = or(c.Tick, time.Second)
	w := &Worker{
		Config:   c,
		sources:  map[string]*Source{},
		accounts: map[string]*Account{},
		wake:     make(chan struct{}, 1),
		kick:     make(chan struct{}, 1),
	}
	w.members.byName = map[string]member{}
	for _, s := range c.Sources {
		w.sources[s.Name] = s
	}
	for _, a := range c.Accounts {
		w.accounts[a.Name] = a
		a.rests.keep, a.rests.load = w.keepRest(a.Name), w.loadRest(a.Name)
		a.busy, a.stream = make(chan struct{}, 1), a.Account.Manner().Queue
		if !a.stream {
			w.names = append(w.names, a.Name)
		}
	}
	return w, nil
}

func or[T comparable](v, otherwise T) T {
	var zero T
	if v == zero {
		return otherwise
	}
	return v
}

// Run polls and delivers until ctx ends, then finishes what is in hand within
// the grace time. The error is of the start; later ones are logged and outlived.
func (w *Worker) Run(ctx context.Context) error {
	if err := w.start(ctx); err != nil {
		if ctx.Err() != nil {
			return nil // stopped before it had begun
		}
		return err
	}
	hand, drop := w.grace(ctx)
	defer drop()

	clock := cron.New(cron.WithLocation(time.UTC), cron.WithLogger(cron.DiscardLogger))
	// The one place where time starts anything: sources have a due time in the
	// store, not an entry here, however many there are.
	clock.Schedule(cron.Every(w.Tick), cron.FuncJob(func() { nudge(w.wake) }))
	for words, job := range map[string]func(context.Context){"17 4 * * *": w.trim, "41 */6 * * *": w.credentials} {
		if _, err := clock.AddFunc(words, func() { job(hand) }); err != nil {
			return err
		}
	}
	clock.Start()

	var wg sync.WaitGroup
	wg.Go(func() { w.pollLoop(ctx, hand) })
	wg.Go(func() { w.deliverLoop(ctx, hand) })
	<-ctx.Done()
	<-clock.Stop().Done()
	wg.Wait()
	w.background.Wait()
	return nil
}

// grace gives the context for work in hand: it outlives ctx by the grace time.
func (w *Worker) grace(ctx context.Context) (context.Context, context.CancelFunc) {
	hand, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(w.Grace, cancel) })
	return hand, func() { stop(); cancel() }
}

// Alive is an error when a loop has not gone round for long.
func (w *Worker) Alive() error {
	const most = 3 * time.Minute
	for name, beat := range map[string]*atomic.Int64{"poll": &w.polled, "deliver": &w.delivered} {
		if at := beat.Load(); at != 0 && time.Since(time.Unix(at, 0)) > most {
			return fmt.Errorf("the %s loop has stood still since %s", name, time.Unix(at, 0).UTC().Format(time.RFC3339))
		}
	}
	return nil
}

// Kick tells the deliver loop that something was queued from elsewhere.
func (w *Worker) Kick() { nudge(w.kick) }

func nudge(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// start makes the sources known and sees which accounts can send.
func (w *Worker) start(ctx context.Context) error {
	now, err := w.Store.Now(ctx)
	if err != nil {
		return fmt.Errorf("ask the store for the time: %w", err)
	}
	planned := make([]store.Planned, 0, len(w.Sources))
	for _, s := range w.Sources {
		planned = append(planned, store.Planned{Source: s.Name, Next: now})
	}
	if err := w.Store.Plan(ctx, now, planned); err != nil {
		return fmt.Errorf("plan the sources: %w", err)
	}
	if err := w.loadRestored(ctx); err != nil {
		return err
	}
	return w.resume(ctx, now)
}

// resume lets accounts send again that had been stopped and are well now.
func (w *Worker) resume(ctx context.Context, now time.Time) error {
	states, err := w.Store.Accounts(ctx)
	if err != nil {
		return fmt.Errorf("read the accounts: %w", err)
	}
	for _, st := range states {
		a := w.accounts[st.Account]
		if st.Stopped == "" || a == nil {
			continue
		}
		p, ok := a.Account.(network.Prober)
		if !ok {
			w.Log.Error("account is stopped", "account", st.Account, "reason", st.Stopped)
			continue
		}
		if !a.take(ctx) {
			return ctx.Err()
		}
		_, err := a.ask(ctx, p)
		a.give()
		if err != nil {
			w.Log.Error("account is still stopped", "account", st.Account, "reason", st.Stopped, "err", err)
			continue
		}
		if err := w.Store.Resume(ctx, now, st.Account); err != nil {
			return fmt.Errorf("resume %s: %w", st.Account, err)
		}
		w.Log.Info("account sends again", "account", st.Account)
	}
	return nil
}

// trim forgets what nobody asks for any more.
func (w *Worker) trim(ctx context.Context) {
	now, err := w.Store.Now(ctx)
	if err == nil {
		err = w.Store.Trim(ctx, now.Add(-w.Keep))
	}
	if err != nil {
		w.Log.Warn("old records stay", "err", err)
	}
}

// told hands decisions that are kept to whoever listens, and logs them.
func (w *Worker) told(ds ...store.Decision) {
	for _, d := range ds {
		level := slog.LevelInfo
		switch {
		case d.What == "alert", d.What == "dead", d.What == "held", d.What == "stopped":
			level = slog.LevelWarn
		case d.Account == "": // what is told of it follows
			level = slog.LevelDebug
		}
		w.Log.Log(context.Background(), level, d.What, attrs(d)...)
		if w.Told != nil {
			w.Told(d)
		}
	}
}

func attrs(d store.Decision) []any {
	out := []any{"source", d.Source}
	for _, kv := range [][2]string{
		{"post", d.Post}, {"title", d.Title}, {"account", d.Account}, {"message", d.Message}, {"reason", d.Reason}, {"url", d.URL},
	} {
		if kv[1] != "" {
			out = append(out, kv[0], kv[1])
		}
	}
	return out
}
