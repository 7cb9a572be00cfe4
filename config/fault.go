package config

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Place is where something stands in the settings file, counted from 1; Line 0
// is the file as a whole.
type Place struct {
	File      string
	Line, Col int
}

func (p Place) String() string {
	if p.Line == 0 {
		return p.File
	}
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Col)
}

// Fault is one thing that is wrong with the settings file. It never holds the
// value of a secret or of an environment variable.
type Fault struct {
	File      string
	Line, Col int
	Path      string // sources.blog.url
	What      string
	Do        string // what to do about it
}

func (f Fault) Error() string {
	var b strings.Builder
	b.WriteString(Place{f.File, f.Line, f.Col}.String())
	b.WriteString(": ")
	if f.Path != "" {
		b.WriteString(f.Path)
		b.WriteString(": ")
	}
	b.WriteString(f.What)
	if f.Do != "" {
		b.WriteString("; ")
		b.WriteString(f.Do)
	}
	// A kind's own words may hold line ends.
	return strings.Join(strings.Fields(b.String()), " ")
}

// Faults is everything that is wrong with the settings file, sorted by place.
type Faults []Fault

// Error gives a line for each fault.
func (f Faults) Error() string {
	lines := make([]string, len(f))
	for i, one := range f {
		lines[i] = one.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap gives the faults one by one.
func (f Faults) Unwrap() []error {
	errs := make([]error, len(f))
	for i, one := range f {
		errs[i] = one
	}
	return errs
}

// sorted is f by place, each fault once: one default can be wrong for many
// sources at the same time.
func (f Faults) sorted() Faults {
	slices.SortStableFunc(f, func(a, b Fault) int {
		return cmp.Or(
			cmp.Compare(a.Line, b.Line), cmp.Compare(a.Col, b.Col),
			cmp.Compare(a.Path, b.Path), cmp.Compare(a.What, b.What),
		)
	})
	return slices.CompactFunc(f, func(a, b Fault) bool {
		return a.Line == b.Line && a.Col == b.Col && a.Path == b.Path && a.What == b.What
	})
}
