package mastodon_test

import (
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"syndicated/worker/network/networktest"
)

const token = "tok-9f8e7d6c"

// server is a small Mastodon, or what differs in its relatives.
type server struct {
	mu       sync.Mutex
	software string // "", gotosocial, pleroma
	max      int
	next     int
	posts    []*post
	media    map[string]*upload
	keys     map[string]answer
	down     bool
	fail     int  // so many posts fail with 500 before they are done
	silent   bool // uploads are not answered
	refuse   int  // status of every upload; 0 takes it
	writes   []string
	version1 bool // it knows no newer version of the protocol
	slow     int  // how often an upload is still being processed
}

type post struct {
	id, text, warning, visibility, language, replyTo string
	at                                               time.Time
	media                                            []string
}

type upload struct {
	alt  string
	used string
	wait int
}

type answer struct {
	status int
	body   any
}

func newFake(t *testing.T) *networktest.Fake { return fakeOf(&server{max: 500}) }

func fakeOf(s *server) *networktest.Fake {
	s.media, s.keys = map[string]*upload{}, map[string]answer{}
	return &networktest.Fake{
		Handler: s.handler(),
		Writes:  func(r *http.Request) bool { return r.Method == "POST" && r.URL.Path == "/api/v1/statuses" },
		Edits:   func(r *http.Request) bool { return r.Method == "PUT" },
		Shown:   s.shown,
		Remove:  s.remove,
	}
}

func (s *server) shown() []networktest.Shown {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []networktest.Shown
	for _, p := range s.posts {
		alts := []string{}
		for _, id := range p.media {
			alts = append(alts, s.media[id].alt)
		}
		out = append(out, networktest.Shown{ID: p.id, Text: p.text, ReplyTo: p.replyTo, Alts: alts})
	}
	return out
}

func (s *server) remove(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.posts = slices.DeleteFunc(s.posts, func(p *post) bool { return p.id == id })
}

func (s *server) find(id string) *post {
	for _, p := range s.posts {
		if p.id == id {
			return p
		}
	}
	return nil
}

func (s *server) handler() http.Handler {
	mux := http.NewServeMux()
	handle := func(pattern string, f func(r *http.Request) (int, any)) {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			s.mu.Lock()
			defer s.mu.Unlock()
			status, body := http.StatusUnauthorized, any(fault("The access token is invalid"))
			if r.Header.Get("Authorization") == "Bearer "+token {
				status, body = f(r)
			}
			if s.down {
				status, body = 503, fault("down")
			}
			w.Header().Set("Content-Type", "application/json; charset=utf-8")
			w.WriteHeader(status)
			json.NewEncoder(w).Encode(body)
		})
	}
	handle("GET /api/v1/accounts/verify_credentials", func(*http.Request) (int, any) {
		return 200, map[string]any{"id": "7", "acct": "ann"}
	})
	handle("GET /api/v1/instance", func(*http.Request) (int, any) {
		return 200, map[string]any{"version": "2.7.2 (compatible; Pleroma 2.4.5)", "max_toot_chars": 5000, "description_limit": 700, "upload_limit": 1000}
	})
	handle("GET /api/v2/instance", func(*http.Request) (int, any) {
		if s.version1 {
			return 404, fault("Not implemented")
		}
		version := "4.4.2"
		switch s.software {
		case "gotosocial":
			version = "0.20.0+git-1234567"
		case "pleroma":
			version = "2.7.2 (compatible; Pleroma 2.9.1)"
		}
		return 200, map[string]any{"version": version, "configuration": map[string]any{
			"statuses":          map[string]any{"max_characters": s.max, "max_media_attachments": 4, "characters_reserved_per_url": 23},
			"media_attachments": map[string]any{"description_limit": 1500, "image_size_limit": 16777216, "image_matrix_limit": 33177600, "supported_mime_types": []string{"image/jpeg", "image/png"}},
		}}
	})
	handle("GET /.well-known/nodeinfo", func(r *http.Request) (int, any) {
		return 200, map[string]any{"links": []any{map[string]any{"rel": "http://nodeinfo.diaspora.software/ns/schema/2.0", "href": "https://elsewhere.example/nodeinfo/2.0"}}}
	})
	handle("GET /nodeinfo/2.0", func(*http.Request) (int, any) {
		name := s.software
		if name == "" {
			name = "mastodon"
		}
		return 200, map[string]any{"software": map[string]any{"name": name}}
	})
	handle("POST /api/v1/statuses", s.post)
	handle("PUT /api/v1/statuses/{id}", s.edit)
	handle("DELETE /api/v1/statuses/{id}", func(r *http.Request) (int, any) {
		if s.find(r.PathValue("id")) == nil {
			return 404, fault("Record not found")
		}
		s.posts = slices.DeleteFunc(s.posts, func(p *post) bool { return p.id == r.PathValue("id") })
		return 200, map[string]any{}
	})
	handle("GET /api/v1/statuses/{id}", func(r *http.Request) (int, any) {
		if p := s.find(r.PathValue("id")); p != nil {
			return 200, s.entity(p)
		}
		return 404, fault("Record not found")
	})
	handle("GET /api/v1/statuses/{id}/source", func(r *http.Request) (int, any) {
		if p := s.find(r.PathValue("id")); p != nil {
			return 200, map[string]any{"id": p.id, "text": p.text, "spoiler_text": p.warning}
		}
		return 404, fault("Record not found")
	})
	handle("GET /api/v1/accounts/7/statuses", func(r *http.Request) (int, any) {
		limit, _ := strconv.Atoi(r.FormValue("limit"))
		most, _ := strconv.Atoi(r.FormValue("max_id"))
		out := []any{}
		for _, p := range slices.Backward(s.posts) {
			if n, _ := strconv.Atoi(p.id); (most == 0 || n < most) && len(out) < limit {
				out = append(out, s.entity(p))
			}
		}
		return 200, out
	})
	handle("POST /api/v2/media", func(r *http.Request) (int, any) {
		if s.silent {
			panic(http.ErrAbortHandler)
		}
		if s.refuse != 0 {
			return s.refuse, fault("no")
		}
		file, _, err := r.FormFile("file")
		if err != nil {
			return 422, fault("Validation failed: File can't be blank")
		}
		file.Close()
		s.next++
		id := fmt.Sprint(s.next)
		s.media[id] = &upload{alt: r.FormValue("description"), wait: s.slow}
		if s.slow > 0 {
			return 202, map[string]any{"id": id, "url": nil}
		}
		return 200, map[string]any{"id": id, "url": "https://files.example/" + id}
	})
	handle("GET /api/v1/media/{id}", func(r *http.Request) (int, any) {
		u := s.media[r.PathValue("id")]
		if u == nil {
			return 404, fault("Record not found")
		}
		if u.wait--; u.wait > 0 {
			return 206, map[string]any{"id": r.PathValue("id"), "url": nil}
		}
		return 200, map[string]any{"id": r.PathValue("id"), "url": "https://files.example/x"}
	})
	return mux
}

