package remote_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"syndicated/feeds/source"
	"syndicated/feeds/source/sourcetest"
)

func TestSource(t *testing.T) {
	sourcetest.Test(t, func(t *testing.T) sourcetest.Place {
		var (
			items  []string
			broken bool
		)
		s := newSite(t, func(w http.ResponseWriter, r *http.Request) {
			if _, password, _ := r.BasicAuth(); broken || password != "hush" {
				w.WriteHeader(http.StatusInternalServerError)
				return
			}
			fmt.Fprint(w, `<rss><channel><title>T</title>`+strings.Join(items, "")+`</channel></rss>`)
		})
		return sourcetest.Place{
			Source: s.source(t, "/feed?token=hush", func(o *source.Options) { o.Request.User, o.Request.Password = "me", "hush" }),
			Publish: func(n int) {
				date := noon.Add(time.Duration(n-100) * time.Hour).Format(time.RFC1123Z)
				items = slices.Insert(items, 0, fmt.Sprintf(`<item><guid>%s/%d</guid><title>Post %d</title><pubDate>%s</pubDate></item>`, s.URL, n, n, date))
			},
			Break:  func() { broken = true },
			Mend:   func() { broken = false },
			Secret: "hush",
		}
	})
}
