package redis

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	goredis "github.com/redis/go-redis/v9"
)

// errClosed is what a closed store gives.
var errClosed = errors.New("the store is closed")

// most is how many calls go to the server at once.
const most = 128

// line sends calls of scripts to the server. Those that come while others are
// underway go together, in one round trip and, with appendfsync always, one
// fsync. A call that stands alone goes at once. There is no goroutine of its
// own: a caller that finds the way free takes all that wait with it.
type line struct {
	client   goredis.UniversalClient
	replicas int
	patience time.Duration // with replicas
	calls    chan *waiting
	free     chan struct{} // holds a token while nothing is underway
	callers  atomic.Int32
	end      chan struct{}
}

type waiting struct {
	script *goredis.Script
	keys   []string
	args   []any
	cmd    *goredis.Cmd
	// many is not nil when the script takes many of these at once: words are then
	// the arguments of one, and answer is what the script says of it.
	many     *many
	words    []string
	decision decision
	answer   any
	err      error
	done     chan struct{}
}

// many is a script that does one thing for many leases at once. If it decides,
// it is told how many, and behind them the decisions.
type many struct {
	script  *goredis.Script
	keys    []string
	args    []any
	decides bool
}

// decision is a line for a story; there may be none.
type decision struct{ key, line string }

// texts adds words to arguments; as pointers they need no memory of their own.
func texts(args []any, words ...string) []any {
	for i := range words {
		args = append(args, &words[i])
	}
	return args
}

// startLine begins; timeout is that of a command.
func startLine(c goredis.UniversalClient, replicas int, timeout time.Duration) *line {
	l := &line{
		client: c, replicas: replicas, patience: timeout / 2,
		calls: make(chan *waiting, most), free: make(chan struct{}, 1), end: make(chan struct{}),
	}
	l.free <- struct{}{}
	return l
}

// stop refuses calls from now on and waits for those that are underway.
func (l *line) stop() {
	close(l.end)
	<-l.free
}

// fly takes what waits to the server.
func (l *line) fly() {
	// Where there is one caller there are others who are about to call: what costs
	// a fraction of a microsecond here spares them a round trip and an fsync.
	if l.callers.Load() > 1 {
		runtime.Gosched()
	}
	var all []*waiting
more:
	for len(all) < most {
		select {
		case w := <-l.calls:
			all = append(all, w)
		default:
			break more
		}
	}
	if len(all) > 0 {
		l.send(all)
	}
	l.free <- struct{}{}
}

// send carries calls out, each by its digest first. Its context is its own: the
// time-outs of the connection bound it.
func (l *line) send(all []*waiting) {
	ctx := context.Background()
	groups := together(all)
	cmds := make([]*goredis.Cmd, len(groups))
	short := l.exec(ctx, func(pipe goredis.Pipeliner) {
		for i, g := range groups {
			cmds[i] = goredis.NewCmd(ctx, g.args...)
			cmds[i].SetFirstKeyPos(3)
			pipe.Process(ctx, cmds[i])
		}
	})
	for i, g := range groups {
		if err := cmds[i].Err(); err != nil && strings.HasPrefix(err.Error(), "NOSCRIPT") {
			short = l.exec(ctx, func(pipe goredis.Pipeliner) { cmds[i] = g.script.Eval(ctx, pipe, g.keys, g.args[3+len(g.keys):]...) })
		}
		if short != nil && cmds[i].Err() == nil {
			cmds[i].SetErr(short)
		}
		g.hand(cmds[i])
	}
}

// exec sends commands in one round trip; each has its own error. What it
// returns says that too few replicas have what they wrote.
func (l *line) exec(ctx context.Context, fill func(goredis.Pipeliner)) error {
	pipe := l.client.Pipeline()
	fill(pipe)
	if l.replicas == 0 {
		pipe.Exec(ctx)
		return nil
	}
	wait := pipe.Do(ctx, "WAIT", l.replicas, l.patience.Milliseconds())
	pipe.Exec(ctx)
	n, err := wait.Int64()
	if err != nil {
		return fmt.Errorf("wait for replicas: %w", err)
	}
	if n < int64(l.replicas) {
		return fmt.Errorf("%d replicas have it, %d are asked for", n, l.replicas)
	}
	return nil
}

