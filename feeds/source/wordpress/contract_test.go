package wordpress_test

import (
	"net/http"
	"testing"

	"syndicated/feeds/source/fetch"
	"syndicated/feeds/source/sourcetest"
	"syndicated/feeds/source/wordpress"
)

func TestContract(t *testing.T) {
	sourcetest.Test(t, func(t *testing.T) sourcetest.Place {
		b := newBlog(t, wordpress.Config{})
		b.password = "s3cret"
		client := fetch.NewClient(fetch.ClientOptions{})
		t.Cleanup(client.Close)
		b.open(t, wordpress.Config{URL: b.URL}, client, fetch.Options{AllowPrivate: true, User: "u", Password: b.password})
		return sourcetest.Place{
			Source:  b.s,
			Publish: func(n int) { b.posts = append(b.posts, post(n)) },
			Break:   func() { b.closed = http.StatusUnauthorized },
			Mend:    func() { b.closed = 0 },
			Secret:  b.password,
		}
	})
}
