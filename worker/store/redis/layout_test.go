package redis_test

import (
	"bufio"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"syndicated/worker/store"
	"syndicated/worker/store/redis"
)

// load carries out the commands of a file, one in a line, its words quoted as in
// Go; {W} in it is the workspace.
func load(t *testing.T, c goredis.UniversalClient, path, workspace string) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var args []any
		for text := lines.Text(); text != ""; text = strings.TrimPrefix(text, " ") {
			word, err := strconv.QuotedPrefix(text)
			if err != nil {
				t.Fatalf("%v in %s", err, text)
			}
			text = text[len(word):]
			word, _ = strconv.Unquote(word)
			args = append(args, strings.ReplaceAll(word, "{W}", "{"+workspace+"}"))
		}
		if err := c.Do(t.Context(), args...).Err(); err != nil {
			t.Fatal(err)
		}
	}
}

// TestLayout1 opens a workspace as it was left by a program that wrote layout 1,
// in the middle of its work: fedi is leased and was not yet sent anything, sky
// has an attempt whose outcome is not known.
func TestLayout1(t *testing.T) {
	url := anyServer(t)
	o, err := goredis.ParseURL(url)
	if err != nil {
		t.Fatal(err)
	}
	c := goredis.NewClient(o)
	defer c.Close()
	load(t, c, "testdata/layout1.txt", "old")
	s, err := redis.Open(t.Context(), redis.Config{URL: url, Workspace: "old"})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()

	ids := func(f store.Filter) (out []string) {
		all, err := s.Messages(t.Context(), f)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range all {
			if e.Message.Kind == "" {
				t.Errorf("%s has no body", e.Message.ID)
			}
			out = append(out, e.Message.ID)
		}
		return out
	}
	sent, dropped := ids(store.Filter{State: store.IsSent}), ids(store.Filter{State: store.Dropped})
	if want := []string{
		"bus/p1/new", "bus/p2/new", "bus/p2/new@planet", "bus/p2/update:two, corrected", "bus/p3/new", "bus/p3/gone",
		"bus/p4/new", "fedi/p1/new", "bus/p9/new", "bus/p10/new", "bus/p11/new",
	}; !slices.Equal(sent, want) {
		t.Errorf("sent are %q, want %q", sent, want)
	}
	if want := []string{
		"fedi/p2/update:two, corrected", "sky/p2/update:two, corrected", "fedi/p3/new", "sky/p3/new", "fedi/p3/gone", "sky/p3/gone",
	}; !slices.Equal(dropped, want) {
		t.Errorf("dropped are %q, want %q", dropped, want)
	}

	// The work goes on: nothing twice, nothing lost.
	w := newWorld(t.Context(), s)
	w.now = time.Date(2026, 3, 1, 12, 0, 15, 0, time.UTC)
	w.retry = func() bool { return false }
	w.sources = nil
	w.networks["sky"] = []string{"sky/p1/new one"}
	if err := w.settle(); err != nil {
		t.Fatal(err)
	}
	if want := []string{"fedi/p2/new two, corrected", "fedi/p4/new four", "fedi/p9/new nine", "fedi/p10/new ten"}; !slices.Equal(w.networks["fedi"], want) {
		t.Errorf("fedi got %q, want %q", w.networks["fedi"], want)
	}
	if want := []string{
		"sky/p1/new one", "sky/p2/new two, corrected", "sky/p4/new four", "sky/p9/new nine", "sky/p10/new ten", "sky/p11/new eleven",
	}; !slices.Equal(w.networks["sky"], want) {
		t.Errorf("sky got %q, want %q", w.networks["sky"], want)
	}
	if held := ids(store.Filter{State: store.OnHold}); !slices.Equal(held, []string{"fedi/p11/new"}) {
		t.Errorf("held are %q", held)
	}
	if err := s.Trim(t.Context(), w.now.Add(time.Second)); err != nil {
		t.Fatal(err)
	}
	if n, err := c.HLen(t.Context(), "syndicated:{old}:bodies").Result(); err != nil || n != 1 {
		t.Errorf("%d bodies are kept, %v, want that of the one that is held", n, err)
	}
	if n, err := c.Exists(t.Context(), "syndicated:{old}:over", "syndicated:{old}:past").Result(); n != 0 {
		t.Errorf("%d lists of what is over are left, %v", n, err)
	}
}
