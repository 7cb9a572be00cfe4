package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"

	"github.com/goccy/go-yaml/parser"
	"go.yaml.in/yaml/v3"

	goccy "github.com/goccy/go-yaml"
)

// document is the one YAML document of text, nil after a fault.
func (r *reader) document(text []byte) *yaml.Node {
	if len(text) > maxFile {
		r.fault(nil, "", fmt.Sprintf("is larger than %d MiB", maxFile>>20), "")
		return nil
	}
	var doc, second yaml.Node
	d := yaml.NewDecoder(bytes.NewReader(text))
	switch err := d.Decode(&doc); {
	case errors.Is(err, io.EOF):
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null", Line: 1, Column: 1}
	case err != nil:
		r.faults = append(r.faults, syntax(r.file, text, err))
		return nil
	}
	if err := d.Decode(&second); err == nil {
		r.fault(&second, "", "a second document begins here", "keep all settings in one")
		return nil
	} else if !errors.Is(err, io.EOF) {
		r.faults = append(r.faults, syntax(r.file, text, err))
		return nil
	}
	if len(doc.Content) == 0 {
		return &doc
	}
	return doc.Content[0]
}

var yamlPlace = regexp.MustCompile(`^yaml: (?:line (\d+): )?`)

// syntax is the fault of text that is no YAML. yaml/v3 tells no column, and
// often the line before; the other parser is asked for the place alone.
func syntax(file string, text []byte, err error) Fault {
	f := Fault{
		File: file, Line: 1, Col: 1,
		What: "is no YAML: " + yamlPlace.ReplaceAllString(err.Error(), ""),
		Do:   "look at the indentation, and put text with : or # or { in quotes",
	}
	if m := yamlPlace.FindStringSubmatch(err.Error()); m != nil && m[1] != "" {
		_, _ = fmt.Sscan(m[1], &f.Line)
	}
	if line, col, ok := syntaxPlace(text); ok {
		f.Line, f.Col = line, col
	}
	return f
}

func syntaxPlace(text []byte) (line, col int, ok bool) {
	defer func() { _ = recover() }() // a second opinion must not end the program
	_, err := parser.ParseBytes(text, 0, parser.AllowDuplicateMapKey())
	if e, is := errors.AsType[goccy.Error](err); is && e.GetToken() != nil {
		p := e.GetToken().Position
		return p.Line, p.Column, p.Line > 0 && p.Column > 0
	}
	return 0, 0, false
}
