package bluesky_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"syndicated/worker/network"
	"syndicated/worker/network/networktest"
)

// facetsOf are the parts of a posted text that have a meaning, as the server got them.
func facetsOf(t testing.TB, s *pds, post func(network.Message) error, text string) []string {
	t.Helper()
	if err := post(network.Message{ID: text, Text: text, Created: networktest.Noon}); err != nil {
		t.Fatal(err)
	}
	var r struct {
		Facets []struct {
			Index    struct{ ByteStart, ByteEnd int }
			Features []struct {
				URI, Tag string
			}
		}
	}
	if err := json.Unmarshal(s.records[len(s.records)-1].raw, &r); err != nil {
		t.Fatal(err)
	}
	var out []string
	end := 0
	for _, f := range r.Facets {
		part := text[f.Index.ByteStart:f.Index.ByteEnd]
		if f.Index.ByteStart < end || !utf8.ValidString(part) || len(f.Features) != 1 {
			t.Errorf("%q: facet %+v lies on another or within a character", text, f)
		}
		end = f.Index.ByteEnd
		if one := f.Features[0]; one.URI != "" && one.URI != part || one.Tag != "" && !strings.HasSuffix(part, one.Tag) {
			t.Errorf("%q: facet %+v is not what it lies on, %q", text, one, part)
		}
		out = append(out, part)
	}
	return out
}

func TestFacets(t *testing.T) {
	s := newPDS(t)
	a := serve(t, s, nil)
	post := func(m network.Message) error { _, err := a.Post(t.Context(), m); return err }
	for _, c := range []struct{ text, want string }{
		{"no more than words", ""},
		{"Ünïcode 👩🏽‍🚀 https://example.org/a?b=c#d.", "https://example.org/a?b=c#d"},
		{"(https://example.org/a_(b)) next", "https://example.org/a_(b)"},
		{"https://example.org/#tag is no tag", "https://example.org/#tag"},
		{"#Go, #Größe! #日本語 ＃全角 and #a_b.", "#Go #Größe #日本語 ＃全角 #a_b"},
		{"#1 # #. #! #️⃣ a#b C#", ""},
		{"#" + strings.Repeat("a", 64) + " #" + strings.Repeat("b", 65), "#" + strings.Repeat("a", 64)},
		{"@ann.bsky.social and ann@example.org", ""},
		{"example.org is no address here", ""},
		{"line\n#Go\nhttps://example.org", "#Go https://example.org"},
	} {
		if got := strings.Join(facetsOf(t, s, post, c.text), " "); got != c.want {
			t.Errorf("%q: facets on %q, want %q", c.text, got, c.want)
		}
	}
}

// Whatever the text is, facets lie on it.
func FuzzFacets(f *testing.F) {
	f.Add("Ünïcode #Größe https://example.org/ä")
	f.Add("##Go ＃＃x https://example.orghttps://example.com/#a")
	f.Add("#a\u00adb #a\u200db \ufe0f#\ufe0fx")
	f.Fuzz(func(t *testing.T, text string) {
		if !utf8.ValidString(text) || network.Graphemes(text) > 300 || len(text) > 3000 || utf8.RuneCountInString(text) > 300 {
			t.Skip()
		}
		s := newPDS(t)
		a := serve(t, s, nil)
		facetsOf(t, s, func(m network.Message) error { _, err := a.Post(t.Context(), m); return err }, text)
	})
}

func TestWarning(t *testing.T) {
	s := newPDS(t)
	a := serve(t, s, nil)
	for i, c := range []struct{ warning, text, label string }{
		{"nudity", "words", "nudity"},
		{"Spoilers", "Spoilers\n\nwords", ""},
		{strings.Repeat("long ", 70), strings.Repeat("long ", 70)[:292] + "…\n\nwords", ""},
	} {
		m := network.Message{ID: fmt.Sprint("w", i), Text: "words", Warning: c.warning, Created: networktest.Noon}
		mustPost(t, a, m)
		record := s.records[len(s.records)-1]
		if got := record.value["text"]; got != c.text {
			t.Errorf("%.10s: text %q, want %q", c.warning, got, c.text)
		}
		if labelled := strings.Contains(string(record.raw), `"val":"`+c.label+`"`); labelled != (c.label != "") {
			t.Errorf("%.10s: labels in %s", c.warning, record.raw)
		}
	}
}

func TestCard(t *testing.T) {
	s := newPDS(t)
	a := serve(t, s, nil)
	m := network.Message{ID: "m1", Text: "Words", Link: "https://example.org/a", Title: "Title", Summary: "Summary", Tags: []string{"Go", "#Rust"}, Created: networktest.Noon}
	mustPost(t, a, m)
	want := `"embed":{"$type":"app.bsky.embed.external","external":{"uri":"https://example.org/a","title":"Title","description":"Summary"}}`
	if got := string(s.records[0].raw); !strings.Contains(got, want) || !strings.Contains(got, `"tags":["Go","Rust"]`) {
		t.Errorf("record %s, want a card and tags", got)
	}
	m.ID, m.Text = "m2", "Words https://example.org/a"
	mustPost(t, a, m)
	if got := string(s.records[1].raw); strings.Contains(got, "embed") {
		t.Errorf("record %s, want no card: the text has the link", got)
	}
}

func TestCheck(t *testing.T) {
	for _, c := range []struct{ handle, server, want string }{
		{"ann.bsky.social", "", ""},
		{"@Ann.example", "https://pds.example.org/", ""},
		{"ann.example", "pds.example.org", ""},
		{"did:plc:ewvi7nxzyoun6zhxrhs64oiz", "", ""},
		{"ann", "", "handle"},
		{"https://bsky.app/profile/ann.bsky.social", "", "handle"},
		{"ann.example", "ftp://x", "server"},
	} {
		var got []string
		for _, p := range conf(c.handle, c.server).Check() {
			got = append(got, p.Key)
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s on %s: problems with %q, want %q", c.handle, c.server, got, c.want)
		}
	}
}
