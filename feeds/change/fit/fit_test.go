package main

import (
	"os"
	"path/filepath"
	"testing"
)

// What issue 4 asks of blogs that the model was not fitted to.
func TestOtherBlogs(t *testing.T) {
	f, err := os.Open(filepath.Join("..", "..", "..", "..", "shared", "corpus", "edits", "open.jsonl"))
	if err != nil {
		t.Skipf("without the corpus of edits: %v", err)
	}
	defer f.Close()
	rows, err := read(f)
	if err != nil {
		t.Fatal(err)
	}
	scores := crossValidate(rows)
	q := measure(rows, scores, threshold, ofReal)
	natural, _ := precisionAt(rows, scores, 0.75, ofNature)
	t.Logf("precision %.3f, recall %.3f, F1 %.3f; natural mix: precision %.3f at recall 0.75", q.precision, q.recall, q.f1(), natural)
	if q.f1() < 0.88 || q.precision < 0.88 {
		t.Errorf("F1 %.3f, precision %.3f, want 0.88 of both", q.f1(), q.precision)
	}
	if natural < 0.80 {
		t.Errorf("natural mix: precision %.3f, want 0.80", natural)
	}
	for i, r := range rows {
		if r.Class == "synthetic" && r.notify != (scores[i] >= threshold) {
			t.Errorf("synthetic pair %s, %s: %.2f", r.ID, r.Label, scores[i])
		}
	}
}
