package change

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// reason says in plain words what was found, the weightiest first.
func (e *edit) reason(told bool) string {
	var parts []string
	say := func(format string, args ...any) { parts = append(parts, fmt.Sprintf(format, args...)) }
	v := &e.vector
	switch what, _ := e.strong(); what {
	case "label":
		p := e.pieces[e.labels[0]]
		from, _ := e.now.text.labelIn(p, classLabel)
		say("%q opens %s", e.opening(from), e.place(p))
	case "title":
		say("the title tells another state: %q", plainTitle(e.now.title))
	case "marked":
		say("the author marks words as struck out or put in")
	case "self":
		say("a new sentence speaks of an earlier version of the post")
	case "today":
		say("the new words name the day of the edit")
	}
	if e.main >= 0 && (len(e.labels) == 0 || e.labels[0] != e.main) {
		say("%s", e.place(e.pieces[e.main]))
	}
	switch {
	case len(e.pieces) == 0 && e.cut:
		say("the text is cut off where a teaser ends")
	case len(e.pieces) == 0 && !e.title.changed:
		say("the words are the same")
	case v[featTruncated] == 1:
		say("a teaser became the whole text, or the other way round")
	case v[featTranslated] > 0.5:
		say("the words were translated")
	}
	if n := len(e.numbers); n > 0 && e.words > 0 {
		say("names %s, not in the post before", list(e.numbers))
	} else if v[featNumberSwap] > 0 {
		say("a number took the place of another")
	}
	if v[featAhead] > 0 {
		say("names a day to come, %s", e.date.Format("2 January 2006"))
	}
	if len(e.states) > 0 {
		say("says %q", strings.Join(e.states, ", "))
	}
	if v[featFlip] > 0 {
		say("a negation came or went")
	}
	if e.title.changed && v[featTitleState] == 0 {
		say("the title changed")
	}
	if e.main < 0 && len(e.pieces) > 0 && len(e.labels) == 0 {
		alikes, moved := 0, 0
		for _, p := range e.pieces {
			if p.alike {
				alikes++
			}
			if p.moved {
				moved++
			}
		}
		switch {
		case moved == len(e.pieces):
			say("text was moved, none is new")
		case alikes == len(e.pieces):
			say("%s of the same letters, such as typos", count(alikes, "change"))
		default:
			say("%s in %s, no sentence of its own", count(int(math.Round(e.words)), "new word"), count(len(e.pieces), "place"))
		}
	}
	if v[featTypo] > 0 {
		say("speaks of typos or wording")
	}
	if !told && v[featOld] > 0 && len(e.pieces) > 0 {
		say("%d days after publication", int(e.now.when.Sub(e.now.published).Hours()/24))
	}
	if e.now.summary {
		say("judged by its summary alone")
	}
	if len(parts) == 0 {
		say("nothing that followers would want to hear")
	}
	return strings.Join(parts, "; ")
}

// place says what a piece is and where it stands.
func (e *edit) place(p piece) string {
	b := e.now.text
	what := "sentence"
	n := int(math.Round(p.ins))
	l := b.doc.lines[p.line]
	whole := b.first[p.line] >= p.b0 && b.first[p.line+1] <= p.b1
	if whole {
		switch l.kind {
		case 'h':
			what = "section"
		case 'l':
			what = "list item"
		case 'n':
			what = "remark"
		default:
			what = "paragraph"
		}
	} else if p.sentences > 1 {
		what = "passage"
	}
	where := "at the end"
	switch {
	case p.b0 == 0:
		where = "at the top"
	case int(p.b1) >= len(b.tokens):
	case whole:
		where = "after the " + ordinal(int(p.line))
	default:
		where = "in the " + ordinal(int(p.line)+1) + " paragraph"
	}
	return fmt.Sprintf("a new %s of %s %s", what, count(n, "word"), where)
}

// opening is a label as it stands, up to its first mark.
func (e *edit) opening(from int32) string {
	b := e.now.text
	k := b.tokens[from]
	s := b.doc.lines[k.line].text[k.start:]
	for _, closing := range []string{")", "]", "）", "】", ":", "："} {
		if i := strings.Index(s, closing); i > 0 && i < 60 {
			return strings.TrimRight(s[:i+len(closing)], ":：")
		}
	}
	return b.quote(from, min(from+3, b.first[k.line+1]))
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return strconv.Itoa(n) + " " + what + "s"
}

func ordinal(n int) string {
	names := []string{"zeroth", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"}
	if n < len(names) {
		return names[n]
	}
	suffix := "th"
	if n%100 < 11 || n%100 > 13 {
		switch n % 10 {
		case 1:
			suffix = "st"
		case 2:
			suffix = "nd"
		case 3:
			suffix = "rd"
		}
	}
	return strconv.Itoa(n) + suffix
}

func list(words []string) string {
	const most = 4
	if len(words) > most {
		return strings.Join(words[:most], ", ") + fmt.Sprintf(" and %d more", len(words)-most)
	}
	return strings.Join(words, ", ")
}
