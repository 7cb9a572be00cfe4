// Package web is what an operator sees and does in a browser and over JSON, on
// the admin address. It knows the store's desk and archive; it sends nothing
// and decides nothing.
//
// # Pages
//
// "/" is the dashboard: what needs a person, the accounts, the sources and the
// latest decisions. "/queue?state=held" lists messages, "/message/{id}" shows one
// with what can be done with it, "/post?q=" tells a post's story by its link, id
// or key, "/sources" lists all sources. Pages need no script; with ?refresh=15
// they load themselves anew every 15 seconds.
//
// # API
//
//	GET  /api/v1/status                   counts, and what needs a person
//	GET  /api/v1/sources                  [{"name", "kind", "next", "posts", "last_ok", "error", …}]
//	GET  /api/v1/accounts                 [{"name", "kind", "waiting", "held", "dead", "sent", "stopped", …}]
//	GET  /api/v1/messages?state=&account=&source=&post=&limit=
//	                                      [{"message": {…}, "state", "due", "reason", "receipt", …}]
//	GET  /api/v1/messages/{id}            one of these
//	POST /api/v1/messages/{id}/retry      a dead or held message is sent at once
//	POST /api/v1/messages/{id}/release    the same, of a held one
//	POST /api/v1/messages/{id}/hold       a waiting message waits for a person
//	POST /api/v1/messages/{id}/drop       a message is never sent
//	POST /api/v1/accounts/{name}/resume   a stopped account sends again
//	GET  /api/v1/decisions?limit=         the newest, newest first
//	GET  /api/v1/posts/{which}/story?source=
//	                                      the decisions about a post, oldest first; which is a key, a link or an id
//
// A POST may have "reason=" in its form or query, kept in the message's story;
// it answers {"ok": true}, or 409 with {"error": …} when the message is not in a
// state for it or a worker has it in hand. Every error is {"error": "what"}.
// Times are RFC 3339 in UTC. Lists hold 100 rows without limit=, 1000 at most.
//
// # Who may
//
// With a token, every request but /healthz and /readyz has to carry it: as
// "Authorization: Bearer TOKEN", as the password of basic authentication, or as
// the cookie that the page at /login gives. Without one, only requests that
// name the server by an IP address or as localhost are answered, so that no
// web page can reach it by a name of its own.
package web

import (
	"context"
	"embed"
	"errors"
	"html/template"
	"log/slog"
	"net/http"
	"time"

	"syndicated/config"
	"syndicated/worker/store"
)

// Store is the part of store.Store that is shown.
type Store interface {
	store.Desk
	store.Archive
	Now(ctx context.Context) (time.Time, error)
}

// Config of the pages.
type Config struct {
	Store Store
	Token config.Secret
	Log   *slog.Logger
	// Source describes a source, from its settings and its state; nil shows no
	// more than the store itself tells.
	Source func(store.SourceState) Source
	// Accounts are those of the settings, so that one that never sent is shown too.
	Accounts []Account
	// Kick is called when a message became due; nil if nobody waits.
	Kick func()
	// Metrics answers /metrics; nil is 404.
	Metrics http.Handler
	// Alive answers /healthz and Ready /readyz; an error is 503. nil is well.
	Alive, Ready func() error
	// Version is shown at the foot.
	Version string
}

// Source is a source as it is shown.
type Source struct {
	Name     string    `json:"name"`
	Kind     string    `json:"kind,omitzero"`    // type in the settings
	Address  string    `json:"address,omitzero"` // without credentials
	Title    string    `json:"title,omitzero"`
	Next     time.Time `json:"next,omitzero"`
	Posts    int       `json:"posts"`
	LastOK   time.Time `json:"last_ok,omitzero"`
	Failures int       `json:"failures,omitzero"` // in a row
	Error    string    `json:"error,omitzero"`
	Since    time.Time `json:"since,omitzero"` // of the first failure in a row
	Notes    []string  `json:"notes,omitzero"`
	Gone     bool      `json:"gone,omitzero"`
	Silent   bool      `json:"silent,omitzero"` // longer than expected
}

// Account is an account as it is shown.
type Account struct {
	Name      string    `json:"name"`
	Kind      string    `json:"kind,omitzero"`
	Sources   []string  `json:"sources,omitzero"` // empty: all
	Waiting   int       `json:"waiting"`
	Held      int       `json:"held"`
	Dead      int       `json:"dead"`
	Sent      int       `json:"sent"`
	NotBefore time.Time `json:"not_before,omitzero"`
	Stopped   string    `json:"stopped,omitzero"`
}

//go:embed page
var files embed.FS

type server struct {
	Config
	pages *template.Template
	door  door
}

// New makes the handler of the admin address.
func New(c Config) (http.Handler, error) {
	if c.Store == nil {
		return nil, errors.New("the dashboard needs a store")
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	pages, err := template.New("").Funcs(words).ParseFS(files, "page/*.html")
	if err != nil {
		return nil, err
	}
	s := &server{Config: c, pages: pages, door: door{token: c.Token.Reveal()}}

	inside := http.NewServeMux()
	inside.HandleFunc("GET /{$}", s.dashboard)
	inside.HandleFunc("GET /sources", s.sourcesPage)
	inside.HandleFunc("GET /queue", s.queue)
	inside.HandleFunc("GET /message/{id}", s.message)
	inside.HandleFunc("POST /message/{id}/{action}", s.actOnPage)
	inside.HandleFunc("POST /account/{name}/resume", s.resumeOnPage)
	inside.HandleFunc("GET /post", s.post)
	inside.HandleFunc("POST /logout", s.logout)
	s.api(inside)
	if c.Metrics != nil {
		inside.Handle("GET /metrics", c.Metrics)
	}

	outside := http.NewServeMux()
	outside.HandleFunc("GET /healthz", s.probe(c.Alive))
	outside.HandleFunc("GET /readyz", s.probe(c.Ready))
	outside.HandleFunc("GET /style.css", s.style)
	outside.HandleFunc("GET /login", s.loginPage)
	outside.HandleFunc("POST /login", s.login)
	outside.Handle("/", s.guard(inside))

	// Browsers say where a POST comes from; what no browser sent is let through
	// and has to carry the token.
	return headers(http.NewCrossOriginProtection().Handler(outside)), nil
}

// probe answers whoever watches the process; why it is not well only to whom the door knows.
func (s *server) probe(check func() error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		if check != nil {
			if err := check(); err != nil {
				s.Log.Error("not well", "path", r.URL.Path, "err", err)
				what := "not well; the log tells why"
				if ok, _, _ := s.door.allowed(r, time.Now()); ok {
					what = err.Error()
				}
				http.Error(w, what, http.StatusServiceUnavailable)
				return
			}
		}
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = w.Write([]byte("ok\n"))
	}
}

// headers are those of every answer: nothing but our own style is loaded,
// nobody frames the page, and nothing is kept.
func headers(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		next.ServeHTTP(w, r)
	})
}

func (s *server) style(w http.ResponseWriter, _ *http.Request) {
	css, err := files.ReadFile("page/style.css")
	if err != nil {
		http.Error(w, "no style", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/css; charset=utf-8")
	w.Header().Set("Cache-Control", "max-age=300")
	_, _ = w.Write(css)
}
