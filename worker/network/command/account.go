package command

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"

	"syndicated/config"
	"syndicated/worker/network"
)

const (
	defaultTimeout = time.Minute
	grace          = 5 * time.Second // between asking a program to end and ending it
	maxOutput      = 64 << 10
	maxTold        = 300 // bytes of its standard error that are told
)

// Config of an account.
type Config struct {
	Command    []string          `yaml:"command" doc:"the program and its arguments; no shell is between" required:"true"`
	Dir        string            `yaml:"dir" doc:"folder that it runs in"`
	Env        map[string]string `yaml:"env" doc:"its environment, beside PATH, HOME, LANG and TZ"`
	Timeout    config.Duration   `yaml:"timeout" doc:"how long it may take" default:"1m"`
	Repeatable bool              `yaml:"repeatable" doc:"it knows a message that it has had by its id, so that one whose end was not seen may be given again"`
}

// Check tells what is wrong with the settings.
func (c Config) Check() []config.Problem {
	var out []config.Problem
	if len(c.Command) > 0 {
		if _, err := exec.LookPath(c.Command[0]); err != nil {
			out = append(out, config.Problem{Key: "command", What: fmt.Sprintf("%q is no program that can be run", c.Command[0]), Do: "write its path, and see that it may be executed"})
		}
	}
	if c.Dir != "" {
		if info, err := os.Stat(c.Dir); err != nil || !info.IsDir() {
			out = append(out, config.Problem{Key: "dir", What: "is no folder", Do: "make it or leave the key out"})
		}
	}
	return out
}

// Account is a program of the operator's.
type Account struct {
	env        network.Env
	command    []string
	dir        string
	vars, hide []string
	timeout    time.Duration
	repeatable bool
}

var _ interface {
	network.Account
	network.Editor
	network.Replier
	network.Deleter
} = (*Account)(nil)

// New checks the settings; it starts nothing.
func New(c Config, env network.Env) (*Account, error) {
	if len(c.Command) == 0 || c.Command[0] == "" {
		return nil, errors.New("command is empty")
	}
	a := &Account{env: env.Ready(), command: c.Command, dir: c.Dir, timeout: c.Timeout.Std(), repeatable: c.Repeatable}
	if a.timeout == 0 {
		a.timeout = defaultTimeout
	}
	for _, name := range []string{"PATH", "HOME", "LANG", "TZ"} {
		if v, ok := os.LookupEnv(name); ok {
			a.vars = append(a.vars, name+"="+v)
		}
	}
	for name, v := range c.Env {
		a.vars = append(a.vars, name+"="+v)
		if len(v) > 3 { // shorter ones are no secrets but words such as "on"
			a.hide = append(a.hide, v)
		}
	}
	slices.Sort(a.vars)
	return a, nil
}

// Manner: the program gets the whole message and the post.
func (a *Account) Manner() network.Manner {
	return network.Manner{Data: true, Repeatable: a.repeatable, Media: 16, Markup: network.Plain, Update: network.VerbPost}
}

// order is what a program reads.
type order struct {
	network.Message
	// Was is where the message went that is to be edited, answered or deleted.
	Was *network.Receipt `json:"was,omitzero"`
}

// Post gives m to the program.
func (a *Account) Post(ctx context.Context, m network.Message) (network.Receipt, error) {
	m.Verb = network.VerbPost
	return a.run(ctx, order{Message: m})
}

// Edit gives m to the program, with the receipt of what it is to change.
func (a *Account) Edit(ctx context.Context, was network.Receipt, m network.Message) (network.Receipt, error) {
	m.Verb = network.VerbEdit
	return a.run(ctx, order{m, &was})
}

// Reply gives m to the program, with the receipt of what it is to answer.
func (a *Account) Reply(ctx context.Context, to network.Receipt, m network.Message) (network.Receipt, error) {
	m.Verb = network.VerbReply
	return a.run(ctx, order{m, &to})
}

// Delete tells the program to take a message back.
func (a *Account) Delete(ctx context.Context, was network.Receipt) error {
	_, err := a.run(ctx, order{network.Message{
		ID: was.ID + ".gone", Account: a.env.Name, Kind: "gone", Verb: network.VerbDelete, Created: a.env.Now().UTC(),
	}, &was})
	return err
}

