package bench_test

import (
	"bufio"
	"fmt"
	"net"
	"strconv"
	"strings"
	"testing"

	goredis "github.com/redis/go-redis/v9"
)

// benchCommands lets the store do its work, writes down which commands its
// scripts call, and then measures these alone: what remains is what scripts,
// arguments and answers cost.
func benchCommands(b *testing.B, s *server) {
	batches := record(b, s)
	if err := s.client.FlushAll(b.Context()).Err(); err != nil {
		b.Fatal(err)
	}
	defer metered(b, s.client)()
	b.ReportAllocs()
	b.ResetTimer()
	for _, batch := range batches {
		_, err := s.client.Pipelined(b.Context(), func(p goredis.Pipeliner) error {
			for _, args := range batch {
				p.Do(b.Context(), args...)
			}
			return nil
		})
		if err != nil && err != goredis.Nil {
			b.Fatal(err)
		}
	}
}

// record runs the store's work under MONITOR and gives the commands of each
// script, in the order in which they came.
func record(b *testing.B, s *server) (batches [][][]any) {
	st := s.open(b)
	c, err := net.Dial("unix", s.socket)
	if err != nil {
		b.Fatal(err)
	}
	if _, err := fmt.Fprint(c, "MONITOR\r\n"); err != nil {
		b.Fatal(err)
	}
	lines := bufio.NewReaderSize(c, 1<<20)
	if _, err := lines.ReadString('\n'); err != nil {
		b.Fatal(err)
	}
	const last = "the end of the work"
	over := make(chan error, 1)
	go func() {
		over <- func() error {
			for {
				line, err := lines.ReadString('\n')
				if err != nil {
					return err
				}
				if strings.Contains(line, last) {
					return nil
				}
				who, text, _ := strings.Cut(line, "] ")
				if !strings.HasSuffix(who, " lua") {
					batches = append(batches, nil)
					continue
				}
				var args []any
				for text = strings.TrimSpace(text); text != ""; text = strings.TrimSpace(text) {
					quoted, err := strconv.QuotedPrefix(text)
					if err != nil {
						return fmt.Errorf("%w in %s", err, text)
					}
					arg, err := strconv.Unquote(quoted)
					if err != nil {
						return fmt.Errorf("%w in %s", err, quoted)
					}
					args, text = append(args, arg), text[len(quoted):]
				}
				at := len(batches) - 1
				batches[at] = append(batches[at], args)
			}
		}()
	}()
	work(b, st, s.accounts, b.N)
	if err := s.client.Echo(b.Context(), last).Err(); err != nil {
		b.Fatal(err)
	}
	if err := <-over; err != nil {
		b.Fatal(err)
	}
	c.Close()
	all := batches[:0]
	for _, batch := range batches {
		if len(batch) > 0 {
			all = append(all, batch)
		}
	}
	return all
}
