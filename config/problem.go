package config

// Problem is something wrong with one key of a settings struct: what, and what
// to do about it. A kind's settings may have a method Check() []Problem.
type Problem struct {
	Key  string // as the file writes it; empty for the whole
	What string
	Do   string
}
