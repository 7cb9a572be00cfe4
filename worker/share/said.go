package share

import (
	"strings"
	"unicode"

	"syndicated/feeds"
)

// said is what a post says, as plain text.
type said struct {
	title string
	point string // the summary, or the first paragraphs, without what is no prose
	// note: the post has no title of its own; its text is the message.
	note bool
	html string
	read string // text, once it was asked for
}

// gistMax is how much HTML is read for a summary, in bytes.
const gistMax = 16 << 10

// listen finds out what a post says.
func listen(p feeds.Post) *said {
	s := &said{title: oneLine(p.Title), html: p.Content}
	if s.html == "" {
		s.html = p.Summary
	}
	if !naming(s.title, s.html) {
		s.title = ""
	}
	if s.note = s.title == "" && s.text() != ""; s.note {
		return s
	}
	s.point = gist(p.Summary, s.title)
	// A stub such as "Ann and guests discuss…" says less than the text does.
	if length(s.point) < 45 && (s.point == "" || strings.HasSuffix(s.point, ellipsis)) {
		if longer := gist(p.Content, s.title); longer != "" {
			s.point = longer
		}
	}
	return s
}

// text is the whole post, with its lists and the addresses of its links.
func (s *said) text() string {
	if s.read == "" {
		s.read = tidy(read(s.html, reading{links: true}), "")
	}
	return s.read
}

// naming tells whether title names the post: it is neither a stand-in nor the
// cut beginning of the text, as publishing software makes it for notes.
func naming(title, html string) bool {
	switch strings.ToLower(strings.Trim(title, "()[]. ")) {
	case "", "untitled", "no title", "ohne titel", "sans titre", "sin título", "untitled post":
		return false
	}
	head := strings.TrimRight(strings.TrimSuffix(strings.TrimSuffix(title, "..."), ellipsis), " ")
	return head == title || !strings.HasPrefix(squeeze(read(beginning(html, gistMax), reading{})), squeeze(head))
}

// squeeze leaves letters and digits only, small, for texts to be compared.
func squeeze(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, s)
}

func oneLine(s string) string { return strings.Join(strings.Fields(clean(s)), " ") }

// beginning is at most n bytes of s, no rune broken.
func beginning(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:n], "")
}
