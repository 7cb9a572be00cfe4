//go:build race

package serve_test

// underRace: the race detector makes everything many times slower, so the long
// tests take a sample.
const underRace = true