var (
	address = regexp.MustCompile(`(https?://)([^\s<&]{1,20})([^\s<]*)`)
	name    = regexp.MustCompile(`(^|\s)@(\w+)@([\w.]+\w)`)
)

func fault(text string) map[string]string { return map[string]string{"error": text} }

type draft struct {
	Status, Spoiler_text, Visibility, Language, In_reply_to_id string
	Media_ids                                                  []string
	Media_attributes                                           []struct{ ID, Description string }
}

func (s *server) read(r *http.Request) (d draft, status int, body any) {
	if err := json.NewDecoder(r.Body).Decode(&d); err != nil {
		return d, 400, fault(err.Error())
	}
	// The fake counts on its own: these texts have no links and no marks.
	if n := utf8.RuneCountInString(d.Status + d.Spoiler_text); n > s.max {
		return d, 422, fault(fmt.Sprintf("Validation failed: Text character limit of %d exceeded", s.max))
	}
	for _, id := range d.Media_ids {
		if u := s.media[id]; u == nil || u.wait > 0 {
			return d, 422, fault("Cannot attach files that have not finished processing. Try again in a moment!")
		}
	}
	return d, 0, nil
}

func (s *server) post(r *http.Request) (int, any) {
	key := r.Header.Get("Idempotency-Key")
	s.writes = append(s.writes, key)
	if old, ok := s.keys[key]; ok && s.software != "gotosocial" {
		return old.status, old.body
	}
	status, body := s.publish(r)
	if status == 200 || s.software == "pleroma" {
		s.keys[key] = answer{status, body}
	}
	return status, body
}

func (s *server) publish(r *http.Request) (int, any) {
	d, status, body := s.read(r)
	if body != nil {
		return status, body
	}
	if s.fail > 0 {
		s.fail--
		return 500, fault("Something went wrong")
	}
	if d.In_reply_to_id != "" && s.find(d.In_reply_to_id) == nil {
		return 404, fault("The post you are trying to reply to does not appear to exist.")
	}
	s.next++
	p := &post{id: fmt.Sprint(s.next), text: d.Status, warning: d.Spoiler_text, visibility: d.Visibility, language: d.Language, replyTo: d.In_reply_to_id, media: d.Media_ids, at: networktest.Noon}
	for _, id := range d.Media_ids {
		if s.media[id].used != "" {
			return 422, fault("Media attachments are already attached")
		}
		s.media[id].used = p.id
	}
	s.posts = append(s.posts, p)
	return 200, s.entity(p)
}

func (s *server) edit(r *http.Request) (int, any) {
	p := s.find(r.PathValue("id"))
	if p == nil || s.version1 {
		return 404, fault("Record not found")
	}
	d, status, body := s.read(r)
	if body != nil {
		return status, body
	}
	if s.software == "gotosocial" && p.text == d.Status && slices.Equal(p.media, d.Media_ids) {
		return 422, fault("Unprocessable Entity: status was not changed")
	}
	for _, a := range d.Media_attributes {
		s.media[a.ID].alt = a.Description
	}
	p.text, p.warning, p.media = d.Status, d.Spoiler_text, d.Media_ids
	return 200, s.entity(p)
}

func (s *server) entity(p *post) map[string]any {
	// As Mastodon shows a text: addresses in three pieces, names without their host.
	content := address.ReplaceAllString(html.EscapeString(p.text), `<a href="$0" rel="nofollow"><span class="invisible">$1</span><span class="ellipsis">$2</span><span class="invisible">$3</span></a>`)
	content = name.ReplaceAllString(content, `$1<span class="h-card"><a href="https://$3/@$2">@<span>$2</span></a></span>`)
	content = "<p>" + strings.ReplaceAll(strings.ReplaceAll(content, "\n\n", "</p><p>"), "\n", "<br>") + "</p>"
	media := []any{}
	for _, id := range p.media {
		media = append(media, map[string]any{"id": id, "description": s.media[id].alt})
	}
	out := map[string]any{
		"id": p.id, "url": "https://social.example/@ann/" + p.id, "uri": "https://social.example/users/ann/statuses/" + p.id,
		"created_at": p.at.Format("2006-01-02T15:04:05.000Z"), "content": content, "media_attachments": media, "in_reply_to_id": nil,
	}
	if p.replyTo != "" {
		out["in_reply_to_id"] = p.replyTo
	}
	return out
}
