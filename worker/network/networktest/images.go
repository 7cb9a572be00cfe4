package networktest

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"

	"syndicated/worker/network"
)

// images: alt text arrives where the network has it, and an image that is
// missing, broken or too large costs the image, not the message.
func (s Suite) images(t *testing.T) {
	if s.stage(t).account.Manner().Media == 0 {
		t.Skip("no images there")
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/a.png":
			w.Write(PNG(40, 30))
		case "/b.png":
			w.Write(PNG(30, 40))
		case "/broken.png":
			w.Write(PNG(40, 30)[:60])
		case "/page.png":
			w.Write([]byte("<html>not found</html>"))
		default:
			http.NotFound(w, r)
		}
	}))
	t.Cleanup(server.Close)
	media := func(name, alt string) network.Media { return network.Media{URL: server.URL + name, Alt: alt} }
	for _, c := range []struct {
		name  string
		media []network.Media
		alts  []string
	}{
		{"two", []network.Media{media("/a.png", "A cat"), media("/b.png", "A dog")}, []string{"A cat", "A dog"}},
		{"no alt", []network.Media{media("/a.png", "")}, []string{""}},
		{"missing", []network.Media{media("/none.png", "x")}, nil},
		{"broken", []network.Media{media("/broken.png", "x"), media("/b.png", "A dog")}, []string{"A dog"}},
		{"a page", []network.Media{media("/page.png", "x")}, nil},
		{"no address", []network.Media{{URL: "nonsense", Alt: "x"}}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			st := s.stage(t)
			m := st.message("m1", "words")
			m.Media = c.media
			st.mustPost(st.freeze(m))
			st.shows("words")
			most := min(len(c.alts), st.account.Manner().Media)
			shown := st.fake.Shown()
			if len(shown) == 0 || shown[0].Alts == nil {
				return // the fake does not look
			}
			if got := shown[0].Alts; !slices.Equal(got, c.alts[:most]) {
				t.Errorf("alt texts %q, want %q", got, c.alts[:most])
			}
		})
	}
}

// PNG is an image file of the given size.
func PNG(w, h int) []byte {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for x := range w {
		for y := range h {
			img.Set(x, y, color.RGBA{uint8(x * 5), uint8(y * 5), 80, 255})
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		panic(err) // a fault in this file
	}
	return b.Bytes()
}
