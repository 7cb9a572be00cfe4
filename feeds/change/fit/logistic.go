package main

import (
	"math"
	"slices"

	"syndicated/feeds/change"
)

// signs tell which features the model uses and how each may count: more of it
// makes an update likelier (1) or less likely (-1). A feature that would have to
// count against sense to fit the data is left out, so that fourteen blogs do not
// teach what is true of them alone.
var signs = map[string]float64{
	"fresh": 1, "long": 1, "novel": 1, "numbers": 1, "ahead": 1, "state": 1, "notice": 1, "code": 1, "number swap": 1, "fact": 1, "flip": 1,
	"old": -1, "hunks": -1, "small": -1, "reworded": -1, "heading": -1, "raw": -1, "offer": -1, "typo": -1, "translated": -1, "truncated": -1,
}

// penalty is the strength of the L2 regularisation.
const penalty = 3

// fit is a logistic regression over the rows that their author does not mark,
// by gradient descent with momentum from zero: it has one result.
func fit(rows []row) change.Model {
	rows = slices.DeleteFunc(slices.Clone(rows), func(r row) bool { return r.measures.Marked })
	names := rows[0].measures.Names
	n := len(names)
	mean, scale := make([]float64, n), make([]float64, n)
	for _, r := range rows {
		for i, v := range r.measures.Values {
			mean[i] += v / float64(len(rows))
		}
	}
	for _, r := range rows {
		for i, v := range r.measures.Values {
			scale[i] += (v - mean[i]) * (v - mean[i]) / float64(len(rows))
		}
	}
	// A feature that is hardly ever there must not be blown up.
	for i := range scale {
		scale[i] = max(0.1, math.Sqrt(scale[i]))
	}
	z := make([][]float64, len(rows))
	for k, r := range rows {
		z[k] = make([]float64, n)
		for i, v := range r.measures.Values {
			if signs[names[i]] != 0 {
				z[k][i] = (v - mean[i]) / scale[i]
			}
		}
	}
	const steps, rate, momentum = 400, 0.1, 0.9
	var (
		w, grad, speed  = make([]float64, n), make([]float64, n), make([]float64, n)
		bias, biasSpeed float64
		count           = float64(len(rows))
	)
	for range steps {
		clear(grad)
		biasGrad := 0.0
		for k, r := range rows {
			e := -bias
			for i, v := range z[k] {
				e -= w[i] * v
			}
			e = 1 / (1 + math.Exp(e))
			if r.notify {
				e--
			}
			biasGrad += e
			for i, v := range z[k] {
				grad[i] += e * v
			}
		}
		for i := range w {
			speed[i] = momentum*speed[i] - rate*(grad[i]+penalty*w[i])/count
			w[i] += speed[i]
			if signs[names[i]]*w[i] < 0 {
				w[i], speed[i] = 0, 0
			}
		}
		biasSpeed = momentum*biasSpeed - rate*biasGrad/count
		bias += biasSpeed
	}
	m := change.Model{Bias: bias, Weights: make([]float64, n)}
	for i := range w {
		if signs[names[i]] != 0 {
			m.Weights[i] = w[i] / scale[i]
			m.Bias -= m.Weights[i] * mean[i]
		}
	}
	return m
}
