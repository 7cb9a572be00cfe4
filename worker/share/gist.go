package share

import (
	"regexp"
	"strings"
)

// gist is the running text of HTML as one would quote it: without greetings,
// credits, addresses and what repeats the title.
func gist(html, title string) string {
	if html == "" {
		return ""
	}
	paras := strings.Split(unfinished(tidy(read(beginning(html, gistMax), reading{prose: true}), title)), "\n\n")
	for len(paras) > 1 && (salutation(paras[0]) || credit.MatchString(paras[0])) {
		paras = paras[1:]
	}
	if ends := sentenceEnds(paras[0]); len(ends) > 0 {
		first, rest := squeeze(paras[0][:ends[0]]), strings.TrimSpace(paras[0][ends[0]:])
		if len(first) >= 10 && strings.Contains(squeeze(title), first) {
			paras[0] = strings.TrimSpace(bracketed.ReplaceAllString(rest, ""))
		}
	}
	s := strings.TrimSpace(strings.Join(paras, "\n\n"))
	if !strings.Contains(s, "://") {
		return s
	}
	return address.ReplaceAllStringFunc(bracketedAddress.ReplaceAllString(s, ""), bareAddress)
}

// salutation tells whether a paragraph is "Dear readers,".
func salutation(para string) bool {
	return strings.HasSuffix(para, ",") && len(strings.Fields(para)) <= 6
}

var (
	credit = regexp.MustCompile(`(?i)^(?:source|image|photo|picture|credit|illustration|quelle|bild|foto|crédit|photo by|image by|keywords|tags|mots-clés|schlagwörter)\s?[:：].{0,120}$`)
	// bracketed is a credit or a count in brackets where a text begins.
	bracketed        = regexp.MustCompile(`^\([^()]{1,80}\)\.?\s*`)
	bracketedAddress = regexp.MustCompile(`\s*\(https?://[^\s()]+\)`)
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
		best, n, from := 0, 0, 0
		for i, end := range sentenceEnds(point) {
			n, from = n+length(point[from:end]), end
			if n > room && (i > 0 || n > room*3/2) {
				break
			}
			best = end
		}
		if best > 0 {
			point = bareHeading(loneItem(point[:best], point[best:]))
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

// loneItem takes off the first item of a list whose others were cut: it reads
// as if it were the only one.
func loneItem(s, cut string) string {
	at := strings.LastIndex(s, "\n")
	if at < 0 || !listed.MatchString(s[at+1:]) || !moreItems.MatchString(cut) {
		return s
	}
	head := strings.TrimRight(s[:at], "\n")
	if before := head[strings.LastIndex(head, "\n")+1:]; listed.MatchString(before) {
		return s
	}
	return head
}

// bareHeading takes off a last line that is a heading in bold, not a sentence.
func bareHeading(s string) string {
	at := strings.LastIndex(s, "\n")
	if at < 0 {
		return s
	}
	head, line := strings.TrimSpace(s[:at]), s[at+1:]
	if ended(line) || length(line) > 60 || listed.MatchString(line) || !ended(head) {
		return s
	}
	return head
}

var (
	listed    = regexp.MustCompile(`^(?:•|>|\d+\.) `)
	moreItems = regexp.MustCompile(`\n(?:•|\d+\.) `)
)

// without takes a note's words out of a text that has them, so that they are not said twice.
func without(text, note string) string {
	mark := squeeze(note)
	if mark == "" {
		return text
	}
	var keep []string
	for para := range strings.SplitSeq(text, "\n\n") {
		if s := squeeze(para); s == "" || !strings.Contains(s, mark) && !(len(s) > 20 && strings.Contains(mark, s)) {
			keep = append(keep, para)
		}
	}
	return strings.Join(keep, "\n\n")
}
