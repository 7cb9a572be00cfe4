package config

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
)

// node is a JSON Schema (draft 2020-12) or a part of one.
type node map[string]any

// variable lets an editor accept ${NAME} where a value is no text.
var fromEnvironment = node{"type": "string", "pattern": `^\$\{[A-Za-z_][A-Za-z0-9_]*\}$`}

// Schema gives the JSON Schema of the settings file, made from the tables that
// the file is decoded with. Editors complete and check with it.
func Schema(k Kinds) ([]byte, error) {
	defs := node{}
	root := object(keysOf(reflect.TypeFor[Settings]()))
	root["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	root["title"] = "syndicated.yaml"
	props := root["properties"].(node)
	props["sources"] = entries("source", reflect.TypeFor[Source](), k.Sources, defs)
	props["feeds"] = entries("feed", reflect.TypeFor[Feed](), nil, defs)
	props["accounts"] = entries("account", reflect.TypeFor[Account](), k.Accounts, defs)
	props["defaults"] = node{
		"type": "object", "additionalProperties": false,
		"description": "keys for all sources, feeds and accounts that do not set them",
		"properties": node{
			"source":  defaultsOf(reflect.TypeFor[Source](), k.Sources),
			"feed":    defaultsOf(reflect.TypeFor[Feed](), nil),
			"account": defaultsOf(reflect.TypeFor[Account](), k.Accounts),
		},
	}
	root["patternProperties"] = node{"^x-": node{"description": "yours, for YAML anchors"}}
	root["required"] = []string{"sources"}
	root["$defs"] = defs
	return json.MarshalIndent(root, "", "  ")
}

// entries is a table of named entries, whose keys depend on their type.
func entries(what string, common reflect.Type, kinds map[string]any, defs node) node {
	entry := node{"type": "object"}
	if kinds == nil {
		entry = object(keysOf(common))
		entry["required"] = required(keysOf(common))
	} else {
		var cases []node
		for _, kind := range sortedKeys(kinds) {
			own := keysOf(structOf(kinds[kind]))
			def := object(mergeKeys(keysOf(common), own))
			def["properties"].(node)["type"] = node{"const": kind}
			// What defaults may give is not required of an entry, and this
			// cannot see them; the kind's own mandatory keys are told by description.
			name := what + "_" + kind
			defs[name] = def
			cases = append(cases, node{
				"if":   node{"properties": node{"type": node{"const": kind}}, "required": []string{"type"}},
				"then": node{"$ref": "#/$defs/" + name},
			})
		}
		entry["properties"] = node{"type": node{"enum": sortedKeys(kinds), "description": "kind of " + what}}
		entry["required"] = []string{"type"}
		if cases != nil {
			entry["allOf"] = cases
		}
	}
	name := `^[A-Za-z0-9][A-Za-z0-9._-]*$`
	if what == "feed" {
		name = `^[A-Za-z0-9][A-Za-z0-9_-]*$`
	}
	return node{
		"type": []string{"object", "null"}, "description": what + "s by name",
		"propertyNames":        node{"pattern": name, "maxLength": 64},
		"additionalProperties": entry,
	}
}

// mergeKeys puts a kind's own keys before the common ones of the same name.
func mergeKeys(common, own []key) []key {
	all := slices.Clone(own)
	for _, k := range common {
		if !slices.ContainsFunc(own, func(o key) bool { return o.name == k.name }) {
			all = append(all, k)
		}
	}
	return all
}

func required(keys []key) []string {
	var names []string
	for _, k := range keys {
		if k.required && k.typ != secretType {
			names = append(names, k.name)
		}
	}
	return names
}

func defaultsOf(common reflect.Type, kinds map[string]any) node {
	keys := keysOf(common)
	for _, kind := range sortedKeys(kinds) {
		keys = mergeKeys(keysOf(structOf(kinds[kind])), keys)
	}
	keys = slices.DeleteFunc(keys, func(k key) bool { return k.name == "type" || k.name == "title" && kinds == nil })
	o := object(keys)
	// Two kinds may mean different things by one key.
	for _, k := range keys {
		if schema, ok := o["properties"].(node)[k.name].(node); ok && kinds != nil && !ofCommon(common, k.name) {
			o["properties"].(node)[k.name] = node{"description": schema["description"]}
		}
	}
	return o
}

func ofCommon(common reflect.Type, name string) bool {
	return slices.ContainsFunc(keysOf(common), func(k key) bool { return k.name == name })
}

func object(keys []key) node {
	props := node{}
	for _, k := range keys {
		props[k.name] = k.schema()
		if k.typ == secretType {
			props[k.name+fileSuffix] = node{"type": "string", "description": "file that holds " + k.name}
		}
	}
	return node{"type": "object", "additionalProperties": false, "properties": props}
}

func (k key) schema() node {
	s := k.shape()
	if k.doc != "" {
		doc := k.doc
		if k.required {
			doc += " (needed)"
		}
		s["description"] = doc
	}
	if k.initial != "" {
		s["default"] = k.initialValue()
	}
	return s
}

func (k key) shape() node {
	if k.typ == tagsType {
		return node{"anyOf": []node{{"const": false}, textList(), object(keysOf(tagsType))}}
	}
	if k.format != "" && k.typ.Kind() != reflect.Slice && k.typ.Kind() != reflect.Map {
		s := node{"type": "string"}
		switch k.format {
		case "start":
			return node{"anyOf": []node{{"enum": []any{"none", "all"}}, {"type": "integer", "minimum": 0}, fromEnvironment}}
		case "url", "base_url":
			s["pattern"] = `^(https?://|.*\$\{)`
		}
		return s.offable(k)
	}
	if reflect.PointerTo(k.typ).Implements(unmarshalType) && k.typ.Kind() != reflect.Slice {
		return node{"type": []string{"string", "number"}}
	}
	switch k.typ.Kind() {
	case reflect.String:
		if k.enum != nil {
			return node{"enum": k.enum}.offable(k)
		}
		// A number is read as the text that it is: chat: -100123.
		return node{"type": []string{"string", "number"}}.offable(k)
	case reflect.Bool:
		return node{"anyOf": []node{{"type": "boolean"}, {"enum": []string{"yes", "no", "on", "off"}}, fromEnvironment}}
	case reflect.Slice:
		if k.typ.Elem().Kind() == reflect.Struct {
			return node{"type": "array", "items": object(keysOf(k.typ.Elem()))}
		}
		elem := k
		elem.typ, elem.off = k.typ.Elem(), false
		one := elem.shape()
		return node{"anyOf": []node{one, {"type": "array", "items": one}}}.offable(k)
	case reflect.Map:
		elem := k
		elem.typ, elem.off = k.typ.Elem(), false
		m := node{"type": "object", "additionalProperties": elem.shape()}
		if k.words != nil {
			m["propertyNames"] = node{"enum": k.words}
		}
		return m
	case reflect.Struct:
		if k.typ == secretType {
			return node{"type": []string{"string", "number"}}
		}
		return object(keysOf(k.typ))
	}
	if k.typ == durationType {
		// 7d, 1d12h, 90s, or 0
		return node{"type": []string{"string", "integer"}, "pattern": `^([0-9]+d)?([0-9.]+(ns|us|µs|ms|s|m|h))*$|^0$|\$\{`}.offable(k)
	}
	number := node{"type": "number"}
	if k.typ.Kind() != reflect.Float64 && k.typ.Kind() != reflect.Float32 {
		number["type"] = "integer"
	}
	if k.min != "" {
		number["minimum"] = json.Number(k.min)
	}
	if k.max != "" {
		number["maximum"] = json.Number(k.max)
	}
	return node{"anyOf": []node{number, fromEnvironment}}.offable(k)
}

// offable lets the words off and false stand for nothing.
func (n node) offable(k key) node {
	if !k.off {
		return n
	}
	return node{"anyOf": []node{n, {"enum": []any{"off", false}}}}
}

func textList() node {
	return node{"type": "array", "items": node{"type": []string{"string", "number"}}}
}

// initialValue is a default as JSON has it.
func (k key) initialValue() any {
	switch k.typ.Kind() {
	case reflect.Slice:
		return list(k.initial)
	case reflect.Bool:
		return k.initial == "true"
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64, reflect.Float64, reflect.Float32:
		if k.typ != durationType && strings.Trim(k.initial, "0123456789.-") == "" {
			return json.Number(k.initial)
		}
	}
	return k.initial
}
