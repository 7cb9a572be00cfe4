package change

import (
	"strings"
	"sync"
	"unicode"
)

// The little words of languages tell a translation from a rewritten text. It is
// enough to know that two texts differ in language, not which it is.
var stopwords = map[string]string{
	"en": "the of and to in is that it for was on with as are be this have from or had by not but what all were we when your can said there use an each which she do how their if will up other about out many then them these so some her would make like him into time has look two more write go see no way could people my than been who its now find long down did get come made may",
	"de": "der die und in den von zu das mit sich des auf für ist im dem nicht ein eine als auch es an werden aus er hat dass sie nach wird bei einer um am sind noch wie einem über einen so zum war haben nur oder aber vor zur bis mehr durch man sein wurde wenn können ich wir",
	"fr": "le la les de des du et en un une est que pour qui dans par plus pas au sur ne se ce il sont avec ou son aux cette nous vous mais comme être fait tout leur été ses elle si on ces même entre sans deux aussi très",
	"es": "el la los las de que y en un una es por con para del se lo como más pero sus le ya este sí porque esta entre cuando muy sin sobre también me hasta hay donde quien desde todo nos durante",
	"pt": "o a os as de que e do da em um uma para com não por mais dos das se na no como mas ao ele são foi ser tem seu sua ou quando muito nos já eu também só pelo pela até isso ela entre depois sem mesmo aos",
	"it": "il lo la i gli le di che e un una è per in con del della non si da sono come più anche ma nel alla dei delle al questo ha ci se o loro essere tra solo suo dopo sua quando",
	"nl": "de het een en van in is dat op te zijn met voor niet die aan er om ook als dan maar bij of uit nog wel naar heb ik je hij ze door over worden deze was kan",
	"sv": "och att det i en som på är av för med den till inte om har de ett var men så vi kan jag från när nu ska vid eller",
	"da": "og i at det er en til på som for med af den de har ikke et om der var men så vi kan jeg fra når nu skal ved eller blev",
	"fi": "ja on ei se että oli hän mutta niin kun ovat myös tai joka kuin jos vain voi sen ole sekä mukaan",
	"pl": "w i na z do się nie że jest to o po jak za od przez dla ale są czy co tak oraz przy jego może już tego jako",
	"cs": "a v na se je že s z do o i to za by ve pro jako ale po od co které nebo který jsou byl už jen při má",
	"tr": "ve bir bu için da de ile olarak daha çok gibi ama en ne olan kadar sonra ya mı her değil var o",
	"hu": "a az és hogy nem is egy van meg ez csak de már volt el ha mint vagy ki még",
	"ro": "și de a în la cu pe care nu o este din mai un să pentru se ca sau dar sunt prin",
	"vi": "và của là có trong cho được không một với các này những đã người khi để từ như cũng về",
	"id": "yang dan di untuk dengan ini dari pada itu tidak dalam akan adalah ke atau juga oleh ada bisa kami sudah",
	"ru": "и в не на что с по как из к для это от за но у о же его все так был или бы когда мы",
	"uk": "і в не на що з як до для це від за але у та його все так був або коли ми про",
}

var languageOf = sync.OnceValue(func() map[uint64][]uint8 {
	m := map[uint64][]uint8{}
	i := uint8(0)
	for _, lang := range languages {
		for w := range strings.FieldsSeq(stopwords[lang]) {
			for _, t := range appendTokens(nil, w, 0) {
				m[t.sum] = append(m[t.sum], i)
			}
		}
		i++
	}
	return m
})

var languages = strings.Fields("en de fr es pt it nl sv da fi pl cs tr hu ro vi id ru uk")

// tongue is a guess at the language of some tokens: a language of the list, or
// a script; empty when there is too little to tell.
func tongue(t *text, tokens []token) string {
	if len(tokens) < 4 {
		return ""
	}
	var votes [32]float64
	scripts := map[string]int{}
	letters := 0
	known := languageOf()
	for i, k := range tokens {
		if i >= 400 {
			break
		}
		if k.kind == number || k.kind == address {
			continue
		}
		for _, r := range t.doc.lines[k.line].text[k.start:k.end] {
			letters++
			switch {
			case r < 0x250:
				scripts["latin"]++
			case unicode.In(r, unicode.Hiragana, unicode.Katakana):
				scripts["kana"] += 3 // Japanese has Han too
			case unicode.Is(unicode.Han, r):
				scripts["han"]++
			case unicode.Is(unicode.Hangul, r):
				scripts["hangul"] += 2
			case unicode.Is(unicode.Cyrillic, r):
				scripts["cyrillic"]++
			case unicode.Is(unicode.Arabic, r):
				scripts["arabic"]++
			case unicode.Is(unicode.Hebrew, r):
				scripts["hebrew"]++
			case unicode.Is(unicode.Devanagari, r):
				scripts["devanagari"]++
			case unicode.Is(unicode.Greek, r):
				scripts["greek"]++
			case unicode.Is(unicode.Thai, r):
				scripts["thai"]++
			}
			break // the first letter says it
		}
		langs := known[k.sum]
		for _, l := range langs {
			votes[l] += 1 / float64(len(langs))
		}
	}
	script, most := "", 0
	for _, s := range []string{"latin", "cyrillic", "kana", "han", "hangul", "arabic", "hebrew", "devanagari", "greek", "thai"} {
		if scripts[s] > most {
			script, most = s, scripts[s]
		}
	}
	if letters < 4 {
		return ""
	}
	if script != "latin" && script != "cyrillic" {
		return script
	}
	best, second := -1, 0.0
	for l, v := range votes {
		if best < 0 || v > votes[best] {
			if best >= 0 {
				second = votes[best]
			}
			best = l
		} else {
			second = max(second, v)
		}
	}
	if votes[best] < 2 || votes[best] < 1.3*second || votes[best] < 0.1*float64(letters) {
		if script == "cyrillic" {
			return script
		}
		return ""
	}
	return languages[best]
}
