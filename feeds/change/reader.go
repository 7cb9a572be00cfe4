package change

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// reader turns HTML tokens into lines.
type reader struct {
	lines []line
	cut   bool
	// keep what looks like furniture by its class.
	keep          bool
	kept, dropped int    // bytes of text
	open          string // name of an element that is never closed

	b      strings.Builder
	kind   byte
	space  bool
	linked int
	total  int
	link   bool // within <a href>
	pre    int
	quote  int
	// mute is the depth of elements within a muted one, 0 when nothing is.
	mute     int
	muteName string
	// alts are the texts that stand for images; image: the line holds one.
	alts    map[string]bool
	image   bool
	caption bool // within a figcaption or its like
	marked  bool // the line has an ins, del or s
	box     int  // depth within a box, 0 outside
	boxName string
	// shown: the muted element would be seen by readers.
	shown bool
}

func (p *reader) flush() {
	text := strings.TrimSpace(p.b.String())
	if text != "" {
		kind := p.kind
		switch {
		case p.pre > 0:
			kind = 'c'
		case p.caption || p.alts[text] || kind == 'p' && p.image && len(text) < 200:
			kind = 'f'
		case kind == 'p' && p.box > 0:
			kind = 'n'
		case kind == 'p' && p.quote > 0:
			kind = 'q'
		}
		if p.total+len(text) > maxText {
			p.cut = true
		} else {
			p.lines = append(p.lines, line{kind: kind, text: text, linked: min(p.linked, len(text)), marked: p.marked})
			p.total += len(text)
		}
	}
	p.b.Reset()
	p.space, p.linked, p.image, p.marked = false, 0, false, false
	p.kind = 'p'
}

func (p *reader) read(fragment string) {
	p.kind = 'p'
	if !strings.ContainsAny(fragment, "<&") {
		for paragraph := range strings.SplitSeq(fragment, "\n\n") {
			p.text(paragraph)
			p.flush()
		}
		return
	}
	z := html.NewTokenizer(strings.NewReader(fragment))
	z.SetMaxBuf(4 << 20)
	for !p.cut {
		switch z.Next() {
		case html.ErrorToken:
			p.flush()
			return
		case html.TextToken:
			switch {
			case p.mute == 0:
				p.text(string(z.Text()))
			case p.shown:
				p.dropped += len(strings.TrimSpace(string(z.Text())))
			}
		case html.StartTagToken:
			p.start(z, false)
		case html.SelfClosingTagToken:
			p.start(z, true)
		case html.EndTagToken:
			name, _ := z.TagName()
			p.end(string(name))
		}
	}
}

func (p *reader) text(s string) {
	for _, r := range s {
		switch {
		case p.pre > 0 && r == '\n':
			p.flush()
		case r == ' ' || r == '\t' || r == '\n' || r == '\r' || r == '\f' || r == '\u00a0' || r == '\u202f' || r == '\u2009':
			p.space = true
		case r == '\u00ad' || r == '\u200b' || r == '\u200c' && !p.joining() || r == '\u2060' || r == '\ufeff' || r == '\ufe0f' || r == utf8.RuneError:
			// Not seen by anyone.
		default:
			if p.space && p.b.Len() > 0 {
				p.b.WriteByte(' ')
			}
			p.space = false
			n := p.b.Len()
			p.b.WriteRune(plain(r))
			if p.link {
				p.linked += p.b.Len() - n
			}
			p.kept++
		}
	}
}

// joining: a zero-width non-joiner has meaning in Persian and Indic scripts.
func (p *reader) joining() bool {
	r, _ := utf8.DecodeLastRuneInString(p.b.String())
	return unicode.In(r, unicode.Arabic, unicode.Devanagari, unicode.Bengali)
}

// plain undoes what typography does to quotes and dashes.
func plain(r rune) rune {
	switch r {
	case '\u2018', '\u2019', '\u201a', '\u201b', '\u2032', '\u02bc':
		return '\''
	case '\u201c', '\u201d', '\u201e', '\u201f', '\u2033':
		return '"'
	case '\u2010', '\u2011', '\u2012':
		return '-'
	}
	return r
}

