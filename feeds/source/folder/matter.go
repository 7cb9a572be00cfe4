package folder

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/pelletier/go-toml/v2"
	"go.yaml.in/yaml/v3"
)

// matter is front matter: keys in lower case with - and _ taken out, as people
// write featured_image, featured-image and featuredImage. Values are string,
// bool, []any and matter.
type matter map[string]any

// maxMatter bounds front matter, and the values that it may hold once its
// aliases are followed.
const (
	maxMatter = 256 << 10
	maxValues = 10_000
)

// cutMatter splits a file into its front matter and its text.
func cutMatter(text []byte) (m matter, body []byte, err error) {
	text = bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))
	first, rest, _ := bytes.Cut(text, []byte("\n"))
	fence := string(bytes.TrimRight(first, " \t\r"))
	if fence != "---" && fence != "+++" {
		return matter{}, text, nil
	}
	block, body, ok := cutFence(rest, fence)
	if !ok {
		if fence == "---" { // a rule across the page
			return matter{}, text, nil
		}
		return nil, nil, errors.New("its front matter has no end")
	}
	if len(block) > maxMatter {
		return nil, nil, errors.New("its front matter is too long")
	}
	if fence == "+++" {
		m, err = parseTOML(block)
	} else {
		m, err = parseYAML(block)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("its front matter cannot be read: %w", err)
	}
	return m, body, nil
}

func cutFence(rest []byte, fence string) (block, body []byte, ok bool) {
	for at := 0; at < len(rest); {
		line := rest[at:]
		next := len(rest)
		if end := bytes.IndexByte(line, '\n'); end >= 0 {
			line, next = line[:end], at+end+1
		}
		if s := string(bytes.TrimRight(line, " \t\r")); s == fence || s == "..." && fence == "---" {
			return rest[:at], rest[next:], true
		}
		at = next
	}
	return nil, nil, false
}

var yamlError = regexp.MustCompile(`^yaml: `)

func parseYAML(block []byte) (matter, error) {
	var doc yaml.Node
	if err := yaml.Unmarshal(block, &doc); err != nil {
		return nil, errors.New(yamlError.ReplaceAllString(err.Error(), ""))
	}
	if len(doc.Content) == 0 {
		return matter{}, nil
	}
	left := maxValues
	v, err := yamlValue(doc.Content[0], &left, 0)
	if err != nil {
		return nil, err
	}
	switch v := v.(type) {
	case matter:
		return v, nil
	case nil:
		return matter{}, nil
	}
	return nil, errors.New("it is no table of keys")
}

// yamlValue keeps scalars as they were written: a date without a zone would
// become one in UTC.
func yamlValue(n *yaml.Node, left *int, depth int) (any, error) {
	if *left--; *left < 0 || depth > 32 {
		return nil, errors.New("it holds too much")
	}
	switch n.Kind {
	case yaml.AliasNode:
		return yamlValue(n.Alias, left, depth+1)
	case yaml.MappingNode:
		m := matter{}
		for i := 0; i+1 < len(n.Content); i += 2 {
			v, err := yamlValue(n.Content[i+1], left, depth+1)
			if err != nil {
				return nil, err
			}
			k := n.Content[i]
			if k.Kind == yaml.ScalarNode && k.ShortTag() == "!!merge" {
				if merged, ok := v.(matter); ok {
					for name, value := range merged {
						if _, own := m[name]; !own {
							m[name] = value
						}
					}
				}
				continue
			}
			m[fold(k.Value)] = v
		}
		return m, nil
	case yaml.SequenceNode:
		list := make([]any, 0, len(n.Content))
		for _, one := range n.Content {
			v, err := yamlValue(one, left, depth+1)
			if err != nil {
				return nil, err
			}
			if v != nil {
				list = append(list, v)
			}
		}
		return list, nil
	}
	switch n.ShortTag() {
	case "!!null":
		return nil, nil
	case "!!bool":
		return strings.EqualFold(n.Value, "true"), nil
	}
	return n.Value, nil
}

func parseTOML(block []byte) (matter, error) {
	var m map[string]any
	if err := toml.Unmarshal(block, &m); err != nil {
		return nil, errors.New(strings.TrimPrefix(err.Error(), "toml: "))
	}
	left := maxValues
	v, err := tomlValue(m, &left, 0)
	if err != nil {
		return nil, err
	}
	return v.(matter), nil
}

func tomlValue(v any, left *int, depth int) (any, error) {
	if *left--; *left < 0 || depth > 32 {
		return nil, errors.New("it holds too much")
	}
	switch v := v.(type) {
	case map[string]any:
		m := make(matter, len(v))
		for k, one := range v {
			value, err := tomlValue(one, left, depth+1)
			if err != nil {
				return nil, err
			}
			m[fold(k)] = value
		}
		return m, nil
	case []any:
		list := make([]any, 0, len(v))
		for _, one := range v {
			value, err := tomlValue(one, left, depth+1)
			if err != nil {
				return nil, err
			}
			list = append(list, value)
		}
		return list, nil
	case bool, string:
		return v, nil
	case time.Time:
		return v.Format(time.RFC3339Nano), nil
	case nil:
		return nil, nil
	}
	return fmt.Sprint(v), nil // numbers, local dates
}

func fold(key string) string {
	return strings.ToLower(strings.NewReplacer("-", "", "_", "", " ", "").Replace(key))
}

// text is the first of the keys that holds text.
func (m matter) text(keys ...string) string {
	for _, k := range keys {
		if s, ok := m[k].(string); ok && strings.TrimSpace(s) != "" {
			return strings.TrimSpace(s)
		}
	}
	return ""
}

// is reports whether one of the keys says value, as true or as a word.
func (m matter) is(value bool, keys ...string) bool {
	word := "false"
	if value {
		word = "true"
	}
	for _, k := range keys {
		switch v := m[k].(type) {
		case bool:
			if v == value {
				return true
			}
		case string:
			if strings.EqualFold(v, word) {
				return true
			}
		}
	}
	return false
}

// table is the table under key, empty if there is none.
func (m matter) table(key string) matter {
	t, _ := m[key].(matter)
	return t
}

// words is the list under key; text is taken apart at its commas.
func (m matter) words(key string) []string {
	switch v := m[key].(type) {
	case string:
		return split(v)
	case []any:
		var all []string
		for _, one := range v {
			switch one := one.(type) {
			case string:
				all = append(all, strings.TrimSpace(one))
			case matter:
				all = append(all, one.text("name", "title", "slug"))
			}
		}
		return all
	}
	return nil
}

func split(s string) []string {
	var all []string
	for one := range strings.SplitSeq(s, ",") {
		all = append(all, strings.TrimSpace(one))
	}
	return all
}
