//go:build unix

package command

import (
	"errors"
	"os"
	"os/exec"
	"syscall"
)

// alone puts a program into a process group of its own, so that what it started
// ends with it, and a Ctrl-C at our terminal does not reach it.
func alone(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error {
		if err := syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM); errors.Is(err, syscall.ESRCH) {
			return os.ErrProcessDone
		} else {
			return err
		}
	}
}
