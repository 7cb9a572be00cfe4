package embedded

import (
	"errors"
	"fmt"
	"os"
)

// ErrInUse: another process has the file.
var ErrInUse = errors.New("another process has it open")

func inUse(pid string) error {
	if pid == "" {
		return fmt.Errorf("%w; stop that one, or share a Redis store between several", ErrInUse)
	}
	return fmt.Errorf("%w (process %s); stop that one, or share a Redis store between several", ErrInUse, pid)
}

func writePID(f *os.File) error {
	if err := f.Truncate(0); err != nil {
		return err
	}
	_, err := f.WriteAt(fmt.Appendf(nil, "%d\n", os.Getpid()), 0)
	return err
}
