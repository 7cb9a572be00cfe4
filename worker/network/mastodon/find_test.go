package mastodon_test

import (
	"fmt"
	"testing"
	"time"

	"syndicated/worker/network"
	"syndicated/worker/network/networktest"
)

func message(id, text string) network.Message {
	return network.Message{ID: id, Verb: network.VerbPost, Text: text, Created: networktest.Noon.Add(-time.Minute)}
}

// there puts a status on the server as if it had been posted at a time.
func (s *server) there(text string, at time.Time) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.next++
	p := &post{id: fmt.Sprint(s.next), text: text, at: at}
	s.posts = append(s.posts, p)
	return p.id
}

// A server shows a text otherwise than it was sent; it is found all the same.
func TestFindShownOtherwise(t *testing.T) {
	for _, text := range []string{
		"Two paragraphs.\n\nhttps://blog.example.org/2026/10/16/a-long-address?a=b&c=d\n\n#Go #Größe",
		"Thanks to @ann@social.example and @bob@other.example for this: https://example.org/a",
		"<b> & \"quotes\" 'and' it’s — 👩🏽‍🚀 …",
		"line\nline\r\nline  with   spaces\u00a0\u200b",
		"नमस्ते שלום 日本語",
	} {
		s := &server{max: 500}
		a := serve(t, s)
		s.there("another text", networktest.Noon)
		want := s.there(text, networktest.Noon)
		s.there(text+" and more", networktest.Noon)
		r, found, err := a.Find(t.Context(), message("m1", text))
		if err != nil || !found || r.ID != want {
			t.Errorf("%q: found %v, %s, %v", text, found, r.ID, err)
		}
	}
}

func TestFind(t *testing.T) {
	const link = "https://blog.example.org/a"
	noon, before := networktest.Noon, networktest.Noon.Add(-time.Hour)
	for _, c := range []struct {
		name  string
		there func(s *server) (want string)
		verb  network.Verb
	}{
		{"nothing", func(s *server) string { return "" }, network.VerbPost},
		{"same words, long ago", func(s *server) string { s.there("words "+link, before); return "" }, network.VerbPost},
		{"same link, other words", func(s *server) string { s.there("other words "+link, noon); return "" }, network.VerbPost},
		{"same words, as an answer", func(s *server) string {
			id := s.there("words "+link, noon)
			s.find(id).replyTo = "1"
			return ""
		}, network.VerbPost},
		{"an answer", func(s *server) string {
			s.there("words "+link, noon)
			id := s.there("words "+link, noon)
			s.find(id).replyTo = "1"
			return id
		}, network.VerbReply},
		{"an answer to what was not there", func(s *server) string { return s.there("words "+link, noon) }, network.VerbReply},
		{"on the second page", func(s *server) string {
			id := s.there("words "+link, noon)
			for i := range 60 {
				s.there(fmt.Sprintf("words %d %s", i, link), noon)
			}
			return id
		}, network.VerbPost},
		{"behind an old one that is pinned", func(s *server) string {
			id := s.there("words "+link, noon)
			s.there("pinned", before)
			return id
		}, network.VerbPost},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := &server{max: 500}
			a := serve(t, s)
			want := c.there(s)
			m := message("m1", "words "+link)
			m.Link, m.Verb = link, c.verb
			r, found, err := a.Find(t.Context(), m)
			if err != nil || r.ID != want || found != (want != "") {
				t.Errorf("found %v, %q, %v; want %q", found, r.ID, err, want)
			}
		})
	}
}

// The status of one message is not taken for another with the same words.
func TestFindSameWords(t *testing.T) {
	s := &server{max: 500}
	a := serve(t, s)
	if _, err := a.Post(t.Context(), message("m1", "Good morning")); err != nil {
		t.Fatal(err)
	}
	if _, found, err := a.Find(t.Context(), message("m2", "Good morning")); err != nil || found {
		t.Errorf("found: %v, %v; want none", found, err)
	}
}

// The note that a message was sent or found may be lost: it is found again.
func TestFindAgain(t *testing.T) {
	s := &server{max: 500}
	a := serve(t, s)
	m := message("m1", "words")
	was, err := a.Post(t.Context(), m)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if r, found, err := a.Find(t.Context(), m); err != nil || !found || r.ID != was.ID {
			t.Errorf("found %v, %s, %v; want %s", found, r.ID, err, was.ID)
		}
	}
}

// Where it cannot be known, Find does not say that nothing is there.
func TestFindCannotKnow(t *testing.T) {
	s := &server{max: 500}
	a := serve(t, s)
	for i := range 1100 {
		s.there(fmt.Sprint("words ", i), networktest.Noon)
	}
	if _, found, err := a.Find(t.Context(), message("m1", "other words")); err == nil {
		t.Errorf("found %v among too many, want an error", found)
	}
	s.down = true
	_, found, err := a.Find(t.Context(), message("m1", "other words"))
	if class, _ := network.ClassOf(err); err == nil || class != network.ClassRetry {
		t.Errorf("found %v, %v, want an error of class retry", found, err)
	}
}

// Pleroma answers a key that it knows with what it answered before, so that what
// failed and is not there needs another.
func TestKeyAfterFailure(t *testing.T) {
	s := &server{max: 500, software: "pleroma", fail: 1}
	a := serve(t, s)
	m := message("m1", "words")
	_, err := a.Post(t.Context(), m)
	if class, _ := network.ClassOf(err); class != network.ClassUnknown {
		t.Fatalf("got %v, want it to be in doubt", err)
	}
	if _, found, err := a.Find(t.Context(), m); err != nil || found {
		t.Fatalf("found: %v, %v", found, err)
	}
	if _, err := a.Post(t.Context(), m); err != nil {
		t.Errorf("again: %v", err)
	}
	if len(s.posts) != 1 || len(s.writes) != 2 || s.writes[0] != "m1" || s.writes[1] == "m1" {
		t.Errorf("%d statuses, keys %q, want one status and another key", len(s.posts), s.writes)
	}
}
