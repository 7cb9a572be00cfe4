package change

import (
	"strings"
)

// document is what a reader reads of a post: its lines of plain text, a line a
// block of the HTML, without markup and without the furniture that themes and
// platforms put around and into posts (share buttons, counters, related posts).
type document struct {
	lines []line
	// cut: the text went on beyond maxText.
	cut bool
	// leads: a link leads on to the whole text; teaser: that, or it breaks off.
	leads, teaser bool
}

// line is one block of text. Kinds: h heading, p paragraph, l list item, q
// quotation, t table row, c line of code, f caption, n remark in a box.
type line struct {
	kind byte
	text string
	// linked is how many bytes of the text are in links.
	linked int
	// marked: the author shows that the line was changed, by ins, del or s.
	marked bool
}

// maxText bounds what is compared and remembered of one post, in bytes.
const maxText = 192 << 10

// parseDocument reads an HTML fragment.
func parseDocument(fragment string) *document {
	p := reader{}
	p.read(fragment)
	if 8*p.kept < p.dropped {
		// A theme that wraps the post itself in such a class: take all of it.
		p = reader{keep: true}
		p.read(fragment)
	}
	if p.mute > 0 {
		// An element that is never closed, such as a <head> that should have been
		// written &lt;head>, hides nothing.
		p = reader{keep: true, open: p.muteName}
		p.read(fragment)
	}
	d := &document{lines: p.lines, cut: p.cut}
	d.lines, d.leads, d.teaser = withoutFurniture(d.lines)
	return d
}

// pack writes the lines as they are remembered: a kind, the share of linked
// text in tenths as a letter, a capital where the line is marked, the text and a
// line feed each.
func (d *document) pack() []byte {
	n := 0
	for _, l := range d.lines {
		n += len(l.text) + 3
	}
	b := make([]byte, 0, n)
	for _, l := range d.lines {
		share := 'a' + byte(l.linked*10/len(l.text))
		if l.marked {
			share -= 'a' - 'A'
		}
		b = append(b, l.kind, share)
		b = append(b, l.text...)
		b = append(b, '\n')
	}
	return b
}

// unpackDocument reads what pack wrote.
func unpackDocument(b []byte) *document {
	d := &document{lines: make([]line, 0, strings.Count(string(b), "\n"))}
	for l := range strings.Lines(string(b)) {
		l = strings.TrimSuffix(l, "\n")
		if len(l) < 3 {
			continue
		}
		text, share := l[2:], l[1]
		marked := share < 'a'
		if marked {
			share += 'a' - 'A'
		}
		d.lines = append(d.lines, line{kind: l[0], text: text, linked: int(share-'a') * len(text) / 10, marked: marked})
	}
	return d
}
