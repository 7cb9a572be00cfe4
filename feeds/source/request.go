package source

import (
	"net/url"
	"strings"

	"syndicated/feeds/source/fetch"
)

// RequestFor is this source's part of an exchange with address, which came out
// of a document and not out of the settings: on another host than own, where
// the source is configured, it has no password, no headers and no leave to be
// on a private address.
func (o Options) RequestFor(own, address string) fetch.Options {
	if sameHost(own, address) {
		return o.Request
	}
	r := o.Request
	r.Headers, r.User, r.Password, r.AllowPrivate = nil, "", "", false
	return r
}

// sameHost: what was configured for https goes nowhere in the clear.
func sameHost(own, address string) bool {
	a, errA := url.Parse(own)
	b, errB := url.Parse(address)
	if errA != nil || errB != nil || !strings.EqualFold(a.Hostname(), b.Hostname()) {
		return false
	}
	if a.Scheme == b.Scheme {
		return a.Port() == b.Port()
	}
	return b.Scheme == "https" && a.Port() == "" && b.Port() == ""
}
