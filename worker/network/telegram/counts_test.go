package telegram_test

import (
	"strings"
	"testing"

	"syndicated/worker/network/networktest"
	"syndicated/worker/network/telegram"
)

// TestCounts: markup that shows a text counts as the text.
func TestCounts(t *testing.T) {
	escape := strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")
	networktest.Counts(t, "utf16", func(s string) int { return telegram.Count("<b>" + escape.Replace(s) + "</b>") }, nil)
}
