package remote

import (
	"bytes"
	"fmt"
	"mime"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html/charset"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/encoding/unicode/utf32"
)

// decode gives a document as UTF-8 without a byte order mark. What the bytes
// themselves show counts first (a byte order mark, the zeros of UTF-16 and
// UTF-32), then the charset of the HTTP header, then the XML declaration
// (RFC 7303 section 3), then whether it is UTF-8 at all. The notes tell where
// these contradicted each other. b is not changed, and returned as it is where
// nothing is to be done.
func decode(b []byte, contentType string) (text []byte, notes []string, err error) {
	enc, skip, name := byMark(b)
	if enc != nil {
		text, err = convert(b[skip:], enc)
		if err != nil {
			return nil, nil, fmt.Errorf("read it as %s: %w", name, err)
		}
		return text, nil, nil
	}
	b = b[skip:]
	if skip > 0 {
		text, dropped := validUTF8(b)
		return text, droppedNote(dropped), nil
	}
	label, said := httpCharset(contentType), "the HTTP header"
	if label == "" {
		label, said = declared(b), "the XML declaration"
	}
	if label == "" || sameAsUTF8(label) {
		return undeclared(b, label)
	}
	enc, name = lookup(label)
	switch {
	case enc == nil:
		text, notes, err = undeclared(b, "")
		return text, append([]string{fmt.Sprintf("%s names an unknown encoding %.40q", said, label)}, notes...), err
	case enc == unicode.UTF8, wide(name):
		// Bytes that hold no zero are no UTF-16, whatever is said.
		return undeclared(b, label)
	case multibyteUTF8(b):
		// UTF-8 does not come about by chance.
		return b, []string{fmt.Sprintf("%s says %.40s, the bytes are UTF-8", said, label)}, nil
	}
	if text, err = convert(b, enc); err != nil {
		return nil, nil, fmt.Errorf("read it as %s: %w", name, err)
	}
	if inner := declared(b); said == "the HTTP header" && inner != "" && bytes.ContainsRune(text, utf8.RuneError) {
		// The header is wrong more often than the document's author.
		if other, otherName := lookup(inner); other != nil && !wide(otherName) {
			if second, err := convert(b, other); err == nil && !bytes.ContainsRune(second, utf8.RuneError) {
				return second, []string{fmt.Sprintf("the HTTP header says %.40s, but it is %s as the XML declaration says", label, otherName)}, nil
			}
		}
	}
	return text, nil, nil
}

// undeclared reads what should be UTF-8.
func undeclared(b []byte, _ string) (text []byte, notes []string, err error) {
	if utf8.Valid(b) {
		return b, nil, nil
	}
	if !multibyteUTF8Somewhere(b) {
		// Western Europe is by far the commonest of what is sent undeclared, but
		// the bytes of other encodings have patterns that tell them.
		enc, name := sniff(b)
		text, err = convert(b, enc)
		return text, []string{"it is not UTF-8; read as " + name}, err
	}
	text, dropped := validUTF8(b)
	return text, droppedNote(dropped), nil
}

func droppedNote(n int) []string {
	if n == 0 {
		return nil
	}
	return []string{fmt.Sprintf("dropped %d bytes that are not UTF-8", n)}
}

// byMark recognises a byte order mark, and UTF-16 and UTF-32 without one by the
// zeros around the first <. A UTF-8 mark gives only what to skip.
func byMark(b []byte) (enc encoding.Encoding, skip int, name string) {
	be, le := unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM), unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM)
	be32, le32 := utf32.UTF32(utf32.BigEndian, utf32.IgnoreBOM), utf32.UTF32(utf32.LittleEndian, utf32.IgnoreBOM)
	is := func(mark string) bool { return bytes.HasPrefix(b, []byte(mark)) }
	switch {
	case is("\xef\xbb\xbf"):
		return nil, 3, ""
	case is("\x00\x00\xfe\xff"):
		return be32, 4, "UTF-32"
	case is("\xff\xfe\x00\x00"):
		return le32, 4, "UTF-32"
	case is("\xfe\xff"):
		return be, 2, "UTF-16"
	case is("\xff\xfe"):
		return le, 2, "UTF-16"
	case is("\x00\x00\x00<"), is("\x00\x00\x00{"):
		return be32, 0, "UTF-32"
	case is("<\x00\x00\x00"), is("{\x00\x00\x00"):
		return le32, 0, "UTF-32"
	case is("\x00<\x00"), is("\x00{\x00"):
		return be, 0, "UTF-16"
	case is("<\x00"), is("{\x00"):
		return le, 0, "UTF-16"
	case is("\x4c\x6f\xa7\x94"):
		// <?xm in EBCDIC, of which the declaration can be read with any.
		return charmap.CodePage037, 0, "EBCDIC"
	}
	return nil, 0, ""
}

