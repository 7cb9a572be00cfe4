package share

import (
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/language"
)

// phrases are the few words that a message has of its own, in one language. {}
// is the place of what they are about. In dates {d} is the day, {m} the name of
// the month, {n} its number and {y} the year.
type phrases struct {
	update  string // the label of a note without a date
	updated string // with one
	changed string // there is no note: {} is the post's title
	archive string // an old post again: {} is its title
	digest  string // {} is a number
	more    string // what a digest leaves out
	day     string
	year    string // a day of another year
	months  string
	colon   string // after a label; empty is ": "
}

var spoken = map[string]phrases{
	"en": {
		"Update", "Update, {}", "Updated: {}", "From the archive: {}", "{} new posts", "and {} more", "{m} {d}", "{m} {d}, {y}",
		"January February March April May June July August September October November December", "",
	},
	"de": {
		"Update", "Update vom {}", "Aktualisiert: {}", "Aus dem Archiv: {}", "{} neue Beiträge", "und {} weitere", "{d}. {m}", "{d}. {m} {y}",
		"Januar Februar März April Mai Juni Juli August September Oktober November Dezember", "",
	},
	"fr": {
		"Mise à jour", "Mise à jour du {}", "Mis à jour\u00a0: {}", "Dans les archives\u00a0: {}", "{} nouveaux articles", "et {} autres", "{d} {m}", "{d} {m} {y}",
		"janvier février mars avril mai juin juillet août septembre octobre novembre décembre", "\u00a0: ",
	},
	"es": {
		"Actualización", "Actualización, {}", "Actualizado: {}", "Del archivo: {}", "{} publicaciones nuevas", "y {} más", "{d} de {m}", "{d} de {m} de {y}",
		"enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre", "",
	},
	"pt": {
		"Atualização", "Atualização, {}", "Atualizado: {}", "Do arquivo: {}", "{} novas publicações", "e mais {}", "{d} de {m}", "{d} de {m} de {y}",
		"janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro", "",
	},
	"it": {
		"Aggiornamento", "Aggiornamento, {}", "Aggiornato: {}", "Dall’archivio: {}", "{} nuovi articoli", "e altri {}", "{d} {m}", "{d} {m} {y}",
		"gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre", "",
	},
	"nl": {
		"Update", "Update, {}", "Bijgewerkt: {}", "Uit het archief: {}", "{} nieuwe berichten", "en nog {}", "{d} {m}", "{d} {m} {y}",
		"januari februari maart april mei juni juli augustus september oktober november december", "",
	},
	"pl": {
		"Aktualizacja", "Aktualizacja, {}", "Zaktualizowano: {}", "Z archiwum: {}", "Nowe wpisy: {}", "i jeszcze {}", "{d} {m}", "{d} {m} {y}",
		"stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia", "",
	},
	"sv": {
		"Uppdatering", "Uppdatering, {}", "Uppdaterat: {}", "Ur arkivet: {}", "{} nya inlägg", "och {} till", "{d} {m}", "{d} {m} {y}",
		"januari februari mars april maj juni juli augusti september oktober november december", "",
	},
	"da": {
		"Opdatering", "Opdatering, {}", "Opdateret: {}", "Fra arkivet: {}", "{} nye indlæg", "og {} mere", "{d}. {m}", "{d}. {m} {y}",
		"januar februar marts april maj juni juli august september oktober november december", "",
	},
	"nb": {
		"Oppdatering", "Oppdatering, {}", "Oppdatert: {}", "Fra arkivet: {}", "{} nye innlegg", "og {} til", "{d}. {m}", "{d}. {m} {y}",
		"januar februar mars april mai juni juli august september oktober november desember", "",
	},
	"fi": {
		"Päivitys", "Päivitys {}", "Päivitetty: {}", "Arkistosta: {}", "{} uutta kirjoitusta", "ja {} muuta", "{d}. {m}", "{d}. {m} {y}",
		"tammikuuta helmikuuta maaliskuuta huhtikuuta toukokuuta kesäkuuta heinäkuuta elokuuta syyskuuta lokakuuta marraskuuta joulukuuta", "",
	},
	"cs": {
		"Aktualizace", "Aktualizace, {}", "Aktualizováno: {}", "Z archivu: {}", "Nové články: {}", "a další: {}", "{d}. {m}", "{d}. {m} {y}",
		"ledna února března dubna května června července srpna září října listopadu prosince", "",
	},
	"ru": {
		"Обновление", "Обновление от {}", "Обновлено: {}", "Из архива: {}", "Новые записи: {}", "и ещё {}", "{d} {m}", "{d} {m} {y}",
		"января февраля марта апреля мая июня июля августа сентября октября ноября декабря", "",
	},
	"uk": {
		"Оновлення", "Оновлення від {}", "Оновлено: {}", "З архіву: {}", "Нові дописи: {}", "і ще {}", "{d} {m}", "{d} {m} {y}",
		"січня лютого березня квітня травня червня липня серпня вересня жовтня листопада грудня", "",
	},
	"tr": {
		"Güncelleme", "Güncelleme, {}", "Güncellendi: {}", "Arşivden: {}", "{} yeni yazı", "ve {} yazı daha", "{d} {m}", "{d} {m} {y}",
		"Ocak Şubat Mart Nisan Mayıs Haziran Temmuz Ağustos Eylül Ekim Kasım Aralık", "",
	},
	"ja": {"更新", "{}の更新", "更新しました：{}", "過去の記事から：{}", "新着記事{}件", "ほか{}件", "{n}月{d}日", "{y}年{n}月{d}日", "", "："},
	"zh": {"更新", "{}更新", "已更新：{}", "旧文重读：{}", "{} 篇新文章", "还有 {} 篇", "{n}月{d}日", "{y}年{n}月{d}日", "", "："},
	"ko": {"업데이트", "{} 업데이트", "업데이트됨: {}", "지난 글: {}", "새 글 {}개", "외 {}개", "{n}월 {d}일", "{y}년 {n}월 {d}일", "", ""},
}

