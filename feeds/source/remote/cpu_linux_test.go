package remote_test

import (
	"runtime"
	"syscall"
	"time"
)

// spent is the processor time of f alone, so that a busy machine is no fault
// of a document.
func spent(f func()) time.Duration {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	const thread = 1 // RUSAGE_THREAD
	used := func() time.Duration {
		var r syscall.Rusage
		if err := syscall.Getrusage(thread, &r); err != nil {
			panic(err)
		}
		return time.Duration(r.Utime.Nano() + r.Stime.Nano())
	}
	start := used()
	f()
	return used() - start
}
