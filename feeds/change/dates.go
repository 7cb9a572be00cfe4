package change

import (
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"
)

// months by how they begin, in the languages of the vocabulary. A form of three
// letters and more matches any word that begins with it.
var months = [12]string{
	"jan janv ene gen янв січ led sty ocak oca tammi يناير ינואר ژانویه जनवरी gennaio enero januari styczeń stycznia leden ledna січня",
	"feb fév fev févr febr únor února lut luty lutego şub şubat фев лют helmi فبراير פברואר فوریه फ़रवरी फरवरी shkurt",
	"mar mär mars märz mrz maa maalis března břez marzec marca mart мар бер berez مارس מרץ मार्च maart",
	"apr avr avril abr abril aprile kwi kwiecień kwietnia dub dubna duben nis nisan апр кві квітня huhti أبريل אפריל آوریل अप्रैल",
	"may mai mayo maggio mag mei maj maja května květen mayıs май мая трав травня touko مايو מאי مه मई maio",
	"jun juin june giu giugno cze czerwiec czerwca červen června haz haziran июн чер червня kesä يونيو יוני ژوئن जून juni",
	"jul juil july lug luglio lip lipiec lipca červenec července tem temmuz июл лип липня heinä يوليو יולי ژوئیه जुलाई juli",
	"aug août aou ago agosto sie sierpień sierpnia srpen srpna ağu ağustos авг сер серпня elo أغسطس אוגוסט اوت अगस्त augustus",
	"sep sept septembre set settembre setembro wrz wrzesień września září eyl eylül сен вер вересня syys سبتمبر ספטמבר سپتامبر सितंबर",
	"oct okt ott ottobre out outubro paź październik października říjen října eki ekim окт жов жовтня loka أكتوبر אוקטובר اکتبر अक्टूबर",
	"nov lis listopad listopada kas kasım ноя листопад листопада marras نوفمبر נובמבר نوامبر नवंबर",
	"dec déc dez dic dicembre diciembre dezembro gru grudzień grudnia prosinec prosince ara aralık дек гру грудня joulu ديسمبر דצמבר دسامبر दिसंबर des",
}

var monthForms = sync.OnceValue(func() map[string]time.Month {
	m := map[string]time.Month{}
	for i, forms := range months {
		for f := range strings.FieldsSeq(forms) {
			if _, ok := m[f]; !ok {
				m[f] = time.Month(i + 1)
			}
		}
	}
	return m
})

// monthOf reads the name of a month; 0 if it is none.
func monthOf(name string) time.Month {
	name = strings.ToLower(strings.Trim(name, "."))
	forms := monthForms()
	if m := forms[name]; m != 0 {
		return m
	}
	// Inflected: the longest known beginning, of three letters at least, of a
	// word not much longer.
	r := []rune(name)
	if len(r) > 11 {
		return 0
	}
	for n := min(len(r)-1, 8); n >= 3; n-- {
		if m := forms[string(r[:n])]; m != 0 && (n >= 4 || longMonth[string(r[:3])]) {
			return m
		}
	}
	return 0
}

// longMonth holds three letters that hardly begin any other word.
var longMonth = set("jan feb apr jul aug sep oct okt nov dec янв фев апр июн июл авг сен окт ноя дек déc avr")

var datePatterns = sync.OnceValue(func() []*regexp.Regexp {
	return []*regexp.Regexp{
		// 2018-10-16, 2018/10/16, 2018.10.16, 2018年10月16日
		regexp.MustCompile(`\b(\d{4})\s?[-/.年년]\s?(\d{1,2})\s?[-/.月월]\s?(\d{1,2})`),
		// 16 October 2018, 16. Oktober 2018, 16 de octubre de 2018, 7. Juni
		regexp.MustCompile(`(?:^|[^\p{L}\p{N}])(\d{1,2})(?:st|nd|rd|th|er|º|ª|\.)?\s+(?:de\s+|of\s+|d'|tháng\s+)?(\p{L}{3,11})\.?(?:,?\s+(?:de\s+|del\s+)?(\d{4}))?`),
		// October 16, 2018; Oct. 16th 2018
		regexp.MustCompile(`(?:^|[^\p{L}\p{N}])(\p{L}{3,11})\.?\s+(\d{1,2})(?:st|nd|rd|th)?(?:\s*,?\s+(\d{4}))?(?:[^\d:]|$)`),
		// 16.10.2018, 16/10/2018: the day is first but where it cannot be
		regexp.MustCompile(`(?:^|[^\d.])(\d{1,2})[./](\d{1,2})[./](\d{4}|\d{2})(?:[^\d]|$)`),
		// August 2026, agosto de 2026, 2019年5月
		regexp.MustCompile(`(?:^|[^\p{L}\p{N}])(\p{L}{3,11})\.?\s+(?:de\s+)?(\d{4})(?:[^\d]|$)`),
		regexp.MustCompile(`(\d{4})\s?[年년]\s?(\d{1,2})\s?[月월]`),
		// 20220227
		regexp.MustCompile(`(?:^|[^\d])(20[0-3]\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?:[^\d]|$)`),
	}
})

// findDate is the first date that a text names, at midnight UTC. Where it names
// no year, it is the one that puts it nearest to near.
func findDate(text string, near time.Time) time.Time {
	if !strings.ContainsAny(text, "0123456789") {
		return time.Time{}
	}
	best, at := time.Time{}, len(text)+1
	for i, p := range datePatterns() {
		for _, m := range p.FindAllStringSubmatchIndex(text, 4) {
			if m[2] >= at {
				break
			}
			g := func(n int) string {
				if m[2*n] < 0 {
					return ""
				}
				return text[m[2*n]:m[2*n+1]]
			}
			n := func(s string) int { v, _ := strconv.Atoi(s); return v } // of digits, or 0
			var y, mo, d int
			switch i {
			case 0, 6:
				y, mo, d = n(g(1)), n(g(2)), n(g(3))
			case 1:
				y, mo, d = n(g(3)), int(monthOf(g(2))), n(g(1))
			case 2:
				y, mo, d = n(g(3)), int(monthOf(g(1))), n(g(2))
			case 3:
				y, mo, d = n(g(3)), n(g(2)), n(g(1))
				if mo > 12 {
					mo, d = d, mo
				}
				if y < 100 {
					y += 2000
				}
			case 4:
				y, mo, d = n(g(2)), int(monthOf(g(1))), 1
			case 5:
				y, mo, d = n(g(1)), n(g(2)), 1
			}
			if t, ok := date(y, mo, d, near); ok {
				best, at = t, m[2]
				break
			}
		}
	}
	return best
}

func date(y, m, d int, near time.Time) (time.Time, bool) {
	if m < 1 || m > 12 || d < 1 || d > 31 {
		return time.Time{}, false
	}
	if y == 0 {
		if near.IsZero() {
			return time.Time{}, false
		}
		best := time.Time{}
		for _, year := range []int{near.Year() - 1, near.Year(), near.Year() + 1} {
			t := time.Date(year, time.Month(m), d, 0, 0, 0, 0, time.UTC)
			if best.IsZero() || near.Sub(t).Abs() < near.Sub(best).Abs() {
				best = t
			}
		}
		return best, best.Day() == d
	}
	t := time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC)
	return t, t.Day() == d && y > 1990 && y < 2100
}
