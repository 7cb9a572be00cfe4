package bench_test

import (
	"context"
	"encoding/json"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hibiken/asynq"
)

// benchAsynq enqueues with as many callers and processes with as many workers at
// the same time as there are accounts, as asynq is meant to be used.
func benchAsynq(b *testing.B, s *server) {
	defer metered(b, s.client)()
	at := asynq.RedisClientOpt{Network: "unix", Addr: s.socket}
	var left atomic.Int64
	all := make(chan struct{})
	left.Store(int64(b.N))
	worker := asynq.NewServer(at, asynq.Config{Concurrency: s.accounts, LogLevel: asynq.FatalLevel, TaskCheckInterval: time.Millisecond})
	err := worker.Start(asynq.HandlerFunc(func(context.Context, *asynq.Task) error {
		if left.Add(-1) == 0 {
			close(all)
		}
		return nil
	}))
	if err != nil {
		b.Fatal(err)
	}
	client := asynq.NewClient(at)
	defer client.Close()
	work := make(chan int, s.accounts)
	var wg sync.WaitGroup
	b.ReportAllocs()
	b.ResetTimer()
	for range s.accounts {
		wg.Go(func() {
			for n := range work {
				m := benchMessage(n, s.accounts)
				body, err := json.Marshal(m)
				if err == nil {
					_, err = client.Enqueue(asynq.NewTask("share", body), asynq.TaskID(m.ID), asynq.Retention(24*time.Hour))
				}
				if err != nil {
					b.Error(err)
				}
			}
		})
	}
	for n := range b.N {
		work <- n
	}
	close(work)
	wg.Wait()
	<-all
	b.StopTimer()
	worker.Shutdown()
}
