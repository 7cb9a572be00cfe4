package remote_test

import (
	"testing"

	"syndicated/feeds/source/remote"
)

// Posts behind a password are private in a plain feed of WordPress too; a title
// that begins with such a word is not enough elsewhere.
func TestProtected(t *testing.T) {
	item := func(guid, title, text string) string {
		return `<rss version="2.0"><channel><title>S</title><item><guid isPermaLink="false">` + guid + `</guid><title>` + title + `</title><description>` + text + `</description></item></channel></rss>`
	}
	for _, c := range []struct {
		name, doc string
		want      bool
	}{
		{"form", item("https://e.example/?p=1", "Protected: X", `&lt;form action="https://e.example/wp-login.php?action=postpass" class="post-password-form"&gt;&lt;/form&gt;`), true},
		{"word and guid", item("https://e.example/?p=1", "Geschützt: X", "Es gibt keinen Auszug, da dies ein geschützter Beitrag ist."), true},
		{"another site", item("tag:e.example,2026:1", "Protected: how we keep what you tell us", "A few words."), false},
		{"plain", item("https://e.example/?p=1", "A walk", "A few words."), false},
	} {
		t.Run(c.name, func(t *testing.T) {
			f, _, err := remote.Parse(remote.Document{Body: []byte(c.doc)})
			if err != nil || len(f.Posts) != 1 || f.Posts[0].Private != c.want {
				t.Errorf("got %+v (%v), want private %v", f.Posts, err, c.want)
			}
		})
	}
}
