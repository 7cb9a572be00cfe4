package bench_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"syndicated/worker/network"
	"syndicated/worker/store"
)

// BenchmarkMessage queues messages of 700 bytes, 60 in a poll, and settles them at
// the same time, for 64 accounts that send side by side or for one; and does the
// same with what a queue on bare Redis Streams needs, XADD, XREADGROUP and XACK,
// each pipelined (streams) or with a consumer for each account (consumers); with
// the bare commands that the store's scripts call, pipelined as they were batched;
// and with asynq, where each task is known by its id for a day. The cost is that
// of one message.
func BenchmarkMessage(b *testing.B) {
	for _, fsync := range []string{"everysec", "always"} {
		for _, c := range []struct {
			name string
			run  func(b *testing.B, s *server)
		}{{"store", benchStore}, {"streams", benchStreams}, {"consumers", benchConsumers}, {"commands", benchCommands}, {"asynq", benchAsynq}} {
			for _, accounts := range []int{64, 1} {
				b.Run(fmt.Sprintf("%s/%s/%d", c.name, fsync, accounts), func(b *testing.B) {
					s := startServer(b, fsync)
					s.accounts = accounts
					c.run(b, s)
				})
			}
		}
	}
}

// metered reports the processor time of both sides, which says more than the
// clock on a machine that has other work.
func metered(b *testing.B, c *goredis.Client) func() {
	server := func() (us float64) {
		info, err := c.Info(b.Context(), "cpu").Result()
		if err != nil {
			b.Fatal(err)
		}
		for line := range strings.Lines(info) {
			name, value, _ := strings.Cut(strings.TrimSpace(line), ":")
			if name == "used_cpu_user" || name == "used_cpu_sys" {
				s, err := strconv.ParseFloat(value, 64)
				if err != nil {
					b.Fatal(err)
				}
				us += s * 1e6
			}
		}
		return us
	}
	client := func() float64 {
		var r syscall.Rusage
		if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
			b.Fatal(err)
		}
		return float64(r.Utime.Sec+r.Stime.Sec)*1e6 + float64(r.Utime.Usec+r.Stime.Usec)
	}
	s, c0 := server(), client()
	return func() {
		b.ReportMetric((server()-s)/float64(b.N), "server-us/op")
		b.ReportMetric((client()-c0)/float64(b.N), "client-us/op")
	}
}

const (
	benchPollers = 4
	inPoll       = 60
)

var benchText = strings.Repeat("seven hundred bytes of a message ", 18)

func benchMessage(n, accounts int) network.Message {
	return network.Message{
		ID: fmt.Sprintf("%026d", n), Account: fmt.Sprintf("account%d", n%accounts), Kind: "new", Verb: network.VerbPost,
		Text: benchText, Source: "blog", Post: fmt.Sprintf("p%d", n/3),
	}
}

func benchStore(b *testing.B, server *server) {
	s := server.open(b)
	defer metered(b, server.client)()
	b.ReportAllocs()
	b.ResetTimer()
	work(b, s, server.accounts, b.N)
}

// work queues n messages, inPoll at a time from several pollers, and settles them
// at the same time, which is why the benchmarks count with b.N and not with b.Loop.
func work(b *testing.B, s store.Store, accounts, n int) {
	ctx := b.Context()
	now := time.Now()
	var names []string
	for i := range accounts {
		names = append(names, fmt.Sprintf("account%d", i))
	}
	changed := make(chan struct{}, 1)
	nudge := func() {
		select {
		case changed <- struct{}{}:
		default:
		}
	}
	var wg sync.WaitGroup
	produce(&wg, n, func(poller, from, to int) {
		p, ok, err := s.ClaimPoll(ctx, now, fmt.Sprintf("blog%d", poller), time.Minute)
		if err != nil || !ok {
			b.Error(ok, err)
		}
		o := store.Outcome{Next: now, Messages: make([]store.Queued, 0, to-from)}
		for i := from; i < to; i++ {
			o.Messages = append(o.Messages, store.Queued{Message: benchMessage(i, accounts), Due: now})
		}
		if done, err := s.Commit(ctx, now, p, o); err != nil || len(done.Queued) != to-from {
			b.Error(len(done.Queued), err)
		}
		nudge()
	})
	var left atomic.Int64
	left.Store(int64(n))
	deliver := func(l store.Lease) {
		for next := &l; next != nil; {
			l = *next
			if !l.Begun {
				if ok, err := s.Attempt(ctx, now, l); err != nil || !ok {
					b.Error(ok, err)
				}
			}
			done := store.Settlement{Result: store.Sent, Receipt: network.Receipt{ID: l.Message.ID, At: now}, Take: time.Minute, Begin: true}
			var ok bool
			var err error
			if next, ok, err = s.Finish(ctx, now, l, done); err != nil || !ok {
				b.Error(ok, err)
			}
			left.Add(-1)
		}
		nudge()
	}
	for left.Load() > 0 && !b.Failed() {
		leases, _, err := s.Claim(ctx, now, names, accounts, time.Minute)
		if err != nil {
			b.Fatal(err)
		}
		for _, l := range leases {
			wg.Go(func() { deliver(l) })
		}
		if len(leases) == 0 {
			<-changed
		}
	}
	wg.Wait()
}

