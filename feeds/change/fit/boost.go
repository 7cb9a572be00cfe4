package main

import (
	"math"
	"sort"
)

// node of a tree: leaf when feature < 0.
type node struct {
	feature     int
	at          float64
	left, right int
	value       float64
}

type forest struct {
	bias  float64
	trees [][]node
}

func (f forest) raw(x []float64) float64 {
	z := f.bias
	for _, t := range f.trees {
		i := 0
		for t[i].feature >= 0 {
			if x[t[i].feature] <= t[i].at {
				i = t[i].left
			} else {
				i = t[i].right
			}
		}
		z += t[i].value
	}
	return z
}

func (f forest) score(x []float64) float64 { return 1 / (1 + math.Exp(-f.raw(x))) }

type boostOptions struct {
	trees, depth int
	rate, lambda float64
	minLeaf      float64
	minGain      float64
	signs        []float64
}

// boost fits a forest by second-order boosting of the logistic loss.
func boost(rows []row, o boostOptions) forest {
	n := len(rows)
	pos := 0.0
	for _, r := range rows {
		if r.y {
			pos++
		}
	}
	f := forest{bias: math.Log(pos / (float64(n) - pos))}
	z := make([]float64, n)
	for i := range z {
		z[i] = f.bias
	}
	// order of rows by each feature, once
	d := len(rows[0].x)
	order := make([][]int, d)
	for j := range d {
		order[j] = make([]int, n)
		for i := range n {
			order[j][i] = i
		}
		sort.SliceStable(order[j], func(a, b int) bool { return rows[order[j][a]].x[j] < rows[order[j][b]].x[j] })
	}
	g, h := make([]float64, n), make([]float64, n)
	for range o.trees {
		for i, r := range rows {
			p := 1 / (1 + math.Exp(-z[i]))
			g[i], h[i] = p, p*(1-p)
			if r.y {
				g[i]--
			}
		}
		in := make([]bool, n)
		for i := range in {
			in[i] = true
		}
		var t []node
		grow(rows, order, g, h, in, o, o.depth, &t, math.Inf(-1), math.Inf(1))
		f.trees = append(f.trees, t)
		for i, r := range rows {
			k := 0
			for t[k].feature >= 0 {
				if r.x[t[k].feature] <= t[k].at {
					k = t[k].left
				} else {
					k = t[k].right
				}
			}
			z[i] += t[k].value
		}
	}
	return f
}

func grow(rows []row, order [][]int, g, h []float64, in []bool, o boostOptions, depth int, t *[]node, lo, hi float64) int {
	G, H := 0.0, 0.0
	for i, ok := range in {
		if ok {
			G += g[i]
			H += h[i]
		}
	}
	at := len(*t)
	val := min(hi, max(lo, -G/(H+o.lambda)))
	*t = append(*t, node{feature: -1, value: o.rate * val})
	if depth == 0 {
		return at
	}
	best, bf, bt := o.minGain, -1, 0.0
	parent := G * G / (H + o.lambda)
	for j := range order {
		GL, HL := 0.0, 0.0
		prev, first := 0.0, true
		for _, i := range order[j] {
			if !in[i] {
				continue
			}
			v := rows[i].x[j]
			if !first && v > prev+1e-12 && HL >= o.minLeaf && H-HL >= o.minLeaf {
				GR, HR := G-GL, H-HL
				wl, wr := -GL/(HL+o.lambda), -GR/(HR+o.lambda)
				ok := o.signs == nil || o.signs[j] == 0 || o.signs[j]*(wr-wl) >= 0
				gain := GL*GL/(HL+o.lambda) + GR*GR/(HR+o.lambda) - parent
				if ok && gain > best {
					best, bf, bt = gain, j, (v+prev)/2
				}
			}
			GL += g[i]
			HL += h[i]
			prev, first = v, false
		}
	}
	if bf < 0 {
		return at
	}
	l, r := make([]bool, len(in)), make([]bool, len(in))
	GL, HL, GR, HR := 0.0, 0.0, 0.0, 0.0
	for i, ok := range in {
		if !ok {
			continue
		}
		if rows[i].x[bf] <= bt {
			l[i] = true
			GL += g[i]
			HL += h[i]
		} else {
			r[i] = true
			GR += g[i]
			HR += h[i]
		}
	}
	mid := (-GL/(HL+o.lambda) + -GR/(HR+o.lambda)) / 2
	llo, lhi, rlo, rhi := lo, hi, lo, hi
	if o.signs != nil && o.signs[bf] > 0 {
		lhi, rlo = min(lhi, mid), max(rlo, mid)
	}
	if o.signs != nil && o.signs[bf] < 0 {
		llo, rhi = max(llo, mid), min(rhi, mid)
	}
	left := grow(rows, order, g, h, l, o, depth-1, t, llo, lhi)
	right := grow(rows, order, g, h, r, o, depth-1, t, rlo, rhi)
	(*t)[at] = node{feature: bf, at: bt, left: left, right: right}
	return at
}
