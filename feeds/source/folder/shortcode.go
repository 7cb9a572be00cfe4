package folder

import (
	"bytes"
	"regexp"
	"strings"
)

// Writers of Hugo and Jekyll sites put calls to their program into the text.
// What has a plain form gets it; the others go, with what they enclose kept.
// https://gohugo.io/content-management/shortcodes/
// https://jekyllrb.com/docs/liquid/tags/
var (
	hugoCall   = regexp.MustCompile(`\{\{[<%]-?\s*(/?\s*[A-Za-z][\w./-]*)([^{}]*?)\s*/?-?[%>]\}\}`)
	hugoQuoted = regexp.MustCompile(`\{\{(<|%)/\*(.*?)\*/(>|%)\}\}`)
	liquidTag  = regexp.MustCompile(`\{%-?\s*(\w+)\s*([^{}]*?)\s*-?%\}`)
	liquidSite = regexp.MustCompile(`\{\{-?\s*site\.(?:baseurl|url)\s*-?\}\}`)
	liquidURL  = regexp.MustCompile(`\{\{-?\s*["']([^"'{}]*)["']\s*\|\s*(?:relative_url|absolute_url)\s*-?\}\}`)
	callWord   = regexp.MustCompile(`(?:([\w-]+)\s*=\s*)?(?:"([^"]*)"|'([^']*)'|([^\s"']+))`)
)

// withoutCalls resolves them, in all lines that are not code.
func withoutCalls(body []byte) []byte {
	if !bytes.Contains(body, []byte("{{")) && !bytes.Contains(body, []byte("{%")) {
		return body
	}
	var out bytes.Buffer
	fence := ""
	for line := range bytes.Lines(body) {
		switch mark := fenceOf(line); {
		case fence == "" && mark != "":
			fence = mark
		case fence != "" && strings.HasPrefix(mark, fence) && len(bytes.TrimSpace(line)) == len(mark):
			fence = ""
		case fence == "" && !bytes.HasPrefix(line, []byte("    ")) && line[0] != '\t':
			out.WriteString(resolveCalls(string(line)))
			continue
		}
		out.Write(line)
	}
	return out.Bytes()
}

// fenceOf is the ``` or ~~~ that a line begins with.
func fenceOf(line []byte) string {
	s := strings.TrimLeft(string(line), " ")
	for _, c := range []string{"`", "~"} {
		if n := len(s) - len(strings.TrimLeft(s, c)); n >= 3 {
			return strings.Repeat(c, n)
		}
	}
	return ""
}

func resolveCalls(line string) string {
	line = outsideCode(line, hugoCall, func(m []string) string { return hugo(m[1], m[2]) })
	line = outsideCode(line, liquidTag, func(m []string) string { return liquid(m[1], m[2]) })
	line = outsideCode(line, liquidSite, func([]string) string { return "" })
	line = outsideCode(line, liquidURL, func(m []string) string { return m[1] })
	return hugoQuoted.ReplaceAllString(line, "{{$1$2$3}}")
}

// outsideCode replaces what is not between backticks.
func outsideCode(line string, what *regexp.Regexp, with func([]string) string) string {
	var b strings.Builder
	at := 0
	for _, m := range what.FindAllStringSubmatchIndex(line, -1) {
		if strings.Count(line[:m[0]], "`")%2 == 1 {
			continue
		}
		b.WriteString(line[at:m[0]])
		words := make([]string, len(m)/2)
		for i := range words {
			if m[2*i] >= 0 {
				words[i] = line[m[2*i]:m[2*i+1]]
			}
		}
		b.WriteString(with(words))
		at = m[1]
	}
	b.WriteString(line[at:])
	return b.String()
}

func hugo(name, rest string) string {
	first, named := callWords(rest)
	switch strings.ReplaceAll(name, " ", "") {
	case "figure", "img", "image":
		src := firstOf(named["src"], first)
		if src == "" {
			return ""
		}
		return "![" + firstOf(named["alt"], named["caption"], named["title"]) + "](<" + src + ">)"
	case "ref", "relref":
		return firstOf(first, named["path"])
	case "youtube":
		return "https://www.youtube.com/watch?v=" + firstOf(first, named["id"])
	case "vimeo":
		return "https://vimeo.com/" + firstOf(first, named["id"])
	case "highlight":
		return "```" + first + "\n"
	case "/highlight":
		return "\n```"
	}
	return ""
}

func liquid(name, rest string) string {
	switch name {
	case "highlight":
		lang, _, _ := strings.Cut(rest, " ")
		return "```" + lang + "\n"
	case "endhighlight":
		return "\n```"
	case "post_url", "link":
		rest = strings.Trim(rest, `"'`)
		if _, ending := cutEnding(rest); ending == "" && name == "post_url" {
			rest += ".md"
		}
		return strings.TrimPrefix(rest, "_posts/")
	}
	return ""
}

// callWords are the first word without a name and the words with one.
func callWords(rest string) (first string, named map[string]string) {
	named = map[string]string{}
	for _, m := range callWord.FindAllStringSubmatch(rest, 64) {
		value := firstOf(m[2], m[3], m[4])
		switch {
		case m[1] != "":
			named[m[1]] = value
		case first == "":
			first = value
		}
	}
	return first, named
}
