package redis_test

import (
	"context"
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
// on Redis Streams needs: XADD pipelined by 60, XREADGROUP of 64 streams, XACK.
// The cost is that of one message.
func BenchmarkMessage(b *testing.B) {
	for _, fsync := range []string{"everysec", "always"} {
		if lookRedis() == "" {
			b.Skip("redis-server is not on PATH")
		}
		s := startServer(b, "--appendfsync", fsync)
		c := s.client(b)
		b.Run("store/"+fsync, func(b *testing.B) {
			st := open(b, s.url)
			defer metered(b, c)()
			benchStore(b, st)
		})
		b.Run("raw/"+fsync, func(b *testing.B) {
			defer metered(b, c)()
			benchRaw(b, c)
		})
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

func benchStore(b *testing.B, s store.Store) {
	ctx := context.Background()
	now := time.Now()
	var accounts []string
	for i := range benchAccounts {
		accounts = append(accounts, fmt.Sprintf("account%d", i))
	}
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		// One iteration is one message; the work is done inPoll at a time.
		if n++; n%inPoll != 0 {
			continue
		}
		p, ok, err := s.ClaimPoll(ctx, now, "blog", time.Minute)
		if err != nil || !ok {
			b.Fatal(ok, err)
		}
		o := store.Outcome{Next: now}
		for i := range inPoll {
			o.Messages = append(o.Messages, store.Queued{Message: benchMessage(n - i), Due: now})
		}
		if _, err := s.Commit(ctx, now, p, o); err != nil {
			b.Fatal(err)
		}
		for left := inPoll; left > 0; {
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

func benchRaw(b *testing.B, c *goredis.Client) {
	ctx := context.Background()
	streams := make([]string, 0, 2*benchAccounts)
	for i := range benchAccounts {
		key := fmt.Sprintf("raw:%d", i)
		if err := c.XGroupCreateMkStream(ctx, key, "g", "$").Err(); err != nil && !strings.HasPrefix(err.Error(), "BUSYGROUP") {
			b.Fatal(err)
		}
		streams = append(streams, key)
	}
	for range benchAccounts {
		streams = append(streams, ">")
	}
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		if n++; n%inPoll != 0 {
			continue
		}
		_, err := c.Pipelined(ctx, func(p goredis.Pipeliner) error {
			for i := range inPoll {
				m := benchMessage(n - i)
				p.XAdd(ctx, &goredis.XAddArgs{Stream: fmt.Sprintf("raw:%d", (n-i)%benchAccounts), Values: []any{"id", m.ID, "text", m.Text, "post", m.Post}})
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
		for left := inPoll; left > 0; {
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
