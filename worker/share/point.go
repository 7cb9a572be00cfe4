package share

import (
	"regexp"
	"strings"
	"unicode"

	"syndicated/feeds"
)

// said is what a post says, as plain text.
type said struct {
	title string
	text  string // the whole, with lists and the addresses of links
	point string // the summary, or the first paragraphs, without what is no prose
	// note: the post has no title of its own; text is the message.
	note bool
}

func listen(p feeds.Post) said {
	var s said
	s.title = oneLine(p.Title)
	html := p.Content
	if html == "" {
		html = p.Summary
	}
	s.text = tidy(read(html, reading{links: true}), "")
	if named := naming(s.title, read(html, reading{})); !named {
		s.title = ""
	}
	if s.note = s.title == "" && s.text != ""; s.note {
		return s
	}
	s.point = gist(p.Summary, s.title)
	if stub := length(s.point) < 45; stub && p.Content != "" && (s.point == "" || strings.HasSuffix(s.point, ellipsis)) {
		if longer := gist(p.Content, s.title); longer != "" {
			s.point = longer
		}
	}
	return s
}

// gist is the running text of HTML as one would quote it: without greetings,
// credits, addresses and what repeats the title.
func gist(html, title string) string {
	if html == "" {
		return ""
	}
	paras := strings.Split(unfinished(tidy(read(html, reading{prose: true}), title)), "\n\n")
	for len(paras) > 1 && (salutation(paras[0]) || credit.MatchString(paras[0])) {
		paras = paras[1:]
	}
	if ends := sentenceEnds(paras[0]); len(ends) > 0 {
		first := squeeze(paras[0][:ends[0]])
		if len(first) >= 10 && strings.Contains(squeeze(title), first) {
			paras[0] = strings.TrimSpace(bracketed.ReplaceAllString(strings.TrimSpace(paras[0][ends[0]:]), ""))
		}
	}
	s := strings.TrimSpace(strings.Join(paras, "\n\n"))
	s = aside.ReplaceAllString(s, "")
	return address.ReplaceAllStringFunc(s, bareAddress)
}

func salutation(para string) bool {
	return strings.HasSuffix(para, ",") && len(strings.Fields(para)) <= 6
}

var (
	credit = regexp.MustCompile(`(?i)^(?:source|image|photo|picture|credit|illustration|quelle|bild|foto|crédit|photo by|image by|keywords|tags|mots-clés|schlagwörter)\s?[:：].{0,120}$`)
	// bracketed is a credit or a count in brackets where a text begins.
	bracketed = regexp.MustCompile(`^\([^()]{1,80}\)\.?\s*`)
	aside     = regexp.MustCompile(`\s*\(https?://[^\s()]+\)`)
)

// bareAddress is an address as people write it in running text: no network
// takes it for the link that the message is about.
func bareAddress(url string) string {
	end := len(strings.TrimRight(url, ".,;:!?)'\"”"))
	url, rest := url[:end], url[end:]
	_, bare, _ := strings.Cut(url, "://")
	bare = strings.TrimSuffix(strings.TrimPrefix(bare, "www."), "/")
	if host, path, ok := strings.Cut(bare, "/"); ok && len(path) > 30 {
		bare = host
	}
	return bare + rest
}

// pointIn is as much of a point as reads well in about room graphemes: whole
// sentences of at most three paragraphs. The first sentence may be half as
// long again. What only leads to a list or to code is left out.
func pointIn(point string, room int) string {
	if paras := strings.SplitN(point, "\n\n", 4); len(paras) > 3 && room < mailRoom {
		point = strings.Join(paras[:3], "\n\n")
	}
	if length(point) > room {
		best := 0
		for i, end := range sentenceEnds(point) {
			n := length(point[:end])
			if n > room && (i > 0 || n > room*3/2) {
				break
			}
			best = end
		}
		if best > 0 {
			point = bareHeading(point[:best])
		} else {
			point = within(point, room)
		}
	}
	for strings.HasSuffix(point, ":") || strings.HasSuffix(point, "：") {
		ends := sentenceEnds(strings.TrimRight(point, ":："))
		if len(ends) < 2 {
			return strings.TrimRight(point, ":：") + ellipsis
		}
		point = strings.TrimSpace(point[:ends[len(ends)-2]])
	}
	return point
}

