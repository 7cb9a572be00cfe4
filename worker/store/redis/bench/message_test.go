package bench_test

import (
	"fmt"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"syndicated/worker/network"
	"syndicated/worker/store"
)

// BenchmarkMessage queues messages of 700 bytes, 60 in a poll, and settles them,
// 64 accounts at a time; and does the same with the bare commands that a queue
// on Redis Streams needs: XADD pipelined by 60, XREADGROUP of 64 streams, XACK;
// with the bare commands that the store's scripts call, pipelined as they were
// batched; and with asynq, 64 tasks at a time, each known by its id for a day.
// The cost is that of one message.
func BenchmarkMessage(b *testing.B) {
	for _, fsync := range []string{"everysec", "always"} {
		for _, c := range []struct {
			name string
			run  func(b *testing.B, s *server)
		}{{"store", benchStore}, {"streams", benchStreams}, {"commands", benchCommands}, {"asynq", benchAsynq}} {
			b.Run(c.name+"/"+fsync, func(b *testing.B) { c.run(b, startServer(b, fsync)) })
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
	benchAccounts = 64
	inPoll        = 60
)

var benchText = strings.Repeat("seven hundred bytes of a message ", 18)

func benchMessage(n int) network.Message {
	return network.Message{
		ID: fmt.Sprintf("m%d", n), Account: fmt.Sprintf("account%d", n%benchAccounts), Kind: "new", Verb: network.VerbPost,
		Text: benchText, Source: "blog", Post: fmt.Sprintf("p%d", n/3),
	}
}

func benchStore(b *testing.B, server *server) {
	s := server.open(b)
	defer metered(b, server.client)()
	b.ReportAllocs()
	b.ResetTimer()
	work(b, s, b.N)
}

// work queues and settles n messages, inPoll at a time, which is why the
// benchmarks count with b.N and not with b.Loop.
func work(b *testing.B, s store.Store, n int) {
	ctx := b.Context()
	now := time.Now()
	var accounts []string
	for i := range benchAccounts {
		accounts = append(accounts, fmt.Sprintf("account%d", i))
	}
	for from := 0; from < n; from += inPoll {
		size := min(inPoll, n-from)
		p, ok, err := s.ClaimPoll(ctx, now, "blog", time.Minute)
		if err != nil || !ok {
			b.Fatal(ok, err)
		}
		o := store.Outcome{Next: now}
		for i := range size {
			o.Messages = append(o.Messages, store.Queued{Message: benchMessage(from + i), Due: now})
		}
		if _, err := s.Commit(ctx, now, p, o); err != nil {
			b.Fatal(err)
		}
		for left := size; left > 0; {
			leases, _, err := s.Claim(ctx, now, accounts, benchAccounts, time.Minute)
			if err != nil {
				b.Fatal(err)
			}
			var wg sync.WaitGroup
			for _, l := range leases {
				wg.Go(func() {
					if ok, err := s.Attempt(ctx, now, l); err != nil || !ok {
						b.Error(ok, err)
					}
					if ok, err := s.Finish(ctx, now, l, store.Settlement{Result: store.Sent, Receipt: network.Receipt{ID: l.Message.ID, At: now}}); err != nil || !ok {
						b.Error(ok, err)
					}
				})
			}
			wg.Wait()
			left -= len(leases)
		}
	}
}

func benchStreams(b *testing.B, server *server) {
	c := server.client
	ctx := b.Context()
	streams := make([]string, 0, 2*benchAccounts)
	for i := range benchAccounts {
		key := fmt.Sprintf("raw:%d", i)
		if err := c.XGroupCreateMkStream(ctx, key, "g", "$").Err(); err != nil {
			b.Fatal(err)
		}
		streams = append(streams, key)
	}
	for range benchAccounts {
		streams = append(streams, ">")
	}
	defer metered(b, c)()
	b.ReportAllocs()
	b.ResetTimer()
	for from := 0; from < b.N; from += inPoll {
		size := min(inPoll, b.N-from)
		_, err := c.Pipelined(ctx, func(p goredis.Pipeliner) error {
			for i := range size {
				m := benchMessage(from + i)
				p.XAdd(ctx, &goredis.XAddArgs{Stream: fmt.Sprintf("raw:%d", (from+i)%benchAccounts), Values: []any{"id", m.ID, "text", m.Text, "post", m.Post}})
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
		for left := size; left > 0; {
			got, err := c.XReadGroup(ctx, &goredis.XReadGroupArgs{Group: "g", Consumer: "c", Streams: streams, Count: 1, Block: -1}).Result()
			if err != nil {
				b.Fatal(err)
			}
			_, err = c.Pipelined(ctx, func(p goredis.Pipeliner) error {
				for _, s := range got {
					for _, m := range s.Messages {
						p.XAck(ctx, s.Stream, "g", m.ID)
						left--
					}
				}
				return nil
			})
			if err != nil {
				b.Fatal(err)
			}
		}
	}
}
