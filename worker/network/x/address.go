package x

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/net/idna"
	"golang.org/x/net/publicsuffix"
)

// span is a part of a text, in characters.
type span struct{ from, to int }

// addresses finds what X makes links of and counts as 23, by the rules of
// twitter-text (https://github.com/twitter/twitter-text): addresses with http
// or https, and names that end in a top-level domain without either.
func addresses(rs []rune) []span {
	if !slices.Contains(rs, '.') {
		return nil
	}
	t := newScan(rs)
	var out []span
	// What is before an address belongs to it in the rules: an address cannot
	// follow another without a character between them.
	for last := 0; last <= len(rs); {
		start, scheme, domain := -1, 0, 0
		for k := last; k < len(rs) && domain == 0; k++ {
			if mayPrecede(rs[k]) {
				start = k + 1
				scheme, domain = t.head(start)
			}
			if domain == 0 && k == 0 {
				start = 0
				scheme, domain = t.head(0)
			}
		}
		if domain == 0 {
			break
		}
		name := rs[start+scheme : start+scheme+domain]
		after := start + scheme + domain
		last = after + pathLen(rs[after:])
		switch {
		case !labelsFit(name) || last-start > 4096:
		case scheme > 0:
			if n := tco(rs[start:last]); n > 0 {
				out = append(out, span{start, start + n})
			}
		case start == 0 || !strings.ContainsRune("-_./", rs[start-1]):
			found := asciiDomains(name)
			for j := range found {
				found[j].from += start
				found[j].to += start
			}
			if n := len(found); n > 0 && hasPath(rs[after:last]) {
				found[n-1].to = last
			}
			out = append(out, found...)
		}
	}
	return out
}

// scan is a text that is being read. It knows beforehand what every beginning of
// a name asks.
type scan struct {
	rs   []rune
	ends []int32 // where the label at a place ends
	tlds []int8  // length of the top-level domain at a place; -1 is not known yet
}

func newScan(rs []rune) *scan {
	t := &scan{rs: rs, ends: make([]int32, len(rs)+1), tlds: make([]int8, len(rs)+1)}
	t.ends[len(rs)], t.tlds[len(rs)] = int32(len(rs)), -1
	for i := len(rs) - 1; i >= 0; i-- {
		t.tlds[i], t.ends[i] = -1, int32(i)
		if r := rs[i]; label(r) || r == '-' || r == '_' {
			t.ends[i] = t.ends[i+1]
		}
	}
	return t
}

// head is the length of the scheme, 0 if there is none, and of the name after
// it at a place; without a name both are 0.
func (t *scan) head(at int) (scheme, domain int) {
	if scheme = schemeLen(t.rs[at:]); scheme > 0 {
		if domain = t.domain(at + scheme); domain > 0 {
			return scheme, domain
		}
	}
	return 0, t.domain(at)
}

// What the DNS takes, in characters.
const (
	maxName  = 253
	maxLabel = 63
)

// domain is the length of the longest name at a place that ends in a top-level
// domain, 0 if there is none.
func (t *scan) domain(at int) int {
	best := 0
	for start := at; start < at+maxName; {
		i := int(t.ends[start])
		if i == len(t.rs) || t.rs[i] != '.' || i == start || i-start > maxLabel || !label(t.rs[start]) || !label(t.rs[i-1]) {
			break
		}
		if !slices.Contains(t.rs[start:i], '_') {
			if n := t.tld(i + 1); n > 0 {
				best = i + 1 + n - at
			}
		}
		start = i + 1
	}
	return best
}

func (t *scan) tld(at int) int {
	if t.tlds[at] < 0 {
		t.tlds[at] = int8(tldLen(t.rs[at:]))
	}
	return int(t.tlds[at])
}

func alnum(r rune) bool {
	return r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
}

// mayPrecede reports whether an address may begin after r.
func mayPrecede(r rune) bool {
	return !alnum(r) && !strings.ContainsRune("@＠$#＃\uFFFE\uFEFF\uFFFF", r)
}

func schemeLen(rs []rune) int {
	for _, s := range []string{"https://", "http://"} {
		if len(rs) >= len(s) && strings.EqualFold(string(rs[:len(s)]), s) {
			return len(s)
		}
	}
	return 0
}

// label reports whether r may be in a name: everything but punctuation, spaces
// and marks that are not seen.
func label(r rune) bool {
	if r < 0x80 {
		return !strings.ContainsRune("!'#%&()*+,\\-./:;<=>?@[]^_{|}~$", r) && r != ' ' && (r < 0x09 || r > 0x0D)
	}
	return !spaces(r) && !strings.ContainsRune("\uFFFE\uFEFF\uFFFF\u061C\u200E\u200F", r) && (r < 0x202A || r > 0x202E) && (r < 0x2066 || r > 0x2069)
}

func spaces(r rune) bool { return unicode.IsSpace(r) || r == 0x180E }

// tldLen is the length of the top-level domain at the start of rs, 0 if there is
// none.
func tldLen(rs []rune) int {
	n := 0
	if len(rs) > 0 && rs[0] >= 0x80 {
		for n < len(rs) && n <= maxLabel && rs[n] >= 0x80 && label(rs[n]) {
			n++
		}
	} else {
		for n < len(rs) && n <= maxLabel && (alnum(rs[n]) || rs[n] == '-') {
			n++
		}
	}
	for n = min(n, maxLabel); n > 0; n-- {
		ends := n == len(rs) || !alnum(rs[n]) && !strings.ContainsRune("@+-", rs[n])
		if ends && topLevel(strings.ToLower(string(rs[:n]))) {
			return n
		}
		if rs[0] < 0x80 {
			return 0
		}
		// No space ends a name in scripts that have none: the longest that is one.
	}
	return 0
}

func topLevel(name string) bool {
	if strings.HasPrefix(name, "xn--") {
		return true
	}
	ascii, err := idna.Punycode.ToASCII(name)
	if err != nil {
		return false
	}
	_, known := publicsuffix.PublicSuffix(ascii)
	return known
}

// labelsFit reports whether no label of a name is too long for the DNS.
func labelsFit(name []rune) bool {
	for l := range strings.SplitSeq(string(name), ".") {
		if a, err := idna.Punycode.ToASCII(l); err != nil || len(a) > 63 {
			return false
		}
	}
	return true
}

// asciiDomains are the names within a name that are written in Latin letters:
// without http, only those are links.
func asciiDomains(name []rune) []span {
	latin := func(r rune) bool { return alnum(r) || r == '-' || accented(r) }
	var out []span
	for i := 0; i < len(name); {
		best, start := 0, i
		for j := i; j < len(name); j++ {
			if latin(name[j]) {
				continue
			}
			if name[j] != '.' || j == start {
				break
			}
			if n := tldLen(name[j+1:]); n > 0 {
				best = j + 1 + n
			}
			start = j + 1
		}
		if best == 0 {
			i++
			continue
		}
		out = append(out, span{i, best})
		i = best
	}
	return out
}

// accented are Latin letters beyond ASCII, and combining marks.
func accented(r rune) bool {
	switch {
	case r == 0xD7 || r == 0xF7:
		return false
	case r >= 0xC0 && r <= 0x24F, r >= 0x300 && r <= 0x36F, r >= 0x1E00 && r <= 0x1EFF:
		return true
	}
	return strings.ContainsRune("\u0253\u0254\u0256\u0257\u0259\u025B\u0263\u0268\u026F\u0272\u0289\u028B\u02BB", r)
}
