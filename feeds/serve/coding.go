package serve

import (
	"strconv"
	"strings"
)

// accepted picks the coding to answer in: of those that the client takes at
// the highest weight, the one that packs best (RFC 9110 section 12.5.3).
func (d *document) accepted(header []string) *form {
	best, bestWeight := codingIdentity, -1
	if len(header) == 0 {
		return &d.forms[codingIdentity]
	}
	var weights [codings]int // in thousandths; -1: not said
	for i := range weights {
		weights[i] = -1
	}
	star := -1
	for _, h := range header {
		for h != "" {
			var item string
			item, h, _ = strings.Cut(h, ",")
			name, params, _ := strings.Cut(item, ";")
			name = strings.TrimSpace(name)
			w := weight(params)
			switch {
			case strings.EqualFold(name, "br"):
				weights[codingBrotli] = w
			case strings.EqualFold(name, "zstd"):
				weights[codingZstd] = w
			case strings.EqualFold(name, "gzip"), strings.EqualFold(name, "x-gzip"):
				weights[codingGzip] = w
			case strings.EqualFold(name, "identity"):
				weights[codingIdentity] = w
			case name == "*":
				star = w
			}
		}
	}
	for i := range weights {
		w := weights[i]
		if w < 0 {
			w = star
		}
		if w < 0 && i == codingIdentity {
			w = 1 // allowed unless refused, but the last choice
		}
		if w > bestWeight && w > 0 && d.forms[i].body != nil {
			best, bestWeight = i, w
		}
	}
	return &d.forms[best]
}

// weight reads ";q=0.5" in thousandths; what cannot be read is 1.
func weight(params string) int {
	for params != "" {
		var p string
		p, params, _ = strings.Cut(params, ";")
		name, value, ok := strings.Cut(strings.TrimSpace(p), "=")
		if !ok || !strings.EqualFold(strings.TrimSpace(name), "q") {
			continue
		}
		f, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
		if err != nil || f < 0 || f > 1 {
			return 1000
		}
		return int(f * 1000)
	}
	return 1000
}