func httpCharset(contentType string) string {
	if contentType == "" {
		return ""
	}
	if _, params, err := mime.ParseMediaType(contentType); err == nil {
		return strings.Trim(params["charset"], `'" `)
	}
	// Many headers are not quite what the standard wants.
	_, after, ok := strings.Cut(strings.ToLower(contentType), "charset")
	if !ok {
		return ""
	}
	after = strings.TrimLeft(after, " =")
	if i := strings.IndexAny(after, "; ,"); i > 0 {
		after = after[:i]
	}
	return strings.Trim(after, `'" `)
}

// declared is the encoding of the XML declaration.
func declared(b []byte) string {
	head := bytes.TrimLeft(b[:min(len(b), 512)], " \t\r\n")
	if !bytes.HasPrefix(head, []byte("<?xml")) {
		return ""
	}
	end := bytes.Index(head, procClose)
	if end < 0 {
		if end = bytes.IndexByte(head, '>'); end < 0 {
			return ""
		}
	}
	label, _ := attribute(head[5:end], "encoding")
	return label
}

func sameAsUTF8(label string) bool {
	switch strings.ToLower(label) {
	case "utf-8", "utf8", "us-ascii", "ascii", "u8", "utf_8":
		return true
	}
	return false
}

func wide(name string) bool {
	return strings.HasPrefix(name, "utf-16") || strings.HasPrefix(name, "utf-32") || name == "ucs-2" || name == "ucs-4"
}

// lookup finds an encoding by its name, with the names that the WHATWG list
// lacks.
func lookup(label string) (encoding.Encoding, string) {
	lower := strings.ToLower(strings.TrimSpace(label))
	switch lower {
	case "utf-32", "utf32", "utf-32be", "utf-32le", "ucs-4", "u32", "utf_32":
		return utf32.UTF32(utf32.BigEndian, utf32.UseBOM), "utf-32"
	case "utf_16", "u16", "utf16", "ucs-2":
		return unicode.UTF16(unicode.BigEndian, unicode.UseBOM), "utf-16"
	case "gb2312", "gbk", "cp936", "euc-cn":
		lower = "gb18030" // holds both
	case "iso-latin-1", "iso_8859_1", "iso8859_1", "8859-1":
		lower = "iso-8859-1"
	case "cp437", "ibm437":
		return charmap.CodePage437, "cp437"
	case "cp850", "ibm850":
		return charmap.CodePage850, "cp850"
	case "cp037", "ebcdic-cp-us", "ibm037":
		return charmap.CodePage037, "cp037"
	}
	if rest, ok := strings.CutPrefix(lower, "cp125"); ok {
		lower = "windows-125" + rest
	}
	enc, name := charset.Lookup(lower)
	if name == "replacement" {
		return nil, ""
	}
	return enc, name
}

func convert(b []byte, enc encoding.Encoding) ([]byte, error) {
	out, err := enc.NewDecoder().Bytes(b)
	if err != nil {
		return nil, err
	}
	return bytes.TrimPrefix(out, []byte("\xef\xbb\xbf")), nil
}

// validUTF8 leaves out the bytes that are not UTF-8.
func validUTF8(b []byte) (text []byte, dropped int) {
	if utf8.Valid(b) {
		return b, 0
	}
	out := make([]byte, 0, len(b))
	for len(b) > 0 {
		r, size := utf8.DecodeRune(b)
		if r == utf8.RuneError && size == 1 {
			dropped++
		} else {
			out = append(out, b[:size]...)
		}
		b = b[size:]
	}
	return out, dropped
}

// multibyteUTF8 reports whether b is UTF-8 and could be nothing else.
func multibyteUTF8(b []byte) bool {
	for _, c := range b {
		if c >= 0x80 {
			return utf8.Valid(b)
		}
	}
	return false
}

// multibyteUTF8Somewhere reports whether more of the bytes beyond ASCII form
// UTF-8 than not, so that the rest is damage.
func multibyteUTF8Somewhere(b []byte) bool {
	good, bad := 0, 0
	for len(b) > 0 {
		if b[0] < utf8.RuneSelf {
			b = b[1:]
			continue
		}
		r, size := utf8.DecodeRune(b)
		if r == utf8.RuneError && size == 1 {
			bad++
		} else {
			good++
		}
		b = b[size:]
	}
	return good > bad
}
