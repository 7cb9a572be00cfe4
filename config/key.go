package config

import (
	"reflect"
	"strings"
)

// key is one key of a table: a field of a struct and its tags. The decoder and
// the schema both read it, so that they cannot differ.
type key struct {
	name     string
	index    []int
	typ      reflect.Type
	doc      string
	initial  string // default, as the file would write it
	enum     []string
	words    []string // what the keys of a map may be
	format   string
	min, max string
	required bool
	off      bool
}

var secretType = reflect.TypeFor[Secret]()

// shape is what a settings struct has for keys.
type shape struct {
	keys  []key
	names []string
}

// shape is that of t, worked out once: there may be 100,000 entries.
func (r *reader) shape(t reflect.Type) shape {
	s, ok := r.shapes[t]
	if !ok {
		s.keys = keysOf(t)
		s.names = names(s.keys)
		if r.shapes == nil {
			r.shapes = map[reflect.Type]shape{}
		}
		r.shapes[t] = s
	}
	return s
}

// keysOf lists the keys of a settings struct in the order of its fields.
func keysOf(t reflect.Type) []key {
	var keys []key
	for f := range t.Fields() {
		if !f.IsExported() {
			continue
		}
		name, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		if name == "-" || name == "" && !f.Anonymous {
			continue
		}
		if f.Anonymous && name == "" {
			if f.Type.Kind() == reflect.Struct {
				for _, k := range keysOf(f.Type) {
					k.index = append(append([]int{}, f.Index...), k.index...)
					keys = append(keys, k)
				}
			}
			continue
		}
		keys = append(keys, key{
			name: name, index: f.Index, typ: f.Type,
			doc:      f.Tag.Get("doc"),
			initial:  f.Tag.Get("default"),
			enum:     list(f.Tag.Get("enum")),
			words:    list(f.Tag.Get("keys")),
			format:   f.Tag.Get("format"),
			min:      f.Tag.Get("min"),
			max:      f.Tag.Get("max"),
			required: f.Tag.Get("required") == "true",
			off:      f.Tag.Get("off") == "true",
		})
	}
	return keys
}

func list(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(s, ",")
}

// names are the keys as the file writes them, the twins of secrets among them.
func names(keys []key) []string {
	var all []string
	for _, k := range keys {
		all = append(all, k.name)
		if k.typ == secretType {
			all = append(all, k.name+fileSuffix)
		}
	}
	return all
}

// fileSuffix makes the name of a secret's twin.
const fileSuffix = "_file"

// base is the name of the key that name, which may be a twin's, belongs to.
func base(name string) string { return strings.TrimSuffix(name, fileSuffix) }