// bareHeading takes off a last line that is a heading in bold, not a sentence.
func bareHeading(s string) string {
	head, line, ok := cutLast(s, "\n")
	if !ok || ended(line) || length(line) > 60 || strings.HasPrefix(line, "•") || len(line) > 0 && line[0] >= '0' && line[0] <= '9' || !ended(strings.TrimSpace(head)) {
		return s
	}
	return strings.TrimSpace(head)
}

func cutLast(s, sep string) (before, after string, ok bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}

// naming tells whether title names the post: it is neither a stand-in nor the
// cut beginning of the text, as publishing software makes it for notes.
func naming(title, text string) bool {
	switch strings.ToLower(strings.Trim(title, "()[]. ")) {
	case "", "untitled", "no title", "ohne titel", "sans titre", "sin título", "untitled post":
		return false
	}
	head := strings.TrimRight(strings.TrimSuffix(strings.TrimSuffix(title, "..."), "…"), " ")
	return head == title || !strings.HasPrefix(squeeze(text), squeeze(head))
}

// squeeze leaves letters and digits only, small, for texts to be compared.
func squeeze(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, s)
}

func oneLine(s string) string { return strings.Join(strings.Fields(clean(s)), " ") }

// Boilerplate that publishing software puts into summaries. It is matched per paragraph.
var (
	wholeNoise = regexp.MustCompile(`(?i)^(?:the post .{1,300} (?:first )?appeared first on .{1,200}|(?:der beitrag|the article) .{1,300} (?:erschien zuerst auf|first appeared on) .{1,200}` +
		`|l[’']article .{1,300} est apparu en premier sur .{1,200}|la entrada .{1,300} (?:se publicó primero en|aparece primero en) .{1,200}` +
		`|(?s:submitted by\s+/?u/\S+.*)|comments?|\[?(?:link|comments)\]?(?:\s+\[?comments\]?)?|article url: .*|comments url: .*|points: \d+.*|# ?comments: \d+` +
		`|(?:estimated )?reading time:? .{1,30}|\d+ min(?:ute)?s? read|\[?(?:continue reading|read more|read the rest|keep reading|weiterlesen|lire la suite|leer más|seguir leyendo|continua a leggere|lees verder|czytaj dalej|läs mer)\b.{0,200})$`)
	tailNoise = regexp.MustCompile(`(?i)\s*(?:\(|\[)?(?:continue reading|read more|read the rest of|keep reading|weiterlesen|lire la suite|leer más|seguir leyendo|lees verder|läs mer)(?:[:.…»›→ ][^.!?\n]{0,150})?(?:\)|\])?\s*(?:»|›|→|…|\.{3})?\s*$`)
	// phraseNoise is what podcast hosts put behind a summary.
	phraseNoise = regexp.MustCompile(`(?i)\s*(?:see \S+ for (?:privacy|more) information(?: about .{1,60})?\.?|learn more about your ad choices\.(?: visit \S+)?|hosted on acast\. see \S+ for more information\.?|visit (?:podcastchoices|megaphone)\S+)\s*`)
	cutMark     = regexp.MustCompile(`\s*(?:\[\s*(?:…|\.\.\.)\s*\]|\(\s*(?:…|\.\.\.)\s*\)|\.\.\.|…)\s*$`)
)

// tidy takes out of a text what its author did not write, and the title where the text repeats it.
func tidy(text, title string) string {
	var keep []string
	for i, para := range strings.Split(clean(text), "\n\n") {
		para = strings.TrimSpace(phraseNoise.ReplaceAllString(para, ""))
		if wholeNoise.MatchString(para) || !strings.ContainsFunc(para, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsSymbol(r) }) {
			continue
		}
		if tail := tailNoise.ReplaceAllString(para, ""); tail != para {
			if para = strings.TrimSpace(tail); para == "" {
				continue
			}
		}
		if i == 0 && title != "" && squeeze(para) == squeeze(title) {
			continue
		}
		keep = append(keep, para)
	}
	return strings.Join(keep, "\n\n")
}

// unfinished ends a summary that was cut by a machine at its last whole
// sentence, or with an ellipsis if it has none.
func unfinished(s string) string {
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

// without takes a note's words out of a text that has them, so that they are not said twice.
func without(text, note string) string {
	if note == "" {
		return text
	}
	var keep []string
	mark := squeeze(note)
	for para := range strings.SplitSeq(text, "\n\n") {
		if s := squeeze(para); s == "" || !strings.Contains(s, mark) && !(len(s) > 20 && strings.Contains(mark, s)) {
			keep = append(keep, para)
		}
	}
	return strings.Join(keep, "\n\n")
}
