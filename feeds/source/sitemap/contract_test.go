package sitemap_test

import (
	"fmt"
	"testing"

	"syndicated/feeds/source/sourcetest"
)

func TestContract(t *testing.T) {
	sourcetest.Test(t, func(t *testing.T) sourcetest.Place {
		entries := ""
		h := newHost(t, 0, map[string]string{})
		mend := func() { h.docs["/sitemap.xml"] = "<urlset>" + entries + "</urlset>" }
		return sourcetest.Place{
			Source: h.s,
			Publish: func(n int) {
				entries += fmt.Sprintf("<url><loc>HOST/%d</loc><news:news><news:publication_date>2026-01-%02d</news:publication_date><news:title>Post %d</news:title></news:news></url>", n, n, n)
				mend()
			},
			Break: func() { h.docs["/sitemap.xml"] = "<html>\n404" },
			Mend:  mend,
		}
	})
}
