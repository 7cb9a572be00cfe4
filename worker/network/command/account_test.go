package command_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"syndicated/config"
	"syndicated/worker/network"
	"syndicated/worker/network/command"
	"syndicated/worker/network/networktest"
)

// TestMain is the program too: it does what its environment says.
func TestMain(m *testing.M) {
	if do := os.Getenv("DO"); do != "" {
		os.Exit(program(do))
	}
	os.Exit(m.Run())
}

func program(do string) int {
	input, err := io.ReadAll(os.Stdin)
	if err != nil {
		return 1
	}
	switch do {
	case "hang":
		fmt.Fprintln(os.Stderr, "waiting")
		select {}
	case "echo":
		fmt.Printf(`{"id":"n1","url":"https://wall.example/n1","own":%s}`, input)
	case "env":
		env := os.Environ()
		slices.Sort(env)
		own, _ := json.Marshal(env)
		fmt.Printf(`{"own":%s}`, own)
	case "noise":
		fmt.Print(strings.Repeat("no receipt ", 100_000))
	case "later":
		fmt.Print(`{"after":42}`)
		return 75
	case "crash":
		panic("broken with key-9f8e7d")
	default:
		var status int
		fmt.Sscan(do, &status)
		fmt.Fprintf(os.Stderr, "first line\nstatus %d, key-9f8e7d\n", status)
		return status
	}
	return 0
}

func open(t *testing.T, do string, c command.Config) *command.Account {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c.Command, c.Env = []string{self, "-x"}, map[string]string{"DO": do, "KEY": "key-9f8e7d"}
	a, err := command.New(c, network.Env{Name: "wall", Now: networktest.Clock})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestEnds(t *testing.T) {
	for _, c := range []struct {
		do    string
		class network.Class
		at    time.Time
	}{
		{"65", network.ClassPermanent, time.Time{}},
		{"75", network.ClassRetry, time.Time{}},
		{"later", network.ClassRetry, networktest.Noon.Add(42 * time.Second)},
		{"77", network.ClassStopped, time.Time{}},
		{"1", network.ClassUnknown, time.Time{}},
		{"crash", network.ClassUnknown, time.Time{}},
	} {
		t.Run(c.do, func(t *testing.T) {
			_, err := open(t, c.do, command.Config{}).Post(t.Context(), network.Message{ID: "m1"})
			class, at := network.ClassOf(err)
			if err == nil || class != c.class || !at.Equal(c.at) {
				t.Errorf("got %v of class %s at %v, want %s at %v", err, class, at, c.class, c.at)
			}
			if err != nil && strings.Contains(err.Error(), "key-9f8e7d") {
				t.Errorf("a secret in %v", err)
			}
		})
	}
}

func TestReceipt(t *testing.T) {
	a := open(t, "echo", command.Config{})
	was, err := a.Post(t.Context(), network.Message{ID: "m1", Text: "Words <b> & more", Link: "https://example.org/"})
	if err != nil {
		t.Fatal(err)
	}
	if was.ID != "n1" || was.URL != "https://wall.example/n1" || !was.At.Equal(networktest.Noon) {
		t.Errorf("receipt %+v", was)
	}
	edited, err := a.Edit(t.Context(), was, network.Message{ID: "m2", Text: "Other words"})
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		network.Message
		Was network.Receipt
	}
	if err := json.Unmarshal(edited.Own, &got); err != nil {
		t.Fatal(err)
	}
	if got.ID != "m2" || got.Verb != network.VerbEdit || got.Text != "Other words" || got.Was.ID != "n1" {
		t.Errorf("the program read %+v", got)
	}
	if err := a.Delete(t.Context(), was); err != nil {
		t.Error(err)
	}
	plain, err := open(t, "noise", command.Config{}).Post(t.Context(), network.Message{ID: "m1"})
	if err != nil || plain.ID != "m1" || plain.URL != "" {
		t.Errorf("a program that says no receipt: %+v, %v", plain, err)
	}
}

func TestEnvironment(t *testing.T) {
	t.Setenv("DAEMON_SECRET", "x")
	r, err := open(t, "env", command.Config{}).Post(t.Context(), network.Message{ID: "m1"})
	if err != nil {
		t.Fatal(err)
	}
	var env, names []string
	if err := json.Unmarshal(r.Own, &env); err != nil {
		t.Fatal(err)
	}
	for _, v := range env {
		name, _, _ := strings.Cut(v, "=")
		if !slices.Contains([]string{"PATH", "HOME", "LANG", "TZ", "PWD"}, name) {
			names = append(names, name)
		}
	}
	if got, want := strings.Join(names, " "), "DO KEY SYNDICATED_ACCOUNT SYNDICATED_MESSAGE SYNDICATED_VERB"; got != want {
		t.Errorf("environment %s, want %s", got, want)
	}
}

func TestTimeLimit(t *testing.T) {
	began := time.Now()
	_, err := open(t, "hang", command.Config{Timeout: config.Duration(200 * time.Millisecond)}).Post(t.Context(), network.Message{ID: "m1"})
	if class, _ := network.ClassOf(err); class != network.ClassUnknown {
		t.Errorf("got %v of class %s, want unknown", err, class)
	}
	if d := time.Since(began); d > 4*time.Second {
		t.Errorf("it took %s to end", d)
	}
}

func TestNotStarted(t *testing.T) {
	over, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := open(t, "echo", command.Config{}).Post(over, network.Message{ID: "m1"})
	if class, _ := network.ClassOf(err); err == nil || class != network.ClassRetry {
		t.Errorf("cancelled: got %v of class %s, want retry", err, class)
	}
	a, err := command.New(command.Config{Command: []string{"/nonexistent/program"}}, network.Env{})
	if err != nil {
		t.Fatal(err)
	}
	_, err = a.Post(t.Context(), network.Message{ID: "m1"})
	if class, _ := network.ClassOf(err); class != network.ClassStopped {
		t.Errorf("no program: got %v of class %s, want stopped", err, class)
	}
}

func TestCheck(t *testing.T) {
	for _, c := range []struct {
		config command.Config
		want   string
	}{
		{command.Config{Command: []string{"true"}}, ""},
		{command.Config{Command: []string{"/nonexistent/program"}}, "command"},
		{command.Config{Command: []string{"true"}, Dir: "/nonexistent"}, "dir"},
	} {
		var got []string
		for _, p := range c.config.Check() {
			got = append(got, p.Key)
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%+v: problems with %q, want %q", c.config, got, c.want)
		}
	}
}
