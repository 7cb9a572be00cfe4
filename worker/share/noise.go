package share

import (
	"regexp"
	"strings"
	"unicode"
)

// Boilerplate that publishing software and podcast hosts put into summaries.
// The expressions are tried only on a paragraph's end that has one of the
// noiseWords, because they are slow.
var (
	wholeNoise = regexp.MustCompile(`(?i)^(?:the (?:post|article) .+ (?:first )?appeared first on .+|der beitrag .+ erschien zuerst auf .+` +
		`|l[’']article .+ est apparu en premier sur .+|la entrada .+ (?:se publicó primero en|aparece primero en) .+` +
		`|(?s:submitted by\s+/?u/\S+.*)|comments?|\[?(?:link|comments)\]?(?:\s+\[?comments\]?)?|article url: .*|comments url: .*|points: \d+.*|# ?comments: \d+` +
		`|(?:estimated )?reading time:? .+|\d+ min(?:ute)?s? read|\[?(?:continue reading|read more|read the rest|keep reading|weiterlesen|lire la suite|leer más|seguir leyendo|continua a leggere|lees verder|czytaj dalej|läs mer)\b.*)$`)
	tailNoise   = regexp.MustCompile(`(?i)\s*(?:\(|\[)?(?:continue reading|read more|read the rest of|keep reading|weiterlesen|lire la suite|leer más|seguir leyendo|lees verder|läs mer)(?:[:.…»›→ ][^.!?\n]*)?(?:\)|\])?\s*(?:»|›|→|…|\.{3})?\s*$`)
	phraseNoise = regexp.MustCompile(`(?i)\s*(?:see \S+ for (?:privacy|more) information(?: about [^.]+)?\.?|learn more about your ad choices\.(?: visit \S+)?|hosted on acast\. see \S+ for more information\.?)\s*`)
	noiseWords  = strings.Fields("appeared erschien apparu publicó aparece submitted comment link article points: read reading weiterlesen lire leer leyendo leggere lees dalej läs minute information choices acast")
	// statusMark is what status pages put before their messages.
	statusMark = regexp.MustCompile(`(?i)^\[(?:initial|original|first|final|last|latest|update|edit)(?:[ -][^\]\n]{0,40})?\]\s*`)
	cutMark    = regexp.MustCompile(`\s*(?:\[\s*(?:…|\.\.\.)\s*\]|\(\s*(?:…|\.\.\.)\s*\)|\.\.\.|…)\s*$`)
)

// noiseMost is the longest boilerplate, in bytes.
const noiseMost = 400

// quiet takes boilerplate off a paragraph.
func quiet(para string) string {
	from := max(0, len(para)-noiseMost)
	for from > 0 && para[from]&0xc0 == 0x80 {
		from--
	}
	head, tail := para[:from], para[from:]
	low := strings.ToLower(tail)
	if !containsAny(low, noiseWords) {
		return para
	}
	tail = phraseNoise.ReplaceAllString(tail, " ")
	if from == 0 && wholeNoise.MatchString(strings.TrimSpace(tail)) {
		return ""
	}
	return strings.TrimSpace(head + tailNoise.ReplaceAllString(tail, ""))
}

func containsAny(s string, words []string) bool {
	for _, w := range words {
		if strings.Contains(s, w) {
			return true
		}
	}
	return false
}

// tidy takes out of a text what its author did not write, and the title where the text repeats it.
func tidy(text, title string) string {
	var keep []string
	first := true
	for para := range strings.SplitSeq(clean(text), "\n\n") {
		para = quiet(strings.TrimSpace(para))
		if !strings.ContainsFunc(para, shows) {
			continue
		}
		if stamp := statusMark.FindString(para); stamp != "" && first {
			if para = strings.TrimSpace(para[len(stamp):]); para == "" {
				continue
			}
		}
		if first && title != "" && squeeze(para) == squeeze(title) {
			continue
		}
		keep, first = append(keep, para), false
	}
	return strings.Join(keep, "\n\n")
}

// shows tells whether a rune makes a paragraph worth its place; a rule of stars does not.
func shows(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsSymbol(r) }

// unfinished ends a summary that was cut by a machine at its last whole
// sentence, or with an ellipsis if it has none.
func unfinished(s string) string {
	if bare := strings.TrimRight(s, " ])"); !strings.HasSuffix(bare, ellipsis) && !strings.HasSuffix(bare, "...") {
		return s
	}
	at := cutMark.FindStringIndex(s)
	if at == nil {
		return s
	}
	head := s[:at[0]]
	if ends := sentenceEnds(head); len(ends) > 1 {
		if whole := head[:ends[len(ends)-2]]; len(whole)*2 >= len(head) {
			return strings.TrimSpace(whole)
		}
	}
	if ended(head) {
		return head
	}
	return soften(head) + ellipsis
}
