package fetch

import (
	"errors"
	"net/url"
	"strings"
)

// Redact gives a URL as it may be printed: without user and password, and with
// *** for the values of query parameters that are named like secrets.
func Redact(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return "an address that is no URL"
	}
	return redact(u)
}

func redact(u *url.URL) string {
	if u.User == nil && u.RawQuery == "" && u.Fragment == "" {
		return u.String()
	}
	shown := *u
	shown.User, shown.Fragment, shown.RawFragment = nil, "", ""
	shown.RawQuery = redactQuery(u.RawQuery)
	return shown.String()
}

func redactQuery(query string) string {
	if query == "" {
		return ""
	}
	var b strings.Builder
	for pair := range strings.SplitSeq(query, "&") {
		if b.Len() > 0 {
			b.WriteByte('&')
		}
		name, _, ok := strings.Cut(pair, "=")
		if ok && secretName(name) {
			pair = name + "=***"
		}
		b.WriteString(pair)
	}
	return b.String()
}

// secretName errs on the side of hiding.
func secretName(name string) bool {
	name = strings.ToLower(name)
	for _, word := range [...]string{"token", "key", "secret", "auth", "pass", "pwd", "sig", "sid", "session", "code", "hash", "credential", "private"} {
		if strings.Contains(name, word) {
			return true
		}
	}
	return false
}

// parse reads an absolute http or https URL; its errors do not quote it.
func parse(raw string) (*url.URL, error) {
	u, err := url.Parse(strings.TrimSpace(raw))
	switch {
	case err != nil:
		return nil, errors.New("the address is no URL")
	case u.Scheme != "http" && u.Scheme != "https":
		return nil, errors.New("the address is neither http nor https: " + redact(u))
	case u.Hostname() == "":
		return nil, errors.New("the address has no host: " + redact(u))
	}
	return u, nil
}
