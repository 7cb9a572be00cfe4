// Command syndicated reads posts where they are written, keeps feeds of them,
// and tells followers what is new and what has really changed.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	_ "time/tzdata" // zones of the settings, where the system has none
)

// Exit statuses.
const (
	exitOK     = 0
	exitFailed = 1 // something failed
	exitUsage  = 2 // wrong use, or a wrong file
)

// command is one word of the command line.
type command struct {
	name  string
	args  string // after the flags, for the usage line
	short string
	run   func(ctx context.Context, e env, args []string) int
}

// commands in the order of the help.
func commands() []command {
	return []command{
		{"demo", "", "the whole path against a site and two social servers inside the process", runDemo},
		{"run", "[URL|FOLDER…]", "the daemon", runRun},
		{"once", "", "read every source now, send everything that may be sent now, then exit", runOnce},
		{"check", "", "check the settings and the accounts; connects, posts nothing", runCheck},
		{"init", "URL|FOLDER…", "find the feeds there and write a first settings file", runInit},
		{"read", "URL|FILE…", "print what a source gives, as JSON Feed", runRead},
		{"preview", "", "what would be shared, per account; nothing is sent", runPreview},
		{"why", "POST|URL", "the story of a post: seen, judged, queued, sent, with reasons", runWhy},
		{"queue", "list|show|retry|drop|hold|release|resume …", "messages that wait, are held or were given up", runQueue},
		{"authorize", "ACCOUNT", "let the owner of an X account agree in a browser, once", runAuthorize},
		{"judge", "FILE.jsonl", "score the update detector on labelled pairs", runJudge},
		{"store", "export|import|check FILE", "move or back up what is remembered", runStore},
		{"schema", "", "print the JSON Schema of the settings file", runSchema},
		{"health", "[URL]", "ask a running daemon whether it is well", runHealth},
		{"version", "", "print the version", runVersion},
	}
}

// env is what a command has of the world outside.
type env struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	getenv         func(string) (string, bool)
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	// A second signal ends the process at once.
	context.AfterFunc(ctx, stop)
	os.Exit(dispatch(ctx, env{os.Stdin, os.Stdout, os.Stderr, os.LookupEnv}, os.Args[1:]))
}

func dispatch(ctx context.Context, e env, args []string) int {
	if len(args) == 0 {
		usage(e.stderr)
		return exitUsage
	}
	switch args[0] {
	case "help", "-h", "-help", "--help":
		usage(e.stdout)
		return exitOK
	case "-version", "--version":
		args = []string{"version"}
	}
	for _, c := range commands() {
		if c.name == args[0] {
			return c.run(ctx, e, args[1:])
		}
	}
	fmt.Fprintf(e.stderr, "syndicated: there is no command %q; `syndicated help` lists them\n", args[0])
	return exitUsage
}

func usage(w io.Writer) {
	fmt.Fprint(w, "syndicated reads posts where they are written, keeps feeds of them, and tells followers what is new\nand what has really changed.\n\nUsage: syndicated COMMAND [flags] [arguments]\n\n")
	for _, c := range commands() {
		fmt.Fprintf(w, "  %-9s %s\n", c.name, c.short)
	}
	fmt.Fprint(w, "\n`syndicated COMMAND -h` tells more. Exit status: 0 well, 1 something failed, 2 wrong use or wrong file.\n")
}

// flags makes the flag set of a command.
func flags(e env, name string) *flag.FlagSet {
	f := flag.NewFlagSet("syndicated "+name, flag.ContinueOnError)
	f.SetOutput(e.stderr)
	f.Usage = func() {
		for _, c := range commands() {
			if c.name == name {
				fmt.Fprintf(e.stderr, "Usage: syndicated %s [flags] %s\n%s\n", c.name, c.args, strings.ToUpper(c.short[:1])+c.short[1:]+".")
			}
		}
		f.PrintDefaults()
	}
	return f
}

// parse reads flags wherever they stand among the arguments. When ok is false,
// status is the exit status.
func parse(f *flag.FlagSet, args []string) (rest []string, status int, ok bool) {
	for {
		switch err := f.Parse(args); {
		case errors.Is(err, flag.ErrHelp):
			return nil, exitOK, false
		case err != nil:
			return nil, exitUsage, false
		}
		if f.NArg() == 0 {
			return rest, exitOK, true
		}
		// "-" alone and what follows "--" are arguments.
		if n := len(args) - f.NArg(); n > 0 && args[n-1] == "--" {
			return append(rest, f.Args()...), exitOK, true
		}
		rest, args = append(rest, f.Arg(0)), f.Args()[1:]
	}
}

// fail prints err as the command's last word.
func fail(e env, err error) int {
	fmt.Fprintf(e.stderr, "syndicated: %v\n", err)
	return exitFailed
}

func wrongUse(e env, format string, args ...any) int {
	fmt.Fprintf(e.stderr, "syndicated: "+format+"\n", args...)
	return exitUsage
}
