package source

import (
	"errors"
	"time"
)

// ErrGone: the source says that it will not come back (410). Polling stops.
var ErrGone = errors.New("gone for good")

// AfterError asks for a pause until At.
type AfterError struct {
	Err error
	At  time.Time
}

func (e *AfterError) Error() string { return e.Err.Error() }
func (e *AfterError) Unwrap() error { return e.Err }

// After says that err passes, but not before at.
func After(err error, at time.Time) error { return &AfterError{err, at} }

// NotBefore tells when a failed source may be asked again, if err says.
func NotBefore(err error) (time.Time, bool) {
	if e, ok := errors.AsType[*AfterError](err); ok {
		return e.At, true
	}
	return time.Time{}, false
}
