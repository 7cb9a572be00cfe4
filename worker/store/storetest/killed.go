package storetest

import (
	"bufio"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// Child starts the test binary again as a worker that is to be killed: the test
// of that name alone, with env set. It prints a line for every message it sends.
func Child(t *testing.T, test string, env ...string) *Killable {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run", "^"+test+"$", "-test.v=false")
	cmd.Env = append(os.Environ(), env...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var said strings.Builder
	cmd.Stderr = &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	k := &Killable{cmd: cmd, out: bufio.NewReader(out), said: &said}
	t.Cleanup(func() { k.Kill() })
	return k
}

// Killable is a worker in a process of its own.
type Killable struct {
	cmd  *exec.Cmd
	out  *bufio.Reader
	said *strings.Builder
	over bool
}

// After waits until the worker has sent about n messages; ended is true when it
// was done before.
func (k *Killable) After(n int) (ended bool) {
	for range rand.N(n) + 1 {
		if _, err := k.out.ReadString('\n'); err != nil {
			return true
		}
	}
	return false
}

// Kill ends the worker as a power switch would.
func (k *Killable) Kill() {
	if !k.over {
		k.over = true
		k.cmd.Process.Kill()
		io.Copy(io.Discard, k.out)
		k.cmd.Wait()
	}
}

// Wait lets the worker come to its end.
func (k *Killable) Wait() error {
	io.Copy(io.Discard, k.out)
	k.over = true
	if err := k.cmd.Wait(); err != nil {
		return errors.Join(err, errors.New(k.said.String()))
	}
	return nil
}
