package main

import (
	"flag"
	"fmt"
	"math"
	"slices"
	"strings"
)

var selecting = flag.Bool("choose", false, "choose features")

var sets = flag.String("sets", "", "sets of features to compare, by ;")

var errorsOf = flag.String("errors", "", "model whose errors to print")

func evaluate(name string, s []scored, verbose bool) {
	var real, natural, synthetic []scored
	for _, x := range s {
		if x.Class == "synthetic" {
			synthetic = append(synthetic, x)
			continue
		}
		real = append(real, x)
		if x.weight > 0 {
			natural = append(natural, x)
		}
	}
	one := func(scored) float64 { return 1 }
	nat := func(x scored) float64 { return x.weight }
	bestF, bestT := 0.0, 0.0
	for t := 0.95; t > 0.05; t -= 0.01 {
		if _, _, f := prf(real, t, one); f > bestF {
			bestF, bestT = f, t
		}
	}
	best := 0.0
	for t := 0.99; t > 0.02; t -= 0.002 {
		p, r, _ := prf(natural, t, nat)
		if r >= 0.75 && p > best {
			best = p
		}
	}
	fmt.Printf("%-28s best F %.3f at %.2f, natural P %.3f at R .75 |", name, bestF, bestT, best)
	for _, t := range []float64{0.4, 0.5, 0.6} {
		p, r, f := prf(real, t, one)
		fmt.Printf(" t=%.1f P %.3f R %.3f F %.3f", t, p, r, f)
	}
	sp, sr, _ := prf(synthetic, 0.5, one)
	fmt.Printf(" | synthetic P %.2f R %.2f\n", sp, sr)
	if !verbose {
		return
	}
	slices.SortFunc(s, func(a, b scored) int { return int(1e6 * (b.p - a.p)) })
	for _, x := range s {
		if x.y != (x.p >= 0.4) {
			fmt.Printf("    %s %.2f %s %s %s %s w=%.0f\n", x.ID, x.p, x.Blog, x.Label, x.Class, x.Lang, x.weight)
		}
	}
}

func report(rows []row, names []string) {
	signs := make([]float64, len(names))
	for i, n := range names {
		signs[i] = sign[n]
	}
	typo := slices.Index(names, "typo")
	strong := func(x []float64) bool {
		for i, n := range names {
			if x[i] > 0 && (n == "label" || n == "marked" || n == "self" || n == "title state" || n == "today" && x[typo] == 0) {
				return true
			}
		}
		return false
	}
	cascade := func(r []row, train func([]row) func([]float64) float64) func([]float64) float64 {
		var rest []row
		for _, x := range r {
			if !strong(x.x) {
				rest = append(rest, x)
			}
		}
		f := train(rest)
		return func(x []float64) float64 {
			if strong(x) {
				return 0.97 + 0.03*f(x)
			}
			return f(x)
		}
	}
	if *selecting {
		choose(rows, names, strong, func(r []row) func([]float64) float64 { return fit(r, nil, 2).score })
		return
	}
	if *sets != "" {
		for _, set := range strings.Split(*sets, ";") {
			var in []int
			for _, f := range strings.Split(set, ",") {
				if i := slices.Index(names, strings.TrimSpace(f)); i >= 0 {
					in = append(in, i)
				} else {
					fmt.Println("no feature", f)
				}
			}
			pick := func(x []float64) []float64 {
				out := make([]float64, len(in))
				for k, j := range in {
					out[k] = x[j]
				}
				return out
			}
			sg := pick(signs)
			for _, l2 := range []float64{2, 5, 10, 20} {
				w := func(r []row) func([]float64) float64 {
					return cascade(r, func(r []row) func([]float64) float64 {
						m := fit(subset(r, in), sg, l2)
						return func(x []float64) float64 { return m.score(pick(x)) }
					})
				}
				c := cross(rows, w)
				fmt.Printf("loss %.4f ", loss(c))
				evaluate(fmt.Sprint("lr set l2=", l2), c, *errorsOf != "" && l2 == 5)
			}
			o := boostOptions{trees: 100, depth: 1, rate: 0.1, lambda: 3, minLeaf: 2, minGain: 0.5, signs: sg}
			for _, d := range []int{1, 2} {
				o.depth = d
				w := func(r []row) func([]float64) float64 {
					return cascade(r, func(r []row) func([]float64) float64 {
						m := boost(subset(r, in), o)
						return func(x []float64) float64 { return m.score(pick(x)) }
					})
				}
				c := cross(rows, w)
				fmt.Printf("loss %.4f ", loss(c))
				evaluate(fmt.Sprint("gb set d=", d), c, false)
			}
			var weak []row
			for _, r := range rows {
				if r.Label != "unclear" && r.Label != "rerun" && !strong(r.x) {
					weak = append(weak, r)
				}
			}
			m := fit(subset(weak, in), sg, 5)
			for k, j := range in {
				fmt.Printf(" %s %+.2f", names[j], m.w[k])
			}
			fmt.Println()
		}
		return
	}
	type way struct {
		name  string
		train func([]row) func([]float64) float64
	}
	var ways []way
	for _, l2 := range []float64{3, 10} {
		ways = append(ways, way{fmt.Sprintf("lr l2=%g", l2), func(r []row) func([]float64) float64 { return fit(r, nil, l2).score }},
			way{fmt.Sprintf("lr signs l2=%g", l2), func(r []row) func([]float64) float64 { return fit(r, signs, l2).score }})
	}
	for _, d := range []int{1, 2, 3} {
		for _, n := range []int{60, 120} {
			for _, s := range [][]float64{nil, signs} {
				o := boostOptions{trees: n, depth: d, rate: 0.1, lambda: 3, minLeaf: 2, minGain: 0.5, signs: s}
				ways = append(ways, way{fmt.Sprintf("gb d=%d n=%d signs=%v", d, n, s != nil), func(r []row) func([]float64) float64 { return boost(r, o).score }})
			}
		}
	}
	o := boostOptions{trees: 100, depth: 2, rate: 0.1, lambda: 3, minLeaf: 2, minGain: 0.5, signs: signs}
	ways = append(ways, way{"both", func(r []row) func([]float64) float64 {
		a, b := fit(r, signs, 3).score, boost(r, o).score
		return func(x []float64) float64 { return (a(x) + b(x)) / 2 }
	}})
	for _, w := range slices.Clone(ways) {
		ways = append(ways, way{"cascade " + w.name, func(r []row) func([]float64) float64 { return cascade(r, w.train) }})
	}
	for _, w := range ways {
		if *errorsOf != "" && *errorsOf != w.name {
			continue
		}
		evaluate(w.name, cross(rows, w.train), *errorsOf != "")
	}
	if *errorsOf != "" {
		var train []row
		for _, r := range rows {
			if r.Label != "unclear" && r.Label != "rerun" {
				train = append(train, r)
			}
		}
		m := fit(train, signs, 5)
		for i, n := range names {
			fmt.Printf("    %-14s %+.2f\n", n, m.w[i])
		}
	}
}

