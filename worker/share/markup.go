package share

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"syndicated/worker/network"
)

// markup writes text in the language of one network, so that what comes from a
// post is read as text there: it forms no link but its URLs, no emphasis, and
// calls nobody.
type markup struct {
	kind network.Markup
	// mute: a name behind @ would call somebody.
	mute bool
}

// joiner parts an @ from the name behind it and shows nothing.
const joiner = "\u2060"

var (
	// mention is an @ that no letter, digit or address stands before.
	mention = regexp.MustCompile(`(^|[^\p{L}\p{M}\p{N}_./=@\x{2060}-])[@＠]([\p{L}\p{N}_])`)
	address = regexp.MustCompile(`https?://[^\s<>"` + "`" + `\\|\x{2060}]+`)
	// pairs are runs that Slack would set in bold, italics, strike-through or code.
	pairs = regexp.MustCompile("[*_~`]+")
)

var (
	htmlEscapes   = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")
	attrEscapes   = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&#34;")
	markdownMarks = regexp.MustCompile("[\\\\*_~`|<>\\[\\]()]")
	lineMarks     = regexp.MustCompile(`(?m)^(\s*)(#{1,6}|-#|[-+]|>{1,3}|\d+[.)])(\s)`)
	mrkdwnLooks   = strings.NewReplacer("*", "∗", "_", "ˍ", "~", "∼", "`", "ˋ")
)

// escape makes text of s.
func (m markup) escape(s string) string {
	s = clean(s)
	if m.mute && strings.ContainsAny(s, "@＠") {
		// Twice, because two names may share the character between them.
		for range 2 {
			s = outside(s, func(t string) string { return mention.ReplaceAllString(t, "${1}@"+joiner+"${2}") })
		}
	}
	switch m.kind {
	case network.HTML:
		return htmlEscapes.Replace(s)
	case network.Markdown:
		return outside(s, func(t string) string {
			t = markdownMarks.ReplaceAllString(t, `\$0`)
			return lineMarks.ReplaceAllStringFunc(t, func(mark string) string {
				bare := strings.TrimLeft(mark, " \t\n")
				lead := mark[:len(mark)-len(bare)]
				if end := strings.TrimRight(bare, " \t\n"); strings.ContainsAny(end[len(end)-1:], ".)") && end[0] >= '0' && end[0] <= '9' {
					return lead + end[:len(end)-1] + `\` + bare[len(end)-1:]
				}
				return lead + `\` + bare
			})
		})
	case network.Mrkdwn:
		s = outside(s, func(t string) string {
			if len(pairs.FindAllStringIndex(t, 2)) < 2 {
				return t
			}
			// Slack has no escape for these; two that could pair are shown by their likenesses.
			return mrkdwnLooks.Replace(t)
		})
		return htmlEscapes.Replace(s)
	}
	return s
}

// outside applies change to what is no address in s.
func outside(s string, change func(string) string) string {
	if !strings.Contains(s, "://") {
		return change(s)
	}
	var b strings.Builder
	last := 0
	for _, at := range address.FindAllStringIndex(s, -1) {
		b.WriteString(change(s[last:at[0]]))
		b.WriteString(s[at[0]:at[1]])
		last = at[1]
	}
	b.WriteString(change(s[last:]))
	return b.String()
}

// strong sets text apart where the network can.
func (m markup) strong(s string) string {
	if s == "" {
		return ""
	}
	switch m.kind {
	case network.HTML:
		return "<b>" + m.escape(s) + "</b>"
	case network.Markdown:
		return "**" + m.escape(s) + "**"
	case network.Mrkdwn:
		return "*" + m.escape(s) + "*"
	}
	return m.escape(s)
}

// strongLink is a title that is a link.
func (m markup) strongLink(url, words string) string {
	switch m.kind {
	case network.HTML:
		return "<b>" + m.link(url, words) + "</b>"
	case network.Markdown:
		return "**" + m.link(url, words) + "**"
	case network.Mrkdwn:
		return "*" + m.link(url, words) + "*"
	}
	return m.link(url, words)
}

// em sets text in italics where the network can.
func (m markup) em(s string) string {
	if s == "" {
		return ""
	}
	switch m.kind {
	case network.HTML:
		return "<i>" + m.escape(s) + "</i>"
	case network.Markdown:
		return "*" + m.escape(s) + "*"
	case network.Mrkdwn:
		return "_" + m.escape(s) + "_"
	}
	return m.escape(s)
}

// link makes words a link, or writes the address behind them where it cannot.
func (m markup) link(url, words string) string {
	url = webLink(url)
	switch {
	case url == "":
		return m.escape(words)
	case words == "" || words == url:
		return m.url(url)
	}
	switch m.kind {
	case network.HTML:
		return `<a href="` + attrEscapes.Replace(url) + `">` + m.escape(words) + "</a>"
	case network.Markdown:
		return "[" + m.escape(words) + "](" + strings.NewReplacer("(", "%28", ")", "%29").Replace(url) + ")"
	case network.Mrkdwn:
		return "<" + htmlEscapes.Replace(url) + "|" + m.escape(strings.ReplaceAll(words, "|", "¦")) + ">"
	}
	return m.escape(words) + " " + url
}

// url writes an address by itself.
func (m markup) url(url string) string {
	switch m.kind {
	case network.HTML:
		return htmlEscapes.Replace(url)
	case network.Mrkdwn:
		return "<" + htmlEscapes.Replace(url) + ">"
	}
	return url
}

// clean keeps what can be shown: valid UTF-8 without control characters and
// without the marks that turn the direction of what follows and never turn it back.
func clean(s string) string {
	if !utf8.ValidString(s) {
		s = strings.ToValidUTF8(s, "\uFFFD")
	}
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case r == '\r' || r < ' ' || r >= 0x7f && r < 0xa0 || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 || r == 0xfeff || r >= 0xfff9 && r <= 0xfffb:
			return -1
		case r == 0x2028 || r == 0x2029:
			return '\n'
		case r >= 0xfdd0 && r <= 0xfdef || r&0xfffe == 0xfffe:
			return -1
		}
		return r
	}, s)
}

// label sets what stands before a note apart, the space behind it not.
func (m markup) label(s string) string {
	bare := strings.TrimRight(s, " ")
	return m.strong(bare) + s[len(bare):]
}
