package network_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"syndicated/worker/network"
)

func TestLinks(t *testing.T) {
	for _, c := range []struct {
		text string
		want []string
	}{
		{"", nil},
		{"no address at all", nil},
		{"See https://example.org/a, (http://example.com/b_(c)) and https://例え.jp/パス.", []string{"https://example.org/a", "http://example.com/b_(c)", "https://例え.jp/パス"}},
		{"HTTPS://EXAMPLE.ORG", []string{"HTTPS://EXAMPLE.ORG"}},
		{"https://localhost/ https://10.0.0.1/ https://nowhere.invalid/", nil},
		{"https://https://example.org", []string{"https://example.org"}},
		{"https://example.org:8080?q=ü#x", []string{"https://example.org:8080?q=ü#x"}},
		{"詳細はhttps://example.comです", []string{"https://example.com"}},
	} {
		var got []string
		for start, end := range network.Links(c.text) {
			got = append(got, c.text[start:end])
		}
		if strings.Join(got, " ") != strings.Join(c.want, " ") {
			t.Errorf("%q: %q, want %q", c.text, got, c.want)
		}
	}
	for range network.Links("https://example.org https://example.com") {
		break // whoever has enough may stop
	}
}

func FuzzLinks(f *testing.F) {
	f.Add("https://example.org/a_(b)?c=d.")
	f.Add("https://xn--mller-kva.de https://例え.jp.みんなhttps://")
	f.Add("http://0.\xe3")
	f.Fuzz(func(t *testing.T, text string) {
		last := 0
		for start, end := range network.Links(text) {
			link := text[start:end]
			if start < last || !strings.HasPrefix(strings.ToLower(link), "http") || utf8.ValidString(text) && !utf8.ValidString(link) || strings.ContainsAny(link, " \n<>") {
				t.Errorf("%q: %q at %d", text, link, start)
			}
			last = end
		}
	})
}