// sign is how a feature may count, where reason says so.
var sign = map[string]float64{
	"age": -1, "fresh": 1, "longest": 1, "sentences": 1, "fresh share": 1, "hunks": -1, "alike": -1, "label": 1, "notice": 1, "state": 1, "since": 1,
	"title state": 1, "title fresh": 1, "numbers": 1, "number swap": 1, "negation": 1, "today": 1, "date": 1, "translated": -1, "linked": -1, "short": -1, "heading": -1,
	"raw": -1, "offer": -1, "credit": -1, "typo": -1, "spread": -1, "novel": 1, "names": 1, "code words": 1, "small": -1, "truncated": -1, "long": 1, "old": -1, "fact": 1, "flip": 1, "ahead": 1, "marked": 1, "self": 1, "reworded": -1, "deleted": -1, "removed": 1, "code": -1,
}

// choose adds one feature after the other as long as the loss over the blogs
// that were left out falls.
func choose(rows []row, names []string, strong func([]float64) bool, train func([]row) func([]float64) float64) {
	var weak []row
	for _, r := range rows {
		if r.Label != "unclear" && r.Label != "rerun" && !strong(r.x) {
			weak = append(weak, r)
		}
	}
	var in []int
	best := 1e9
	for {
		pick := -1
		for j := range names {
			if slices.Contains(in, j) {
				continue
			}
			set := append(slices.Clone(in), j)
			if l := loss(cross(subset(weak, set), train)); l < best-0.0005 {
				best, pick = l, j
			}
		}
		if pick < 0 {
			break
		}
		in = append(in, pick)
		fmt.Printf("%.4f + %s\n", best, names[pick])
	}
}

func subset(rows []row, in []int) []row {
	out := slices.Clone(rows)
	for i := range out {
		x := make([]float64, len(in))
		for k, j := range in {
			x[k] = rows[i].x[j]
		}
		out[i].x = x
	}
	return out
}

func loss(s []scored) float64 {
	l := 0.0
	for _, x := range s {
		p := min(0.999, max(0.001, x.p))
		if !x.y {
			p = 1 - p
		}
		l -= math.Log(p)
	}
	return l / float64(len(s))
}
