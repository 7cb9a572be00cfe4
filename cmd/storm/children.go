package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"time"
)

// child is a process that is started again whenever it ends, as a service
// manager does it.
type child struct {
	name string
	log  string // file that takes what it prints
	args []string

	mu      sync.Mutex
	process *os.Process // nil while it does not run
	busy    bool        // chaos has it in hand
	struck  bool        // it was killed by chaos
	starts  int
	exits   int // ends that nobody asked for
}

// run starts c again and again until ctx ends.
func (c *child) run(ctx context.Context) error {
	out, err := os.OpenFile(c.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer out.Close()
	for ctx.Err() == nil {
		cmd := exec.Command(c.args[0], c.args[1:]...)
		cmd.Stdout, cmd.Stderr = out, out
		if err := cmd.Start(); err != nil {
			return fmt.Errorf("start %s: %w", c.name, err)
		}
		c.mu.Lock()
		c.process = cmd.Process
		c.starts++
		c.mu.Unlock()
		end := context.AfterFunc(ctx, func() { _ = cmd.Process.Kill() })
		_ = cmd.Wait() // how it ended is in its log
		end()
		c.mu.Lock()
		c.process = nil
		if !c.struck && ctx.Err() == nil {
			c.exits++
		}
		c.struck = false
		c.mu.Unlock()
		for pause := 300 * time.Millisecond; ctx.Err() == nil; pause = 50 * time.Millisecond {
			select {
			case <-time.After(pause):
			case <-ctx.Done():
			}
			if !c.held() {
				break
			}
		}
	}
	return nil
}

func (c *child) held() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.busy
}

// take reserves c for chaos; ok is false while it does not run or is taken.
func (c *child) take() (p *os.Process, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.busy || c.process == nil {
		return nil, false
	}
	c.busy = true
	return c.process, true
}

// kill ends c, which was taken.
func (c *child) kill(p *os.Process) {
	c.mu.Lock()
	c.struck = true
	c.mu.Unlock()
	_ = p.Kill()
}

func (c *child) release() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.busy = false
}

// crashed tells what a process says only when it is broken.
func (c *child) crashed() []string {
	b, err := os.ReadFile(c.log)
	if err != nil {
		return nil
	}
	var out []string
	for _, sign := range []string{"panic:", "fatal error:", "DATA RACE"} {
		if i := bytes.Index(b, []byte(sign)); i >= 0 {
			out = append(out, fmt.Sprintf("%s: %s (%s)", c.name, bytes.SplitN(b[i:], []byte("\n"), 2)[0], c.log))
		}
	}
	return out
}

// redisServer is a server that has on disk whatever it acknowledged.
func redisServer(bin, folder string) (c *child, url string) {
	socket := filepath.Join(folder, "redis.sock")
	return &child{name: "redis", log: filepath.Join(folder, "redis.log"), args: []string{
		bin, "--port", "0", "--unixsocket", socket, "--dir", folder, "--appendonly", "yes", "--appendfsync", "always",
		"--save", "", "--maxmemory-policy", "noeviction", "--loglevel", "warning",
	}}, "unix://" + socket
}
