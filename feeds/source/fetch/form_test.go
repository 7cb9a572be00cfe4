package fetch_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"syndicated/feeds/source/fetch"
)

func TestPostForm(t *testing.T) {
	var got url.Values
	var auth string
	hub := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/no" {
			http.Error(w, "topic unknown", http.StatusNotFound)
			return
		}
		_ = r.ParseForm()
		got, auth = r.PostForm, r.Header.Get("Authorization")
		w.WriteHeader(http.StatusAccepted)
	}))
	defer hub.Close()
	c := fetch.NewClient(fetch.ClientOptions{})
	defer c.Close()
	form := url.Values{"hub.mode": {"subscribe"}}
	own := fetch.Options{AllowPrivate: true, User: "u", Password: "p"}
	if err := c.PostForm(t.Context(), hub.URL, own, form); err != nil {
		t.Fatal(err)
	}
	if got.Get("hub.mode") != "subscribe" || auth != "" {
		t.Errorf("the hub got %v with Authorization %q", got, auth)
	}
	if err := c.PostForm(t.Context(), hub.URL+"/no", own, form); err == nil || !strings.Contains(err.Error(), "topic unknown") {
		t.Errorf("got %v, want the hub's own words", err)
	}
	if err := c.PostForm(t.Context(), hub.URL, fetch.Options{}, form); !errors.Is(err, fetch.ErrPrivate) {
		t.Errorf("got %v for a private hub, want ErrPrivate", err)
	}
}
