package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"syndicated/config"
	"syndicated/worker"
	"syndicated/worker/store"
)

func runStore(ctx context.Context, e env, args []string) int {
	f := flags(e, "store")
	c := commonFlags(f)
	restored := f.Bool("restored", false, "import: what was told after the export is forgotten; tell nothing twice because of that")
	rest, status, ok := parse(f, args)
	if !ok {
		return status
	}
	if len(rest) < 1 || len(rest) > 2 {
		return wrongUse(e, "store export FILE, store import FILE (- for standard output and input), or store check")
	}
	if *restored && rest[0] != "import" {
		return wrongUse(e, "-restored belongs to store import")
	}
	s, ok := load(e, c.file)
	if !ok {
		return exitUsage
	}
	st, err := openStore(ctx, string(s.Store), logger(e, c.logFormat, config.Log{Level: "warn"}))
	if err != nil {
		return fail(e, err)
	}
	defer func() {
		if err := st.Close(); err != nil {
			status = fail(e, err)
		}
	}()
	switch {
	case rest[0] == "check" && len(rest) == 1:
		warnings, err := st.Check(ctx)
		for _, w := range warnings {
			fmt.Fprintln(e.stdout, "warning:", w)
		}
		if err != nil {
			return fail(e, err)
		}
		fmt.Fprintln(e.stdout, "well")
	case rest[0] == "export" && len(rest) == 2:
		if err := writeWhole(e, rest[1], func(w *bufio.Writer) error { return st.Export(ctx, w) }); err != nil {
			return fail(e, err)
		}
	case rest[0] == "import" && len(rest) == 2:
		in := e.stdin
		if rest[1] != "-" {
			file, err := os.Open(rest[1])
			if err != nil {
				return fail(e, err)
			}
			defer file.Close()
			in = file
		}
		now, err := st.Now(ctx)
		if err != nil {
			return fail(e, err)
		}
		dump := bufio.NewReaderSize(in, 1<<20)
		if *restored {
			older := store.Restored(dump, now, worker.Restored(now))
			defer older.Close()
			err = st.Import(ctx, older)
		} else {
			if age := now.Sub(written(dump)); age > time.Hour {
				fmt.Fprintf(e.stderr, "syndicated: this export is %s old; if work went on after it, begin again with an empty store and import it with -restored\n", age.Round(time.Minute))
			}
			err = st.Import(ctx, dump)
		}
		if err != nil {
			return fail(e, err)
		}
	default:
		return wrongUse(e, "store %s is not understood: store export FILE, store import FILE, or store check", rest[0])
	}
	return status
}

// written is when an export was written, by its first line; if that is none,
// Import says so.
func written(dump *bufio.Reader) time.Time {
	head, _ := dump.Peek(256) // a first line is shorter
	line, _, _ := bytes.Cut(head, []byte("\n"))
	var l store.Line
	if json.Unmarshal(line, &l) != nil || l.Begin == nil {
		return time.Now()
	}
	return l.Begin.At
}

// writeWhole writes a file that is there whole or not at all; - is standard output.
func writeWhole(e env, name string, write func(*bufio.Writer) error) (err error) {
	if name == "-" {
		b := bufio.NewWriter(e.stdout)
		return errors.Join(write(b), b.Flush())
	}
	f, err := os.CreateTemp(filepath.Dir(name), filepath.Base(name)+".*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(f.Name())
		}
	}()
	b := bufio.NewWriter(f)
	if err := errors.Join(write(b), b.Flush(), f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), name)
}
