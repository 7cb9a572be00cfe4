package change

import (
	"regexp"
	"strings"
)

// rerunMarks are the words by which a title says that the post is an old one.
// Each is followed by a mark of punctuation, so that "Two years ago we moved"
// is not one.
var rerunMarks = regexp.MustCompile(`(?i)^[\s\[(#«"“]*(` + strings.Join([]string{
	// English
	`(?:(?:an?|one|two|three|four|five|six|seven|eight|nine|ten|\d+|many|some|a few)\s+)?(?:years?|months?|weeks?|decades?)\s+ago(?:\s+(?:today|this week|this month|on this day))?`,
	`(?:from|out of|in)\s+(?:the|our|my)\s+(?:archives?|vaults?|attic)`, `(?:the\s+)?archives?`, `re-?posts?(?:ed)?`, `re-?runs?`, `icymi`, `in case you missed it`, `throwback(?:\s+thursday)?`, `tbt`, `flashback(?:\s+friday)?`,
	`(?:on\s+)?this day(?:\s+in\s+\d{4})?`, `encore(?:\s+presentation)?`, `classic(?:\s+post)?`, `best of`, `revisited`, `from\s+\d{4}`, `re-?published`, `oldie but goodie`,
	// German
	`vor\s+(?:\S+)\s+(?:jahr(?:en)?|monat(?:en)?|wochen?)`, `aus dem archiv`, `wiederholung`, `heute vor\s+\S+\s+jahr(?:en)?`, `noch ?einmal`, `rückblick`,
	// French
	`il y a\s+\S+\s+(?:ans?|mois|semaines?)`, `(?:tiré\s+)?(?:des|de nos|les)\s+archives`, `rediffusion`, `rappel`, `à (?:re)?(?:lire|voir)`,
	// Spanish, Portuguese, Italian
	`hace\s+\S+\s+(?:años?|mes(?:es)?|semanas?)`, `(?:del|desde el|de nuestro)\s+archivo`, `reposición`, `por si te lo perdiste`, `há\s+\S+\s+(?:anos?|mes(?:es)?|semanas?)`, `(?:do|dos|direto do)\s+arquivos?`, `republicação`, `reprise`,
	`\S+\s+(?:anni?|mes[ei]|settimane)\s+fa`, `dall'archivio`, `replica`,
	// Dutch, Swedish, Danish, Norwegian, Finnish
	`\S+\s+(?:jaar|maanden|weken)\s+geleden`, `uit (?:het|ons) archief`, `herhaling`, `(?:för\s+)?\S+\s+år\s+sedan`, `(?:ur|från)\s+arkivet`, `repris`, `(?:for\s+)?\S+\s+år\s+siden`, `fra\s+arkivet`, `\S+\s+vuotta\s+sitten`, `arkistosta`,
	// Polish, Czech, Russian, Ukrainian
	`\S+\s+lata?\s+temu`, `z archiwum`, `powtórka`, `před\s+\S+\s+(?:lety|rokem|roky)`, `z archivu`, `\S+\s+(?:года?|лет)\s+назад`, `из\s+архивов?`, `из\s+архива`, `повтор`, `\S+\s+рок(?:и|ів)\s+тому`, `з\s+архіву`,
	// Turkish, Arabic, Hebrew, Persian, Hindi
	`\S+\s+yıl\s+önce`, `arşivden`, `قبل\s+\S+`, `من\s+الأرشيف`, `لפני\s+\S+\s+שנ(?:ים|ה)`, `מהארכיון`, `\S+\s+سال\s+پیش`, `از\s+آرشیو`, `\S+\s+साल\s+पहले`,
	// Chinese, Japanese, Korean, Vietnamese, Indonesian
	`[\p{Han}\d]+年前(?:的今天)?`, `重发`, `重温`, `旧文(?:重发|重刊)?`, `再放送`, `再掲`, `アーカイブ(?:から|より)`, `\d+년\s*전`, `다시\s*보기`, `재게시`, `\S+\s+năm\s+trước`, `đăng lại`, `\S+\s+tahun\s+(?:lalu|yang lalu)`, `dari\s+arsip`,
}, "|") + `)[\])»"”]*\s*(?:[:：|·•»–—―]+|\s-+\s|-+\s|\.\.\.|…|!)\s*|^\s*[\[(](re-?post|re-?run|archive|wiederholung|rediffusion)[\])]\s*`)

var rerunEnds = regexp.MustCompile(`(?i)\s*[\[(]\s*(?:re-?post(?:ed)?|re-?run|from the archives?|archive|encore|wiederholung|rediffusion|repris[ea]?|throwback)\s*[\])]\s*$`)

// withoutRerunMark parts a title from the words that say that it is a re-run.
func withoutRerunMark(title string) (rest, mark string) {
	title = strings.TrimSpace(title)
	if !strings.ContainsAny(title, ":：|·•»–—―-…!.([") {
		return title, "" // no mark without a mark of punctuation
	}
	if m := rerunMarks.FindString(title); m != "" && len(m) < len(title) {
		return strings.TrimSpace(title[len(m):]), strings.Trim(m, " -–—:|[]()")
	}
	if m := rerunEnds.FindString(title); m != "" && len(m) < len(title) {
		return strings.TrimSpace(title[:len(title)-len(m)]), strings.Trim(m, " []()")
	}
	return title, ""
}
