package remote

import (
	"strings"

	"syndicated/feeds"
)

// plainTitle makes plain text of the title of an RSS item, which may be plain
// text or HTML: the format does not say. Tags count as such where they are of
// the kind that titles have and are closed, so that "Using <canvas>" stays; what
// looks like a reference is one, for most publishers escape twice.
func plainTitle(s string) string {
	if strings.IndexByte(s, '<') < 0 {
		if strings.IndexByte(s, '&') >= 0 {
			s = unescape([]byte(s))
		}
		return strings.Join(strings.Fields(s), " ")
	}
	if !markedUp(s) {
		return strings.Join(strings.Fields(unescape([]byte(s))), " ")
	}
	return oneLine(feeds.Text(s))
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// markedUp reports whether every tag in s is one of inline HTML that is closed.
func markedUp(s string) bool {
	var (
		sc    = scanner{b: []byte(s)}
		open  []string
		found bool
	)
	for {
		t, ok := sc.next()
		if !ok {
			return found && len(open) == 0
		}
		switch t.kind {
		case startToken:
			name := strings.ToLower(string(t.name))
			if !inline(name) {
				return false
			}
			found = true
			if !t.empty && !void(name) {
				open = append(open, name)
			}
		case endToken:
			name := strings.ToLower(string(t.name))
			if len(open) == 0 || open[len(open)-1] != name {
				return false
			}
			open = open[:len(open)-1]
		}
	}
}

func inline(name string) bool {
	switch name {
	case "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "blink", "br", "cite", "code", "del", "dfn", "div", "em", "font", "h1", "h2", "h3",
		"h4", "h5", "h6", "i", "img", "ins", "kbd", "mark", "nobr", "p", "q", "s", "samp", "small", "span", "strike", "strong", "sub", "sup",
		"time", "tt", "u", "var", "wbr":
		return true
	}
	return false
}
