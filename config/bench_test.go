package config_test

import (
	"fmt"
	"strings"
	"testing"

	"syndicated/config"
)

func BenchmarkParse(b *testing.B) {
	var text strings.Builder
	text.WriteString("sources:\n")
	for i := range 100_000 {
		fmt.Fprintf(&text, "  s%d: {type: feed, url: https://example.org/%d, start: all}\n", i, i)
	}
	b.Run("sources=100000", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := config.Parse("s.yaml", []byte(text.String()), "", kinds, environment(nil)); err != nil {
				b.Fatal(err)
			}
		}
	})
}
