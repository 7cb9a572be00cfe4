package write

import (
	"crypto/sha1"
	"encoding/hex"
	"regexp"
	"strings"

	"golang.org/x/text/unicode/norm"

	"syndicated/feeds"
)

// An entry's id must never change and never be another's. The source's own is
// the best there is, but "17" names a post only within its source: in a feed
// of many sources it is replaced by a UUID made of the source and the id.

// identity is the id of a post in RSS and JSON Feed.
func identity(p *feeds.Post, aggregate bool) string {
	if id := line(p.ID); id != "" && (!aggregate || worldwide(id)) {
		// Eight digits or fewer are "not sufficiently unique" for readers that
		// key their items by guid across feeds.
		if len(id) >= 9 || strings.Trim(id, "0123456789") != "" {
			return id
		}
	}
	seed := p.Key
	for _, s := range []string{p.ID, p.Link, p.Title + "\n" + p.Content + p.Summary} {
		if seed == "" {
			seed = s
		}
	}
	return nameUUID(p.Source + "\n" + seed)
}

// worldwide tells whether an id can be trusted to be nobody else's: a URI, or
// long enough.
func worldwide(id string) bool {
	return len(id) >= 20 || absoluteURI.MatchString(id)
}

// nameUUID is a version 5 UUID, RFC 9562 section 5.5, as a URN.
func nameUUID(name string) string {
	// The namespace is a random UUID of this program's own.
	namespace := [16]byte{0x5f, 0x1d, 0x93, 0x0c, 0x8e, 0x4b, 0x4c, 0x62, 0x9a, 0x71, 0x2e, 0x40, 0xd3, 0xb8, 0x6f, 0x15}
	h := sha1.New()
	h.Write(namespace[:])
	h.Write([]byte(name))
	u := h.Sum(nil)[:16]
	u[6] = u[6]&0x0F | 0x50
	u[8] = u[8]&0x3F | 0x80
	x := hex.EncodeToString(u)
	return "urn:uuid:" + x[:8] + "-" + x[8:12] + "-" + x[12:16] + "-" + x[16:20] + "-" + x[20:]
}

var (
	absoluteURI = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9+.-]*:[^\s]{3,}$`)
	tagURI      = regexp.MustCompile(`^tag:([a-z0-9._-]+@)?[a-z0-9.-]+,\d{4}(-\d{2}(-\d{2})?)?:[0-9a-zA-Z;/?:@&=+$._!~*'(),-]*(#[0-9a-zA-Z;/?:@&=+$._!~*'(),-]*)?$`)
	uuidURN     = regexp.MustCompile(`^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`)
	otherURN    = regexp.MustCompile(`^urn:[a-z0-9][a-z0-9-]{1,31}:[a-zA-Z0-9()+,.:=@;$_!*'-]+$`)
)

// atomID is id as atom:id, which must be an IRI in its canonical form
// (RFC 4287 section 4.2.6.1): id itself where it is one, else a UUID made of it.
func atomID(id string) string {
	switch scheme, _, _ := strings.Cut(id, ":"); strings.ToLower(scheme) {
	case "http", "https":
		if c := canonical(id); c != "" {
			return c
		}
	case "tag":
		if tagURI.MatchString(id) {
			return id
		}
	case "urn":
		if uuidURN.MatchString(id) || otherURN.MatchString(id) && !strings.HasPrefix(id, "urn:uuid:") {
			return id
		}
	}
	return nameUUID(id)
}

// canonical is an http or https URL in the form of RFC 3986 section 6.2, or ""
// if there may be two opinions about it.
func canonical(id string) string {
	u := resolve(id, "")
	if u == nil || strings.Contains(id, "@") && strings.Contains(id, "//") && strings.Index(id, "@") < strings.Index(id+"/", "/")+2 {
		return ""
	}
	if u.Port() == "80" && u.Scheme == "http" || u.Port() == "443" && u.Scheme == "https" {
		u.Host = u.Hostname()
	}
	u.Host = strings.TrimSuffix(u.Host, ".")
	if u.Path == "" {
		u.Path = "/"
	}
	s := u.String()
	if strings.Contains(s, "/.") || strings.Contains(s, "%25") || !norm.NFC.IsNormalString(u.Path+u.RawQuery+u.Fragment) {
		return ""
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '%' {
			b.WriteByte(s[i])
			continue
		}
		c := unhex(s[i+1])<<4 | unhex(s[i+2])
		switch {
		case c >= 0x80:
			// UTF-8 that is not NFC, or no UTF-8, has no canonical form
			decoded, n := decodeRun(s[i:])
			if !norm.NFC.IsNormalString(decoded) || clean(decoded) != decoded {
				return ""
			}
			b.WriteString(s[i : i+n])
			i += n - 1
			continue
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', strings.IndexByte("-._~", c) >= 0:
			b.WriteByte(c)
		default:
			b.WriteString(s[i : i+3])
		}
		i += 2
	}
	return b.String()
}

// decodeRun decodes the percent-encoded bytes above 0x7F at the start of s.
func decodeRun(s string) (string, int) {
	var out []byte
	n := 0
	for n+2 < len(s) && s[n] == '%' {
		c := unhex(s[n+1])<<4 | unhex(s[n+2])
		if c < 0x80 {
			break
		}
		out = append(out, c)
		n += 3
	}
	return string(out), n
}

func unhex(c byte) byte {
	switch {
	case c >= 'a':
		return c - 'a' + 10
	case c >= 'A':
		return c - 'A' + 10
	}
	return c - '0'
}
