package main

import (
	"encoding/xml"
	"net/http"
	"strings"
	"sync"
	"time"
)

// handler is a server of the demo; at tells it its own address.
type handler interface {
	http.Handler
	at(address string)
}

// demoSite is a small site with an RSS feed.
type demoSite struct {
	mu    sync.Mutex
	base  string
	posts []demoPost // newest first
}

type demoPost struct {
	Title     string `xml:"title"`
	Link      string `xml:"link"`
	GUID      string `xml:"guid"`
	Published string `xml:"pubDate"`
	HTML      string `xml:"description"`
}

func newDemoSite() *demoSite { return &demoSite{} }

func (s *demoSite) at(address string) {
	s.base = address
	s.publish("The library's new hours", "<p>From Monday the library is open until eight.</p>")
	s.publish("A bench for the square", "<p>The square has a bench again, made of oak.</p>")
}

func (s *demoSite) publish(title, html string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	link := s.base + "/" + strings.ToLower(strings.ReplaceAll(strings.ReplaceAll(title, " ", "-"), "'", ""))
	s.posts = append([]demoPost{{title, link, link, time.Now().UTC().Format(time.RFC1123Z), html}}, s.posts...)
}

func (s *demoSite) edit(title string, change func(string) string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.posts {
		if s.posts[i].Title == title {
			s.posts[i].HTML = change(s.posts[i].HTML)
		}
	}
}

func (s *demoSite) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r.URL.Path != "/feed.xml" {
		for _, p := range s.posts {
			if p.Link == s.base+r.URL.Path {
				w.Header().Set("Content-Type", "text/html; charset=utf-8")
				_, _ = w.Write([]byte("<!doctype html><title>" + p.Title + "</title><h1>" + p.Title + "</h1>" + p.HTML))
				return
			}
		}
		http.NotFound(w, r)
		return
	}
	type channel struct {
		Title       string     `xml:"title"`
		Link        string     `xml:"link"`
		Description string     `xml:"description"`
		Items       []demoPost `xml:"item"`
	}
	w.Header().Set("Content-Type", "application/rss+xml; charset=utf-8")
	_, _ = w.Write([]byte(xml.Header))
	_ = xml.NewEncoder(w).Encode(struct {
		XMLName xml.Name `xml:"rss"`
		Version string   `xml:"version,attr"`
		Channel channel  `xml:"channel"`
	}{Version: "2.0", Channel: channel{"The demo site", s.base, "A small site that is written while you watch.", s.posts}})
}
