package config

import (
	"reflect"
	"slices"

	"go.yaml.in/yaml/v3"
)

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
