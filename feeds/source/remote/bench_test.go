package remote_test

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/mmcdole/gofeed"

	"syndicated/feeds/source"
	"syndicated/feeds/source/fetch"
	"syndicated/feeds/source/remote"
)

// sized makes a feed of 23 posts and about 44 KB, the mean of the rig.
func sized(format string) []byte {
	var b strings.Builder
	body := strings.Repeat("<p>The quick brown fox &amp; the lazy dog, <a href=\"https://example.org/fox\">again</a>.</p>\n", 18)
	escaped := strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(body)
	date := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	switch format {
	case "rss":
		b.WriteString(`<?xml version="1.0"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>T</title><link>https://example.org/</link><description>D</description>`)
		for i := range 23 {
			fmt.Fprintf(&b, `<item><title>Post %d</title><link>https://example.org/%d</link><guid isPermaLink="false">tag:example.org,2026:%d</guid><pubDate>%s</pubDate><dc:creator>Me</dc:creator><category>news</category><content:encoded><![CDATA[%s]]></content:encoded></item>`,
				i, i, i, date.Add(time.Duration(i)*time.Hour).Format(time.RFC1123Z), body)
		}
		b.WriteString(`</channel></rss>`)
	case "atom":
		b.WriteString(`<feed xmlns="http://www.w3.org/2005/Atom"><title>T</title><id>tag:example.org,2026:</id><link href="https://example.org/"/><updated>2026-01-01T00:00:00Z</updated>`)
		for i := range 23 {
			fmt.Fprintf(&b, `<entry><title>Post %d</title><link href="https://example.org/%d"/><id>tag:example.org,2026:%d</id><updated>%s</updated><author><name>Me</name></author><category term="news"/><content type="html">%s</content></entry>`,
				i, i, i, date.Add(time.Duration(i)*time.Hour).Format(time.RFC3339), escaped[:1700])
		}
		b.WriteString(`</feed>`)
	case "json":
		b.WriteString(`{"version":"https://jsonfeed.org/version/1.1","title":"T","home_page_url":"https://example.org/","items":[`)
		for i := range 23 {
			if i > 0 {
				b.WriteByte(',')
			}
			fmt.Fprintf(&b, `{"id":"tag:example.org,2026:%d","url":"https://example.org/%d","title":"Post %d","date_published":%q,"authors":[{"name":"Me"}],"tags":["news"],"content_html":%q}`,
				i, i, i, date.Add(time.Duration(i)*time.Hour).Format(time.RFC3339), body)
		}
		b.WriteString(`]}`)
	}
	return []byte(b.String())
}

func BenchmarkParse(b *testing.B) {
	for _, format := range []string{"rss", "atom", "json"} {
		doc := sized(format)
		b.Run(fmt.Sprintf("gofeed alone/%s/bytes=%d", format, len(doc)), func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(doc)))
			for b.Loop() {
				if feed, err := gofeed.NewParser().Parse(bytes.NewReader(doc)); err != nil || len(feed.Items) != 23 {
					b.Fatal(err)
				}
			}
		})
		b.Run(fmt.Sprintf("%s/bytes=%d", format, len(doc)), func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(doc)))
			for b.Loop() {
				if feed, _, err := remote.Parse(remote.Document{URL: "https://example.org/feed", Body: doc}); err != nil || len(feed.Posts) != 23 {
					b.Fatal(len(feed.Posts), err)
				}
			}
		})
	}
}

// BenchmarkRead is a pass over a feed that has not changed, with its server;
// floor is what net/http costs for the same.
func BenchmarkRead(b *testing.B) {
	doc := sized("rss")
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == "/same":
		case r.Header.Get("If-None-Match") == `"1"`:
			w.WriteHeader(http.StatusNotModified)
			return
		default:
			w.Header().Set("ETag", `"1"`)
		}
		w.Write(doc)
	}))
	defer srv.Close()
	client := fetch.NewClient(fetch.ClientOptions{})
	defer client.Close()
	for _, c := range []struct{ name, path string }{{"304", "/"}, {"same bytes", "/same"}} {
		s, err := remote.New(remote.Config{URL: srv.URL + c.path}, source.Options{Client: client, Request: fetch.Options{AllowPrivate: true}})
		if err != nil {
			b.Fatal(err)
		}
		first, err := s.Read(context.Background(), nil)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if r, err := s.Read(context.Background(), first.State); err != nil || !r.Unchanged {
					b.Fatal(r.Unchanged, err)
				}
			}
		})
	}
	b.Run("floor of a 304", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			r, _ := http.NewRequest(http.MethodGet, srv.URL, nil)
			r.Header.Set("If-None-Match", `"1"`)
			answer, err := http.DefaultClient.Do(r)
			if err != nil {
				b.Fatal(err)
			}
			answer.Body.Close()
		}
	})
}
