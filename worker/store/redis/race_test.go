//go:build race

package redis_test

// underRace: the race detector makes everything many times slower, so the long
// tests take a sample.
const underRace = true
