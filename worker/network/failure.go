package network

import (
	"errors"
	"time"
)

// ErrMissing: the message to be edited or answered is not there.
var ErrMissing = errors.New("the message is no longer there")

// Class is a kind of failure.
type Class string

const (
	ClassRetry     Class = "retry"     // certainly not posted; try again
	ClassPermanent Class = "permanent" // certainly not posted and never will be
	ClassUnknown   Class = "unknown"   // perhaps posted
	ClassStopped   Class = "stopped"   // the account is refused; a person must mend it
)

type failure struct {
	err   error
	class Class
	at    time.Time
}

func (f *failure) Error() string { return f.err.Error() }
func (f *failure) Unwrap() error { return f.err }

// Permanent says that the message was refused and will be every time.
func Permanent(err error) error { return &failure{err: err, class: ClassPermanent} }

// After says that the message was not taken and may be tried again, but not before at.
func After(err error, at time.Time) error { return &failure{err: err, class: ClassRetry, at: at} }

// Unknown says that the message may be out: a time-out, a reset, any 5xx.
func Unknown(err error) error { return &failure{err: err, class: ClassUnknown} }

// Stopped says that the account itself is refused: 401, 403, a token that ended.
func Stopped(err error) error { return &failure{err: err, class: ClassStopped} }

// Later reports whether err tells when the network wants to be asked again: what
// comes without that must not be asked first.
func Later(err error) bool {
	_, at := ClassOf(err)
	return !at.IsZero()
}

// ClassOf tells which kind of failure err is, and the earliest time for the
// next try, zero if it does not say. An error of no kind is ClassRetry.
func ClassOf(err error) (Class, time.Time) {
	if f, ok := errors.AsType[*failure](err); ok {
		return f.class, f.at
	}
	return ClassRetry, time.Time{}
}
