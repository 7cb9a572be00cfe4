package config

import (
	"io"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
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
