package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

// threshold is where the detector tells at normal sensitivity.
const threshold = 0.40

// crossValidate scores each row by a model that was fitted to all other blogs.
func crossValidate(rows []row) []float64 {
	scores := make([]float64, len(rows))
	blogs := map[string][]int{}
	for i, r := range rows {
		blogs[r.Blog] = append(blogs[r.Blog], i)
	}
	for blog, of := range blogs {
		m := fit(slices.DeleteFunc(slices.Clone(rows), func(r row) bool { return r.Blog == blog }))
		for _, i := range of {
			scores[i] = rows[i].measures.Score(m)
		}
	}
	return scores
}

// quality of a detector at a threshold.
type quality struct{ precision, recall float64 }

func (q quality) f1() float64 { return 2 * q.precision * q.recall / max(1e-9, q.precision+q.recall) }

func measure(rows []row, scores []float64, t float64, weight func(row) float64) quality {
	var hit, wrong, missed float64
	for i, r := range rows {
		w := weight(r)
		switch {
		case scores[i] >= t && r.notify:
			hit += w
		case scores[i] >= t:
			wrong += w
		case r.notify:
			missed += w
		}
	}
	return quality{hit / max(1e-9, hit+wrong), hit / max(1e-9, hit+missed)}
}

func ofReal(r row) float64 {
	if r.Class == "synthetic" {
		return 0
	}
	return 1
}

func ofNature(r row) float64 { return r.weight }

// precisionAt is the best precision of a threshold that has the recall.
func precisionAt(rows []row, scores []float64, recall float64, weight func(row) float64) (precision, threshold float64) {
	for t := 0.99; t > 0.01; t -= 0.001 {
		if q := measure(rows, scores, t, weight); q.recall >= recall && q.precision > precision {
			precision, threshold = q.precision, t
		}
	}
	return precision, threshold
}

func report(w io.Writer, rows []row, scores []float64, verbose bool) {
	fmt.Fprintf(w, "blogs left out one by one; real rows:\n")
	for _, t := range []float64{0.22, 0.3, 0.35, threshold, 0.45, 0.5, 0.6, 0.75} {
		q, n := measure(rows, scores, t, ofReal), measure(rows, scores, t, ofNature)
		fmt.Fprintf(w, "  from %.2f: precision %.3f, recall %.3f, F1 %.3f; natural mix %.3f, %.3f\n", t, q.precision, q.recall, q.f1(), n.precision, n.recall)
	}
	p, t := precisionAt(rows, scores, 0.75, ofNature)
	fmt.Fprintf(w, "  natural mix: precision %.3f at recall 0.75 (from %.2f)\n", p, t)
	if !verbose {
		return
	}
	for i, r := range rows {
		if r.notify == (scores[i] >= threshold) {
			continue
		}
		var b strings.Builder
		for k, v := range r.measures.Values {
			if v != 0 && signs[r.measures.Names[k]] != 0 {
				fmt.Fprintf(&b, " %s=%.2f", strings.ReplaceAll(r.measures.Names[k], " ", "_"), v)
			}
		}
		fmt.Fprintf(w, "%s %.2f %s %s %s %s w=%.0f%s\n", r.ID, scores[i], r.Blog, r.Lang, r.Label, r.Class, r.weight, b.String())
	}
}
