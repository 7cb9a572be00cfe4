package x

import (
	"slices"
	"strings"
)

// pathLen is the length of port, path and query at the start of rs.
func pathLen(rs []rune) int {
	end := 0
	if len(rs) > 1 && rs[0] == ':' {
		i := 1
		for i < len(rs) && rs[i] >= '0' && rs[i] <= '9' {
			i++
		}
		if i > 1 {
			end = i
		}
	}
	if end < len(rs) && rs[end] == '/' {
		end++
		for i := end; i < len(rs); {
			n := parens(rs[i:])
			switch {
			case n > 0:
				i += n
				end = i
			case inPath(rs[i]):
				i++
				if r := rs[i-1]; alnum(r) || accented(r) || r >= 0x400 && r <= 0x4FF || strings.ContainsRune("+-=_#/", r) {
					end = i
				}
			default:
				i = len(rs)
			}
		}
	}
	if end < len(rs) && rs[end] == '?' {
		from := end
		for i := from + 1; i < len(rs) && (alnum(rs[i]) || strings.ContainsRune("!?*'@();:&=+$/%#[]-_.,~|", rs[i])); i++ {
			if alnum(rs[i]) || strings.ContainsRune("-_&=#/", rs[i]) {
				end = i + 1
			}
		}
	}
	return end
}

func inPath(r rune) bool {
	return alnum(r) || accented(r) || r >= 0x400 && r <= 0x4FF || strings.ContainsRune("!*';:=+,.$/%#[]-–_~@|&", r)
}

// hasPath reports whether what follows a name has more than port and query: only
// then do these belong to an address without http.
func hasPath(rs []rune) bool {
	i := slices.IndexFunc(rs, func(r rune) bool { return r == '/' || r == '?' })
	return i >= 0 && rs[i] == '/'
}

// parens is the length of a pair of parentheses with something in it, and at most
// one pair within, at the start of rs.
func parens(rs []rune) int {
	if len(rs) == 0 || rs[0] != '(' {
		return 0
	}
	depth, inner := 0, 0
	for i, r := range rs {
		switch {
		case r == '(':
			if depth++; depth > 2 {
				return 0
			}
			inner = i
		case r == ')':
			if i == inner+1 {
				return 0
			}
			if depth--; depth == 0 {
				return i + 1
			}
		case !inPath(r):
			return 0
		}
	}
	return 0
}

// tco is how much of an address with http is one: X's own short addresses end
// with their name. 0 if that is too long.
func tco(rs []rune) int {
	rest := rs[schemeLen(rs):]
	if len(rest) < 6 || !strings.EqualFold(string(rest[:5]), "t.co/") {
		return len(rs)
	}
	n := 5
	for n < len(rest) && alnum(rest[n]) {
		n++
	}
	switch {
	case n == 5:
		return len(rs)
	case n-5 > 40:
		return 0
	case n < len(rest) && rest[n] == '?':
		return len(rs)
	}
	return schemeLen(rs) + n
}
