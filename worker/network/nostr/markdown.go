package nostr

import (
	"strconv"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// markdown writes HTML as the Markdown of articles, which may hold no HTML: what
// it has no sign for becomes its text.
func markdown(fragment string) string {
	w := writer{}
	z := html.NewTokenizer(strings.NewReader(fragment))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return strings.TrimSpace(w.b.String())
		case html.TextToken:
			w.text(string(z.Text()))
		case html.StartTagToken, html.SelfClosingTagToken:
			w.open(z.Token())
		case html.EndTagToken:
			w.close(z.Token().DataAtom)
		}
	}
}

type writer struct {
	b      strings.Builder
	owed   int    // line ends before the next word
	space  bool   // white space before the next word
	lines  string // what each line begins with
	before string // the same when the last word was written
	code   bool
	lists  []int // numbers of the lists that are open; 0 is a bullet
	links  []string
	pre    bool
	mute   int
}

// put writes raw after what is owed.
func (w *writer) put(raw string) {
	if w.b.Len() > 0 && w.owed > 0 {
		// An empty line belongs to a quotation that goes on, not to one that begins.
		empty := w.lines[:min(len(w.lines), len(w.before))]
		w.b.WriteString(strings.Repeat("\n"+empty, w.owed-1) + "\n" + w.lines)
	} else if w.space && w.b.Len() > 0 {
		w.b.WriteByte(' ')
	} else if w.b.Len() == 0 {
		w.b.WriteString(w.lines)
	}
	w.owed, w.space, w.before = 0, false, w.lines
	w.b.WriteString(raw)
}

func (w *writer) block(lines int) { w.owed, w.space = max(w.owed, lines), false }

var escapes = strings.NewReplacer(`\`, `\\`, "*", `\*`, "_", `\_`, "`", "\\`", "[", `\[`, "]", `\]`, "<", `\<`, "#", `\#`)

func (w *writer) text(s string) {
	if w.mute > 0 {
		return
	}
	if w.pre {
		w.put(strings.ReplaceAll(s, "\n", "\n"+w.lines))
		return
	}
	words := strings.Fields(s)
	if len(words) == 0 {
		w.space = w.space || s != ""
		return
	}
	if strings.TrimLeft(s, " \t\r\n\u00a0") != s {
		w.space = true
	}
	if joined := strings.Join(words, " "); w.code {
		w.put(joined)
	} else {
		w.put(escapes.Replace(joined))
	}
	w.space = strings.TrimRight(s, " \t\r\n\u00a0") != s
}

func attribute(t html.Token, name string) string {
	for _, a := range t.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func (w *writer) open(t html.Token) {
	switch t.DataAtom {
	case atom.Script, atom.Style, atom.Template, atom.Noscript, atom.Head:
		if t.Type == html.StartTagToken {
			w.mute++
		}
	case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
		w.block(2)
		w.put(strings.Repeat("#", int(t.Data[1]-'0')) + " ")
	case atom.P, atom.Div, atom.Figure, atom.Section, atom.Article, atom.Table:
		if len(w.lists) == 0 {
			w.block(2)
		}
	case atom.Figcaption, atom.Tr, atom.Dt, atom.Dd:
		w.block(1)
	case atom.Br:
		w.block(1)
	case atom.Hr:
		w.block(2)
		w.put("---")
		w.block(2)
	case atom.Ul, atom.Ol:
		w.block(2 - min(1, len(w.lists)))
		w.lists = append(w.lists, 0)
		if t.DataAtom == atom.Ol {
			w.lists[len(w.lists)-1] = 1
		}
	case atom.Li:
		w.item()
	case atom.Blockquote:
		w.block(2)
		w.lines += "> "
	case atom.Pre:
		w.block(2)
		w.put("```\n" + w.lines)
		w.pre = true
	case atom.Code:
		if !w.pre {
			w.put("`")
			w.code = true
		}
	case atom.Strong, atom.B:
		w.put("**")
	case atom.Em, atom.I:
		w.put("*")
	case atom.A:
		w.links = append(w.links, attribute(t, "href"))
		if attribute(t, "href") != "" {
			w.put("[")
		}
	case atom.Img:
		if src := attribute(t, "src"); src != "" && w.mute == 0 {
			w.put("![" + escapes.Replace(attribute(t, "alt")) + "](" + address(src) + ")")
		}
	}
}

func (w *writer) item() {
	w.block(1)
	depth := max(0, len(w.lists)-1)
	sign := "- "
	if len(w.lists) > 0 && w.lists[depth] > 0 {
		sign = strconv.Itoa(w.lists[depth]) + ". "
		w.lists[depth]++
	}
	w.put(strings.Repeat("    ", depth) + sign)
}

func (w *writer) close(a atom.Atom) {
	switch a {
	case atom.Script, atom.Style, atom.Template, atom.Noscript, atom.Head:
		w.mute = max(0, w.mute-1)
	case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
		w.block(2)
	case atom.P, atom.Div, atom.Figure, atom.Section, atom.Article, atom.Table:
		if len(w.lists) == 0 {
			w.block(2)
		}
	case atom.Ul, atom.Ol:
		w.lists = w.lists[:max(0, len(w.lists)-1)]
		w.block(2 - min(1, len(w.lists)))
	case atom.Td, atom.Th:
		w.space = true
	case atom.Blockquote:
		w.lines = strings.TrimSuffix(w.lines, "> ")
		w.block(2)
	case atom.Pre:
		if w.pre {
			w.pre = false
			w.b.WriteString("\n" + w.lines + "```")
			w.block(2)
		}
	case atom.Code:
		if !w.pre && w.code {
			w.after("`")
			w.code = false
		}
	case atom.Strong, atom.B:
		w.after("**")
	case atom.Em, atom.I:
		w.after("*")
	case atom.A:
		if n := len(w.links); n > 0 {
			if to := w.links[n-1]; to != "" {
				w.after("](" + address(to) + ")")
			}
			w.links = w.links[:n-1]
		}
	}
}

// after writes a closing sign: white space that is owed comes behind it.
func (w *writer) after(sign string) {
	space, owed := w.space, w.owed
	w.space, w.owed = false, 0
	w.put(sign)
	w.space, w.owed = space, owed
}

// address keeps a URL within its brackets.
func address(u string) string {
	return strings.NewReplacer(" ", "%20", "(", "%28", ")", "%29", "\n", "", "<", "%3C", ">", "%3E").Replace(strings.TrimSpace(u))
}
