// Command storm checks that no follower sees a post twice and that none is
// lost, whatever dies. It runs workers (`syndicated run`) on one store between a
// site and social servers of its own, and lets everything fail at once:
//
//	go run ./cmd/storm                                   # 3 workers on one Redis, 200 blows, about 15 minutes
//	go run ./cmd/storm -store embedded -workers 1        # one worker on a file
//	go run ./cmd/storm -seed 7 -kills 50 -v              # another storm, shorter, told blow by blow
//
// Workers, and redis-server (append-only file, fsync always), are killed with
// SIGKILL, or stopped for longer than their leases hold and continued; who is killed is
// started again. The social servers answer 429 with Retry-After, 500 with and
// without having accepted, cut connections before and after accepting, hang, and
// accept long after the client has gone. They are two Mastodons, of which one
// ignores Idempotency-Key, a Bluesky, a Telegram, a Discord webhook and a signed
// webhook that knows webhook-id. Meanwhile the site publishes posts, adds
// updates to some and mends typos in others.
//
// Then the faults end, everything is let drain, and the verdict is made from
// what the servers show, what the site published and what the store has on
// hold: every post at every account exactly once and in the order of its source
// where the network can be asked or tells a repeat; elsewhere at most once, and
// whatever is missing or in doubt on hold with its reason. The last update of
// every post is told once, a mended typo to nobody. The exit status is 1, with a
// line for everything that broke, if that is not so.
//
// All chance comes from -seed: the plan of the site, the blows and their order,
// and the fates of the requests of each server in the order in which they
// come. What the processes do between two of them is theirs, so that a seed
// brings the same storm and not the same microsecond: a fault that depends on
// timing may take several runs of one seed to come again.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(command(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

func command(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	var o options
	f := flag.NewFlagSet("storm", flag.ContinueOnError)
	f.SetOutput(stderr)
	f.StringVar(&o.store, "store", "redis", "`redis` (redis-server must be on the PATH) or embedded")
	f.IntVar(&o.workers, "workers", 3, "how many workers share the store; embedded takes 1")
	f.IntVar(&o.sources, "sources", 50, "how many sources")
	f.IntVar(&o.posts, "posts", 0, "how many new posts; 0 is three for each source")
	f.IntVar(&o.kills, "kills", 200, "how often something is killed, or stopped and continued")
	f.DurationVar(&o.pace, "pace", 3*time.Second, "mean time between two of those")
	f.Float64Var(&o.stops, "stops", 0.3, "share of them that stop and continue")
	f.Float64Var(&o.fury, "fury", 1, "the social servers' faults, times this; 1 is every fifth message")
	f.DurationVar(&o.every, "every", time.Second, "how often sources are polled")
	f.DurationVar(&o.hang, "hang", 30*time.Second, "how long a server hangs")
	f.DurationVar(&o.process, "process", 6*time.Second, "how late a server may accept; unknown_wait is 5/3 of it and a second")
	f.DurationVar(&o.drain, "drain", 8*time.Minute, "longest time for everything to settle after the faults")
	f.Uint64Var(&o.seed, "seed", uint64(time.Now().Unix()), "of all chance")
	f.StringVar(&o.binary, "bin", "", "syndicated `file` to run; built from the module when empty")
	f.StringVar(&o.folder, "dir", "", "`folder` for data and logs; a temporary one, kept if something broke, when empty")
	f.BoolVar(&o.verbose, "v", false, "tell every blow")
	switch err := f.Parse(args); {
	case err == flag.ErrHelp:
		return 0
	case err != nil:
		return 2
	case f.NArg() > 0 || o.store != "redis" && o.store != "embedded" || o.workers < 1 || o.sources < 1 || o.sources > 99 || o.pace <= 0:
		fmt.Fprintln(stderr, "storm: no further words; -store is redis or embedded, -workers at least 1, -sources 1 to 99, -pace more than nothing")
		return 2
	case o.store == "embedded" && o.workers > 1:
		fmt.Fprintln(stderr, "storm: one worker has an embedded store for itself; add -workers 1")
		return 2
	}
	if o.posts == 0 {
		o.posts = 3 * o.sources
	}
	o.out = stdout
	faults, err := inFolder(ctx, o, stderr)
	switch {
	case err != nil:
		fmt.Fprintln(stderr, "storm:", err)
		return 1
	case len(faults) > 0:
		fmt.Fprintf(stdout, "\n%d faults, seed %d:\n", len(faults), o.seed)
		for _, line := range faults {
			fmt.Fprintln(stdout, " ", line)
		}
		return 1
	}
	fmt.Fprintln(stdout, "\n0 lost, 0 double, 0 silent")
	return 0
}

// inFolder runs a storm in its folder, with a program that is built if there is none.
func inFolder(ctx context.Context, o options, stderr io.Writer) (faults []string, err error) {
	if o.folder == "" {
		if o.folder, err = os.MkdirTemp("", "storm"); err != nil {
			return nil, err
		}
		defer func() {
			if err == nil && len(faults) == 0 {
				_ = os.RemoveAll(o.folder)
			} else {
				fmt.Fprintln(stderr, "storm: data and logs are in", o.folder)
			}
		}()
	}
	if o.binary == "" {
		o.binary = filepath.Join(o.folder, "syndicated")
		build := exec.CommandContext(ctx, "go", "build", "-o", o.binary, "syndicated/cmd/syndicated")
		if out, err := build.CombinedOutput(); err != nil {
			return nil, fmt.Errorf("build the program: %w\n%s", err, out)
		}
	}
	return run(ctx, o)
}
