package fetch

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"time"
)

var (
	// ErrGone: the answer was 410 Gone.
	ErrGone = errors.New("410 Gone")
	// ErrTooLarge: the body is larger than the limit.
	ErrTooLarge = errors.New("the answer is too large")
	// ErrPrivate: the address is private, loopback, link-local or otherwise
	// not of the public internet.
	ErrPrivate = errors.New("the address is not a public one; set allow_private if it is meant")
	// ErrRedirects: the redirects do not end.
	ErrRedirects = errors.New("too many redirects")

	errStuck = errors.New("the host does not answer others")
)

// StatusError is an answer that is neither 2xx nor 304.
type StatusError struct {
	Status int
	URL    string // redacted
}

func (e *StatusError) Error() string {
	return fmt.Sprintf("get %s: %d %s", e.URL, e.Status, http.StatusText(e.Status))
}

// Is makes a 410 wrap ErrGone.
func (e *StatusError) Is(target error) bool {
	return target == ErrGone && e.Status == http.StatusGone
}

// AfterError is a failure that the host wants to be left alone after, until At.
type AfterError struct {
	Err error
	At  time.Time
}

func (e *AfterError) Error() string { return e.Err.Error() }
func (e *AfterError) Unwrap() error { return e.Err }

// NotBefore tells when a failed exchange may be tried again, if err says.
func NotBefore(err error) (time.Time, bool) {
	if e, ok := errors.AsType[*AfterError](err); ok {
		return e.At, true
	}
	return time.Time{}, false
}

// failed names what was being done. It drops the wrapping of net/http, which
// prints the URL with its credentials.
func failed(shown string, err error) error {
	for {
		if e, ok := errors.AsType[*url.Error](err); ok {
			err = e.Err
			continue
		}
		break
	}
	if e, ok := errors.AsType[*net.OpError](err); ok && errors.Is(err, ErrPrivate) {
		return fmt.Errorf("get %s: %v: %w", shown, e.Addr, ErrPrivate)
	}
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, os.ErrDeadlineExceeded) {
		return fmt.Errorf("get %s: no answer in time: %w", shown, err)
	}
	return fmt.Errorf("get %s: %w", shown, err)
}
