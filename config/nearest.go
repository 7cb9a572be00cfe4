package config

import (
	"slices"
	"strings"
)

// nearest is the word of words that word was most likely meant to be, empty if
// none is close.
func nearest(word string, words []string) string {
	best, at := "", max(1, len(word)/3)+1
	lower := strings.ToLower(strings.ReplaceAll(word, "-", "_"))
	for _, w := range slices.Sorted(slices.Values(words)) {
		if d := distance(lower, strings.ToLower(w)); d < at {
			best, at = w, d
		}
	}
	return best
}

// meant is what to do about a word that is none of words.
func meant(word string, words []string) string {
	if best := nearest(word, words); best != "" {
		return "did you mean " + best + "?"
	}
	if len(words) == 0 {
		return "there is none"
	}
	words = slices.Sorted(slices.Values(words))
	if len(words) > 12 {
		return "there are " + strings.Join(words[:12], ", ") + " …"
	}
	return "there is " + strings.Join(words, ", ")
}

// distance counts the letters to insert, drop, change or swap between a and b
// (optimal string alignment).
func distance(a, b string) int {
	if len(a) > 64 || len(b) > 64 {
		return 64
	}
	before, row, next := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		next[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			next[j+1] = min(row[j]+cost, row[j+1]+1, next[j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				next[j+1] = min(next[j+1], before[j-1]+1)
			}
		}
		before, row, next = row, next, before
	}
	return row[len(b)]
}
