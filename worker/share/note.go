package share

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"syndicated/worker/network"
)

// noteRoom is how much of a note reads well, in graphemes. An edited message
// has to hold what was said first as well.
func (c *Composer) noteRoom(verb network.Verb) int {
	if most := c.Manner.Max; verb == network.VerbEdit && most > 0 && most < 1000 {
		return max(120, most*2/5)
	}
	return 600
}

// What authors write before a note, in the languages of phrases. generic says
// no more than "update"; the others say something of their own.
const (
	generic  = `updates?|updated|upd|edit|edited|final message|aktualisierung|aktualisiert|mise à jour|màj|actualización|actualizado|actualizada|atualização|atualizado|aggiornamento|aggiornato|bijgewerkt|aktualizacja|zaktualizowano|uppdatering|uppdaterat|opdatering|oppdatering|päivitys|обновление|更新|追記|업데이트`
	number   = `(?:\s*#?\d{1,2})?(?:\s*[(（][^()（）\n]{0,60}[)）])?`
	detail   = `(?:` + number + `|[^:：\n()\[\]]{0,20}?|[^:：\n()\[\]]{0,30}?\d[^:：\n()\[\]]{0,20}?)`
	specific = `correction|corrected|erratum|errata|addendum|retraction|clarification|resolved|nachtrag|korrektur|berichtigung|correctif|rectificatif|corrección|correção|correzione|rettifica|correctie|rectificatie|sprostowanie|rättelse|订正|訂正|更正`
)

var (
	// A marker is "Update:", "UPDATE (October 16 2018):", "[Edit - Monday]", "Update 2 –", "2019 年 5 月更新：", or a
	// line of its own, "Update (2019-03-25)".
	marker = regexp.MustCompile(`(?i)^(?:[\s*_]*)(?:` +
		`\[\s*(` + generic + `|` + specific + `)([^\]\n]{0,60})\]\s*(?:[:：–—-]\s*)?` +
		`|((?:\d{4}\s*年\s*)?(?:\d{1,2}\s*月\s*)?(?:\d{1,2}\s*日\s*)?)(更新|追記|訂正|订正|更正)\s*[:：]\s*` +
		`|(` + generic + `|` + specific + `)(?:` + detail + `[*_]*\s*(?:[:：]|\s[–—-]\s)|` + number + `[*_]*\s*(?:\n|$))\s*` +
		`)`)
	isGeneric = regexp.MustCompile(`(?i)^(?:` + generic + `)$`)
	// tail is the heading of what stood there before the note.
	tail = regexp.MustCompile(`(?i)\n\[?(?:initial|original|previous|earlier)\b[^\n]{0,60}\]?\s*$`)
)

// note parts an update's words into the label before them and the note itself.
// The label is the author's own where it says what ours could not: a
// correction, or a date that was not understood.
func (c *Composer) note(e Event, lang string) (label, note string) {
	note = strings.TrimSpace(clean(e.Verdict.Note.Text))
	note = strings.TrimSpace(tail.ReplaceAllString(note, ""))
	if note == "" {
		return "", ""
	}
	date, phrase := e.Verdict.Note.Date, speak(lang)
	word, more, rest, ok := splitMarker(note)
	switch {
	case !ok:
		return phrase.label("", date, e.Now), excerpt(note)
	case rest == "" && isGeneric.MatchString(word):
		return "", ""
	case rest == "":
		return phrase.label("", date, e.Now), note
	}
	if date.IsZero() && strings.ContainsFunc(more, unicode.IsDigit) && len(more) > 3 {
		own := strings.Trim(strings.TrimSpace(strings.TrimSuffix(note, rest)), "[]*_:：–—- \n\t")
		return own + phrase.colon, rest
	}
	if isGeneric.MatchString(word) {
		word = ""
	}
	return phrase.label(sentenceCase(word), date, e.Now), rest
}

// splitMarker parts a note at its marker: the word, what else the marker says, and the rest.
func splitMarker(note string) (word, more, rest string, ok bool) {
	at := marker.FindStringSubmatchIndex(note)
	if at == nil {
		return "", "", note, false
	}
	for _, group := range []int{1, 4, 5} {
		from, to := at[2*group], at[2*group+1]
		if from < 0 {
			continue
		}
		// "Updating" and "edited" begin like markers and are none.
		if next, _ := utf8.DecodeRuneInString(note[to:]); unicode.IsLetter(next) {
			return "", "", note, false
		}
		word = note[from:to]
	}
	rest = strings.TrimSpace(note[at[1]:])
	more = strings.TrimSpace(strings.Replace(note[:at[1]], word, "", 1))
	return word, more, rest, true
}

// excerpt marks words that begin within a sentence.
func excerpt(note string) string {
	if first, _ := utf8.DecodeRuneInString(note); unicode.IsLower(first) {
		return ellipsis + note
	}
	return note
}

func sentenceCase(s string) string {
	if s == "" {
		return ""
	}
	s = strings.ToLower(s)
	r, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToTitle(r)) + s[n:]
}
