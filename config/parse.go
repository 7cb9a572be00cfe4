package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/parser"
	"go.yaml.in/yaml/v3"

	goccy "github.com/goccy/go-yaml"
)

// maxFile bounds the settings file; 100,000 sources of 100 bytes fit.
const maxFile = 32 << 20

// Load reads and checks the settings file at path. env looks a variable of the
// environment up, os.LookupEnv if nil. The error is Faults.
func Load(path string, k Kinds, env func(string) (string, bool)) (*Settings, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, Faults{{File: path, What: "cannot be opened: " + reason(err).Error(), Do: "name the settings file with -c, or write one"}}
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, Faults{{File: path, What: "cannot be read: " + reason(err).Error()}}
	}
	return Parse(path, text, filepath.Dir(path), k, env)
}

// Parse reads and checks the text of a settings file. name stands in faults;
// dir is the folder that relative paths start from. The error is Faults, and
// holds all of them.
func Parse(name string, text []byte, dir string, k Kinds, env func(string) (string, bool)) (*Settings, error) {
	if env == nil {
		env = os.LookupEnv
	}
	r := &reader{file: name, dir: dir, env: env, kinds: k}
	s := r.settings(text)
	if len(r.faults) > 0 {
		return nil, r.faults.sorted()
	}
	return s, nil
}

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

func (r *reader) settings(text []byte) *Settings {
	root := r.document(text)
	if root == nil {
		return nil
	}
	r.mappings(root, "")
	t, ok := r.table(root, root, "")
	if !ok {
		return nil
	}
	s := &Settings{File: r.file}
	known := append(slices.Clone(r.shape(reflect.TypeFor[Settings]()).names), "defaults", "sources", "feeds", "accounts")
	for _, name := range t.order {
		// A place for anchors, as in Compose files.
		if strings.HasPrefix(name, "x-") {
			known = append(known, name)
		}
	}
	r.unknown(t, known)
	r.fill(reflect.ValueOf(s).Elem(), t)
	s.Sensitivity = s.Updates.Sensitivity

	defaults := r.defaults(t)
	for p := range r.entries(t, "sources") {
		one := Source{Name: p.key.Value, Place: r.place(p.key)}
		one.Own = r.entry(p, defaults["source"], reflect.ValueOf(&one).Elem(), r.kinds.Sources, "source")
		s.Sources = append(s.Sources, one)
	}
	for p := range r.entries(t, "feeds") {
		one := Feed{Name: p.key.Value, Place: r.place(p.key)}
		r.entry(p, defaults["feed"], reflect.ValueOf(&one).Elem(), nil, "feed")
		s.Feeds = append(s.Feeds, one)
	}
	for p := range r.entries(t, "accounts") {
		one := Account{Name: p.key.Value, Place: r.place(p.key)}
		one.Own = r.entry(p, defaults["account"], reflect.ValueOf(&one).Elem(), r.kinds.Accounts, "account")
		s.Accounts = append(s.Accounts, one)
	}
	r.check(s, t)
	return s
}

func (r *reader) place(n *yaml.Node) Place { return Place{r.file, n.Line, n.Column} }

// entries are the named entries of one of the tables, in the order of the file.
func (r *reader) entries(t table, name string) func(yield func(pair) bool) {
	return func(yield func(pair) bool) {
		p, ok := t.pairs[name]
		if !ok {
			return
		}
		all, _ := r.table(p.value, p.key, name)
		for _, one := range all.order {
			e := all.pairs[one]
			if !validName(one, name == "feeds") {
				r.fault(e.key, e.path, "is no name", "use letters, digits, - and _, at most 64")
			}
			if !yield(e) {
				return
			}
		}
	}
}

// validName: names stand in URLs, file names and keys of the store; "/" parts a
// list from its members, and "." a feed from its format.
func validName(s string, feed bool) bool {
	for i, c := range []byte(s) {
		word := 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
		if !word && (i == 0 || c != '-' && c != '_' && (c != '.' || feed)) {
			return false
		}
	}
	return s != "" && len(s) <= 64
}

// defaults reads the table defaults; its values are checked here as well, for
// there may be no entry that takes them.
func (r *reader) defaults(root table) map[string]table {
	p, ok := root.pairs["defaults"]
	if !ok {
		return nil
	}
	all, _ := r.table(p.value, p.key, "defaults")
	r.unknown(all, []string{"source", "feed", "account"})
	out := map[string]table{}
	for name, common := range map[string]reflect.Type{
		"source": reflect.TypeFor[Source](), "feed": reflect.TypeFor[Feed](), "account": reflect.TypeFor[Account](),
	} {
		one, ok := all.pairs[name]
		if !ok {
			continue
		}
		kinds := map[string]map[string]any{"source": r.kinds.Sources, "account": r.kinds.Accounts}[name]
		t, _ := r.table(one.value, one.key, one.path)
		known := slices.Clone(r.shape(common).names)
		types := []reflect.Type{common}
		for _, kind := range sortedKeys(kinds) {
			own := structOf(kinds[kind])
			known = append(known, r.shape(own).names...)
			types = append(types, own)
		}
		known = slices.DeleteFunc(known, func(s string) bool { return s == "type" || s == "title" && name == "feed" })
		r.unknown(t, known)
		r.tryDefaults(t, types)
		out[name] = t
	}
	return out
}

