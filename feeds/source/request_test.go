package source_test

import (
	"testing"

	"syndicated/feeds/source"
	"syndicated/feeds/source/fetch"
)

func TestRequestFor(t *testing.T) {
	o := source.Options{Request: fetch.Options{
		Headers: map[string]string{"X-Key": "k"}, User: "u", Password: "p", AllowPrivate: true, Proxy: "http://proxy.example:3128",
	}}
	tests := []struct {
		name, own, address string
		whole              bool
	}{
		{"same host", "https://a.example/sitemap.xml", "https://A.example/x", true},
		{"up to https", "http://a.example/", "https://a.example/x", true},
		{"down from https", "https://a.example/", "http://a.example/x", false},
		{"another host", "https://a.example/", "https://b.example/", false},
		{"another port", "http://a.example:8080/", "http://a.example:9090/", false},
		{"no URL", "https://a.example/", "https://a.example/%zz", false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := o.RequestFor(test.own, test.address)
			if got := r.Password == "p" && r.User == "u" && r.AllowPrivate && r.Headers["X-Key"] == "k"; got != test.whole {
				t.Errorf("whole %v, want %v: %+v", got, test.whole, r)
			}
			if r.Proxy != o.Request.Proxy {
				t.Errorf("proxy %q is lost", o.Request.Proxy)
			}
			if !test.whole && (r.Password != "" || r.User != "" || r.AllowPrivate || r.Headers != nil) {
				t.Errorf("something is given away: %+v", r)
			}
		})
	}
}
