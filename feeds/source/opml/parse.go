package opml

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/url"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html/charset"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"syndicated/feeds/source"
)

// Limits of a list.
const (
	maxDepth   = 256 // of outlines in each other
	maxMembers = 1_000_000
	maxURL     = 4096
)

// Parse reads OPML 1.0, 1.1 and 2.0, nested as it may be: every outline with an
// xmlUrl is a member, each address once. contentType is the header's value, for
// the encoding; base is where it came from, for relative addresses. Both may be
// empty.
func Parse(text []byte, contentType, base string) ([]source.Member, []string, error) {
	var at *url.URL
	if base != "" {
		at, _ = url.Parse(base)
	}
	r, known := decoded(text, contentType)
	d := xml.NewDecoder(r)
	d.Strict = false // lists are edited by hand: HTML entities, attributes without quotes
	d.Entity = xml.HTMLEntity
	d.CharsetReader = func(label string, in io.Reader) (io.Reader, error) {
		// It was decoded before; or it would not have been read as far as this
		// if it were what it says.
		if known || strings.HasPrefix(strings.ToLower(label), "utf-16") {
			return in, nil
		}
		return charset.NewReaderLabel(label, in)
	}
	var (
		members  []source.Member
		notes    []string
		seen     = map[string]bool{}
		depth    int
		outlines int
		wrong    int
		twice    int
		isOPML   bool
	)
	for {
		t, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			if len(members) == 0 {
				return nil, nil, fmt.Errorf("is no OPML: %w", cause(err))
			}
			notes = append(notes, fmt.Sprintf("it breaks off: %v", cause(err)))
			break
		}
		switch t := t.(type) {
		case xml.StartElement:
			if depth++; depth > maxDepth {
				return nil, nil, fmt.Errorf("its outlines are nested more than %d deep", maxDepth)
			}
			switch strings.ToLower(t.Name.Local) {
			case "opml":
				isOPML = true
				continue
			case "outline":
			default:
				continue
			}
			if !isOPML {
				return nil, nil, errors.New("is no OPML: an outline stands outside of it")
			}
			outlines++
			m, ok := outline(t.Attr)
			if !ok {
				continue
			}
			whole, ok := member(m.URL, at)
			switch {
			case !ok || len(whole) > maxURL:
				wrong++
			case seen[whole]:
				twice++
			default:
				if len(members) == maxMembers {
					return nil, nil, fmt.Errorf("it holds more than %d feeds", maxMembers)
				}
				seen[whole] = true
				m.URL = whole
				members = append(members, m)
			}
		case xml.EndElement:
			depth = max(0, depth-1)
		}
	}
	if !isOPML {
		return nil, nil, errors.New("is no OPML: it has no opml element")
	}
	if wrong > 0 {
		notes = append(notes, fmt.Sprintf("%d of its addresses are none of the web", wrong))
	}
	if twice > 0 {
		notes = append(notes, fmt.Sprintf("%d feeds are in it more than once", twice))
	}
	if outlines > 0 && len(members) == 0 {
		notes = append(notes, "none of its outlines names a feed")
	}
	return members, notes, nil
}

// outline reads one outline; ok is false when it names no feed. Programs write
// xmlUrl in every case of letters.
func outline(attrs []xml.Attr) (m source.Member, ok bool) {
	var text string
	for _, a := range attrs {
		switch strings.ToLower(a.Name.Local) {
		case "xmlurl":
			m.URL = strings.TrimSpace(a.Value)
		case "title":
			m.Title = strings.Join(strings.Fields(a.Value), " ")
		case "text":
			text = strings.Join(strings.Fields(a.Value), " ")
		}
	}
	if m.Title == "" {
		m.Title = text
	}
	return m, m.URL != ""
}

// cause is err without the decoder's own words.
func cause(err error) error {
	if e, ok := errors.AsType[*xml.SyntaxError](err); ok {
		return fmt.Errorf("line %d: %s", e.Line, e.Msg)
	}
	return err
}

// decoded gives the text as UTF-8 as far as that can be told before its XML
// declaration is read: by its byte order mark, then by the header's charset.
// known is false when the declaration has still to say.
func decoded(text []byte, contentType string) (r io.Reader, known bool) {
	if mark := unicode.BOMOverride(transform.Nop); bytes.HasPrefix(text, []byte("\xff\xfe")) || bytes.HasPrefix(text, []byte("\xfe\xff")) {
		return transform.NewReader(bytes.NewReader(text), mark), true
	}
	text = bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))
	if _, params, err := mime.ParseMediaType(contentType); err == nil && params["charset"] != "" {
		if label := strings.ToLower(params["charset"]); label != "utf-8" && label != "us-ascii" {
			if r, err := charset.NewReaderLabel(label, bytes.NewReader(text)); err == nil {
				return r, true
			}
		}
	}
	return bytes.NewReader(clean(text)), false
}

// clean takes out what no XML may hold, and what is no UTF-8 unless the
// declaration names another encoding.
func clean(text []byte) []byte {
	head := bytes.ToLower(text[:min(len(text), 200)])
	utf := !bytes.Contains(head, []byte("encoding=")) || bytes.Contains(head, []byte("utf-8"))
	bad := bytes.ContainsFunc(text, illegal) || utf && !utf8.Valid(text)
	if !bad {
		return text
	}
	out := make([]byte, 0, len(text))
	for _, c := range text {
		if !illegal(rune(c)) {
			out = append(out, c)
		}
	}
	if utf {
		out = bytes.ToValidUTF8(out, []byte("\uFFFD"))
	}
	return out
}

func illegal(r rune) bool {
	return r < ' ' && r != '\t' && r != '\n' && r != '\r' || r == 0xFFFE || r == 0xFFFF
}
