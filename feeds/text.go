package feeds

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// Text is the readable plain text of an HTML fragment: a line a block, list
// items with a bullet, entities decoded once, white space folded. What is not
// shown to readers (script, style, head) is left out.
func Text(fragment string) string {
	if !strings.ContainsAny(fragment, "<&") {
		return strings.Join(strings.Fields(fragment), " ")
	}
	var (
		b     strings.Builder
		z     = html.NewTokenizer(strings.NewReader(fragment))
		line  = true // at the start of a line
		space bool   // white space is owed
		pre   int
		mute  int
	)
	breakLine := func() {
		if !line {
			b.WriteByte('\n')
		}
		line, space = true, false
	}
	for {
		switch z.Next() {
		case html.ErrorToken:
			return strings.TrimRight(b.String(), "\n ")
		case html.TextToken:
			if mute > 0 {
				continue
			}
			for _, r := range string(z.Text()) {
				switch {
				case pre > 0 && r == '\n':
					breakLine()
				case r == ' ' || r == '\t' || r == '\n' || r == '\r' || r == '\f' || r == '\u00a0':
					space = true
				default:
					if space && !line {
						b.WriteByte(' ')
					}
					b.WriteRune(r)
					line, space = false, false
				}
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			name, _ := z.TagName()
			switch a := atom.Lookup(name); {
			case hiddenElement(a):
				mute++
			case a == atom.Li:
				breakLine()
				b.WriteString("• ")
			case a == atom.Pre:
				breakLine()
				pre++
			case a == atom.Td || a == atom.Th:
				space = true
			case blockElement(a):
				breakLine()
			}
		case html.EndTagToken:
			name, _ := z.TagName()
			switch a := atom.Lookup(name); {
			case hiddenElement(a):
				mute = max(0, mute-1)
			case a == atom.Pre:
				pre = max(0, pre-1)
				breakLine()
			case blockElement(a):
				breakLine()
			}
		}
	}
}

func hiddenElement(a atom.Atom) bool {
	switch a {
	case atom.Script, atom.Style, atom.Head, atom.Template, atom.Noscript:
		return true
	}
	return false
}

func blockElement(a atom.Atom) bool {
	switch a {
	case atom.P, atom.Div, atom.Br, atom.Hr, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6,
		atom.Ul, atom.Ol, atom.Li, atom.Dl, atom.Dt, atom.Dd, atom.Blockquote, atom.Pre, atom.Table, atom.Tr,
		atom.Section, atom.Article, atom.Aside, atom.Header, atom.Footer, atom.Nav, atom.Main,
		atom.Figure, atom.Figcaption, atom.Address, atom.Details, atom.Summary, atom.Form, atom.Fieldset:
		return true
	}
	return false
}
