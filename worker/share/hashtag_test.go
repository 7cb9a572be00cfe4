package share_test

import (
	"reflect"
	"testing"

	"syndicated/worker/share"
)

func TestHashtags(t *testing.T) {
	for _, c := range []struct {
		name string
		in   []string
		want []string
		tags share.Tags
	}{
		{"plain", []string{"go"}, []string{"go"}, share.Tags{}},
		{"words", []string{"open source", "machine-learning", "state of the art"}, []string{"OpenSource", "MachineLearning", "StateOfTheArt"}, share.Tags{}},
		{"capitals stay", []string{"iPhone tips", "USA news", "McDonald"}, []string{"iPhoneTips", "USANews", "McDonald"}, share.Tags{}},
		{"accents", []string{"Geschäftsführung", "l'été", "são paulo"}, []string{"Geschäftsführung", "lété", "SãoPaulo"}, share.Tags{}},
		{"decomposed accents", []string{"e\u0301te\u0301"}, []string{"été"}, share.Tags{}},
		{"scripts", []string{"日本語", "हिन्दी", "العربية", "한국 소식"}, []string{"日本語", "हिन्दी", "العربية", "한국소식"}, share.Tags{}},
		{"persian joiner", []string{"می\u200cخواهم"}, []string{"می\u200cخواهم"}, share.Tags{}},
		{"known names", []string{"C++", "C#", ".NET", "Node.js"}, []string{"cpp", "csharp", "dotnet", "NodeJS"}, share.Tags{}},
		{"hash in front", []string{"#go", "##x"}, []string{"go", "x"}, share.Tags{}},
		{"digits", []string{"2026", "web3", "20231031T143500Z", "5g"}, []string{"web3", "5g"}, share.Tags{}},
		{"noise", []string{"Uncategorized", "Allgemein", "noshare", "", "!!", "👍"}, nil, share.Tags{}},
		{"once", []string{"Go", "go", "GO"}, []string{"Go"}, share.Tags{}},
		{"most", []string{"a", "b", "c", "d", "e"}, []string{"a", "b", "c", "d"}, share.Tags{}},
		{"most set", []string{"a", "b", "c"}, []string{"a", "b"}, share.Tags{Max: 2}},
		{"map", []string{"Golang", "misc stuff", "x"}, []string{"Go", "x"}, share.Tags{Map: map[string]string{"golang": "Go", "Misc  Stuff": ""}}},
		{"add", []string{"x"}, []string{"MyBlog", "x"}, share.Tags{Add: []string{"my blog"}}},
		{"off", []string{"x"}, nil, share.Tags{Off: true}},
		{"a sentence", []string{"this is not a tag but a sentence"}, nil, share.Tags{}},
		{"reddit", []string{"r/rust"}, []string{"rust"}, share.Tags{}},
		{"slash and dot", []string{"tech/go", "v1.2 beta"}, []string{"TechGo", "V12Beta"}, share.Tags{}},
		{"broken", []string{"a\xffb"}, nil, share.Tags{}},
		{"mark first", []string{"\u0301a"}, nil, share.Tags{}},
		{"underscore", []string{"ads_api"}, []string{"ads_api"}, share.Tags{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := c.tags.Hashtags(c.in); !reflect.DeepEqual(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}
