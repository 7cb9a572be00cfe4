package change

import "strings"

// titleChange is what became of the title.
type titleChange struct {
	changed bool
	state   bool // it tells another state
	swapped bool // it has another number in the place of one
}

// compareTitles tells what became of the title.
func compareTitles(old, now string) (t titleChange) {
	if old == now {
		return t
	}
	a, b := titleText(old), titleText(now)
	spans := compareTexts(a, b)
	t.changed = len(spans) > 0
	if !t.changed || otherTongue(a, b) {
		return t
	}
	lex := lexicon()
	for _, s := range spans {
		if lex.count(b.tokens[s.b0:s.b1], classState) > lex.count(a.tokens[s.a0:s.a1], classState) {
			t.state = true
		}
		if x, y := a.numberIn(s.a0, s.a1), b.numberIn(s.b0, s.b1); x != "" && y != "" && squash(x) != squash(y) && !(year(x) && year(y)) {
			t.swapped = true
		}
		// [Update] before or after what the title was.
		for j := s.b0; j < s.b1; j++ {
			if lex.at(b.tokens, int(j), classLabel) > 0 && s.inserted() <= 4 && (j == 0 || int(s.b1) == len(b.tokens)) {
				t.state = true
			}
		}
	}
	return t
}

func titleText(title string) *text {
	return newText(&document{lines: []line{{kind: 'h', text: plainTitle(title)}}})
}

func plainTitle(s string) string {
	return strings.Map(plain, strings.Join(strings.Fields(s), " "))
}
