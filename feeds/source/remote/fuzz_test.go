package remote_test

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
	"unicode/utf8"

	"syndicated/feeds"
	"syndicated/feeds/source/remote"
)

// seeds are some documents of each kind; the corpus gives more where it is.
func seeds(f *testing.F) [][]byte {
	f.Helper()
	all := [][]byte{
		[]byte(item(`<guid>1</guid><title>A &amp; B</title><description><![CDATA[<p>x</p>]]></description><media:content url="x"/>`)),
		[]byte(entry(`<id>1</id><content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p/></div></content>`)),
		[]byte(`{"version":"https://jsonfeed.org/version/1.1","items":[{"id":"1","tags":["a"],"attachments":[{"url":"x","size_in_bytes":"1"}]}]}`),
		[]byte(`<rss><channel><item><title>a < b &#8; <b>c</title><item>`),
		[]byte("\xff\xfe<\x00r\x00s\x00s\x00>\x00"),
		[]byte(`<rdf:RDF xmlns:rdf="r" xml:base="//x"><item rdf:about="y"/></rdf:RDF>`),
	}
	for _, name := range []string{"kurtmckee__feedparser/illformed_*.xml", "kurtmckee__feedparser/encoding_*.xml", "rbren__rss-parser/*"} {
		files, err := filepath.Glob(filepath.Join("..", "..", "..", "..", "shared", "corpus", "feeds", name))
		if err != nil {
			f.Fatal(err)
		}
		for _, file := range files {
			if b, err := os.ReadFile(file); err == nil && len(b) < 8<<10 {
				all = append(all, b)
			}
		}
	}
	return all
}

// sound checks what holds for every feed that was read.
func sound(t *testing.T, feed feeds.Feed) {
	t.Helper()
	for _, p := range feed.Posts {
		for what, s := range map[string]string{"id": p.ID, "link": p.Link, "title": p.Title, "summary": p.Summary, "content": p.Content, "share": p.Share} {
			if !utf8.ValidString(s) {
				t.Errorf("%s is no UTF-8: %q", what, s)
			}
		}
		if p.Inferred != (p.Published.IsZero() || p.Published.Equal(noon)) || p.Published.After(noon) || p.Updated.After(noon) {
			t.Errorf("published %v, updated %v, inferred %v", p.Published, p.Updated, p.Inferred)
		}
		if p.Feed == nil {
			t.Error("a post without its feed")
		}
	}
}

// FuzzParse reads anything as a feed.
func FuzzParse(f *testing.F) {
	for _, doc := range seeds(f) {
		f.Add(doc, "")
		f.Add(doc, "text/xml; charset=iso-8859-1")
	}
	f.Fuzz(func(t *testing.T, doc []byte, contentType string) {
		if len(doc) > 64<<10 {
			return
		}
		before := string(doc)
		feed, took, err := timed(remote.Document{URL: "https://example.org/feed", Body: doc, ContentType: contentType, Now: noon})
		if string(doc) != before {
			t.Error("the body was changed")
		}
		if took > time.Second {
			t.Errorf("took %v", took)
		}
		if err == nil {
			sound(t, feed)
		}
	})
}

// FuzzRepair breaks feeds that were whole: what is left of them must be read
// or refused, and whole items that stand before the break are kept.
func FuzzRepair(f *testing.F) {
	for _, doc := range seeds(f) {
		f.Add(doc, uint16(len(doc)/2), []byte("<"))
		f.Add(doc, uint16(len(doc)/3), []byte("</item>"))
		f.Add(doc, uint16(len(doc)), []byte("]]>&#0;<!--"))
	}
	f.Fuzz(func(t *testing.T, doc []byte, at uint16, insert []byte) {
		if len(doc) > 32<<10 || len(insert) > 1<<10 {
			return
		}
		// Two whole items, then the damage: they must survive it.
		head := []byte(`<rss><channel><item><guid>first</guid></item><item><guid>second</guid></item>`)
		i := min(int(at), len(doc))
		broken := slices.Concat(head, doc[:i], insert, doc[i:])
		feed, notes, err := remote.Parse(remote.Document{Body: broken, Now: noon})
		if err != nil {
			t.Fatal(err)
		}
		sound(t, feed)
		if bytes.Contains(bytes.ToLower(broken[len(head):]), []byte("channel")) {
			return // of several channels the last counts
		}
		if len(feed.Posts) < 2 || feed.Posts[0].ID != "first" || feed.Posts[1].ID != "second" {
			t.Errorf("whole items were lost: %d posts (%q)", len(feed.Posts), notes)
		}
	})
}

// FuzzDate reads anything as a date.
func FuzzDate(f *testing.F) {
	for _, s := range []string{
		"Tue, 10 Mar 2026 08:00:00 +0100 (CET)", "2026-03-10T08:00:00.123456Z", "10. März 2026 um 8 Uhr", "2026년 3월 10일 오후 8:00", "Sat, 03/10/26 - 8pm PST",
		"20260310T080000Z", "2026-W11-2", "-0312", "1520932969", "Nov. 2020", "Fri, 31 Mar 2023 20:19:00 America/Los_Angeles", "../../etc/passwd",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if !utf8.ValidString(s) || len(s) > 1<<10 {
			return
		}
		d := published(t, s, nil)
		if d.Year() < 0 || d.Year() > 9999 || d.Location() != time.UTC {
			t.Errorf("%q: got %v", s, d)
		}
	})
}
