package opml_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/unicode"

	"syndicated/feeds/source"
	"syndicated/feeds/source/fetch"
	"syndicated/feeds/source/opml"
)

func TestParse(t *testing.T) {
	utf16, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(`<?xml version="1.0" encoding="UTF-16"?><opml><body><outline text="é" xmlUrl="https://a.example/"/></body></opml>`)
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name, text  string
		contentType string
		want        []source.Member
		notes       []string
		err         string
	}{
		{
			name: "nested, each address once",
			text: `<?xml version="1.0"?><opml version="2.0"><head><title>x</title></head><body>
				<outline text="Tech"><outline text="A" title="A title" type="rss" xmlUrl="https://a.example/feed" htmlUrl="https://a.example"/>
				<outline text="Deeper"><outline text="B &amp; co" XMLURL=" https://b.example/?x=1&y=2 "/></outline></outline>
				<outline text="again" xmlurl="https://a.example/feed"/></body></opml>`,
			want:  []source.Member{{Title: "A title", URL: "https://a.example/feed"}, {Title: "B & co", URL: "https://b.example/?x=1&y=2"}},
			notes: []string{"1 feeds are in it more than once"},
		},
		{
			name:  "relative, feed: and other addresses",
			text:  `<opml><body><outline xmlUrl="/feed"/><outline xmlUrl="feed://c.example/f"/><outline xmlUrl="feed:https://d.example/f"/><outline xmlUrl="file:///etc/passwd"/></body></opml>`,
			want:  []source.Member{{URL: "https://base.example/feed"}, {URL: "http://c.example/f"}, {URL: "https://d.example/f"}},
			notes: []string{"1 of its addresses are none of the web"},
		},
		{name: "declared encoding", text: "<?xml version='1.0' encoding='ISO-8859-1'?><opml><outline text='caf\xe9' xmlUrl='https://a.example/'/></opml>", want: []source.Member{{Title: "café", URL: "https://a.example/"}}},
		{name: "encoding of the header", text: "<opml><outline text='caf\xe9' xmlUrl='https://a.example/'/></opml>", contentType: "text/xml; charset=windows-1252", want: []source.Member{{Title: "café", URL: "https://a.example/"}}},
		{name: "UTF-16", text: utf16, want: []source.Member{{Title: "é", URL: "https://a.example/"}}},
		{name: "UTF-16 in words only", text: "<?xml version='1.0' encoding='UTF-16'?><opml><outline text='é' xmlUrl='https://a.example/'/></opml>", want: []source.Member{{Title: "é", URL: "https://a.example/"}}},
		{name: "bad bytes", text: "<opml><outline text='a\x08\xff' xmlUrl='https://a.example/'/></opml>", want: []source.Member{{Title: "a\uFFFD", URL: "https://a.example/"}}},
		{
			name: "cut off", text: "<opml><body><outline xmlUrl='https://a.example/'/><outline xmlUrl='https://b.exam",
			want: []source.Member{{URL: "https://a.example/"}}, notes: []string{"it breaks off: line 1: unexpected EOF"},
		},
		{name: "empty list", text: "<opml><body><outline text='x'/></body></opml>", notes: []string{"none of its outlines names a feed"}},
		{name: "a page", text: "<!doctype html><html><body><p>404</html>", err: "is no OPML: it has no opml element"},
		{name: "nothing", text: "", err: "is no OPML: it has no opml element"},
		{name: "a well", text: "<opml>" + strings.Repeat("<outline>", 100_000), err: "its outlines are nested more than 256 deep"},
		{name: "entities", text: `<!DOCTYPE x [<!ENTITY a "&b;&b;"><!ENTITY b "&a;&a;">]><opml><outline text="&a;&eacute;" xmlUrl="https://a.example/"/></opml>`, want: []source.Member{{Title: "&a;é", URL: "https://a.example/"}}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, notes, err := opml.Parse([]byte(test.text), test.contentType, "https://base.example/lists/planet.opml")
			if msg := fmt.Sprint(err); err != nil && msg != test.err || err == nil && test.err != "" {
				t.Fatalf("error %v, want %q", err, test.err)
			}
			if d := cmp.Diff(test.want, got); d != "" {
				t.Errorf("members (-want +got):\n%s", d)
			}
			if d := cmp.Diff(test.notes, notes); d != "" {
				t.Errorf("notes (-want +got):\n%s", d)
			}
		})
	}
}

func TestListFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "planet.opml")
	write := func(url string, at time.Time) {
		t.Helper()
		if err := os.WriteFile(path, []byte("<opml><outline xmlUrl='"+url+"'/></opml>"), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, at, at); err != nil {
			t.Fatal(err)
		}
	}
	s, err := opml.New(opml.Config{Path: path}, source.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var state []byte
	list := func() source.Listing {
		t.Helper()
		l, err := s.List(t.Context(), state)
		if err != nil {
			t.Fatal(err)
		}
		state = l.State
		return l
	}
	old := time.Now().Add(-time.Hour)
	write("https://a.example/", old)
	if l := list(); l.Unchanged || len(l.Members) != 1 || l.Members[0].URL != "https://a.example/" {
		t.Errorf("first: %+v", l)
	}
	if l := list(); !l.Unchanged {
		t.Errorf("second is not unchanged: %+v", l)
	}
	write("https://a.example/", old.Add(time.Minute))
	if l := list(); !l.Unchanged {
		t.Errorf("touched is not unchanged: %+v", l)
	}
	write("https://b.example/", time.Now())
	if l := list(); l.Unchanged || len(l.Members) != 1 || l.Members[0].URL != "https://b.example/" {
		t.Errorf("changed: %+v", l)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if _, err := s.List(t.Context(), state); err == nil || err.Error() != "read "+path+": no such file or directory" {
		t.Errorf("gone: %v", err)
	}
}

func TestListURL(t *testing.T) {
	asked := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked++
		w.Header().Set("Etag", `"1"`)
		if r.Header.Get("If-None-Match") == `"1"` {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		fmt.Fprint(w, "<opml><outline xmlUrl='feed.xml'/></opml>")
	}))
	defer server.Close()
	client := fetch.NewClient(fetch.ClientOptions{})
	defer client.Close()
	s, err := opml.New(opml.Config{URL: server.URL + "/lists/x.opml"}, source.Options{Client: client, Request: fetch.Options{AllowPrivate: true}})
	if err != nil {
		t.Fatal(err)
	}
	l, err := s.List(t.Context(), nil)
	if err != nil || len(l.Members) != 1 || l.Members[0].URL != server.URL+"/lists/feed.xml" {
		t.Fatalf("first: %+v, %v", l, err)
	}
	if l, err = s.List(t.Context(), l.State); err != nil || !l.Unchanged || asked != 2 {
		t.Errorf("second: %+v, %v, asked %d times", l, err, asked)
	}
}

func BenchmarkParse(b *testing.B) {
	var text strings.Builder
	text.WriteString("<opml><body>")
	for i := range 100_000 {
		fmt.Fprintf(&text, "<outline type=\"rss\" text=\"Feed %d\" title=\"Feed %d\" xmlUrl=\"https://example.org/%d/feed.xml\" htmlUrl=\"https://example.org/%d\"/>\n", i, i, i, i)
	}
	text.WriteString("</body></opml>")
	b.Run("outlines=100000", func(b *testing.B) {
		b.ReportAllocs()
		b.SetBytes(int64(text.Len()))
		for b.Loop() {
			if m, _, err := opml.Parse([]byte(text.String()), "", ""); err != nil || len(m) != 100_000 {
				b.Fatal(len(m), err)
			}
		}
	})
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("<opml><body><outline text='a' xmlUrl='https://a.example/'/></body></opml>"), "text/xml; charset=utf-16")
	f.Add([]byte("\xff\xfe<\x00o\x00"), "")
	f.Fuzz(func(t *testing.T, text []byte, contentType string) {
		members, _, err := opml.Parse(text, contentType, "https://base.example/")
		if err != nil && members != nil {
			t.Error("members came with an error")
		}
		for _, m := range members {
			if !strings.HasPrefix(m.URL, "http") {
				t.Errorf("%q is none of the web", m.URL)
			}
		}
	})
}
