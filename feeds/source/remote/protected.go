package remote

import (
	"strings"

	"syndicated/feeds"
)

// Protected tells a post behind a password, which WordPress puts into its feed
// with a word before the title and without its text. The title alone tells only
// in a feed that is known to be WordPress's; elsewhere it may begin with any word.
func Protected(p feeds.Post, wordPress bool) bool {
	for _, text := range []string{p.Content, p.Summary} {
		if strings.Contains(text, "action=postpass") || strings.Contains(text, "post-password-form") {
			return true
		}
	}
	if !wordPress {
		return false
	}
	word, _, ok := strings.Cut(strings.ReplaceAll(p.Title, "：", ":"), ":")
	if !ok || !protectedWord(strings.TrimSpace(word)) {
		return false
	}
	// "There is no excerpt because this is a protected post", in any language.
	return len(feeds.Text(p.Content)) < 200 && len(feeds.Text(p.Summary)) < 200
}

// protectedWord: "Protected: %s" in the languages of WordPress.
func protectedWord(word string) bool {
	switch word {
	case "Protected", "Geschützt", "Protégé", "Protegido", "Protegit", "Protetto", "Beveiligd", "Beschermd", "Zabezpieczone",
		"Защищено", "Захищено", "保護中", "密码保护", "受密碼保護的文章", "保护", "보호된 글", "Skyddad", "Beskyttet", "Suojattu", "Chráněno", "Chránené",
		"Védett", "Protejat", "Korumalı", "Προστατευμένο", "מוגן", "محمي", "Zaštićeno", "Защитено", "Bảo vệ", "Terproteksi", "Dilindungi":
		return true
	}
	return false
}
