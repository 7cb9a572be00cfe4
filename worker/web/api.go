package web

import (
	"encoding/json"
	"net/http"
	"strconv"

	"syndicated/worker/store"
)

const (
	rows     = 100
	rowsMost = 1000
)

func (s *server) api(mux *http.ServeMux) {
	mux.HandleFunc("GET /api/v1/status", s.apiStatus)
	mux.HandleFunc("GET /api/v1/sources", s.apiSources)
	mux.HandleFunc("GET /api/v1/accounts", s.apiAccounts)
	mux.HandleFunc("GET /api/v1/messages", s.apiMessages)
	mux.HandleFunc("GET /api/v1/messages/{id}", s.apiMessage)
	mux.HandleFunc("POST /api/v1/messages/{id}/{action}", s.apiAct)
	mux.HandleFunc("POST /api/v1/accounts/{name}/resume", s.apiResume)
	mux.HandleFunc("GET /api/v1/decisions", s.apiDecisions)
	mux.HandleFunc("GET /api/v1/posts/{which}/story", s.apiStory)
	mux.HandleFunc("/api/", func(w http.ResponseWriter, _ *http.Request) { fail(w, http.StatusNotFound, "there is no such address") })
}

// answer writes v; a list that is empty is [], not null.
func answer(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	_ = enc.Encode(v) // the client is gone if this fails
}

func list[T any](l []T) []T {
	if l == nil {
		return []T{}
	}
	return l
}

func fail(w http.ResponseWriter, status int, what string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]string{"error": what})
}

// trouble answers that the store failed; what exactly is in the log.
func (s *server) trouble(w http.ResponseWriter, err error) {
	s.Log.Error("dashboard", "err", err)
	fail(w, http.StatusInternalServerError, "the store does not answer; the log tells more")
}

// limit reads limit=; bad says that it is no number.
func limit(r *http.Request) (n int, bad bool) {
	text := r.FormValue("limit")
	if text == "" {
		return rows, false
	}
	n, err := strconv.Atoi(text)
	return min(n, rowsMost), err != nil || n < 1
}

// Status is what /api/v1/status tells.
type status struct {
	Sources  int `json:"sources"`
	Failing  int `json:"failing"`
	Accounts int `json:"accounts"`
	Stopped  int `json:"stopped"`
	Waiting  int `json:"waiting"`
	Held     int `json:"held"`
	Dead     int `json:"dead"`
	Sent     int `json:"sent"`
}

func count(sources []Source, accounts []Account) status {
	st := status{Sources: len(sources), Accounts: len(accounts)}
	for _, src := range sources {
		if src.Error != "" || src.Gone || src.Silent {
			st.Failing++
		}
	}
	for _, a := range accounts {
		st.Waiting += a.Waiting
		st.Held += a.Held
		st.Dead += a.Dead
		st.Sent += a.Sent
		if a.Stopped != "" {
			st.Stopped++
		}
	}
	return st
}

func (s *server) apiStatus(w http.ResponseWriter, r *http.Request) {
	sources, err := s.sources(r.Context())
	if err != nil {
		s.trouble(w, err)
		return
	}
	accounts, err := s.accounts(r.Context())
	if err != nil {
		s.trouble(w, err)
		return
	}
	answer(w, count(sources, accounts))
}

func (s *server) apiSources(w http.ResponseWriter, r *http.Request) {
	sources, err := s.sources(r.Context())
	if err != nil {
		s.trouble(w, err)
		return
	}
	answer(w, list(sources))
}

func (s *server) apiAccounts(w http.ResponseWriter, r *http.Request) {
	accounts, err := s.accounts(r.Context())
	if err != nil {
		s.trouble(w, err)
		return
	}
	answer(w, list(accounts))
}

func (s *server) apiMessages(w http.ResponseWriter, r *http.Request) {
	f, what := filter(r)
	if what != "" {
		fail(w, http.StatusBadRequest, what)
		return
	}
	entries, err := s.Store.Messages(r.Context(), f)
	if err != nil {
		s.trouble(w, err)
		return
	}
	for i, e := range entries {
		entries[i] = shown(e)
	}
	answer(w, list(entries))
}

// filter reads what messages are asked for; what is wrong with the question if anything is.
func filter(r *http.Request) (f store.Filter, what string) {
	n, bad := limit(r)
	if bad {
		return f, "limit: write a number of 1 or more"
	}
	f = store.Filter{
		Account: r.FormValue("account"), State: store.State(r.FormValue("state")), Source: r.FormValue("source"), Post: r.FormValue("post"), Limit: n,
	}
	switch f.State {
	case "", store.Waiting, store.OnHold, store.IsDead, store.IsSent, store.Dropped:
		return f, ""
	}
	return f, "state: write waiting, held, dead, sent or dropped"
}

func (s *server) apiMessage(w http.ResponseWriter, r *http.Request) {
	e, found, err := s.Store.Message(r.Context(), r.PathValue("id"))
	switch {
	case err != nil:
		s.trouble(w, err)
	case !found:
		fail(w, http.StatusNotFound, "there is no message with this id")
	default:
		answer(w, shown(e))
	}
}

func (s *server) apiAct(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 8<<10)
	id := r.PathValue("id")
	_, found, err := s.Store.Message(r.Context(), id)
	if err != nil {
		s.trouble(w, err)
		return
	}
	if !found {
		fail(w, http.StatusNotFound, "there is no message with this id")
		return
	}
	known, ok, err := s.act(r.Context(), r.PathValue("action"), id, reason(r, "by the operator, over the API"))
	switch {
	case err != nil:
		s.trouble(w, err)
	case !known:
		fail(w, http.StatusNotFound, "there is no such action; there are retry, release, hold and drop")
	case !ok:
		fail(w, http.StatusConflict, "the message is not in a state for that, or a worker has it in hand")
	default:
		answer(w, map[string]bool{"ok": true})
	}
}

func (s *server) apiResume(w http.ResponseWriter, r *http.Request) {
	accounts, err := s.accounts(r.Context())
	if err != nil {
		s.trouble(w, err)
		return
	}
	for _, a := range accounts {
		if a.Name == r.PathValue("name") {
			if err := s.resume(r.Context(), a.Name); err != nil {
				s.trouble(w, err)
				return
			}
			answer(w, map[string]bool{"ok": true})
			return
		}
	}
	fail(w, http.StatusNotFound, "there is no account of this name")
}

func (s *server) apiDecisions(w http.ResponseWriter, r *http.Request) {
	n, bad := limit(r)
	if bad {
		fail(w, http.StatusBadRequest, "limit: write a number of 1 or more")
		return
	}
	ds, err := s.Store.Recent(r.Context(), n)
	if err != nil {
		s.trouble(w, err)
		return
	}
	answer(w, list(ds))
}

func (s *server) apiStory(w http.ResponseWriter, r *http.Request) {
	ds, err := s.Store.Story(r.Context(), r.FormValue("source"), r.PathValue("which"))
	switch {
	case err != nil:
		s.trouble(w, err)
	case len(ds) == 0:
		fail(w, http.StatusNotFound, "nothing is known of such a post")
	default:
		answer(w, ds)
	}
}
