package network

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/url"
	"slices"
	"strings"
	"syscall"
)

const hidden = "***"

// cleaned is an error whose text holds no secret. What it wraps is told apart
// by errors.Is but never printed.
type cleaned struct {
	text  string
	cause error
}

func (c *cleaned) Error() string { return c.text }
func (c *cleaned) Unwrap() error { return c.cause }

// clean makes an error that says where and why, without secrets.
func (call Call) clean(where string, err error) error {
	if u, ok := errors.AsType[*url.Error](err); ok {
		err = u.Err // its own text has the whole address
	}
	return &cleaned{text: call.Redact(where + ": " + err.Error()), cause: bare(err)}
}

// bare is the part of an error that callers ask for and that holds no text of
// ours: unwrapping must not bring back what was removed.
func bare(err error) error {
	for _, known := range []error{context.Canceled, context.DeadlineExceeded, io.ErrUnexpectedEOF, io.EOF, net.ErrClosed, errInner} {
		if errors.Is(err, known) {
			return known
		}
	}
	if no, ok := errors.AsType[syscall.Errno](err); ok {
		if op, ok := errors.AsType[*net.OpError](err); ok {
			return &net.OpError{Op: op.Op, Net: op.Net, Err: no}
		}
		return no
	}
	if op, ok := errors.AsType[*net.OpError](err); ok {
		return &net.OpError{Op: op.Op, Net: op.Net, Err: errors.New("refused")}
	}
	return nil
}

// Redact removes the call's secrets from text, in each of their spellings.
func (call Call) Redact(text string) string {
	secrets := slices.Clone(call.Secrets)
	for _, v := range call.Header.Values("Authorization") {
		secrets = append(secrets, v)
		if _, credentials, ok := strings.Cut(v, " "); ok {
			secrets = append(secrets, credentials)
		}
	}
	if u, err := url.Parse(call.URL); err == nil && u.User != nil {
		secrets = append(secrets, u.User.String())
		if p, ok := u.User.Password(); ok {
			secrets = append(secrets, p)
		}
	}
	return Redact(text, secrets...)
}

// Redact removes secrets from text: as they are and as URLs and JSON spell them.
func Redact(text string, secrets ...string) string {
	// The longest first, so that one within another leaves nothing behind.
	longest := slices.SortedFunc(slices.Values(secrets), func(a, b string) int { return len(b) - len(a) })
	for _, s := range longest {
		if s == "" {
			continue
		}
		quoted, _ := json.Marshal(s)
		for _, form := range []string{s, url.QueryEscape(s), url.PathEscape(s), string(quoted[1 : len(quoted)-1])} {
			text = strings.ReplaceAll(text, form, hidden)
		}
	}
	return text
}
