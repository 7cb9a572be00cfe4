package share

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Hashtags from tags: words joined in CamelCase, letters, marks and digits of
// every script kept, since that is what Mastodon, Bluesky and X all take.
const (
	hashtagMax   = 4
	hashtagRunes = 40 // a longer one is a sentence, not a tag
	hashtagWords = 5
)

// tagNames are tags that no rule makes a readable hashtag of, in small letters.
var tagNames = map[string]string{
	"c++": "cpp", "c#": "csharp", "f#": "fsharp", ".net": "dotnet", "c/c++": "cpp", "g++": "gpp", "r&d": "RnD", "q&a": "QandA",
	"asp.net": "AspNet", "node.js": "NodeJS", "vue.js": "VueJS", "next.js": "NextJS", "d3.js": "D3js",
}

// tagNoise are categories that say nothing; they are what publishing software puts where the author chose none.
var tagNoise = map[string]bool{
	"uncategorized": true, "uncategorised": true, "allgemein": true, "unkategorisiert": true, "non classé": true, "sin categoría": true, "sin categorizar": true,
	"sem categoria": true, "senza categoria": true, "geen categorie": true, "niet gecategoriseerd": true, "bez kategorii": true, "okategoriserade": true,
	"未分類": true, "未分类": true, "general": true, "misc": true, "post": true, "posts": true, "default": true, "blog": true, "noshare": true,
}

// Hashtags makes hashtags of tags, without #, in their order, each once.
func (t Tags) Hashtags(tags []string) []string {
	if t.Off {
		return nil
	}
	limit := t.Max
	if limit <= 0 {
		limit = hashtagMax
	}
	mapped := make(map[string]string, len(t.Map))
	for k, v := range t.Map {
		mapped[tagKey(k)] = v
	}
	var out []string
	seen := map[string]bool{}
	add := func(h string) {
		if h != "" && len(out) < limit && !seen[strings.ToLower(h)] {
			seen[strings.ToLower(h)] = true
			out = append(out, h)
		}
	}
	for _, tag := range t.Add {
		add(hashtag(tag))
	}
	for _, tag := range tags {
		if m, ok := mapped[tagKey(tag)]; ok {
			add(hashtag(m))
		} else if !tagNoise[tagKey(tag)] {
			add(hashtag(tag))
		}
	}
	return out
}

func tagKey(tag string) string {
	return strings.ToLower(strings.TrimPrefix(strings.Join(strings.Fields(norm.NFC.String(tag)), " "), "#"))
}

// hashtag joins the words of a tag, or gives "" if none can be made of it.
func hashtag(tag string) string {
	if !utf8.ValidString(tag) {
		return ""
	}
	if name, ok := tagNames[tagKey(tag)]; ok {
		tag = name
	}
	if sub, ok := strings.CutPrefix(tag, "r/"); ok {
		tag = sub // a community, as Reddit's feeds write it
	}
	// Apostrophes join (rock 'n' roll, l'été); everything else that is no letter parts words.
	words := strings.FieldsFunc(norm.NFC.String(tag), func(r rune) bool { return !tagRune(r) && r != '\'' && r != '’' })
	if len(words) > hashtagWords {
		return ""
	}
	var b strings.Builder
	letters, digits := 0, 0
	for _, w := range words {
		w = strings.Trim(strings.NewReplacer("'", "", "’", "").Replace(w), "_\u200c\u00b7")
		if len(words) > 1 {
			w = capital(w)
		}
		b.WriteString(w)
		for _, r := range w {
			if unicode.IsLetter(r) {
				letters++
			} else if unicode.IsDigit(r) {
				digits++
			}
		}
	}
	h := b.String()
	// Digits alone are no hashtag, a date or a number is none that helps, and a combining mark cannot begin one.
	if first, _ := utf8.DecodeRuneInString(h); letters == 0 || digits > 4 && digits > letters || unicode.IsMark(first) || utf8.RuneCountInString(h) > hashtagRunes {
		return ""
	}
	return h
}

func tagRune(r rune) bool {
	// The zero-width non-joiner is a part of Persian words.
	return unicode.IsLetter(r) || unicode.IsMark(r) && r != '\ufe0f' && r != '\u20e3' || unicode.IsDigit(r) || r == '_' || r == '\u200c'
}

// capital raises the first letter of a word that has no capitals of its own (iPhone keeps its).
func capital(w string) string {
	if strings.ContainsFunc(w, unicode.IsUpper) {
		return w
	}
	r, n := utf8.DecodeRuneInString(w)
	return string(unicode.ToTitle(r)) + w[n:]
}
