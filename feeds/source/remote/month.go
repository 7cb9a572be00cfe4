package remote

import (
	"strings"
	"time"
)

// monthNames are the months' names in the languages in which feeds have been
// seen to write them, against every rule. Abbreviations are their beginnings.
// Croatian is left out: its listopad is another month than the Polish.
var monthNames = [12]string{
	"january januar jänner janvier enero gennaio janeiro januari tammikuu styczeń stycznia leden ledna január januára ianuarie ocak январь января січень січня януари ιανουάριος ιανουαρίου γενάρης gener jaanuar janvāris sausis sausio",
	"february februar février fevrier febrero febbraio fevereiro februari helmikuu luty lutego únor února február februára februarie şubat subat февраль февраля лютий лютого февруари φεβρουάριος φεβρουαρίου febrer veebruar februāris vasaris vasario",
	"march märz maerz mrz mär mars marzo março marco maart mrt maaliskuu marzec marca březen března marec március martie mart март марта березень березня μάρτιος μαρτίου març märts kovas kovo",
	"april avril abril aprile huhtikuu kwiecień kwietnia duben dubna apríl apríla április aprilie nisan апрель апреля квітень квітня април απρίλιος απριλίου aprill aprīlis balandis balandžio",
	"may mai mayo maggio maio mei toukokuu maj maja květen května máj mája május mayıs май мая травень травня μάιος μαΐου maig gegužė gegužės maijs",
	"june juni juin junio giugno junho kesäkuu czerwiec czerwca červen června jún júna június iunie haziran июнь июня червень червня юни ιούνιος ιουνίου juny juuni jūnijs birželis birželio",
	"july juli juillet juil julio luglio julho heinäkuu lipiec lipca červenec července júl júla július iulie temmuz июль июля липень липня юли ιούλιος ιουλίου juliol juuli jūlijs liepa liepos",
	"august août aout agosto augustus elokuu sierpień sierpnia srpen srpna augusta augusztus ağustos agustos август августа серпень серпня αύγουστος αυγούστου agost augusts rugpjūtis rugpjūčio augusti",
	"september sept septembre septiembre settembre setembro syyskuu wrzesień września září september septembra szeptember septembrie eylül eylul сентябрь сентября вересень вересня септември σεπτέμβριος σεπτεμβρίου setembre septembris rugsėjis rugsėjo",
	"october oktober octobre octubre ottobre outubro lokakuu październik października říjen října október októbra octombrie ekim октябрь октября жовтень жовтня октомври οκτώβριος οκτωβρίου oktoobris oktoober spalis spalio",
	"november novembre noviembre novembro marraskuu listopad listopada listopadu novembra noiembrie kasım kasim ноябрь ноября ноември листопада νοέμβριος νοεμβρίου novembris lapkritis lapkričio",
	"december dezember décembre decembre diciembre dicembre dezembro joulukuu grudzień grudnia prosinec prosince decembra decembrie aralık aralik декабрь декабря грудень грудня декември δεκέμβριος δεκεμβρίου desembre desember detsember decembris gruodis gruodžio",
}

// weekdayNames are only told apart to choose between two readings of a date,
// and those of other languages only known in order to be passed over.
var weekdayNames = [7]string{
	"sunday sonntag so dimanche domingo domenica zondag söndag søndag niedziela neděle воскресенье",
	"monday montag mo lundi lunes lunedì segunda maandag måndag mandag poniedziałek pondělí понедельник",
	"tuesday dienstag di mardi martes martedì terça dinsdag tisdag tirsdag wtorek úterý вторник",
	"wednesday mittwoch mi mercredi miércoles mercoledì quarta woensdag onsdag środa středa среда",
	"thursday donnerstag do jeudi jueves giovedì quinta donderdag torsdag czwartek čtvrtek четверг",
	"friday freitag fr vendredi viernes venerdì sexta vrijdag fredag piątek pátek пятница",
	"saturday samstag sonnabend sa samedi sábado sabato zaterdag lördag lørdag sobota суббота",
}

const ambiguous = -1

var (
	months   = beginnings(monthNames[:])
	weekdays = beginnings(weekdayNames[:])
)

// beginnings maps every beginning of three letters or more, and every whole
// name, to the index of its line; a beginning that two lines share is
// ambiguous.
func beginnings(lines []string) map[string]int {
	m := map[string]int{}
	for i, line := range lines {
		for name := range strings.FieldsSeq(line) {
			letters := 0
			for at := range name {
				if letters++; letters > 3 {
					add(m, name[:at], i)
				}
			}
			add(m, name, i)
		}
	}
	// Whole names win over the beginnings of others, and English, which is what
	// the standards ask for, over all.
	for i, line := range lines {
		for name := range strings.FieldsSeq(line) {
			m[name] = i
		}
	}
	for i, line := range lines {
		english, _, _ := strings.Cut(line, " ")
		for n := 3; n <= len(english); n++ {
			m[english[:n]] = i
		}
	}
	return m
}

func add(m map[string]int, key string, i int) {
	if have, ok := m[key]; ok && have != i {
		m[key] = ambiguous
		return
	}
	m[key] = i
}

// month reads a month's name in lower case.
func month(word string) (time.Month, bool) {
	i, ok := months[word]
	return time.Month(i + 1), ok && i != ambiguous
}

func weekday(word string) (time.Weekday, bool) {
	i, ok := weekdays[word]
	return time.Weekday(i), ok && i != ambiguous
}
