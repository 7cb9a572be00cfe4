package folder

import (
	"bytes"
	"errors"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/text"

	"syndicated/feeds"
)

// writer is GitHub's Markdown with footnotes. HTML in it goes through as it is:
// it is sanitised where it is shown.
var writer = goldmark.New(
	goldmark.WithExtensions(extension.GFM, extension.Footnote, extension.DefinitionList),
	goldmark.WithRendererOptions(html.WithUnsafe()),
)

// maxNesting bounds quotes, lists and emphasis in each other: the parser and the
// renderer call themselves for each, and a stack that is full ends the program.
const maxNesting = 200

var errTooDeep = errors.New("is nested too deeply")

// more is where many programs cut a summary off.
var more = []byte("<!--more-->")

// markdown renders the text. A first heading gives the title, if the front
// matter has none, and is not repeated in the content.
func (p *parsed) markdown(m matter, body []byte) error {
	body = withoutCalls(body)
	if nesting(body) > maxNesting {
		return errTooDeep
	}
	doc := writer.Parser().Parse(text.NewReader(body))
	if tooDeep(doc) {
		return errTooDeep
	}
	p.post.Title = m.text("title")
	if h, ok := doc.FirstChild().(*ast.Heading); ok {
		words := feeds.Text(renderNode(h, body))
		if p.post.Title == "" || words == p.post.Title {
			p.post.Title = words
			doc.RemoveChild(doc, h)
		}
	} else if p.post.Title == "" {
		for n := doc.FirstChild(); n != nil; n = n.NextSibling() {
			if h, ok := n.(*ast.Heading); ok && h.Level == 1 {
				p.post.Title = feeds.Text(renderNode(h, body))
				break
			}
		}
	}
	var b bytes.Buffer
	if err := writer.Renderer().Render(&b, body, doc); err != nil {
		return err
	}
	p.content = b.String()
	if before, _, ok := bytes.Cut(b.Bytes(), more); ok {
		p.summary = string(bytes.TrimSpace(before))
	}
	p.image = firstImage(doc, body)
	return nil
}

func renderNode(n ast.Node, source []byte) string {
	var b bytes.Buffer
	if err := writer.Renderer().Render(&b, source, n); err != nil {
		return ""
	}
	return b.String()
}

// firstImage is shown with the post when the front matter names none.
func firstImage(doc ast.Node, source []byte) (image feeds.Media) {
	_ = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if i, ok := n.(*ast.Image); ok && entering {
			u := string(i.Destination)
			image = feeds.Media{URL: u, Type: mediaType(u), Alt: feeds.Text(renderChildren(i, source)), Title: string(i.Title)}
			return ast.WalkStop, nil
		}
		return ast.WalkContinue, nil
	})
	return image
}

func renderChildren(n ast.Node, source []byte) string {
	var b strings.Builder
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		b.WriteString(renderNode(c, source))
	}
	return b.String()
}

// nesting counts how many quotes and lists a line can open at once.
func nesting(body []byte) int {
	deepest := 0
	for line := range bytes.Lines(body) {
		n := 0
	marks:
		for _, c := range line {
			switch {
			case c == '>' || c == '-' || c == '*' || c == '+' || c == '.' || c == ')' || c == ':':
				n++
			case c != ' ' && c != '\t' && (c < '0' || c > '9'):
				break marks
			}
		}
		if n > deepest && !ruleAcross(line) {
			deepest = n
		}
	}
	return deepest
}

// tooDeep walks the tree without calling itself.
func tooDeep(doc ast.Node) bool {
	depth := 0
	for n := doc; n != nil; {
		if c := n.FirstChild(); c != nil {
			if depth++; depth > 2*maxNesting { // a list item with its text is two
				return true
			}
			n = c
			continue
		}
		for n != nil && n != doc && n.NextSibling() == nil {
			n = n.Parent()
			depth--
		}
		if n == nil || n == doc {
			return false
		}
		n = n.NextSibling()
	}
	return false
}

// ruleAcross: a line of ------ is no list.
func ruleAcross(line []byte) bool {
	line = bytes.TrimSpace(line)
	return len(line) > 0 && line[0] != '>' && len(bytes.Trim(line, string(line[0]))) == 0
}
