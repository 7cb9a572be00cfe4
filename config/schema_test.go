package config_test

import (
	"encoding/json"
	"testing"

	"syndicated/config"
)

func TestSchema(t *testing.T) {
	text, err := config.Schema(kinds)
	if err != nil {
		t.Fatal(err)
	}
	var schema map[string]any
	if err := json.Unmarshal(text, &schema); err != nil {
		t.Fatal(err)
	}
	at := func(path ...string) any {
		var v any = schema
		for _, p := range path {
			m, ok := v.(map[string]any)
			if !ok {
				t.Fatalf("%v: %s is not there", path, p)
			}
			v = m[p]
		}
		return v
	}
	tests := []struct {
		name string
		got  any
		want any
	}{
		{"no other key at the top", at("additionalProperties"), false},
		{"a default", at("properties", "updates", "properties", "sensitivity", "default"), "normal"},
		{"a default of a source", at("$defs", "source_feed", "properties", "settle", "default"), "2m"},
		{"a number as default", at("$defs", "source_folder", "properties", "depth", "default"), 8.0},
		{"the kind's own key", at("$defs", "source_folder", "properties", "path", "description"), "folder (needed)"},
		{"the twin of a secret", at("$defs", "account_mastodon", "properties", "token_file", "type"), "string"},
		{"not of another kind", at("$defs", "account_mastodon", "properties", "secret"), nil},
		{"a key of defaults", at("properties", "defaults", "properties", "source", "properties", "depth") != nil, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if test.got != test.want {
				t.Errorf("got %v, want %v", test.got, test.want)
			}
		})
	}
}
