// Package terminal prints messages, for a first look and for the demo. It needs
// no token and no rights. What is printed is printed once unless the process is
// killed between the printing and the note of it; a message whose fate is not
// known is printed again.
package terminal

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"

	"syndicated/worker/network"
)

// Config of an account.
type Config struct {
	// Output is where messages are printed; nil is the standard output.
	Output io.Writer `yaml:"-"`
}

// Account prints to one writer.
type Account struct {
	env network.Env
	mu  sync.Mutex
	out io.Writer
}

var _ interface {
	network.Account
	network.Editor
	network.Replier
	network.Deleter
	network.Prober
} = (*Account)(nil)

// New has nothing to check.
func New(c Config, env network.Env) (*Account, error) {
	out := c.Output
	if out == nil {
		out = os.Stdout
	}
	return &Account{env: env.Ready(), out: out}, nil
}

// Manner has no limits.
func (a *Account) Manner() network.Manner {
	return network.Manner{Repeatable: true, Media: 16, Markup: network.Plain, Hashtags: true, Update: network.VerbEdit, Thread: true}
}

// Post prints m.
func (a *Account) Post(_ context.Context, m network.Message) (network.Receipt, error) {
	return a.print(m, "posts")
}

// Edit prints what m changes was into.
func (a *Account) Edit(_ context.Context, was network.Receipt, m network.Message) (network.Receipt, error) {
	return a.print(m, "edits "+was.ID)
}

// Reply prints m as an answer.
func (a *Account) Reply(_ context.Context, to network.Receipt, m network.Message) (network.Receipt, error) {
	return a.print(m, "answers "+to.ID)
}

// Delete prints that was is taken back.
func (a *Account) Delete(_ context.Context, was network.Receipt) error {
	return a.write(fmt.Sprintf("%s deletes %s\n", a.env.Name, was.ID))
}

// Probe says that there is a terminal.
func (a *Account) Probe(context.Context) (network.Profile, error) {
	return network.Profile{Name: "terminal"}, nil
}

func (a *Account) print(m network.Message, does string) (network.Receipt, error) {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s\n", a.env.Name, does)
	if m.Warning != "" {
		fmt.Fprintf(&b, "  [%s]\n", safe(m.Warning))
	}
	for line := range strings.Lines(m.Text) {
		fmt.Fprintf(&b, "  %s\n", safe(strings.TrimRight(line, "\r\n")))
	}
	for _, one := range m.Media {
		fmt.Fprintf(&b, "  (image %s: %s)\n", safe(one.URL), safe(one.Alt))
	}
	if err := a.write(b.String()); err != nil {
		return network.Receipt{}, err
	}
	return network.Receipt{ID: m.ID, At: a.env.Now().UTC()}, nil
}

// write prints whole messages, whoever else prints.
func (a *Account) write(text string) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if _, err := io.WriteString(a.out, text); err != nil {
		return fmt.Errorf("print: %w", err)
	}
	return nil
}

// safe takes out control characters: a post must not command a terminal.
func safe(s string) string {
	return strings.Map(func(r rune) rune {
		if r < 0x20 || r >= 0x7f && r < 0xa0 || r == 0x2028 || r == 0x2029 {
			return -1
		}
		return r
	}, s)
}
