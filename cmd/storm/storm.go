package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"maps"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"text/tabwriter"
	"time"
)

// options of a storm.
type options struct {
	store                          string // redis, embedded
	workers, sources, posts, kills int
	pace, every                    time.Duration
	hang, process, drain           time.Duration
	stops, fury                    float64
	seed                           uint64
	binary                         string // of syndicated
	folder                         string
	out                            io.Writer
	verbose                        bool // every blow is told
}

// faultOdds are those of the social servers; reads have a third of them.
var faultOdds = odds{limited: 6, failed: 3, failedLate: 2, lost: 2, reset: 2, cut: 3, hung: 1, hungAfter: 1, late: 2}

// storm is one run.
type storm struct {
	options
	calm     atomic.Bool
	site     *site
	accounts []named
	desk     desk
	children []*child
	chaos    chaos
	began    time.Time
}

// run stirs up a storm, lets it pass, and gives what broke.
func run(ctx context.Context, o options) (faults []string, err error) {
	s := &storm{options: o, began: time.Now()}
	ctx, cancel := context.WithCancel(ctx)
	var wg sync.WaitGroup
	defer wg.Wait()
	defer cancel()
	if err := s.build(ctx, &wg); err != nil {
		return nil, err
	}
	for _, c := range s.children {
		wg.Go(func() {
			if err := c.run(ctx); err != nil {
				s.tell("%v", err)
			}
		})
	}
	s.calm.Store(true)
	if err := s.firstRead(ctx); err != nil {
		return nil, err
	}
	s.tell("every source was read once; the storm begins")
	s.calm.Store(false)
	acts := s.site.plan(s.posts, max(s.pace*time.Duration(s.kills), 5*time.Second))
	var publishing sync.WaitGroup
	publishing.Go(func() { s.site.run(ctx, acts) })
	s.chaos.run(ctx, s.kills)
	publishing.Wait()
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	s.calm.Store(true)
	s.tell("the storm is over: no more faults")
	if err := s.settle(ctx); err != nil {
		return nil, err
	}
	return s.verdict(ctx)
}

// build opens the servers and makes the children.
func (s *storm) build(ctx context.Context, wg *sync.WaitGroup) error {
	site, open, err := newSite(s.sources, s.seed, newWeather(s.seed, 2, s.hang, s.process, odds{limited: 1, failed: 1, cut: 1}, 1, &s.calm))
	if err != nil {
		return err
	}
	s.site = site
	for _, l := range open {
		s.serve(ctx, wg, l, site)
	}
	stream := uint64(10)
	s.accounts = accounts(func() *weather {
		stream++
		return newWeather(s.seed, stream, s.hang, s.process, faultOdds.times(s.fury), 1./3, &s.calm)
	})
	lines := map[string]string{}
	for _, a := range s.accounts {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return fmt.Errorf("open %s: %w", a.name, err)
		}
		s.serve(ctx, wg, l, a.social)
		lines[a.name] = a.settings("http://" + l.Addr().String())
	}
	address := filepath.Join(s.folder, "storm.db")
	if s.store == "redis" {
		bin, err := exec.LookPath("redis-server")
		if err != nil {
			return err
		}
		s.chaos.redis, address = redisServer(bin, s.folder)
		s.children = append(s.children, s.chaos.redis)
	}
	for i := range s.workers {
		admin, err := freeAddress()
		if err != nil {
			return err
		}
		name := fmt.Sprintf("worker%d", i+1)
		// Longer than any server takes, as the operator is told to set it.
		file, err := writeSettings(s.folder, name, address, admin, s.site, lines, s.every, s.process*5/3+time.Second)
		if err != nil {
			return err
		}
		w := &child{name: name, log: filepath.Join(s.folder, name+".log"), args: []string{s.binary, "run", "-c", file}}
		s.chaos.workers = append(s.chaos.workers, w)
		s.children = append(s.children, w)
		s.desk.admins = append(s.desk.admins, admin)
	}
	s.chaos.rng, s.chaos.pace, s.chaos.stops, s.chaos.tell = rand.New(rand.NewPCG(s.seed, 3)), s.pace, s.stops, func(string, ...any) {}
	if s.verbose {
		s.chaos.tell = s.tell
	}
	return nil
}

func (s *storm) serve(ctx context.Context, wg *sync.WaitGroup, l net.Listener, h http.Handler) {
	srv := &http.Server{Handler: h, ErrorLog: log.New(io.Discard, "", 0)}
	wg.Go(func() { _ = srv.Serve(l) })
	wg.Go(func() { <-ctx.Done(); _ = srv.Close() })
}

// freeAddress finds a port that is free now.
func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return l.Addr().String(), nil
}

// firstRead waits until the workers know what there was before the storm.
func (s *storm) firstRead(ctx context.Context) error {
	var last error
	for end := time.Now().Add(2 * time.Minute); time.Now().Before(end); {
		n, err := s.desk.unread(ctx, s.sources)
		if err == nil && n == 0 {
			return nil
		}
		last = err
		if !sleep(ctx, 300*time.Millisecond) {
			return context.Cause(ctx)
		}
	}
	return fmt.Errorf("the workers do not read their sources (see %s): %w", s.folder, errors.Join(last, s.exited()))
}