// produce lets pollers take n messages, inPoll at a time.
func produce(wg *sync.WaitGroup, n int, poll func(poller, from, to int)) {
	var next atomic.Int64
	for poller := range benchPollers {
		wg.Go(func() {
			for {
				from := int(next.Add(inPoll)) - inPoll
				if from >= n {
					return
				}
				poll(poller, from, min(from+inPoll, n))
			}
		})
	}
}

// benchStreams does what a queue needs with bare streams, each kind of command
// pipelined: polls add, and one consumer reads and acknowledges what is there.
func benchStreams(b *testing.B, server *server) {
	c := server.client
	streams := startStreams(b, c, server.accounts)
	defer metered(b, c)()
	b.ReportAllocs()
	b.ResetTimer()
	var wg sync.WaitGroup
	addToStreams(b, &wg, c, server.accounts)
	for left := b.N; left > 0; {
		got := readStreams(b, c, streams...)
		left -= len(got)
		if _, err := c.Pipelined(b.Context(), func(p goredis.Pipeliner) error {
			for _, m := range got {
				p.XAck(b.Context(), m.stream, "g", m.id)
			}
			return nil
		}); err != nil {
			b.Fatal(err)
		}
	}
	wg.Wait()
}

// benchConsumers adds as benchStreams does, and has a consumer for each account,
// as deliveries are that begin and end at times of their own.
func benchConsumers(b *testing.B, server *server) {
	c := goredis.NewClient(&goredis.Options{Network: "unix", Addr: server.socket, PoolSize: 2*server.accounts + benchPollers})
	defer c.Close()
	streams := startStreams(b, c, server.accounts)
	defer metered(b, server.client)()
	b.ReportAllocs()
	b.ResetTimer()
	var wg sync.WaitGroup
	addToStreams(b, &wg, c, server.accounts)
	for i, stream := range streams {
		wg.Go(func() {
			for left := (b.N + len(streams) - 1 - i) / len(streams); left > 0; {
				for _, m := range readStreams(b, c, stream) {
					left--
					if err := c.XAck(b.Context(), m.stream, "g", m.id).Err(); err != nil {
						b.Error(err)
					}
				}
			}
		})
	}
	wg.Wait()
}

func startStreams(b *testing.B, c *goredis.Client, accounts int) (streams []string) {
	for i := range accounts {
		stream := fmt.Sprintf("raw:%d", i)
		if err := c.XGroupCreateMkStream(b.Context(), stream, "g", "$").Err(); err != nil {
			b.Fatal(err)
		}
		streams = append(streams, stream)
	}
	return streams
}

func addToStreams(b *testing.B, wg *sync.WaitGroup, c *goredis.Client, accounts int) {
	produce(wg, b.N, func(_, from, to int) {
		_, err := c.Pipelined(b.Context(), func(p goredis.Pipeliner) error {
			for i := from; i < to; i++ {
				m := benchMessage(i, accounts)
				p.XAdd(b.Context(), &goredis.XAddArgs{Stream: fmt.Sprintf("raw:%d", i%accounts), Values: []any{"id", m.ID, "text", m.Text, "post", m.Post}})
			}
			return nil
		})
		if err != nil {
			b.Error(err)
		}
	})
}

type entry struct{ stream, id string }

// readStreams reads a message of each stream that has one, and waits if none has.
func readStreams(b *testing.B, c *goredis.Client, streams ...string) (out []entry) {
	keys := slices.Clone(streams)
	for range streams {
		keys = append(keys, ">")
	}
	got, err := c.XReadGroup(b.Context(), &goredis.XReadGroupArgs{Group: "g", Consumer: "c", Streams: keys, Count: 1, Block: time.Second}).Result()
	if err != nil && err != goredis.Nil {
		b.Error(err)
	}
	for _, s := range got {
		for _, m := range s.Messages {
			out = append(out, entry{s.Stream, m.ID})
		}
	}
	return out
}
