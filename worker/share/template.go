package share

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"text/template"
	"text/template/parse"
)

// escaper is put behind every action of a template, as html/template does it.
const escaper = "_escape"

// parse reads the templates and tries each on a sample post.
func (c *Composer) parse() []error {
	var faults []error
	add := func(key, kind, text string) {
		t, err := template.New(key).Funcs(funcs(c.markup)).Parse(text)
		if err == nil {
			for _, one := range t.Templates() {
				if one.Tree != nil {
					guard(one.Root)
				}
			}
			err = c.try(t, kind)
		}
		if err != nil {
			faults = append(faults, templateFault(key, err))
			return
		}
		c.templates[kind] = t
	}
	if c.Words.Template != "" {
		add("template", "", c.Words.Template)
	}
	for _, kind := range slices.Sorted(maps.Keys(c.Words.Templates)) {
		key := "templates." + kind
		switch {
		case !slices.Contains([]string{kindNew, kindUpdate, kindRerun, kindDigest}, kind):
			faults = append(faults, fmt.Errorf("%s: there is no such kind; write new, update, rerun or digest", key))
		case strings.TrimSpace(c.Words.Templates[kind]) == "":
			faults = append(faults, fmt.Errorf("%s: empty; leave the key out for the network's own words", key))
		default:
			add(key, kind, c.Words.Templates[kind])
		}
	}
	return faults
}

// try runs a template on posts with everything and with next to nothing.
func (c *Composer) try(t *template.Template, kind string) error {
	full, bare := sample()
	wordless := true
	for _, e := range []Event{full, bare} {
		s := listen(e.Verdict.Post)
		k := kind
		if k == "" {
			k = kindNew
		}
		m := c.message(e, s, k)
		f := c.fields(e, s, &m, c.draft(e, s))
		f.Posts = []Listed{{Title: "A title", URL: "https://example.org/a", Summary: "A summary."}}
		text, err := execute(t, f)
		if err != nil {
			return err
		}
		wordless = wordless && strings.TrimSpace(text) == ""
	}
	if wordless {
		return errors.New("it gives no words for a post with everything")
	}
	return nil
}

// guard puts the escaper behind every action that prints.
func guard(n parse.Node) {
	switch n := n.(type) {
	case *parse.ListNode:
		if n != nil {
			for _, c := range n.Nodes {
				guard(c)
			}
		}
	case *parse.ActionNode:
		if len(n.Pipe.Decl) == 0 {
			n.Pipe.Cmds = append(n.Pipe.Cmds, &parse.CommandNode{NodeType: parse.NodeCommand, Pos: n.Pos, Args: []parse.Node{parse.NewIdentifier(escaper).SetPos(n.Pos)}})
		}
	case *parse.IfNode:
		guard(n.List)
		guard(n.ElseList)
	case *parse.RangeNode:
		guard(n.List)
		guard(n.ElseList)
	case *parse.WithNode:
		guard(n.List)
		guard(n.ElseList)
	}
}

var templatePlace = regexp.MustCompile(`(?s)^template: [\w.]+:(\d+)(?::(\d+))?: ?(?:executing "[^"]*" at (<.*?>): )?(.*)$`)

// templateFault tells the place of a fault in the words of the settings.
func templateFault(key string, err error) error {
	m := templatePlace.FindStringSubmatch(err.Error())
	if m == nil {
		return fmt.Errorf("%s: %w", key, err)
	}
	if column, err := strconv.Atoi(m[2]); err == nil {
		// text/template counts columns from 0.
		m[2] = strconv.Itoa(column + 1)
	}
	switch {
	case m[2] == "":
		return fmt.Errorf("%s: line %s: %s", key, m[1], m[4])
	case m[3] != "":
		return fmt.Errorf("%s: line %s, column %s: %s: %s", key, m[1], m[2], m[3], strings.ReplaceAll(m[4], "share.fields", "a post"))
	}
	return fmt.Errorf("%s: line %s, column %s: %s", key, m[1], m[2], m[4])
}

func (c *Composer) template(kind string) *template.Template {
	if t := c.templates[kind]; t != nil {
		return t
	}
	if kind == kindDigest {
		// One for all kinds speaks of one post.
		return nil
	}
	return c.templates[""]
}
