package head_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"syndicated/feeds/source/fetch"
	"syndicated/feeds/source/head"
)

func TestRead(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/page":
			_, _ = w.Write([]byte(`<!doctype html><html lang=fr><head><title>  Un
				chat </title><meta property=og:image content=/i.jpg><meta property=og:image:alt content="Un chat gris"><meta property=article:tag content=a><meta property=article:tag content=b></head><body><meta property=og:image content=/late.jpg>`))
		case "/evil":
			_, _ = w.Write([]byte(`<meta property=og:image content="javascript:alert(1)">`))
		case "/pdf":
			w.Header().Set("Content-Type", "application/pdf")
			_, _ = w.Write([]byte(`%PDF <meta property=og:image content=/i.jpg>`))
		default:
			http.NotFound(w, r)
		}
	}))
	defer srv.Close()
	c := fetch.NewClient(fetch.ClientOptions{})
	defer c.Close()
	own := fetch.Options{AllowPrivate: true}
	h, err := head.Read(t.Context(), c, srv.URL+"/page", own)
	if err != nil {
		t.Fatal(err)
	}
	m, ok := h.Image()
	if !ok || m.URL != srv.URL+"/i.jpg" || m.Alt != "Un chat gris" {
		t.Errorf("got image %+v", m)
	}
	if h.Get("og:title", "title") != "Un chat" || h.Get("lang") != "fr" || len(h.Lines("article:tag")) != 2 {
		t.Errorf("got title %q, language %q, tags %q", h.Get("title"), h.Get("lang"), h.Lines("article:tag"))
	}
	for _, path := range []string{"/evil", "/pdf"} {
		h, err := head.Read(t.Context(), c, srv.URL+path, own)
		if m, ok := h.Image(); err != nil || ok {
			t.Errorf("%s: got %+v (%v), want no image", path, m, err)
		}
	}
	if _, err := head.Read(t.Context(), c, srv.URL+"/none", own); err == nil {
		t.Error("a page that is not there gave no error")
	}
	if _, err := head.Read(t.Context(), c, srv.URL+"/page", fetch.Options{}); err == nil {
		t.Error("a private address was read")
	}
}