func (s *storm) exited() error {
	var out []error
	for _, c := range s.children {
		b, _ := os.ReadFile(c.log)
		lines := strings.Split(strings.TrimSpace(string(b)), "\n")
		out = append(out, fmt.Errorf("%s: %s", c.name, lines[len(lines)-1]))
	}
	return errors.Join(out...)
}

// settle waits until the verdict has nothing to say, or for as long as drain
// lets it, and then until nothing can come late any more.
func (s *storm) settle(ctx context.Context) error {
	for end := time.Now().Add(s.drain); time.Now().Before(end); {
		e, err := s.look(ctx)
		if err == nil {
			n := 0
			for _, a := range e.accounts {
				score, _ := e.judge(a)
				n += score.broken()
			}
			if n == 0 {
				break
			}
		}
		if !sleep(ctx, time.Second) {
			return context.Cause(ctx)
		}
	}
	s.tell("waiting for what may still come twice")
	if !sleep(ctx, s.process*2+2*time.Second) {
		return context.Cause(ctx)
	}
	return nil
}

// look gathers how things stand.
func (s *storm) look(ctx context.Context) (ending, error) {
	e := ending{posts: s.site.posts()}
	for _, a := range s.accounts {
		kept, err := s.desk.messages(ctx, a.name)
		if err != nil {
			return e, fmt.Errorf("ask the workers for the messages of %s: %w", a.name, err)
		}
		w := a.shows()
		list := w.list()
		w.mu.Lock()
		strange := append([]string(nil), w.strange...)
		w.mu.Unlock()
		e.accounts = append(e.accounts, account{name: a.name, sure: a.sure(), shows: list, kept: kept, strange: strange})
	}
	return e, nil
}

// verdict prints the table and gives what broke.
func (s *storm) verdict(ctx context.Context) (faults []string, err error) {
	e, err := s.look(ctx)
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(s.out, "\nstore %s, %d workers, %d sources, seed %d, %s\n%s\n", s.store, s.workers, s.sources, s.seed, time.Since(s.began).Round(time.Second), s.chaos.summary())
	w := tabwriter.NewWriter(s.out, 0, 4, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "ACCOUNT\tPOSTS\tONCE\tON HOLD\tLOST\tDOUBLE\tDISORDER\tSILENT\tUNASKED\tUPDATES\tTOLD\tON HOLD\tMISSED\tREQUESTS\tFAULTS\t")
	for _, a := range e.accounts {
		c, f := e.judge(a)
		faults = append(faults, f...)
		requests, bad := s.weather(a.name)
		fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t\n", a.name, c.posts, c.once, c.held, c.lost, c.double, c.disorder,
			c.silent, c.unasked, c.updates, c.told, c.updatesHeld, c.updatesMissed, requests, bad)
	}
	_ = w.Flush()
	s.faultTable()
	if n := s.early(); n > mayBeEarly+s.kills/20 {
		faults = append(faults, fmt.Sprintf("the servers were asked %d times before their Retry-After was over", n))
	}
	for _, c := range s.children {
		faults = append(faults, c.crashed()...)
	}
	return faults, nil
}

func (s *storm) weather(name string) (requests, bad int) {
	for _, a := range s.accounts {
		if a.name == name {
			a.weather.mu.Lock()
			defer a.weather.mu.Unlock()
			for f, n := range a.weather.counts {
				requests += n
				if f != fine {
					bad += n
				}
			}
		}
	}
	return requests, bad
}

// mayBeEarly is how many requests may come before a Retry-After is over: two
// workers ask at the same moment, and one that is killed at that moment tells
// nobody, which the blows make likelier.
const mayBeEarly = 5

// early counts the requests that came before a Retry-After was over.
func (s *storm) early() (n int) {
	for _, a := range s.accounts {
		a.weather.mu.Lock()
		n += a.weather.early
		a.weather.mu.Unlock()
	}
	return n
}

// faultTable tells how often each fault was dealt, over all social servers.
func (s *storm) faultTable() {
	all := map[fate]int{}
	for _, a := range s.accounts {
		a.weather.mu.Lock()
		for f, n := range maps.All(a.weather.counts) {
			all[f] += n
		}
		a.weather.mu.Unlock()
	}
	fmt.Fprint(s.out, "\nfaults:")
	for _, f := range fates[1:] {
		fmt.Fprintf(s.out, " %s %d,", f, all[f])
	}
	fmt.Fprintf(s.out, " asked again before Retry-After was over %d\n", s.early())
}

func (s *storm) tell(format string, a ...any) {
	fmt.Fprintf(s.out, "%6.1fs  %s\n", time.Since(s.began).Seconds(), fmt.Sprintf(format, a...))
}
