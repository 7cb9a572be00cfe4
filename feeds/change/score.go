package change

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"text/tabwriter"
)

// Scores count how judgements agree with labels. The zero value is ready.
type Scores struct {
	rows map[[2]string]*tally // by what (all, class, lang) and its name
}

// tally of the pairs of one class or language.
type tally struct {
	pairs, notify, hit, wrong, reruns, recognised int
}

// Add counts one judgement. A pair without a label, or labelled unclear, is not
// scored.
func (s *Scores) Add(p Pair, j Judgement) {
	if p.Label != "notify" && p.Label != "silent" && p.Label != "rerun" {
		return
	}
	if s.rows == nil {
		s.rows = map[[2]string]*tally{}
	}
	real := "all"
	if p.Class == "synthetic" {
		real = "synthetic"
	}
	for _, name := range [][2]string{{"0", real}, {"class", p.Class}, {"lang", p.Lang}} {
		if name[1] == "" {
			continue
		}
		t := s.rows[name]
		if t == nil {
			t = &tally{}
			s.rows[name] = t
		}
		t.pairs++
		told := j.Verdict == Update || j.Verdict == New
		switch {
		case p.Label == "rerun":
			t.reruns++
			if j.Verdict == Rerun {
				t.recognised++
			}
		case p.Label == "notify":
			t.notify++
			if told {
				t.hit++
			}
		case told:
			t.wrong++
		}
	}
}

// Labelled tells whether any pair was scored.
func (s *Scores) Labelled() bool { return len(s.rows) > 0 }

// Write prints a table: for all pairs, and by class and language, how many
// there are, how many are to be told, and with what precision and recall they were.
func (s *Scores) Write(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "\tpairs\tto tell\tprecision\trecall\tF1\tre-runs\t") //nolint:errcheck // Flush tells
	keys := slices.SortedFunc(maps.Keys(s.rows), func(a, b [2]string) int { return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1])) })
	for _, k := range keys {
		r := s.rows[k]
		name := k[1]
		if k[0] != "0" {
			name = k[0] + " " + name
		}
		precision, recall := ratio(r.hit, r.hit+r.wrong), ratio(r.hit, r.notify)
		f1 := "-"
		if r.hit > 0 {
			f1 = fmt.Sprintf("%.3f", 2*float64(r.hit)/float64(r.hit+r.wrong+r.notify))
		}
		reruns := "-"
		if r.reruns > 0 {
			reruns = fmt.Sprintf("%d of %d", r.recognised, r.reruns)
		}
		fmt.Fprintf(t, "%s\t%d\t%d\t%s\t%s\t%s\t%s\t\n", name, r.pairs, r.notify, precision, recall, f1, reruns) //nolint:errcheck
	}
	return t.Flush()
}

func ratio(n, of int) string {
	if of == 0 {
		return "-"
	}
	return fmt.Sprintf("%.3f", float64(n)/float64(of))
}