// speak gives the phrases for a BCP 47 language, English where it is not known.
func speak(tag string) phrases {
	base, _, _ := strings.Cut(strings.ToLower(strings.ReplaceAll(tag, "_", "-")), "-")
	if base == "no" || base == "nn" {
		base = "nb"
	}
	p, ok := spoken[base]
	if !ok {
		p = spoken["en"]
	}
	if p.colon == "" {
		p.colon = ": "
	}
	return p
}

// about puts words into the place of a phrase.
func about(phrase, words string) string { return strings.Replace(phrase, "{}", words, 1) }

// date writes a day, with its year where that is not now's.
func (p phrases) date(t, now time.Time) string {
	form, month := p.day, ""
	if t.Year() != now.Year() {
		form = p.year
	}
	if names := strings.Fields(p.months); len(names) == 12 {
		month = names[t.Month()-1]
	}
	day := strconv.Itoa(t.Day())
	if day == "1" && p.months == spoken["fr"].months {
		day = "1er"
	}
	return strings.NewReplacer("{d}", day, "{m}", month, "{n}", strconv.Itoa(int(t.Month())), "{y}", strconv.Itoa(t.Year())).Replace(form)
}

// label stands before a note: "Update, October 16: ". word, if not empty, is
// the author's own ("Correction") and takes the place of "Update".
func (p phrases) label(word string, date, now time.Time) string {
	switch {
	case date.IsZero() && word == "":
		return p.update + p.colon
	case date.IsZero():
		return word + p.colon
	case word == "":
		return about(p.updated, p.date(date, now)) + p.colon
	case p.colon == "：":
		return word + "（" + p.date(date, now) + "）" + p.colon
	}
	return word + ", " + p.date(date, now) + p.colon
}

// bcp47 is tag in its canonical form, or "" if it is none.
func bcp47(tag string) string {
	t, err := language.Parse(strings.TrimSpace(tag))
	if err != nil || t == language.Und {
		return ""
	}
	return t.String()
}
