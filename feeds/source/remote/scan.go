package remote

import "bytes"

// kind of a token.
type kind uint8

const (
	textToken    kind = iota
	cdataToken        // token.text is what is inside
	startToken        // token.empty when it closes itself
	endToken          //
	commentToken      // comments, processing instructions
	doctypeToken      //
)

// token is a piece of markup. Its slices are parts of the document.
type token struct {
	kind  kind
	empty bool
	// cut: the document ended within the token.
	cut   bool
	name  []byte // with its prefix, of tags
	attrs []byte // of start tags, as written
	text  []byte // of text and CDATA
	start int    // where it begins and ends in the document
	end   int
}

// scanner cuts a document into tokens in one pass, without copying. It takes
// everything: what cannot be markup is text. It reads XML, and HTML well
// enough to find the attributes of its tags.
type scanner struct {
	b  []byte
	at int
	// Set once such an end was looked for in vain, so that a document of
	// openings is not searched to its end for each of them.
	noProcClose, noSubset bool
}

func (s *scanner) next() (token, bool) {
	if s.at >= len(s.b) {
		return token{}, false
	}
	if s.b[s.at] != '<' || !s.markup(s.at) {
		return s.text(), true
	}
	rest := s.b[s.at:]
	switch {
	case rest[1] == '!' && bytes.HasPrefix(rest, cdataOpen):
		t := s.until(cdataToken, len(cdataOpen), cdataClose)
		return t, true
	case rest[1] == '!' && bytes.HasPrefix(rest, commentOpen):
		return s.until(commentToken, len(commentOpen), commentClose), true
	case rest[1] == '?':
		// An instruction that is not closed must not swallow the document.
		s.noProcClose = s.noProcClose || !bytes.Contains(rest, procClose)
		if s.noProcClose {
			return s.until(commentToken, 2, procClose[1:]), true
		}
		return s.until(commentToken, 2, procClose), true
	case rest[1] == '!':
		return s.doctype(), true
	}
	return s.tag(), true
}

var (
	cdataOpen    = []byte("<![CDATA[")
	cdataClose   = []byte("]]>")
	commentOpen  = []byte("<!--")
	commentClose = []byte("-->")
	procClose    = []byte("?>")
)

// markup reports whether the < at i opens markup.
func (s *scanner) markup(i int) bool {
	if i+1 >= len(s.b) {
		return false
	}
	switch c := s.b[i+1]; {
	case nameStart(c), c == '?', c == '!':
		return true
	case c == '/':
		return i+2 < len(s.b) && nameStart(s.b[i+2])
	}
	return false
}

func nameStart(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c == '_' || c == ':' || c >= 0x80
}

func nameByte(c byte) bool {
	return nameStart(c) || '0' <= c && c <= '9' || c == '-' || c == '.'
}

func spaceByte(c byte) bool { return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f' }

func (s *scanner) text() token {
	start := s.at
	i := start
	if s.b[i] == '<' {
		i++
	}
	for i < len(s.b) {
		n := bytes.IndexByte(s.b[i:], '<')
		if n < 0 {
			i = len(s.b)
			break
		}
		if i += n; s.markup(i) {
			break
		}
		i++
	}
	s.at = i
	return token{kind: textToken, text: s.b[start:i], start: start, end: i}
}

func (s *scanner) until(k kind, skip int, closing []byte) token {
	t := token{kind: k, start: s.at}
	body := s.b[s.at+skip:]
	n := bytes.Index(body, closing)
	if n < 0 {
		t.text, t.cut = body, true
		s.at = len(s.b)
	} else {
		t.text = body[:n]
		s.at += skip + n + len(closing)
	}
	t.end = s.at
	return t
}

// doctype reads a declaration with its internal subset.
func (s *scanner) doctype() token {
	start, depth := s.at, 0
	for i := start; i < len(s.b) && !s.noSubset; i++ {
		switch s.b[i] {
		case '[':
			depth++
		case ']':
			depth--
		case '>':
			if depth <= 0 {
				s.at = i + 1
				return token{kind: doctypeToken, start: start, end: s.at}
			}
		}
	}
	// Not closed: the first > is believed to be its end.
	s.noSubset = true
	s.at = len(s.b)
	if n := bytes.IndexByte(s.b[start:], '>'); n > 0 {
		s.at = start + n + 1
	}
	return token{kind: doctypeToken, start: start, end: s.at, cut: true}
}

func (s *scanner) tag() token {
	start := s.at
	t := token{kind: startToken, start: start}
	i := start + 1
	if s.b[i] == '/' {
		t.kind = endToken
		i++
	}
	from := i
	for i < len(s.b) && nameByte(s.b[i]) {
		i++
	}
	t.name = s.b[from:i]
	from = i
	end := s.tagEnd(i)
	if end < 0 {
		t.cut = true
		end = len(s.b)
		s.at = end
	} else {
		s.at = end + 1
	}
	t.attrs = s.b[from:end]
	if n := len(t.attrs); t.kind == startToken && n > 0 && t.attrs[n-1] == '/' {
		t.empty = true
		t.attrs = t.attrs[:n-1]
	}
	t.end = s.at
	return t
}

// tagEnd finds the > of a tag, past the quoted values of its attributes. Where
// a quote is never closed, the first > counts.
func (s *scanner) tagEnd(i int) int {
	var quote byte
	first, value := -1, false
	for ; i < len(s.b); i++ {
		switch c := s.b[i]; {
		case quote != 0:
			if c == quote {
				quote = 0
			} else if c == '>' && first < 0 {
				first = i
			}
		case c == '>':
			return i
		case c == '=':
			value = true
			continue
		case (c == '"' || c == '\'') && value:
			quote = c
		case spaceByte(c):
			continue
		}
		value = false
	}
	return first
}

// eachAttr calls f with the name and the raw value of every attribute; from
// and to are the place of the value within attrs.
func eachAttr(attrs []byte, f func(name []byte, from, to int) bool) {
	i := 0
	for i < len(attrs) {
		for i < len(attrs) && (spaceByte(attrs[i]) || attrs[i] == '/') {
			i++
		}
		from := i
		for i < len(attrs) && attrs[i] != '=' && !spaceByte(attrs[i]) && attrs[i] != '/' {
			i++
		}
		name := attrs[from:i]
		for i < len(attrs) && spaceByte(attrs[i]) {
			i++
		}
		if i >= len(attrs) || attrs[i] != '=' {
			if len(name) > 0 && !f(name, i, i) {
				return
			}
			if len(name) == 0 {
				i++
			}
			continue
		}
		i++
		for i < len(attrs) && spaceByte(attrs[i]) {
			i++
		}
		if i >= len(attrs) {
			f(name, i, i)
			return
		}
		if q := attrs[i]; q == '"' || q == '\'' {
			i++
			from = i
			n := bytes.IndexByte(attrs[i:], q)
			if n < 0 {
				n = len(attrs) - i
			}
			i += n
			if !f(name, from, i) {
				return
			}
			i++
			continue
		}
		from = i
		for i < len(attrs) && !spaceByte(attrs[i]) {
			i++
		}
		if !f(name, from, i) {
			return
		}
	}
}
