package write

import (
	"strings"

	"golang.org/x/text/language"
)

// languageTag is s as a BCP 47 tag, or "" if it is none.
func languageTag(s string) string {
	s = strings.ReplaceAll(strings.TrimSpace(s), "_", "-")
	if s == "" || len(s) > 35 {
		return ""
	}
	tag, err := language.Parse(s)
	if err != nil || tag == language.Und {
		return ""
	}
	if base, _ := tag.Base(); len(base.String()) != 2 {
		return "" // validators know the two-letter ones only
	}
	return tag.String()
}
