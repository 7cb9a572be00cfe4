package write

import (
	"net/url"
	"strings"

	"golang.org/x/net/idna"
)

// webAddress is ref as an absolute http or https URL that any validator
// accepts, resolved against base, or "" if it is none. What may not stand in a
// URL is percent-encoded, an international host becomes its ASCII form.
func webAddress(ref, base string) string {
	u := resolve(ref, base)
	if u == nil || u.Scheme != "http" && u.Scheme != "https" {
		return ""
	}
	return u.String()
}

// linkAddress is like webAddress, for what a person may click: mailto, tel and
// some others are allowed too.
func linkAddress(ref, base string) string {
	u := resolve(ref, base)
	if u == nil {
		return ""
	}
	switch u.Scheme {
	case "http", "https":
		return u.String()
	case "mailto", "tel", "xmpp", "sip", "sips", "geo", "news", "ftp":
		if s := u.String(); strings.IndexByte(s, ':') < len(s)-1 {
			return s
		}
	}
	return ""
}

func resolve(ref, base string) *url.URL {
	ref = strings.TrimSpace(clean(ref))
	if ref == "" || len(ref) > 8192 {
		return nil
	}
	u, err := url.Parse(percentEncode(ref))
	if err != nil {
		return nil
	}
	if !u.IsAbs() {
		if base == "" {
			return nil
		}
		b, err := url.Parse(percentEncode(strings.TrimSpace(base)))
		if err != nil || !b.IsAbs() {
			return nil
		}
		u = b.ResolveReference(u)
	}
	u.Scheme = strings.ToLower(u.Scheme)
	if u.Scheme == "http" || u.Scheme == "https" {
		if u.Host = asciiHost(u); u.Host == "" {
			return nil
		}
		u.User = nil // a name and password are no part of what readers are shown
		u.RawQuery, u.ForceQuery = percentEncode(u.RawQuery), false
		if u.RawPath != "" || strings.ContainsAny(u.Path, "|") {
			u.RawPath = ""
			if p := percentEncode(u.EscapedPath()); p != u.EscapedPath() {
				u.RawPath = p
			}
		}
	}
	return u
}

// asciiHost is the host and port of u, or "" if it is no host.
func asciiHost(u *url.URL) string {
	host, port := u.Hostname(), u.Port()
	if strings.Contains(host, ":") {
		return "" // an IPv6 literal: validators and readers choke on it
	}
	if unescaped, err := url.PathUnescape(host); err == nil {
		host = unescaped
	}
	host, err := idna.Lookup.ToASCII(strings.ToLower(host))
	if err != nil || host == "" {
		// idna refuses names that are in use, such as those with an underscore
		host = strings.ToLower(u.Hostname())
		if host == "" || strings.ContainsFunc(host, func(r rune) bool {
			return !(r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '-' || r == '.' || r == '_')
		}) {
			return ""
		}
	}
	if host = strings.Trim(host, "."); host == "" {
		return ""
	}
	if port != "" {
		host += ":" + port
	}
	return host
}

const hexDigits = "0123456789ABCDEF"

// percentEncode encodes every byte that RFC 3986 does not allow in a URI, and
// square brackets outside of a host; "%" stays where two hex digits follow it.
func percentEncode(s string) string {
	if !strings.ContainsFunc(s, func(r rune) bool { return r > 0x7F || !uriByte(byte(r)) || r == '%' || r == '#' }) {
		return s
	}
	var b strings.Builder
	fragment := false
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c == '%' && i+2 < len(s) && isHex(s[i+1]) && isHex(s[i+2]):
			b.WriteByte('%')
			b.WriteByte(upper(s[i+1]))
			b.WriteByte(upper(s[i+2]))
			i += 2
		case c == '#' && !fragment:
			fragment = true
			b.WriteByte(c)
		case c != '#' && c != '%' && uriByte(c):
			b.WriteByte(c)
		default:
			b.WriteByte('%')
			b.WriteByte(hexDigits[c>>4])
			b.WriteByte(hexDigits[c&15])
		}
	}
	return b.String()
}

// uriByte tells what may stand in a URI as it is.
func uriByte(c byte) bool {
	switch {
	case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9':
		return true
	}
	return strings.IndexByte("-._~:/?#@!$&'()*+,;=%", c) >= 0
}

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}

func upper(c byte) byte {
	if c >= 'a' && c <= 'f' {
		return c - 'a' + 'A'
	}
	return c
}
