//go:build !race

package remote_test

const slower = 1
