package terminal_test

import (
	"errors"
	"strings"
	"testing"

	"syndicated/worker/network"
	"syndicated/worker/network/networktest"
	"syndicated/worker/network/terminal"
)

func open(t *testing.T, w interface{ Write([]byte) (int, error) }) *terminal.Account {
	t.Helper()
	a, err := terminal.New(terminal.Config{Output: w}, network.Env{Name: "term", Now: networktest.Clock})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestPrint(t *testing.T) {
	var b strings.Builder
	a := open(t, &b)
	m := network.Message{
		ID: "m1", Text: "Title\x1b[31m\n\nhttps://example.org\r\n", Warning: "spoilers",
		Media: []network.Media{{URL: "https://example.org/a.png", Alt: "A \u0007cat"}},
	}
	was, err := a.Post(t.Context(), m)
	if err != nil {
		t.Fatal(err)
	}
	if was.ID != "m1" || !was.At.Equal(networktest.Noon) {
		t.Errorf("receipt %+v", was)
	}
	if _, err := a.Edit(t.Context(), was, network.Message{ID: "m2", Text: "Other"}); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Reply(t.Context(), was, network.Message{ID: "m3", Text: "Answer"}); err != nil {
		t.Fatal(err)
	}
	if err := a.Delete(t.Context(), was); err != nil {
		t.Fatal(err)
	}
	want := `term posts
  [spoilers]
  Title[31m
  
  https://example.org
  (image https://example.org/a.png: A cat)
term edits m1
  Other
term answers m1
  Answer
term deletes m1
`
	if got := b.String(); got != want {
		t.Errorf("got\n%q\nwant\n%q", got, want)
	}
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space left") }

func TestPrintFails(t *testing.T) {
	_, err := open(t, full{}).Post(t.Context(), network.Message{ID: "m1", Text: "x"})
	if class, _ := network.ClassOf(err); err == nil || class != network.ClassRetry {
		t.Errorf("got %v, want an error of class retry", err)
	}
}
