//go:build !linux

package remote_test

import "time"

func spent(f func()) time.Duration {
	start := time.Now()
	f()
	return time.Since(start)
}