// tryDefaults reads each default once, with the first struct that knows it.
func (r *reader) tryDefaults(t table, types []reflect.Type) {
	done := map[string]bool{}
	for _, typ := range types {
		part := table{at: t.at, path: t.path, pairs: map[string]pair{}}
		for _, k := range r.shape(typ).keys {
			for _, name := range []string{k.name, k.name + fileSuffix} {
				if p, ok := t.pairs[name]; ok && !done[name] {
					part.add(name, p)
					done[name] = true
				}
			}
		}
		before := len(r.faults)
		r.fill(reflect.New(typ).Elem(), part)
		// What is missing is not missing here.
		r.faults = append(r.faults[:before], slices.DeleteFunc(r.faults[before:], func(f Fault) bool {
			return f.What == "is missing"
		})...)
	}
}

// entry reads one source, feed or account: the common keys into common, those
// of its kind into a settings struct of the kind, which it returns.
func (r *reader) entry(p pair, defaults table, common reflect.Value, kinds map[string]any, what string) any {
	t, ok := r.table(p.value, p.key, p.path)
	if !ok {
		return nil
	}
	known := slices.Clone(r.shape(common.Type()).names)
	var own reflect.Value
	if kinds != nil {
		t.kinds = sortedKeys(kinds)
		var sure bool
		own, sure = r.kind(t, kinds, what)
		switch {
		case own.IsValid():
			known = append(known, r.shape(own.Type().Elem()).names...)
		case !sure: // any kind's key may be right
			for _, kind := range kinds {
				known = append(known, r.shape(structOf(kind)).names...)
			}
		}
	}
	r.foreign(t, known, kinds, what)
	set := map[string]bool{}
	for _, name := range t.order {
		set[base(name)] = true
	}
	for _, name := range defaults.order {
		if !set[base(name)] && slices.Contains(known, name) {
			t.add(name, defaults.pairs[name])
		}
	}
	r.fill(common, t)
	if !own.IsValid() {
		return nil
	}
	before := len(r.faults)
	r.fill(own.Elem(), t)
	if len(r.faults) == before {
		r.problems(own.Interface(), t)
	}
	return own.Interface()
}

// kind makes the settings struct that t's type asks for.
func (r *reader) kind(t table, kinds map[string]any, what string) (own reflect.Value, sure bool) {
	p, ok := t.pairs["type"]
	if !ok {
		return reflect.Value{}, false // fill tells that it is missing
	}
	n := follow(p.value)
	if n.Kind != yaml.ScalarNode || null(n) {
		return reflect.Value{}, false
	}
	name, err := expand(n.Value, r.env)
	if err != nil {
		return reflect.Value{}, false
	}
	proto, ok := kinds[name]
	if !ok {
		if name != "" {
			r.fault(n, p.path, quote(n)+" is no kind of "+what, meant(n.Value, sortedKeys(kinds)))
		}
		return reflect.Value{}, false
	}
	own = reflect.New(structOf(proto))
	if v := reflect.Indirect(reflect.ValueOf(proto)); v.IsValid() {
		own.Elem().Set(v)
	}
	return own, true
}

// foreign is unknown, and tells of which kind a key would be.
func (r *reader) foreign(t table, known []string, kinds map[string]any, what string) {
	for _, name := range t.order {
		if slices.Contains(known, name) {
			continue
		}
		p := t.pairs[name]
		do := ""
		for _, kind := range sortedKeys(kinds) {
			if slices.Contains(r.shape(structOf(kinds[kind])).names, name) {
				do = "it is a key of " + kind
				break
			}
		}
		if best := nearest(name, known); best != "" || do == "" {
			do = meant(name, known)
		}
		r.fault(p.key, p.path, "is no key of this "+what, do)
	}
}

// problems asks the kind's own check.
func (r *reader) problems(own any, t table) {
	c, ok := own.(interface{ Check() []Problem })
	if !ok {
		return
	}
	for _, problem := range c.Check() {
		at, path := t.at, t.path
		if problem.Key != "" {
			path = join(t.path, problem.Key)
		}
		for _, name := range []string{problem.Key, problem.Key + fileSuffix} {
			if p, ok := t.pairs[name]; ok {
				at, path = follow(p.value), p.path
				break
			}
		}
		r.fault(at, path, problem.What, problem.Do)
	}
}

func structOf(proto any) reflect.Type {
	t := reflect.TypeOf(proto)
	for t != nil && t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t == nil || t.Kind() != reflect.Struct {
		return reflect.TypeFor[struct{}]()
	}
	return t
}

func sortedKeys(m map[string]any) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
