package main

import (
	"math"
	"sort"
)

type model struct {
	mean, scale, w []float64
	bias           float64
}

func (m model) score(x []float64) float64 {
	z := m.bias
	for i, v := range x {
		z += m.w[i] * (v - m.mean[i]) / m.scale[i]
	}
	return 1 / (1 + math.Exp(-z))
}

// fit is a logistic regression with an L2 penalty, by gradient descent.
func fit(rows []row, signs []float64, l2 float64) model {
	n := len(rows[0].x)
	m := model{make([]float64, n), make([]float64, n), make([]float64, n), 0}
	for _, r := range rows {
		for i, v := range r.x {
			m.mean[i] += v
		}
	}
	for i := range m.mean {
		m.mean[i] /= float64(len(rows))
	}
	for _, r := range rows {
		for i, v := range r.x {
			m.scale[i] += (v - m.mean[i]) * (v - m.mean[i])
		}
	}
	for i := range m.scale {
		m.scale[i] = max(0.1, math.Sqrt(m.scale[i]/float64(len(rows))))
	}
	z := make([][]float64, len(rows))
	for k, r := range rows {
		z[k] = make([]float64, n)
		for i, v := range r.x {
			z[k][i] = (v - m.mean[i]) / m.scale[i]
		}
	}
	grad := make([]float64, n)
	rate := 1.0
	vel := make([]float64, n+1)
	for range 400 {
		clear(grad)
		gb := 0.0
		for k, r := range rows {
			s := m.bias
			for i, v := range z[k] {
				s += m.w[i] * v
			}
			e := 1 / (1 + math.Exp(-s))
			if r.y {
				e--
			}
			gb += e
			for i, v := range z[k] {
				grad[i] += e * v
			}
		}
		N := float64(len(rows))
		for i := range m.w {
			vel[i] = 0.9*vel[i] - 0.1*rate*(grad[i]/N+l2*m.w[i]/N)
			m.w[i] += vel[i]
			if signs != nil && signs[i]*m.w[i] < 0 {
				m.w[i], vel[i] = 0, 0
			}
		}
		vel[n] = 0.9*vel[n] - 0.1*rate*gb/N
		m.bias += vel[n]
	}
	return m
}

type scored struct {
	row
	p float64
}

func cross(rows []row, train func([]row) func([]float64) float64) []scored {
	blogs := map[string]bool{}
	for _, r := range rows {
		blogs[r.Blog] = true
	}
	var names []string
	for b := range blogs {
		names = append(names, b)
	}
	sort.Strings(names)
	var out []scored
	for _, b := range names {
		var known, test []row
		for _, r := range rows {
			if r.Label == "unclear" || r.Label == "rerun" {
				continue
			}
			if r.Blog == b {
				test = append(test, r)
			} else {
				known = append(known, r)
			}
		}
		score := train(known)
		for _, r := range test {
			out = append(out, scored{r, score(r.x)})
		}
	}
	return out
}

func prf(s []scored, t float64, weight func(scored) float64) (p, r, f float64) {
	var tp, fp, fn float64
	for _, x := range s {
		w := weight(x)
		switch {
		case x.p >= t && x.y:
			tp += w
		case x.p >= t:
			fp += w
		case x.y:
			fn += w
		}
	}
	p, r = tp/max(1e-9, tp+fp), tp/max(1e-9, tp+fn)
	return p, r, 2 * p * r / max(1e-9, p+r)
}