func (p *reader) start(z *html.Tokenizer, closed bool) {
	tag, more := z.TagName()
	name := string(tag)
	a := atom.Lookup(tag)
	void := closed || voidElement(a)
	if p.mute > 0 {
		if !void && name == p.muteName {
			p.mute++
		}
		return
	}
	var class, id, alt, role, hidden, style string
	href := false
	for more {
		var k, v []byte
		k, v, more = z.TagAttr()
		switch string(k) {
		case "class":
			class = string(v)
		case "id":
			id = string(v)
		case "alt":
			alt = string(v)
		case "role":
			role = string(v)
		case "aria-hidden":
			hidden = string(v)
		case "style":
			style = string(v)
		case "hidden":
			hidden = "true"
		case "href":
			href = true
		}
	}
	if a == atom.Img {
		if emoji(alt) {
			p.text(alt)
			return
		}
		p.image = true
		if alt = strings.Join(strings.Fields(alt), " "); alt != "" {
			if p.alts == nil {
				p.alts = map[string]bool{}
			}
			p.alts[alt] = true
		}
		return
	}
	if (a == atom.Del || a == atom.S || a == atom.Strike || a == atom.Ins) && !furnitureClass(class) {
		p.marked = true
	}
	if !void {
		mute, shown := mutedElement(a), false
		if !mute && (hidden == "true" || strings.Contains(strings.ReplaceAll(style, " ", ""), "display:none")) {
			mute = true
		}
		if !mute && !p.keep && (role == "navigation" || role == "complementary" || furnitureClass(class) || furnitureClass(id)) {
			mute, shown = true, true
		}
		if mute && name != p.open {
			if blockElement(a) {
				p.flush()
			}
			p.mute, p.muteName, p.shown = 1, name, shown
			return
		}
	}
	if !void && blockElement(a) {
		switch {
		case p.box > 0 && name == p.boxName:
			p.box++
		case p.box == 0 && (a == atom.Aside || boxClass(class)):
			p.flush()
			p.box, p.boxName = 1, name
		}
	}
	switch a {
	case atom.A:
		p.link = href && !closed
	case atom.Pre:
		p.flush()
		p.pre++
	case atom.Blockquote:
		p.flush()
		p.quote++
	case atom.Td, atom.Th:
		p.space = true
		if p.b.Len() > 0 {
			p.b.WriteString(" |")
		}
	case atom.Br:
		// Two of them make a paragraph on old platforms; one is a line of verse
		// or an address: a line is a line.
		kind := p.kind
		p.flush()
		p.kind = kind
	default:
		if !blockElement(a) {
			break
		}
		keepItem := p.kind == 'l' && p.b.Len() == 0 && a == atom.P // <li><p>
		p.flush()
		switch a {
		case atom.Li, atom.Dd, atom.Dt:
			p.kind = 'l'
		case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
			p.kind = 'h'
		case atom.Tr:
			p.kind = 't'
		default:
			if keepItem {
				p.kind = 'l'
			}
		}
		p.caption = a == atom.Figcaption || strings.Contains(class, "caption")
	}
}

func (p *reader) end(name string) {
	a := atom.Lookup([]byte(name))
	if p.mute > 0 {
		if name == p.muteName {
			p.mute--
			if p.mute == 0 && blockElement(a) {
				p.flush()
			}
		}
		return
	}
	if p.box > 0 && name == p.boxName {
		if p.box == 1 {
			p.flush()
		}
		p.box--
	}
	switch a {
	case atom.A:
		p.link = false
	case atom.Pre:
		p.flush()
		p.pre = max(0, p.pre-1)
	case atom.Blockquote:
		p.flush()
		p.quote = max(0, p.quote-1)
	default:
		if blockElement(a) {
			p.flush()
			p.caption = false
		}
	}
}

func voidElement(a atom.Atom) bool {
	switch a {
	case atom.Area, atom.Base, atom.Br, atom.Col, atom.Embed, atom.Hr, atom.Img, atom.Input,
		atom.Link, atom.Meta, atom.Param, atom.Source, atom.Track, atom.Wbr:
		return true
	}
	return false
}

// mutedElement holds nothing that a reader reads, or, as del and s, what he is
// told to read no more.
func mutedElement(a atom.Atom) bool {
	switch a {
	case atom.Script, atom.Style, atom.Head, atom.Template, atom.Noscript, atom.Svg, atom.Math, atom.Nav,
		atom.Button, atom.Form, atom.Select, atom.Iframe, atom.Object, atom.Video, atom.Audio,
		atom.Del, atom.S, atom.Strike:
		return true
	}
	return false
}

func blockElement(a atom.Atom) bool {
	switch a {
	case atom.P, atom.Div, atom.Br, atom.Hr, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6,
		atom.Ul, atom.Ol, atom.Li, atom.Dl, atom.Dt, atom.Dd, atom.Blockquote, atom.Pre, atom.Table, atom.Tr,
		atom.Thead, atom.Tbody, atom.Caption, atom.Section, atom.Article, atom.Aside, atom.Header, atom.Footer,
		atom.Nav, atom.Main, atom.Figure, atom.Figcaption, atom.Address, atom.Details, atom.Summary, atom.Form, atom.Fieldset:
		return true
	}
	return false
}

// emoji: an image that stands for a character.
func emoji(alt string) bool {
	if alt == "" || utf8.RuneCountInString(alt) > 8 {
		return false
	}
	return !strings.ContainsFunc(alt, func(r rune) bool { return r < 0x2000 && r != '\u00a9' && r != '\u00ae' })
}
