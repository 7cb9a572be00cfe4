package config

import (
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"
)

// table is a mapping of the file with its merge keys (<<) resolved.
type table struct {
	at    *yaml.Node // what to point at when something is missing
	path  string
	order []string
	pairs map[string]pair
	kinds []string // what type may be, to be told when it is missing
}

type pair struct {
	key, value *yaml.Node
	path       string
}

func (t *table) has(name string) bool { _, ok := t.pairs[name]; return ok }

func (t *table) add(name string, p pair) {
	t.order = append(t.order, name)
	t.pairs[name] = p
}

// table reads node as a mapping; nothing at all is an empty one. at is the key
// that it stands under.
func (r *reader) table(node, at *yaml.Node, path string) (table, bool) {
	t := table{at: at, path: path, pairs: map[string]pair{}}
	if node == nil {
		return t, true
	}
	if node = follow(node); null(node) {
		return t, true
	}
	if node.Kind != yaml.MappingNode {
		r.fault(node, path, "a table of keys is needed here, not "+form(node), "write it as key: value, a line each")
		return t, false
	}
	r.merge(&t, node, map[*yaml.Node]bool{})
	return t, true
}

// merge adds the pairs of node to t, its own before those that it merges in. A
// mapping is merged once, however often it is named: again it would add nothing.
func (r *reader) merge(t *table, node *yaml.Node, seen map[*yaml.Node]bool) {
	if seen[node] {
		return
	}
	seen[node] = true
	var merged []*yaml.Node
	for i := 0; i+1 < len(node.Content); i += 2 {
		k, v := follow(node.Content[i]), node.Content[i+1]
		switch {
		case isMerge(k):
			if v = follow(v); v.Kind == yaml.SequenceNode {
				merged = append(merged, v.Content...)
			} else {
				merged = append(merged, v)
			}
		case k.Kind == yaml.ScalarNode && !null(k) && !t.has(k.Value):
			t.add(k.Value, pair{k, v, join(t.path, k.Value)})
		}
	}
	for _, v := range merged {
		if v = follow(v); v.Kind == yaml.MappingNode {
			r.merge(t, v, seen)
		}
	}
}

func isMerge(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.ShortTag() == "!!merge" }

// mappings faults what is wrong with the keys of every mapping below n, wherever
// it is used: a key that is there twice, is no word, or merges in no table.
func (r *reader) mappings(n *yaml.Node, path string) {
	if n.Kind == yaml.SequenceNode {
		for i, one := range n.Content {
			r.mappings(one, fmt.Sprintf("%s[%d]", path, i))
		}
	}
	if n.Kind != yaml.MappingNode {
		return
	}
	first := make(map[string]int, len(n.Content)/2)
	for i := 0; i+1 < len(n.Content); i += 2 {
		at, v := n.Content[i], n.Content[i+1]
		switch k := follow(at); {
		case isMerge(k):
			tables := []*yaml.Node{v}
			if list := follow(v); list.Kind == yaml.SequenceNode {
				tables = list.Content
			}
			for _, one := range tables {
				if one = follow(one); one.Kind != yaml.MappingNode {
					r.fault(v, path, "<< takes in a table, not "+form(one), "")
				}
			}
			if v.Kind != yaml.AliasNode {
				r.mappings(v, path)
			}
		case k.Kind != yaml.ScalarNode || null(k):
			r.fault(at, path, "the name of a key is a word, not "+form(k), inQuotes)
		case first[k.Value] != 0:
			r.fault(at, join(path, k.Value), fmt.Sprintf("is there twice, first in line %d", first[k.Value]), "take one out")
		default:
			first[k.Value] = max(1, k.Line)
			r.mappings(v, join(path, k.Value))
		}
	}
}

// follow is the node that an alias stands for.
func follow(n *yaml.Node) *yaml.Node {
	for n.Kind == yaml.AliasNode && n.Alias != nil {
		n = n.Alias
	}
	return n
}

func null(n *yaml.Node) bool {
	return n.Kind == 0 || n.Kind == yaml.ScalarNode && n.ShortTag() == "!!null"
}

func join(path, name string) string {
	if strings.ContainsAny(name, ". \t\n") || name == "" {
		name = fmt.Sprintf("%q", cut(name, 60))
	}
	if path == "" {
		return cut(name, 60)
	}
	return path + "." + cut(name, 60)
}

// form names what a node is, for people.
func form(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "a table"
	case yaml.SequenceNode:
		return "a list"
	}
	switch n.ShortTag() {
	case "!!null":
		return "nothing"
	case "!!int", "!!float":
		return "a number"
	case "!!bool":
		return "true or false"
	}
	return "text"
}

func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:n], "") + "…"
}
