// Package fetch makes one polite, bounded, guarded HTTP exchange. It knows
// nothing of feeds.
package fetch

import (
	"time"
)

// Options are one source's part of an exchange.
type Options struct {
	Headers map[string]string
	// User and Password are for basic authentication.
	User, Password string
	Proxy          string
	// Timeout bounds the whole exchange; 0 is 30 s.
	Timeout time.Duration
	// AllowPrivate lets the source be on a private or loopback address.
	AllowPrivate bool
}

// Client is shared by all sources: connections, sessions and the turn-taking
// per host are its.
type Client struct{}
