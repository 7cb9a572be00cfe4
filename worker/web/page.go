package web

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"syndicated/feeds/change"
	"syndicated/worker/store"
)

// page is what every page has, beside what it is about.
type page struct {
	Title         string
	Note, Warning string // what was done, what is wrong
	Refresh       int    // seconds, 0 is not at all
	Here, Reload  string // this address, without and with refresh=
	LoggedIn      bool
	Version       string
	Data          any
}

func (s *server) sources(ctx context.Context) ([]Source, error) {
	states, err := s.Store.Sources(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]Source, 0, len(states))
	for _, st := range states {
		src := Source{}
		if s.Source != nil {
			src = s.Source(st)
		}
		src.Name, src.Next, src.Posts = st.Source, st.Next, st.Posts
		out = append(out, src)
	}
	// What needs a person comes first.
	slices.SortStableFunc(out, func(a, b Source) int { return cmp.Compare(ill(b), ill(a)) })
	return out, nil
}

func ill(s Source) int {
	switch {
	case s.Gone:
		return 3
	case s.Error != "":
		return 2
	case s.Silent:
		return 1
	}
	return 0
}

func (s *server) accounts(ctx context.Context) ([]Account, error) {
	states, err := s.Store.Accounts(ctx)
	if err != nil {
		return nil, err
	}
	out := slices.Clone(s.Accounts)
	for _, st := range states {
		i := slices.IndexFunc(out, func(a Account) bool { return a.Name == st.Account })
		if i < 0 {
			i = len(out)
			out = append(out, Account{Name: st.Account})
		}
		a := &out[i]
		a.Waiting, a.Held, a.Dead, a.Sent, a.NotBefore, a.Stopped = st.Waiting, st.Held, st.Dead, st.Sent, st.NotBefore, st.Stopped
	}
	return out, nil
}

// decision is one line of a story.
type decision struct {
	store.Decision
	Hunks []change.Hunk
}

func decisions(ds []store.Decision) []decision {
	out := make([]decision, len(ds))
	for i, d := range ds {
		out[i].Decision = d
		if len(d.Diff) > 0 {
			// A diff that cannot be read is not shown; the decision stands.
			_ = json.Unmarshal(d.Diff, &out[i].Hunks)
		}
	}
	return out
}

const (
	sourcesShown   = 25
	messagesShown  = 10
	decisionsShown = 40
)

type dashboard struct {
	Status     status
	Accounts   []Account
	Sources    []Source
	MoreSource int
	Held, Dead []entry
	Decisions  []decision
}

// entry is a message with what may be done with it.
type entry struct {
	store.Entry
	Actions []action
}

func entries(es []store.Entry) []entry {
	out := make([]entry, len(es))
	for i, e := range es {
		out[i] = entry{e, fitting(e.State)}
	}
	return out
}

func (s *server) dashboard(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	var d dashboard
	sources, err := s.sources(ctx)
	if err == nil {
		d.Accounts, err = s.accounts(ctx)
	}
	var held, dead []store.Entry
	if err == nil {
		held, err = s.Store.Messages(ctx, store.Filter{State: store.OnHold, Limit: messagesShown})
	}
	if err == nil {
		dead, err = s.Store.Messages(ctx, store.Filter{State: store.IsDead, Limit: messagesShown})
	}
	var recent []store.Decision
	if err == nil {
		recent, err = s.Store.Recent(ctx, decisionsShown)
	}
	if err != nil {
		s.broken(w, err)
		return
	}
	d.Status = count(sources, d.Accounts)
	d.Held, d.Dead, d.Decisions = entries(held), entries(dead), decisions(recent)
	d.Sources = sources[:min(len(sources), sourcesShown)]
	d.MoreSource = len(sources) - len(d.Sources)
	s.open(w, r, "dashboard.html", "Dashboard", d)
}

func (s *server) sourcesPage(w http.ResponseWriter, r *http.Request) {
	sources, err := s.sources(r.Context())
	if err != nil {
		s.broken(w, err)
		return
	}
	s.open(w, r, "sources.html", "Sources", sources)
}

type queuePage struct {
	Filter  store.Filter
	States  []store.State
	Entries []entry
	Full    bool
}

