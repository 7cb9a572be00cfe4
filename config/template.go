package config

import (
	"errors"
	"regexp"
	"text/template/parse"
)

// checkTemplate checks the syntax of a template. Whether its words and fields
// are there only Kinds.Template can tell.
func checkTemplate(text string) error {
	t := parse.New("template")
	t.Mode = parse.SkipFuncCheck
	_, err := t.Parse(text, "", "", map[string]*parse.Tree{})
	return plainTemplate(err)
}

// checkFilter does the same for a filter, which is the condition of an if.
func checkFilter(text string) error {
	return checkTemplate("{{if (" + text + ")}}{{end}}")
}

var templatePlace = regexp.MustCompile(`^template: [^:]*:(?:\d+:)?(?:\d+:)? ?`)

// plainTemplate is err without the template's name.
func plainTemplate(err error) error {
	if err == nil {
		return nil
	}
	return errors.New(templatePlace.ReplaceAllString(err.Error(), ""))
}
