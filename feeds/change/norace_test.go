//go:build !race

package change_test

const underRace = false
