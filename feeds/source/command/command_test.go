package command_test

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"syndicated/feeds/source"
	"syndicated/feeds/source/command"
	"syndicated/feeds/source/fetch"
)

const feed = `{"version":"https://jsonfeed.org/version/1.1","title":"T","items":[{"id":"1","url":"https://example.org/1","title":"One","content_html":"<p>x</p>"}]}`

// TestMain plays the program: the test's own binary, told by its first argument.
func TestMain(m *testing.M) {
	if len(os.Args) < 2 || !strings.HasPrefix(os.Args[1], "play-") {
		// Under the race detector a program that ends waits for a second first.
		os.Setenv("GORACE", "atexit_sleep_ms=0")
		os.Exit(m.Run())
	}
	switch os.Args[1] {
	case "play-feed":
		fmt.Print(feed)
	case "play-nothing":
	case "play-file":
		text, err := os.ReadFile(os.Args[2])
		if err != nil {
			os.Exit(1)
		}
		os.Stdout.Write(text)
	case "play-arguments":
		fmt.Print(strings.Replace(feed, "One", strings.Join(os.Args[2:], "|"), 1))
	case "play-fail":
		fmt.Fprintln(os.Stderr, "cannot\x1b[31m log in")
		os.Exit(3)
	case "play-page":
		fmt.Print("<html>")
	case "play-flood":
		for {
			if _, err := os.Stdout.WriteString(strings.Repeat("x", 1<<16)); err != nil {
				os.Exit(1)
			}
		}
	case "play-hang":
		c := make(chan os.Signal, 1)
		signal.Notify(c, os.Interrupt)
		<-c
	}
	os.Exit(0)
}

func read(t *testing.T, o source.Options, words ...string) (source.Reading, error) {
	t.Helper()
	s, err := command.New(command.Config{Command: append([]string{os.Args[0]}, words...)}, o)
	if err != nil {
		t.Fatal(err)
	}
	return s.Read(t.Context(), nil)
}

func TestRead(t *testing.T) {
	r, err := read(t, source.Options{}, "play-arguments", "$HOME; ls", "b c")
	if err != nil || len(r.Feed.Posts) != 1 || r.Feed.Posts[0].Title != "$HOME; ls|b c" || r.Feed.Posts[0].ID != "1" {
		t.Fatalf("got %+v, %v", r, err)
	}
	s, err := command.New(command.Config{Command: []string{os.Args[0], "play-feed"}}, source.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if r, err = s.Read(t.Context(), nil); err != nil || r.Unchanged {
		t.Fatalf("first: %+v, %v", r, err)
	}
	if r, err = s.Read(t.Context(), r.State); err != nil || !r.Unchanged || r.State == nil {
		t.Errorf("second: %+v, %v", r, err)
	}
	if r, err = read(t, source.Options{}, "play-nothing"); err != nil || !r.Unchanged {
		t.Errorf("nothing printed: %+v, %v", r, err)
	}
}

func TestErrors(t *testing.T) {
	slow := source.Options{Request: fetch.Options{Timeout: 50 * time.Millisecond}}
	tests := []struct {
		play string
		o    source.Options
		want string
	}{
		{"play-fail", source.Options{}, "exit status 3: cannot[31m log in"},
		{"play-flood", source.Options{}, "it printed more than 10 MiB"},
		{"play-hang", slow, "it did not end within 50ms"},
	}
	for _, test := range tests {
		t.Run(test.play, func(t *testing.T) {
			_, err := read(t, test.o, test.play)
			if err == nil || !strings.HasSuffix(err.Error(), ": "+test.want) {
				t.Errorf("got %v, want %s", err, test.want)
			}
		})
	}
	if _, err := read(t, source.Options{}, "play-page"); err == nil || !strings.HasPrefix(err.Error(), "read what ") {
		t.Errorf("no feed: got %v", err)
	}
	s, err := command.New(command.Config{Command: []string{"/nowhere/program", "s3cret"}}, source.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err = s.Read(t.Context(), nil); err == nil || strings.Contains(err.Error(), "s3cret") {
		t.Errorf("no program: got %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err = s.Read(ctx, nil); err == nil {
		t.Error("no error after it was cancelled")
	}
}

func TestWords(t *testing.T) {
	tests := []struct {
		text string
		want []string
	}{
		{"prog  a\tb", []string{"prog", "a", "b"}},
		{`prog "a b" 'c "d"' ""`, []string{"prog", "a b", `c "d"`, ""}},
		{`"/opt/my prog" x`, []string{"/opt/my prog", "x"}},
		{`prog "a`, nil},
		{"", nil},
	}
	for _, test := range tests {
		t.Run(test.text, func(t *testing.T) {
			var w command.Words
			err := w.UnmarshalText([]byte(test.text))
			if d := cmp.Diff(test.want, []string(w)); d != "" || (err != nil) != (strings.Count(test.text, `"`) == 1) {
				t.Errorf("words (-want +got):\n%s%v", d, err)
			}
		})
	}
}
