package networktest_test

import (
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"syndicated/worker/network"
	"syndicated/worker/network/networktest"
)

func TestCounts(t *testing.T) {
	networktest.Counts(t, "runes", utf8.RuneCountInString, nil)
	networktest.Counts(t, "graphemes", network.Graphemes, nil)
	networktest.Counts(t, "bytes", func(s string) int { return len(s) }, nil)
	networktest.Counts(t, "utf16", func(s string) int { return len(utf16.Encode([]rune(s))) }, nil)
}
