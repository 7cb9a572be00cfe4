package mastodon_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"syndicated/worker/network"
	"syndicated/worker/network/networktest"
)

// pictures serves images and gives their addresses.
func pictures(t *testing.T) func(name, alt string) network.Media {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.Write(networktest.PNG(30, 20)) }))
	t.Cleanup(server.Close)
	return func(name, alt string) network.Media { return network.Media{URL: server.URL + "/" + name, Alt: alt} }
}

func TestSlowImage(t *testing.T) {
	s := &server{max: 500, slow: 2}
	m := message("m1", "words")
	m.Media = []network.Media{pictures(t)("a", "A cat")}
	r, err := serve(t, s).Post(t.Context(), m)
	if err != nil || r.Was != "" {
		t.Fatalf("%v, %q", err, r.Was)
	}
	if got := s.shown()[0].Alts; len(got) != 1 || got[0] != "A cat" {
		t.Errorf("alt texts %q", got)
	}
}

// A refused image costs the image; a server that has no time now is asked again.
func TestRefusedImage(t *testing.T) {
	for status, posted := range map[int]bool{422: true, 403: true, 500: true, 413: true, 429: false, 401: false} {
		s := &server{max: 500, refuse: status}
		m := message("m1", "words")
		m.Media = []network.Media{pictures(t)("a", "A cat")}
		r, err := serve(t, s).Post(t.Context(), m)
		if (err == nil) != posted || len(s.posts) == 1 != posted {
			t.Errorf("%d: %v with %d statuses, want it posted: %v", status, err, len(s.posts), posted)
		}
		if posted && !strings.Contains(r.Was, "without an image") {
			t.Errorf("%d: the receipt says %q", status, r.Was)
		}
	}
}

// An edit keeps the images that it names, with another alt text perhaps, and
// loses the others.
func TestEditKeepsImages(t *testing.T) {
	s, at := &server{max: 500}, pictures(t)
	a := serve(t, s)
	m := message("m1", "words")
	m.Media = []network.Media{at("a", "A cat"), at("b", "A dog")}
	was, err := a.Post(t.Context(), m)
	if err != nil {
		t.Fatal(err)
	}
	uploads := len(s.media)
	m = message("m2", "other words")
	m.Media = []network.Media{at("b", "A black dog"), at("c", "A bird")}
	now, err := a.Edit(t.Context(), was, m)
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(s.shown()[0].Alts, ", "); got != "A black dog, A bird" || len(s.media) != uploads+1 {
		t.Errorf("images %s with %d uploads more, want the dog and the bird with one", got, len(s.media)-uploads)
	}
	if _, err := a.Edit(t.Context(), now, message("m3", "last words")); err != nil {
		t.Fatal(err)
	}
	if got := s.shown()[0].Alts; len(got) != 0 {
		t.Errorf("images %q, want none", got)
	}
}

// A server that does not answer to an image is asked again, but not for ever.
func TestSilentImage(t *testing.T) {
	s := &server{max: 500, silent: true}
	a := serve(t, s)
	m := message("m1", "words")
	m.Media = []network.Media{pictures(t)("a", "A cat")}
	for try := 1; ; try++ {
		r, err := a.Post(t.Context(), m)
		if err == nil {
			if try != 3 || !strings.Contains(r.Was, "without an image") {
				t.Errorf("posted at try %d, the receipt says %q; want the third, without the image", try, r.Was)
			}
			return
		}
		if class, _ := network.ClassOf(err); class != network.ClassRetry || try > 3 {
			t.Fatalf("try %d: %v", try, err)
		}
	}
}