func (s *server) queue(w http.ResponseWriter, r *http.Request) {
	f, what := filter(r)
	if what != "" {
		s.show(w, http.StatusBadRequest, "missing.html", page{Title: "That cannot be shown", Warning: what})
		return
	}
	if f.State == "" && r.FormValue("state") == "" && f.Post == "" {
		f.State = store.Waiting
	}
	es, err := s.Store.Messages(r.Context(), f)
	if err != nil {
		s.broken(w, err)
		return
	}
	if f.State == store.IsSent || f.State == store.Dropped {
		slices.Reverse(es) // the newest first
	}
	s.open(w, r, "queue.html", "Queue", queuePage{
		Filter: f, Entries: entries(es), Full: len(es) == f.Limit,
		States: []store.State{store.Waiting, store.OnHold, store.IsDead, store.IsSent, store.Dropped},
	})
}

type messagePage struct {
	entry
	Story []decision
	JSON  string
}

func (s *server) message(w http.ResponseWriter, r *http.Request) {
	e, found, err := s.Store.Message(r.Context(), r.PathValue("id"))
	if err != nil {
		s.broken(w, err)
		return
	}
	if !found {
		s.missing(w, "There is no message with this id.")
		return
	}
	data := messagePage{entry: entry{e, fitting(e.State)}}
	if e.Message.Post != "" {
		story, err := s.Store.Story(r.Context(), e.Message.Source, e.Message.Post)
		if err != nil {
			s.broken(w, err)
			return
		}
		for _, d := range decisions(story) {
			if d.Message == "" || d.Message == e.Message.ID {
				data.Story = append(data.Story, d)
			}
		}
	}
	if b, err := json.MarshalIndent(shown(e), "", "  "); err == nil {
		data.JSON = string(b)
	}
	s.open(w, r, "message.html", "Message", data)
}

// shown leaves out what only the network is to see.
func shown(e store.Entry) store.Entry {
	e.Message.Frozen, e.Receipt.Own = nil, nil
	return e
}

type postPage struct {
	Query, Source, Title, Link string
	Story                      []decision
	Messages                   []entry
}

func (s *server) post(w http.ResponseWriter, r *http.Request) {
	data := postPage{Query: strings.TrimSpace(r.FormValue("q")), Source: r.FormValue("source")}
	if data.Query == "" {
		http.Redirect(w, r, "/", http.StatusSeeOther)
		return
	}
	story, err := s.Store.Story(r.Context(), data.Source, data.Query)
	if err != nil {
		s.broken(w, err)
		return
	}
	if len(story) == 0 {
		s.missing(w, "Nothing is known of such a post. Ask by its link, its id or its key; what was never polled has no story.")
		return
	}
	data.Story = decisions(story)
	for _, d := range story {
		data.Title, data.Link = cmp.Or(d.Title, data.Title), cmp.Or(d.Link, data.Link)
	}
	first := story[0]
	es, err := s.Store.Messages(r.Context(), store.Filter{Source: first.Source, Post: first.Post, Limit: rows})
	if err != nil {
		s.broken(w, err)
		return
	}
	data.Messages = entries(es)
	s.open(w, r, "post.html", cmp.Or(data.Title, "Post"), data)
}

// open shows a page with what every page has.
func (s *server) open(w http.ResponseWriter, r *http.Request, name, title string, data any) {
	p := page{Title: title, Data: data, LoggedIn: s.door.token != ""}
	p.Note, p.Warning = said(r)
	if n, err := strconv.Atoi(r.URL.Query().Get("refresh")); err == nil && n > 0 {
		p.Refresh = max(5, min(n, 3600))
	}
	q := r.URL.Query()
	q.Del("refresh")
	q.Del("said")
	here := func() string { return (&url.URL{Path: r.URL.Path, RawQuery: q.Encode()}).String() }
	p.Here = here()
	q.Set("refresh", "15")
	p.Reload = here()
	s.show(w, http.StatusOK, name, p)
}

func (s *server) show(w http.ResponseWriter, status int, name string, p page) {
	p.Version = s.Version
	var b bytes.Buffer
	// A page is whole or not there at all.
	err := s.pages.ExecuteTemplate(&b, name, p)
	if err != nil {
		s.Log.Error("dashboard", "page", name, "err", err)
		http.Error(w, "the page cannot be shown; the log tells more", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes())
}

func (s *server) broken(w http.ResponseWriter, err error) {
	s.Log.Error("dashboard", "err", err)
	s.show(w, http.StatusInternalServerError, "missing.html", page{Title: "The store does not answer", Warning: "The log tells more. Nothing was changed."})
}

func (s *server) missing(w http.ResponseWriter, what string) {
	s.show(w, http.StatusNotFound, "missing.html", page{Title: "Not found", Warning: what})
}
