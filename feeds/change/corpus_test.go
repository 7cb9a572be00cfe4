package change_test

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"syndicated/feeds"
	"syndicated/feeds/change"
)

// corpus is the labelled edits, which are no part of the project.
func corpus(t testing.TB) []change.Pair {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		if dir == filepath.Dir(dir) {
			t.Fatal("no go.mod above the test")
		}
		dir = filepath.Dir(dir)
	}
	f, err := os.Open(filepath.Join(dir, "../shared/corpus/edits/open.jsonl"))
	if err != nil {
		t.Skipf("without the corpus of edits: %v", err)
	}
	defer f.Close()
	var pairs []change.Pair
	s := bufio.NewScanner(f)
	s.Buffer(nil, 64<<20)
	for s.Scan() {
		var p change.Pair
		if err := json.Unmarshal(s.Bytes(), &p); err != nil {
			t.Fatal(err)
		}
		pairs = append(pairs, p)
	}
	if err := s.Err(); err != nil {
		t.Fatal(err)
	}
	return pairs
}

// The synthetic pairs imitate what themes and platforms do, and the plainest of
// updates: all of them must come out right.
func TestSyntheticPairs(t *testing.T) {
	for _, p := range corpus(t) {
		if p.Class != "synthetic" {
			continue
		}
		j := change.Judge(p, "")
		want := map[string][]change.Kind{"notify": {change.Update}, "silent": {change.Edit, change.Same}, "rerun": {change.Rerun}}[p.Label]
		if ok := len(want) > 0 && (j.Verdict == want[0] || j.Verdict == want[len(want)-1]); !ok {
			t.Errorf("%s (%s): got %s %.2f, want %s: %s", p.ID, p.Lang, j.Verdict, j.Score, p.Label, j.Reason)
		}
	}
}

// The note of an update note holds nothing of the old text.
func TestNotesOfUpdateNotes(t *testing.T) {
	n, none := 0, 0
	for _, p := range corpus(t) {
		if p.Class != "update-note" || p.Label != "notify" {
			continue
		}
		n++
		j := change.Judge(p, "")
		if j.Verdict != change.Update {
			none++
			continue
		}
		if strings.Contains(j.Note, "<") && !strings.Contains(feeds.Text(p.New.HTML), "<") {
			t.Errorf("%s: markup in the note: %q", p.ID, j.Note)
		}
		if len([]rune(j.Note)) > 420 {
			t.Errorf("%s: note of %d characters", p.ID, len([]rune(j.Note)))
		}
		old, now := words(p.Old.Title+" "+feeds.Text(p.Old.HTML)), words(p.New.Title+" "+feeds.Text(p.New.HTML))
		for line := range strings.Lines(j.Note) {
			note := words(strings.TrimSuffix(line, "…"))
			if !strings.Contains(now, note) {
				t.Errorf("%s: the note is not in the post: %q", p.ID, line)
			}
			if len(note) > 20 && strings.Contains(old, note) {
				t.Errorf("%s: the note is old: %q", p.ID, line)
			}
		}
		t.Logf("%s %q", p.ID, j.Note)
	}
	t.Logf("%d update notes, %d not told", n, none)
	if none*10 > n {
		t.Errorf("%d of %d update notes are not told", none, n)
	}
}

// words are a text without its white space and typography.
func words(s string) string {
	return strings.Join(strings.Fields(strings.NewReplacer("’", "'", "‘", "'", "“", `"`, "”", `"`, "\u00a0", " ", "•", " ", "|", " ", "\u00ad", "", "\ufe0f", "", "\u200b", "").Replace(s)), "")
}
