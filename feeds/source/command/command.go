// Package command reads posts from what a program prints: a feed, JSON Feed at
// best. It runs programs of the operator's, never through a shell.
package command

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/cespare/xxhash/v2"

	"syndicated/config"
	"syndicated/feeds/source"
	"syndicated/feeds/source/remote"
)

// Config is what the settings say of a program.
type Config struct {
	Command Words  `yaml:"command" required:"true" doc:"program and its arguments, as a list or as words; there is no shell"`
	Dir     string `yaml:"dir" format:"path" doc:"folder that it runs in, ours when left out"`
	URL     string `yaml:"url" format:"url" doc:"base of relative links in what it prints"`
}

// Check tells what is wrong with the settings.
func (c Config) Check() []config.Problem {
	if len(c.Command) == 0 || c.Command[0] == "" {
		return []config.Problem{{Key: "command", What: "names no program", Do: "write it as [program, argument]"}}
	}
	return nil
}

// Words are a program and its arguments. As text they are split at white
// space, which ' and " hold together.
type Words []string

// UnmarshalText splits text into words.
func (w *Words) UnmarshalText(text []byte) error {
	var (
		words  []string
		word   strings.Builder
		inside bool
		quote  rune
	)
	for _, r := range string(text) {
		switch {
		case quote != 0 && r == quote:
			quote = 0
		case quote == 0 && (r == '\'' || r == '"'):
			quote, inside = r, true
		case quote == 0 && (r == ' ' || r == '\t' || r == '\n' || r == '\r'):
			if inside {
				words = append(words, word.String())
			}
			word.Reset()
			inside = false
		default:
			word.WriteRune(r)
			inside = true
		}
	}
	if quote != 0 {
		return errors.New("a quotation mark has no end")
	}
	if inside {
		words = append(words, word.String())
	}
	*w = words
	return nil
}

// Source is one program.
type Source struct {
	c Config
	o source.Options
}

var _ source.Source = (*Source)(nil)

// Limits of a run; the time is the source's timeout.
const (
	maxOutput      = 10 << 20
	maxError       = 4 << 10 // kept of what it says on stderr
	shownError     = 300     // of that in an error, in bytes
	defaultTimeout = 30 * time.Second
)

// New checks the settings; it runs nothing.
func New(c Config, o source.Options) (*Source, error) {
	if p := c.Check(); len(p) > 0 {
		return nil, fmt.Errorf("%s %s", p[0].Key, p[0].What)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Request.Timeout <= 0 {
		o.Request.Timeout = defaultTimeout
	}
	return &Source{c, o}, nil
}

// state is the hash of the last output.
type state struct {
	Hash uint64 `json:"hash"`
}

// Read runs the program and parses what it prints if that is not as it was. A
// program that prints nothing and ends well has nothing new.
func (s *Source) Read(ctx context.Context, prev []byte) (source.Reading, error) {
	name := filepath.Base(s.c.Command[0])
	out, err := s.run(ctx)
	if err != nil {
		return source.Reading{}, fmt.Errorf("run %s: %w", name, err)
	}
	if len(bytes.TrimSpace(out)) == 0 {
		return source.Reading{Unchanged: true, State: prev}, nil
	}
	var was state
	if len(prev) > 0 {
		if err := json.Unmarshal(prev, &was); err != nil {
			was = state{} // of another kind of source, or damaged: begin anew
		}
	}
	is := state{xxhash.Sum64(out)}
	if is == was {
		return source.Reading{Unchanged: true, State: prev}, nil
	}
	feed, notes, err := remote.Parse(remote.Document{
		URL: s.c.URL, Body: out, Timezone: s.o.Timezone, Language: s.o.Language, Now: s.o.Now(),
	})
	if err != nil {
		return source.Reading{}, fmt.Errorf("read what %s printed: %w", name, err)
	}
	r := source.Reading{Feed: feed, Notes: notes}
	r.State, err = json.Marshal(is)
	return r, err
}

// run gives what the program prints. Its error does not repeat the arguments,
// which may hold a secret; what it says on stderr is the operator's to see.
func (s *Source) run(ctx context.Context) ([]byte, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, s.o.Request.Timeout, errSlow)
	defer cancel()
	cmd := exec.CommandContext(ctx, s.c.Command[0], s.c.Command[1:]...)
	cmd.Dir = s.c.Dir
	// Its children may hold the pipes open.
	cmd.WaitDelay = time.Second
	alone(cmd)
	out, said := &bounded{limit: maxOutput, full: cancel}, &tail{}
	cmd.Stdout, cmd.Stderr = out, said
	err := cmd.Run()
	switch {
	case out.over:
		return nil, fmt.Errorf("it printed more than %d MiB", maxOutput>>20)
	case errors.Is(context.Cause(ctx), errSlow):
		return nil, fmt.Errorf("%w within %v%s", errSlow, s.o.Request.Timeout, said)
	case ctx.Err() != nil:
		return nil, context.Cause(ctx)
	case err != nil:
		if e, ok := errors.AsType[*exec.Error](err); ok {
			err = e.Err
		}
		return nil, fmt.Errorf("%w%s", err, said)
	}
	return out.b.Bytes(), nil
}

var errSlow = errors.New("it did not end")

// bounded keeps output up to a limit, past which it has the program ended.
type bounded struct {
	b     bytes.Buffer
	limit int
	over  bool
	full  func()
}

func (w *bounded) Write(p []byte) (int, error) {
	if w.b.Len()+len(p) > w.limit {
		w.over = true
		w.full()
		return 0, errors.New("too much output")
	}
	return w.b.Write(p)
}

// tail keeps the end of what was written: that is where a program says why it
// ended.
type tail struct{ b []byte }

func (t *tail) Write(p []byte) (int, error) {
	t.b = append(t.b, p...)
	if len(t.b) > maxError {
		t.b = append(t.b[:0], t.b[len(t.b)-maxError:]...)
	}
	return len(p), nil
}

func (t *tail) String() string {
	s := strings.Join(strings.Fields(strings.ToValidUTF8(string(t.b), "\uFFFD")), " ")
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f { // no escape sequences into a terminal
			return -1
		}
		return r
	}, s)
	if s == "" {
		return ""
	}
	if len(s) > shownError {
		s = "…" + strings.ToValidUTF8(s[len(s)-shownError:], "")
	}
	return ": " + s
}