// run starts the program and waits for its end.
func (a *Account) run(ctx context.Context, o order) (network.Receipt, error) {
	what := "run " + a.command[0]
	input, err := json.Marshal(o)
	if err != nil {
		return network.Receipt{}, network.Permanent(fmt.Errorf("%s: %w", what, err))
	}
	if err := ctx.Err(); err != nil {
		return network.Receipt{}, fmt.Errorf("%s: %w", what, err)
	}
	limited, cancel := context.WithTimeout(ctx, a.timeout)
	defer cancel()
	cmd := exec.CommandContext(limited, a.command[0], a.command[1:]...)
	cmd.Dir, cmd.WaitDelay = a.dir, grace
	cmd.Env = append(slices.Clone(a.vars), "SYNDICATED_ACCOUNT="+a.env.Name, "SYNDICATED_MESSAGE="+o.ID, "SYNDICATED_VERB="+string(o.Verb))
	cmd.Stdin = bytes.NewReader(input)
	stdout, stderr := &bounded{limit: maxOutput}, &bounded{limit: maxOutput}
	cmd.Stdout, cmd.Stderr = stdout, stderr
	alone(cmd)
	if err := cmd.Start(); err != nil {
		err = fmt.Errorf("%s: %w", what, err)
		if limited.Err() != nil {
			return network.Receipt{}, err
		}
		return network.Receipt{}, network.Stopped(err) // nothing will change by itself
	}
	err = cmd.Wait()
	if said := a.said(stderr.String()); err != nil && said != "" {
		err = fmt.Errorf("%w: %s", err, said)
	}
	switch {
	case limited.Err() != nil:
		return network.Receipt{}, network.Unknown(fmt.Errorf("%s: stopped after %s: %w", what, a.timeout, limited.Err()))
	case err != nil && !errors.Is(err, exec.ErrWaitDelay):
		return network.Receipt{}, a.failure(fmt.Errorf("%s: %w", what, err), cmd.ProcessState.ExitCode(), stdout.String())
	}
	return a.receipt(o.ID, stdout.String()), nil
}

// Exit statuses, from sysexits.h where it has a word.
const (
	never   = 65 // EX_DATAERR
	later   = 75 // EX_TEMPFAIL
	refused = 77 // EX_NOPERM
)

func (a *Account) failure(err error, status int, stdout string) error {
	switch status {
	case never:
		return network.Permanent(err)
	case refused:
		return network.Stopped(err)
	case later:
		var wait struct {
			After int `json:"after"` // seconds
		}
		var at time.Time
		if json.Unmarshal([]byte(stdout), &wait) == nil && wait.After > 0 {
			at = a.env.Now().Add(time.Duration(min(wait.After, 86400)) * time.Second)
		}
		return network.After(err, at)
	}
	// It may have sent the message before it failed.
	return network.Unknown(err)
}

// receipt is what the program says, if it says anything that is a receipt.
func (a *Account) receipt(id, stdout string) network.Receipt {
	var said struct {
		ID  string          `json:"id"`
		URL string          `json:"url"`
		Own json.RawMessage `json:"own"`
	}
	r := network.Receipt{ID: id, At: a.env.Now().UTC()}
	if json.Unmarshal([]byte(stdout), &said) != nil {
		return r
	}
	if said.ID != "" {
		r.ID = said.ID
	}
	r.URL, r.Own = said.URL, said.Own
	return r
}

// said is the last line of what a program wrote, without the values that it was
// given in its environment.
func (a *Account) said(stderr string) string {
	lines := strings.Split(strings.TrimSpace(strings.ToValidUTF8(stderr, "?")), "\n")
	last := network.Redact(strings.TrimSpace(lines[len(lines)-1]), a.hide...)
	if len(last) > maxTold {
		last = strings.ToValidUTF8(last[:maxTold], "") + "…"
	}
	return last
}

// bounded keeps the beginning of what is written to it and takes the rest without a word.
type bounded struct {
	bytes.Buffer
	limit int
}

func (b *bounded) Write(p []byte) (int, error) {
	b.Buffer.Write(p[:min(len(p), max(0, b.limit-b.Len()))])
	return len(p), nil
}

// ReadFrom hides that of the buffer, which knows no limit.
func (b *bounded) ReadFrom(r io.Reader) (int64, error) {
	return io.Copy(struct{ io.Writer }{b}, r)
}
