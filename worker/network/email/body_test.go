package email_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"syndicated/worker/network"
	"syndicated/worker/network/email"
	"syndicated/worker/network/networktest"
)

// TestOwnHTML: a whole page keeps its shape; what is the mail's comes into it.
func TestOwnHTML(t *testing.T) {
	pics := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Write(networktest.PNG(2, 2)) }))
	defer pics.Close()
	page := func(body string) string {
		return "<!DOCTYPE html>\n<html><head><title>T</title></head>\n<body class=\"a\">\n" + body + "</body></html>\n"
	}
	for _, c := range []struct{ name, body, want string }{
		{"the picture is in the text", `<p><img src="` + pics.URL + `/p?a=1&amp;b=2" alt="x"></p>`, `<p><strong>Spoilers &amp; more</strong></p>
<p><img src="cid:picture@example.org" alt="x"></p>`},
		{"the picture is not", "<p>words</p>", `<p><strong>Spoilers &amp; more</strong></p>
<p><img src="cid:picture@example.org" alt="A dog" style="max-width:100%;height:auto"></p>

<p>words</p>`},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := serve(t, &server{}, false)
			a := account(t, s, func(c *email.Config) { c.Unsubscribe = "mailto:off@example.org" })
			m := network.Message{ID: "m1", Text: "words", HTML: page(c.body), Warning: "Spoilers & more", Media: []network.Media{{URL: pics.URL + "/p?a=1&b=2", Alt: "A dog"}}}
			if _, err := a.Post(t.Context(), m); err != nil {
				t.Fatal(err)
			}
			o := open(t, s.got()[0])
			want := "<!DOCTYPE html>\n<html><head><title>T</title></head>\n<body class=\"a\">\n" + c.want +
				"<hr>\n<p style=\"font-size:smaller\"><a href=\"mailto:off@example.org\">Unsubscribe</a></p>\n</body></html>\n"
			if squeeze(o.html) != squeeze(want) {
				t.Errorf("got\n%s\nwant\n%s", o.html, want)
			}
			if !strings.HasPrefix(o.text, "[Spoilers & more]\n\nwords") {
				t.Errorf("text %q", o.text)
			}
			if o.Get("List-Unsubscribe") != "<mailto:off@example.org>" || o.Get("List-Unsubscribe-Post") != "" {
				t.Errorf("unsubscribe %q, %q", o.Get("List-Unsubscribe"), o.Get("List-Unsubscribe-Post"))
			}
		})
	}
}

func squeeze(s string) string { return strings.ReplaceAll(s, "\n", "") }
