package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"

	"syndicated/feeds/change"
)

// pairMost bounds one line of a file of pairs.
const pairMost = 64 << 20

func runJudge(_ context.Context, e env, args []string) int {
	f := flags(e, "judge")
	sensitivity := f.String("sensitivity", "normal", "low, normal or high")
	rest, status, ok := parse(f, args)
	if !ok {
		return status
	}
	switch *sensitivity {
	case "low", "normal", "high":
	default:
		return wrongUse(e, "-sensitivity is %q; it is low, normal or high", *sensitivity)
	}
	if len(rest) != 1 {
		return wrongUse(e, "judge takes one file of pairs, or - for standard input")
	}
	in := e.stdin
	if rest[0] != "-" {
		file, err := os.Open(rest[0])
		if err != nil {
			return fail(e, err)
		}
		defer file.Close()
		in = file
	}
	out := bufio.NewWriter(e.stdout)
	scores, err := judge(out, in, rest[0], *sensitivity)
	if flushed := out.Flush(); err == nil {
		err = flushed
	}
	if err != nil {
		return fail(e, err)
	}
	if scores.Labelled() {
		if err := scores.Write(e.stderr); err != nil {
			return fail(e, err)
		}
	}
	return exitOK
}

// judge prints a line for each pair of in.
func judge(out io.Writer, in io.Reader, name, sensitivity string) (*change.Scores, error) {
	var scores change.Scores
	lines := bufio.NewScanner(in)
	lines.Buffer(make([]byte, 1<<20), pairMost)
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	for n := 1; lines.Scan(); n++ {
		if len(lines.Bytes()) == 0 {
			continue
		}
		var p change.Pair
		if err := json.Unmarshal(lines.Bytes(), &p); err != nil {
			return nil, fmt.Errorf("%s:%d: not a pair: %w", name, n, err)
		}
		j := change.Judge(p, sensitivity)
		scores.Add(p, j)
		if err := enc.Encode(j); err != nil {
			return nil, err
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return &scores, nil
}
