//go:build race

package remote_test

// slower is how much slower the race detector makes everything.
const slower = 15
