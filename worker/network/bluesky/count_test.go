package bluesky_test

import (
	"testing"

	"syndicated/worker/network/networktest"
)

func TestCounts(t *testing.T) {
	networktest.Counts(t, "graphemes", serve(t, newPDS(t), nil).Manner().Count, nil)
}
