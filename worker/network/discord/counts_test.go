package discord_test

import (
	"testing"

	"syndicated/worker/network/networktest"
)

func TestCounts(t *testing.T) {
	a, _ := hook(t, done)
	networktest.Counts(t, "runes", a.Manner().Count, nil)
}
