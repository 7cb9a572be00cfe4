package remote

import "unicode/utf8"

// legal leaves out the characters that XML does not allow.
func legal(b []byte) (kept []byte, dropped int) {
	i := illegalAt(b)
	if i < 0 {
		return b, 0
	}
	out := make([]byte, 0, len(b))
	for i >= 0 {
		out = append(out, b[:i]...)
		_, size := utf8.DecodeRune(b[i:])
		b = b[i+size:]
		dropped++
		i = illegalAt(b)
	}
	return append(out, b...), dropped
}

// illegalAt finds the first byte of a character that XML does not allow.
func illegalAt(b []byte) int {
	for i := 0; i < len(b); {
		c := b[i]
		if c < utf8.RuneSelf {
			if c < 0x20 && c != '\n' && c != '\t' && c != '\r' {
				return i
			}
			i++
			continue
		}
		r, size := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && size == 1 || !legalRune(r) {
			return i
		}
		i += size
	}
	return -1
}
