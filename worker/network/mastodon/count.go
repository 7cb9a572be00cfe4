package mastodon

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"syndicated/worker/network"
)

// count is the length of text as the server counts it.
func (l limits) count(text string) int {
	switch l.Software {
	case goToSocial:
		// It tells characters_reserved_per_url and does not use it.
		return utf8.RuneCountInString(text)
	case pleroma, akkoma:
		return network.Graphemes(text)
	}
	return network.Graphemes(shortened(text, l.PerURL))
}

// mention is a name on another server, of which only the name counts.
// https://github.com/mastodon/mastodon/blob/main/app/models/account.rb (MENTION_RE)
var mention = regexp.MustCompile(`(?i)(^|[^=/\p{L}\p{M}\p{N}\p{Pc}])(@[a-z0-9_]+(?:[.-]+[a-z0-9_]+)*)@[\p{L}\p{M}\p{N}\p{Pc}]+(?:[.-]+[\p{L}\p{M}\p{N}\p{Pc}]+)*`)

// shortened is text with each URL as long as the server takes it for.
func shortened(text string, perURL int) string {
	var b strings.Builder
	at := 0
	for start, end := range network.Links(text) {
		b.WriteString(mention.ReplaceAllString(text[at:start], "$1$2"))
		b.WriteString(strings.Repeat("x", perURL))
		at = end
	}
	b.WriteString(mention.ReplaceAllString(text[at:], "$1$2"))
	return b.String()
}
