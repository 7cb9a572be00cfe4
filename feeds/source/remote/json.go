package remote

import (
	"bytes"
	"fmt"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// maxJSONDepth is more than any feed needs.
const maxJSONDepth = 64

// jsonReader reads JSON, and what was meant to be JSON: control characters in
// strings, commas too many or too few, and a document that is cut off, of which
// the last element of a list is dropped unless it is the only one.
type jsonReader struct {
	b     []byte
	at    int
	fault string // the first thing that was wrong
	cut   bool
	count int // of values
}

// parseJSON reads the one value in b. fault tells what was wrong with it and
// where, and is empty for JSON; cut tells that it ended too soon.
func parseJSON(b []byte) (v value, fault string, cut bool) {
	r := jsonReader{b: b}
	v = r.value(0)
	if r.space(); r.at < len(b) {
		r.wrong("something follows the document")
	}
	return v, r.fault, r.cut
}

func (r *jsonReader) wrong(what string) {
	if r.fault == "" {
		r.fault = fmt.Sprintf("line %d: %s", 1+bytes.Count(r.b[:min(r.at, len(r.b))], []byte{'\n'}), what)
	}
}

func (r *jsonReader) end() bool {
	if r.at >= len(r.b) {
		r.wrong("the document is cut off")
		r.cut = true
	}
	return r.cut
}

func (r *jsonReader) space() {
	for r.at < len(r.b) && spaceByte(r.b[r.at]) {
		r.at++
	}
}

func (r *jsonReader) value(depth int) value {
	if r.space(); r.end() {
		return value{}
	}
	if r.count++; r.count > maxElements {
		r.wrong(fmt.Sprintf("more than %d values", maxElements))
		r.cut = true
		return value{}
	}
	switch c := r.b[r.at]; {
	case c == '"':
		return value{kind: '"', text: r.quoted()}
	case c == '{' || c == '[':
		if depth >= maxJSONDepth {
			r.wrong(fmt.Sprintf("nested deeper than %d", maxJSONDepth))
			r.at, r.cut = len(r.b), true
			return value{}
		}
		r.at++
		if c == '{' {
			return r.object(depth)
		}
		return r.array(depth)
	}
	return r.word()
}

// separator passes over a comma and reports whether the container goes on.
func (r *jsonReader) separator(closing byte, first bool) bool {
	comma := false
	for {
		if r.space(); r.end() {
			return false
		}
		switch r.b[r.at] {
		case ',':
			if comma || first {
				r.wrong("a comma too many")
			}
			comma = true
			r.at++
		case closing:
			if comma {
				r.wrong("a comma too many")
			}
			r.at++
			return false
		case '}', ']':
			r.wrong("a bracket that closes nothing")
			r.at++
		default:
			if !comma && !first {
				r.wrong("a comma is missing")
			}
			return true
		}
	}
}

func (r *jsonReader) object(depth int) value {
	v := value{kind: '{'}
	for first := true; r.separator('}', first); first = false {
		if r.b[r.at] != '"' {
			r.wrong("a name is not quoted")
		}
		name := ""
		if r.b[r.at] == '"' {
			name = r.quoted()
		} else if name = r.word().text; name == "" {
			r.at++
			continue
		}
		if r.space(); r.end() {
			break
		}
		if r.b[r.at] == ':' {
			r.at++
		} else {
			r.wrong("a colon is missing")
		}
		m := r.value(depth + 1)
		if r.cut && (m.kind == 0 || m.kind == '"') {
			break // what is cut off is not half believed
		}
		v.members = append(v.members, member{name, m})
		if r.cut {
			break
		}
	}
	return v
}

func (r *jsonReader) array(depth int) value {
	v := value{kind: '['}
	for first := true; r.separator(']', first); first = false {
		start := r.at
		e := r.value(depth + 1)
		if r.cut && (len(v.list) > 0 || e.kind != '{') {
			break
		}
		if e.kind != 0 {
			v.list = append(v.list, e)
		}
		if r.at == start {
			r.at++
		}
		if r.cut {
			break
		}
	}
	return v
}

// word reads a number, a literal, or what should have been one.
func (r *jsonReader) word() value {
	start := r.at
	for r.at < len(r.b) && !spaceByte(r.b[r.at]) && !bytes.ContainsRune([]byte(`,:{}[]"`), rune(r.b[r.at])) {
		r.at++
	}
	switch s := string(r.b[start:r.at]); {
	case s == "null":
		return value{kind: 'n'}
	case s == "true" || s == "false":
		return value{kind: 't', text: s}
	case s != "" && (s[0] == '-' || s[0] >= '0' && s[0] <= '9'):
		if _, err := strconv.ParseFloat(s, 64); err == nil {
			return value{kind: '0', text: s}
		}
		fallthrough
	default:
		r.at = start
		r.wrong(fmt.Sprintf("%.20q is no value", s))
		r.at = start + len(s)
		return value{kind: 'n', text: s}
	}
}

// quoted reads a string; r is at its opening quote.
func (r *jsonReader) quoted() string {
	r.at++
	start := r.at
	for r.at < len(r.b) {
		switch c := r.b[r.at]; {
		case c == '"':
			s := string(r.b[start:r.at])
			r.at++
			return s
		case c == '\\' || c < 0x20:
			return r.escaped(start)
		}
		r.at++
	}
	r.end()
	return string(r.b[start:])
}

func (r *jsonReader) escaped(start int) string {
	out := make([]byte, 0, 2*(r.at-start)+64)
	out = append(out, r.b[start:r.at]...)
	for r.at < len(r.b) {
		c := r.b[r.at]
		switch {
		case c == '"':
			r.at++
			return string(out)
		case c == '\\' && r.at+1 < len(r.b):
			out = r.escape(out)
			continue
		case c < 0x20:
			r.wrong("a control character within a string")
			if c == '\n' || c == '\t' || c == '\r' {
				out = append(out, c)
			}
		default:
			out = append(out, c)
		}
		r.at++
	}
	r.end()
	return string(out)
}

// escape reads one escape; r is at its backslash.
func (r *jsonReader) escape(out []byte) []byte {
	c := r.b[r.at+1]
	r.at += 2
	switch c {
	case 'n':
		return append(out, '\n')
	case 't':
		return append(out, '\t')
	case 'r':
		return append(out, '\r')
	case 'b', 'f':
		return append(out, ' ')
	case '"', '\\', '/':
		return append(out, c)
	case 'u':
		one, ok := r.hex()
		if !ok {
			r.wrong("an escape that is none")
			return append(out, 'u')
		}
		if utf16.IsSurrogate(one) && r.at+1 < len(r.b) && r.b[r.at] == '\\' && r.b[r.at+1] == 'u' {
			r.at += 2
			two, _ := r.hex()
			one = utf16.DecodeRune(one, two)
		}
		if !legalRune(one) {
			one = utf8.RuneError
		}
		return utf8.AppendRune(out, one)
	}
	r.wrong("an escape that is none")
	return append(out, c)
}

func (r *jsonReader) hex() (rune, bool) {
	if r.at+4 > len(r.b) {
		return utf8.RuneError, false
	}
	n, err := strconv.ParseUint(string(r.b[r.at:r.at+4]), 16, 32)
	if err != nil {
		return utf8.RuneError, false
	}
	r.at += 4
	return rune(n), true
}
