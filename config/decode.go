package config

import (
	"encoding"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// reader reads one settings file and gathers what is wrong with it.
type reader struct {
	file, dir string
	env       func(string) (string, bool)
	kinds     Kinds
	faults    Faults
	shapes    map[reflect.Type]shape
}

func (r *reader) fault(n *yaml.Node, path, what, do string) {
	f := Fault{File: r.file, Path: path, What: what, Do: do}
	if n != nil {
		f.Line, f.Col = max(1, n.Line), max(1, n.Column)
	}
	r.faults = append(r.faults, f)
}

// fill sets the fields of dst, a struct, from t: what the file says, or else
// the default.
func (r *reader) fill(dst reflect.Value, t table) {
	for _, k := range r.shape(dst.Type()).keys {
		field := dst.FieldByIndex(k.index)
		if k.typ == secretType {
			r.secret(field, k, t)
			continue
		}
		if p, ok := t.pairs[k.name]; ok {
			r.set(field, k, p.value, p.path)
			continue
		}
		switch {
		case k.initial != "" && field.IsZero():
			r.set(field, k, initialNode(k), join(t.path, k.name))
		case k.required && field.IsZero():
			do := "set " + k.name + describe(k)
			if k.name == "type" && t.kinds != nil {
				do = "set it to one of " + strings.Join(t.kinds, ", ")
			}
			r.fault(t.at, join(t.path, k.name), "is missing", do)
		case k.typ.Kind() == reflect.Struct && k.format == "" && k.typ != secretType:
			r.fill(field, table{at: t.at, path: join(t.path, k.name)})
		}
	}
}

func describe(k key) string {
	if k.doc == "" {
		return ""
	}
	return ": " + k.doc
}

// initialNode is a default as if the file had said it.
func initialNode(k key) *yaml.Node {
	if k.typ.Kind() != reflect.Slice {
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: k.initial}
	}
	seq := &yaml.Node{Kind: yaml.SequenceNode}
	for _, one := range list(k.initial) {
		seq.Content = append(seq.Content, &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: one})
	}
	return seq
}

// unknown faults every key of t that is none of known.
func (r *reader) unknown(t table, known []string) {
	for _, name := range t.order {
		if !slices.Contains(known, name) {
			p := t.pairs[name]
			r.fault(p.key, p.path, "is no key here", meant(name, known))
		}
	}
}

// secret reads a secret from its key or from the file that its twin names.
func (r *reader) secret(dst reflect.Value, k key, t table) {
	p, plain := t.pairs[k.name]
	f, file := t.pairs[k.name+fileSuffix]
	either := "set " + k.name + " or " + k.name + fileSuffix
	switch {
	case plain && file:
		r.fault(f.key, f.path, "is set and so is "+k.name, "take one out")
	case plain:
		n := follow(p.value)
		text, ok := r.text(n, p.path, true)
		switch {
		case !ok:
		case strings.TrimSpace(text) == "" && strings.Contains(n.Value, "${"):
			r.fault(n, p.path, "is empty in the environment", either)
		case strings.TrimSpace(text) == "":
			r.fault(n, p.path, "is empty", either)
		default:
			dst.Set(reflect.ValueOf(NewSecret(text)))
		}
	case file:
		n := follow(f.value)
		name, ok := r.text(n, f.path, false)
		if !ok {
			return
		}
		if name == "" {
			r.fault(n, f.path, "is empty", either)
			return
		}
		secret, err := r.secretFile(name)
		if err != nil {
			r.fault(n, f.path, quote(n)+": "+err.Error(), "put the secret into that file")
			return
		}
		dst.Set(reflect.ValueOf(secret))
	case k.required && dst.IsZero():
		r.fault(t.at, join(t.path, k.name), "is missing", either)
	}
}

// inQuotes is what to do about {{.Title}}, which YAML takes for a table in a table.
const inQuotes = "put text that begins with { or [ in quotes"

// text is a scalar with the environment put in. hide keeps its value out of faults.
func (r *reader) text(n *yaml.Node, path string, hide bool) (string, bool) {
	if n.Kind != yaml.ScalarNode {
		r.fault(n, path, "text is needed here, not "+form(n), inQuotes)
		return "", false
	}
	if null(n) {
		r.fault(n, path, "is empty", "give it a value or take the line out")
		return "", false
	}
	text, err := expand(n.Value, r.env)
	if err != nil {
		do := "set the variable, or write $${ for ${ itself"
		if hide && err == errNoVariable {
			do = "write $${ for ${ itself"
		}
		r.fault(n, path, err.Error(), do)
		return "", false
	}
	return text, true
}

