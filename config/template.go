package config

import (
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"text/template"
	"text/template/parse"
)

// Filter decides which posts are taken: a Go template expression such as
// `has .Tags "go"`, or a whole template that prints true.
type Filter struct{ t *template.Template }

// ParseFilter reads a filter. words are its functions, nil stands for Words;
// sample, if not nil, is a value such as Match will get, to check field names
// against. An empty text takes everything.
func ParseFilter(text string, words template.FuncMap, sample any) (*Filter, error) {
	if strings.TrimSpace(text) == "" {
		return &Filter{}, nil
	}
	if !strings.Contains(text, "{{") {
		text = "{{if (" + text + ")}}true{{end}}"
	}
	t, err := ParseTemplate("filter", text, words, sample)
	if err != nil {
		return nil, err
	}
	return &Filter{t}, nil
}

// Match reports whether post is taken.
func (f *Filter) Match(post any) (bool, error) {
	if f == nil || f.t == nil {
		return true, nil
	}
	var b strings.Builder
	if err := f.t.Execute(&b, post); err != nil {
		return false, fmt.Errorf("filter: %w", plainTemplate(err))
	}
	switch strings.TrimSpace(b.String()) {
	case "", "false", "0", "no":
		return false, nil
	}
	return true, nil
}

// Words are the comparison words that a filter has beside those of Go's
// text/template (and, or, not, eq, lt, len, index …).
func Words() template.FuncMap {
	return template.FuncMap{
		// has: a list holds a word, in any case of letters.
		"has": func(list []string, word string) bool {
			return slices.ContainsFunc(list, func(s string) bool { return strings.EqualFold(s, word) })
		},
		// contains: a text holds a part, in any case of letters.
		"contains": func(text, part string) bool {
			return strings.Contains(strings.ToLower(text), strings.ToLower(part))
		},
		"starts": func(text, part string) bool { return strings.HasPrefix(text, part) },
		"ends":   func(text, part string) bool { return strings.HasSuffix(text, part) },
		// matches: a text matches a regular expression (RE2).
		"matches": func(text, pattern string) (bool, error) { return regexp.MatchString(pattern, text) },
		"lower":   strings.ToLower,
		"upper":   strings.ToUpper,
	}
}

// ParseTemplate reads a template of the settings and checks its fields against
// sample's, if there is one. Errors have no Go names and no template name in them.
func ParseTemplate(name, text string, words template.FuncMap, sample any) (*template.Template, error) {
	if words == nil {
		words = Words()
	}
	t, err := template.New(name).Funcs(words).Parse(text)
	if err != nil {
		return nil, plainTemplate(err)
	}
	if sample == nil || t.Tree == nil {
		return t, nil
	}
	if known := fieldsOf(reflect.TypeOf(sample)); known != nil {
		if wrong := wrongField(t.Root, known, true); wrong != "" {
			return nil, fmt.Errorf("there is no .%s, %s", wrong, meant(wrong, known))
		}
	}
	return t, nil
}

var (
	templatePlace = regexp.MustCompile(`^template: [^:]*:(?:\d+:)?(?:\d+:)? ?`)
	templateExec  = regexp.MustCompile(`^executing "[^"]*" at `)
	templateField = regexp.MustCompile(`can't evaluate field (\w+) in type .*`)
)

func plainTemplate(err error) error {
	s := templatePlace.ReplaceAllString(err.Error(), "")
	s = templateExec.ReplaceAllString(s, "")
	s = templateField.ReplaceAllString(s, "there is no .$1")
	return errors.New(s)
}

// fieldsOf lists what may follow a dot on a value of type t, nil if anything may.
func fieldsOf(t reflect.Type) []string {
	if t == nil {
		return nil
	}
	var names []string
	for m := range t.NumMethod() {
		names = append(names, t.Method(m).Name)
	}
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct {
		return nil
	}
	for _, f := range reflect.VisibleFields(t) {
		if f.IsExported() {
			names = append(names, f.Name)
		}
	}
	return names
}

// wrongField finds a field of the data that is not known. Where range and with
// have changed what the dot is (dot is false), only $ is still the data.
func wrongField(n parse.Node, known []string, dot bool) string {
	check := func(name string) string {
		if slices.Contains(known, name) {
			return ""
		}
		return name
	}
	branch := func(b *parse.BranchNode, body bool) string {
		wrong := wrongField(b.Pipe, known, dot)
		if wrong == "" {
			wrong = wrongField(b.List, known, body)
		}
		if wrong == "" && b.ElseList != nil {
			wrong = wrongField(b.ElseList, known, dot)
		}
		return wrong
	}
	switch n := n.(type) {
	case *parse.ListNode:
		if n == nil {
			return ""
		}
		for _, one := range n.Nodes {
			if wrong := wrongField(one, known, dot); wrong != "" {
				return wrong
			}
		}
	case *parse.ActionNode:
		return wrongField(n.Pipe, known, dot)
	case *parse.TemplateNode:
		return wrongField(n.Pipe, known, dot)
	case *parse.PipeNode:
		if n == nil {
			return ""
		}
		for _, c := range n.Cmds {
			for _, arg := range c.Args {
				if wrong := wrongField(arg, known, dot); wrong != "" {
					return wrong
				}
			}
		}
	case *parse.FieldNode:
		if dot {
			return check(n.Ident[0])
		}
	case *parse.VariableNode:
		if n.Ident[0] == "$" && len(n.Ident) > 1 {
			return check(n.Ident[1])
		}
	case *parse.ChainNode:
		return wrongField(n.Node, known, dot)
	case *parse.IfNode:
		return branch(&n.BranchNode, dot)
	case *parse.RangeNode:
		return branch(&n.BranchNode, false)
	case *parse.WithNode:
		return branch(&n.BranchNode, false)
	}
	return ""
}