// group is calls that one run of a script answers.
type group struct {
	script *goredis.Script
	keys   []string
	args   []any // of EVALSHA
	whose  []*waiting
}

// together puts calls of the same script for many leases into one.
func together(all []*waiting) []*group {
	var groups []*group
	shared := map[*many]*group{}
	for _, w := range all {
		if w.many == nil {
			g := &group{script: w.script, keys: w.keys, whose: []*waiting{w}}
			g.args = append(g.command(len(w.args)), w.args...)
			groups = append(groups, g)
			continue
		}
		g := shared[w.many]
		if g == nil {
			g = &group{script: w.many.script, keys: w.many.keys}
			shared[w.many] = g
			groups = append(groups, g)
		}
		g.whose = append(g.whose, w)
	}
	for m, g := range shared {
		g.fill(m)
	}
	return groups
}

// command begins the arguments, with room for n more.
func (g *group) command(n int) []any {
	args := append(make([]any, 0, 3+len(g.keys)+n), "evalsha", g.script.Hash(), len(g.keys))
	for _, k := range g.keys {
		args = append(args, k)
	}
	return args
}

// fill makes the arguments of a script that does one thing for many.
func (g *group) fill(m *many) {
	var decisions []any
	n := len(m.args) + 1
	for i, w := range g.whose {
		n += len(w.words)
		if w.decision.line != "" {
			decisions = append(decisions, i+1, g.place(w.decision.key), &w.decision.line)
		}
	}
	g.args = append(g.command(n+len(decisions)), m.args...)
	if m.decides {
		g.args = append(g.args, len(g.whose))
	}
	for _, w := range g.whose {
		g.args = texts(g.args, w.words...)
	}
	g.args = append(g.args, decisions...)
}

// place is the number of a key.
func (g *group) place(key string) int {
	at := slices.Index(g.keys, key)
	if at < 0 {
		at = len(g.keys)
		g.keys = append(slices.Clip(g.keys), key)
	}
	return at + 1
}

// hand gives the answer to its callers.
func (g *group) hand(cmd *goredis.Cmd) {
	var answers []any
	var err error
	if g.whose[0].many != nil {
		if answers, err = cmd.Slice(); err == nil && len(answers) != len(g.whose) {
			err = fmt.Errorf("%d answers to %d calls", len(answers), len(g.whose))
		}
	}
	for i, w := range g.whose {
		w.cmd, w.err = cmd, err
		if w.many != nil && err == nil {
			w.answer = answers[i]
		}
		close(w.done)
	}
}

// each runs a script for one lease, together with those of other callers, and
// gives what it says of that one.
func (s *Store) each(ctx context.Context, m *many, d decision, words ...string) (any, error) {
	w := &waiting{many: m, words: words, decision: d, done: make(chan struct{})}
	if err := s.leases.wait(ctx, w); err != nil {
		return nil, err
	}
	return w.answer, w.err
}

// call runs a script. Its keys all carry the workspace's hash tag. When ctx ends
// first, the script may still be run, or not.
func (s *Store) call(ctx context.Context, script *goredis.Script, keys []string, args []any) *goredis.Cmd {
	w := &waiting{script: script, keys: keys, args: args, done: make(chan struct{})}
	if err := s.others.wait(ctx, w); err != nil {
		cmd := goredis.NewCmd(ctx)
		cmd.SetErr(err)
		return cmd
	}
	return w.cmd
}

// wait sends a call along and gives nil when it was answered.
func (l *line) wait(ctx context.Context, w *waiting) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case <-l.end:
		return errClosed
	default:
	}
	l.callers.Add(1)
	defer l.callers.Add(-1)
	for sent := false; ; {
		calls := l.calls
		if sent {
			calls = nil
		}
		select {
		case calls <- w:
			sent = true
		case <-l.free:
			l.fly()
		case <-w.done:
			return nil
		case <-l.end:
			return errClosed
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