var (
	durationType  = reflect.TypeFor[Duration]()
	tagsType      = reflect.TypeFor[Tags]()
	unmarshalType = reflect.TypeFor[encoding.TextUnmarshaler]()
)

// set reads node into dst by its type.
func (r *reader) set(dst reflect.Value, k key, node *yaml.Node, path string) {
	n := follow(node)
	if k.typ == tagsType {
		r.tags(dst, n, node, path)
		return
	}
	if k.format != "" && k.typ.Kind() != reflect.Slice && k.typ.Kind() != reflect.Map ||
		n.Kind == yaml.ScalarNode && reflect.PointerTo(k.typ).Implements(unmarshalType) {
		r.scalar(dst, k, n, path)
		return
	}
	switch k.typ.Kind() {
	case reflect.Slice:
		r.list(dst, k, n, path)
	case reflect.Map:
		r.words(dst, k, n, path)
	case reflect.Struct:
		t, ok := r.table(n, node, path)
		if ok {
			r.unknown(t, r.shape(k.typ).names)
			r.fill(dst, t)
		}
	default:
		r.scalar(dst, k, n, path)
	}
}

func (r *reader) list(dst reflect.Value, k key, n *yaml.Node, path string) {
	elem := k
	elem.typ = k.typ.Elem()
	items := []*yaml.Node{n}
	switch {
	case n.Kind == yaml.SequenceNode:
		items = n.Content
	case k.off && isOff(n):
		dst.SetZero()
		return
	case n.Kind == yaml.MappingNode && elem.typ.Kind() != reflect.Struct:
		r.fault(n, path, "a list is needed here, not a table", "write it as [one, two]")
		return
	case null(n):
		r.fault(n, path, "is empty", "give it a value or take the line out")
		return
	}
	out := reflect.MakeSlice(k.typ, len(items), len(items))
	for i, item := range items {
		at := fmt.Sprintf("%s[%d]", path, i)
		if n.Kind != yaml.SequenceNode {
			at = path
		}
		r.set(out.Index(i), elem, item, at)
	}
	dst.Set(out)
}

// words reads a map with text or secrets as values.
func (r *reader) words(dst reflect.Value, k key, n *yaml.Node, path string) {
	t, ok := r.table(n, n, path)
	if !ok {
		return
	}
	if k.words != nil {
		r.unknown(t, k.words)
	}
	elem := k
	elem.typ = k.typ.Elem()
	out := reflect.MakeMapWithSize(k.typ, len(t.order))
	for _, name := range t.order {
		p := t.pairs[name]
		v := reflect.New(elem.typ).Elem()
		if elem.typ == secretType {
			if text, ok := r.text(follow(p.value), p.path, true); ok {
				v.Set(reflect.ValueOf(NewSecret(text)))
			}
		} else {
			r.set(v, elem, p.value, p.path)
		}
		out.SetMapIndex(reflect.ValueOf(name), v)
		if k.format == "header" && !headerName(name) {
			r.fault(p.key, p.path, "is no name of an HTTP header", "")
		}
	}
	dst.Set(out)
}

// tags reads false, a list of hashtags to add, or a table.
func (r *reader) tags(dst reflect.Value, n, at *yaml.Node, path string) {
	switch {
	case isOff(n):
		dst.Set(reflect.ValueOf(Tags{Off: true}))
	case n.Kind == yaml.ScalarNode && n.ShortTag() == "!!bool":
		dst.SetZero()
	case n.Kind == yaml.SequenceNode:
		r.list(dst.FieldByName("Add"), key{name: "add", typ: reflect.TypeFor[[]string]()}, n, path)
	case n.Kind == yaml.MappingNode:
		t, _ := r.table(n, at, path)
		r.unknown(t, r.shape(tagsType).names)
		r.fill(dst, t)
	default:
		r.fault(n, path, "false, a list or a table is needed here, not "+form(n), "write tags: false, tags: [news] or tags: {max: 2}")
	}
}

func isOff(n *yaml.Node) bool {
	return n.Kind == yaml.ScalarNode && (n.Value == "off" || n.ShortTag() == "!!bool" && strings.EqualFold(n.Value, "false"))
}
