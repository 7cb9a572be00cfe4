package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"syndicated/feeds/change"
	"syndicated/worker/store"
)

func runWhy(ctx context.Context, e env, args []string) int {
	f := flags(e, "why")
	c := commonFlags(f)
	src := f.String("source", "", "look only at this `source`")
	diff := f.Bool("diff", false, "show what changed")
	asJSON := f.Bool("json", false, "print the decisions as JSON, one a line")
	rest, status, ok := parse(f, args)
	if !ok {
		return status
	}
	if len(rest) != 1 {
		return wrongUse(e, "why takes one post: its address, its id or its key")
	}
	s, ok := load(e, c.file)
	if !ok {
		return exitUsage
	}
	d, err := openDesk(ctx, e, c, s)
	if err != nil {
		return fail(e, err)
	}
	defer func() { _ = d.Close() }()
	var story []store.Decision
	for _, name := range spellings(rest[0]) {
		if story, err = d.Story(ctx, *src, name); err != nil {
			return fail(e, err)
		}
		if len(story) > 0 {
			break
		}
	}
	if len(story) == 0 {
		return fail(e, fmt.Errorf("nothing is known of %s: no source has held it, or its story is older than what is kept", shown(rest[0])))
	}
	if *asJSON {
		enc := json.NewEncoder(e.stdout)
		enc.SetEscapeHTML(false)
		for _, x := range story {
			if err := enc.Encode(x); err != nil {
				return fail(e, err)
			}
		}
		return exitOK
	}
	tellStory(e.stdout, story, *diff, isTerminal(e.stdout))
	return exitOK
}

// spellings are the ways in which a post's address may have been written down.
func spellings(which string) []string {
	out := []string{which}
	if !isAddress(which) {
		return out
	}
	bare, _, _ := strings.Cut(which, "#")
	other := strings.Replace(bare, "https://", "http://", 1)
	if other == bare {
		other = strings.Replace(bare, "http://", "https://", 1)
	}
	for _, a := range []string{bare, other} {
		a = strings.TrimSuffix(a, "/")
		out = append(out, a, a+"/")
	}
	return out
}

func tellStory(w io.Writer, story []store.Decision, diff, colour bool) {
	about := ""
	for _, d := range story {
		if head := d.Source + "\x00" + d.Post; head != about {
			if about != "" {
				fmt.Fprintln(w)
			}
			about = head
			fmt.Fprintf(w, "%s\n", or(d.Title, d.Link, d.Post))
			if d.Link != "" && d.Title != "" {
				fmt.Fprintf(w, "%s\n", d.Link)
			}
			fmt.Fprintf(w, "source %s, post %s\n\n", d.Source, d.Post)
		}
		who := ""
		if d.Account != "" {
			who = d.Account + ": "
		}
		fmt.Fprintf(w, "%s  %-8s %s%s\n", d.At.UTC().Format(time.DateTime), d.What, who, d.Reason)
		const indent = "                               "
		if d.Note != "" {
			fmt.Fprintf(w, "%s“%s”\n", indent, d.Note)
		}
		if d.URL != "" {
			fmt.Fprintf(w, "%s%s\n", indent, d.URL)
		}
		if diff && len(d.Diff) > 0 {
			showDiff(w, d.Diff, indent, colour)
		}
	}
}

// showDiff prints what went and what came, in red and green on a terminal.
func showDiff(w io.Writer, raw []byte, indent string, colour bool) {
	var hunks []change.Hunk
	if err := json.Unmarshal(raw, &hunks); err != nil {
		return // of an older form: the reason still stands above
	}
	line := func(sign, code, text string) {
		for l := range strings.Lines(text) {
			l = strings.TrimRight(l, "\n")
			if colour {
				fmt.Fprintf(w, "%s\x1b[%sm%s %s\x1b[0m\n", indent, code, sign, l)
			} else {
				fmt.Fprintf(w, "%s%s %s\n", indent, sign, l)
			}
		}
	}
	for _, h := range hunks {
		line("-", "31", h.Old)
		line("+", "32", h.New)
	}
}

func or(words ...string) string {
	for _, w := range words {
		if w != "" {
			return w
		}
	}
	return ""
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok || os.Getenv("NO_COLOR") != "" {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
