package redis_test

import (
	"strconv"
	"strings"
	"testing"

	"syndicated/worker/store"
	"syndicated/worker/store/storetest"
)

// BenchmarkFootprint: see the package comment for what came out.
func BenchmarkFootprint(b *testing.B) {
	s := startServer(b, "--appendfsync", "no")
	st := open(b, s.url)
	c := s.client(b)
	storetest.Footprint(b, func() store.Store { return st }, func() int64 {
		info, err := c.Info(b.Context(), "memory").Result()
		if err != nil {
			b.Fatal(err)
		}
		_, rest, _ := strings.Cut(info, "used_memory:")
		text, _, _ := strings.Cut(rest, "\r")
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			b.Fatal(err)
		}
		return n
	})
}
