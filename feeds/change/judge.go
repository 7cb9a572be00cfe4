package change

import (
	"fmt"
	"strings"
	"time"
)

// version is one state of a post, ready to be compared.
type version struct {
	title   string
	text    *text
	tags    []string
	summary bool // of the post only its summary is known
	// published and when it was read, for the age of the edit.
	published, when time.Time
}

// finding is what a comparison of two versions came to.
type finding struct {
	told   bool
	score  float64
	reason string
	note   Note
	diff   []Hunk
}

// judge compares two versions of a post.
func judge(old, now version, sensitivity string) finding {
	spans := compareTexts(old.text, now.text)
	if len(spans) == 0 {
		if old.title != now.title {
			return finding{score: 0.1, reason: "only the title changed"}
		}
		return finding{reason: "the words are the same"}
	}
	added, deleted := map[uint64]int{}, 0
	longest, n := span{}, 0
	for _, s := range spans {
		for _, t := range old.text.tokens[s.a0:s.a1] {
			added[t.sum]--
			deleted++
		}
		for _, t := range now.text.tokens[s.b0:s.b1] {
			added[t.sum]++
		}
		if s.inserted()-s.deleted() > longest.inserted()-longest.deleted() {
			longest = s
		}
	}
	for _, v := range added {
		n += max(0, v)
	}
	f := finding{diff: hunks(old.text, now.text, spans)}
	f.score = min(1, float64(n)/24)
	f.reason = fmt.Sprintf("%d new words", n)
	if n >= 12 && longest.inserted() >= 12 && 2*n > deleted {
		f.told = true
		f.note.Text = now.text.quote(longest.b0, longest.b1)
	}
	return f
}

// hunks are the changes for a person to read, a few words around them.
func hunks(a, b *text, spans []span) []Hunk {
	var out []Hunk
	for _, s := range spans {
		out = append(out, Hunk{Old: a.quote(s.a0, s.a1), New: b.quote(s.b0, s.b1)})
	}
	return out
}

// quote is the text of some tokens, with its punctuation and line feeds.
func (t *text) quote(from, to int32) string {
	if from >= to {
		return ""
	}
	var b strings.Builder
	first, last := t.tokens[from], t.tokens[to-1]
	for l := first.line; l <= last.line; l++ {
		s := t.doc.lines[l].text
		begin, end := 0, len(s)
		if l == first.line && (from > 0 && t.tokens[from-1].line == l) {
			begin = int(first.start)
		}
		if l == last.line && int(to) < len(t.tokens) && t.tokens[to].line == l {
			end = int(last.end)
			// The marks that close the words belong to them.
			next := int(t.tokens[to].start)
			if i := strings.IndexByte(s[end:next], ' '); i >= 0 {
				end += i
			} else if next == len(s) {
				end = next
			}
		}
		if b.Len() > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(strings.TrimSpace(s[begin:end]))
	}
	return b.String()
}
