package x_test

import (
	"testing"

	"syndicated/worker/network/networktest"
	"syndicated/worker/network/x"
)

func TestCounts(t *testing.T) { networktest.Counts(t, "x", x.Count, nil) }
