package web

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"syndicated/worker/store"
)

// action is something an operator does to a message.
type action struct {
	Name, Label string
	// Will tells beforehand what happens.
	Will string
	// Danger: it cannot be undone.
	Danger bool
	from   []store.State
	done   string
}

var actions = []action{
	{
		"release", "Release", "It is sent as soon as its account may send. If it may be out already, the network is asked first.", false,
		[]store.State{store.OnHold},
		"The message was released.",
	},
	{
		"retry", "Try again", "It is tried at once, with all its tries anew. If it may be out already, the network is asked first.", false,
		[]store.State{store.IsDead},
		"The message is tried again.",
	},
	{
		"hold", "Hold", "It waits until you release it; the messages behind it go on.", false,
		[]store.State{store.Waiting},
		"The message is held.",
	},
	{
		"drop", "Drop", "It is never sent, and the post is not queued again for this account. This cannot be undone.", true,
		[]store.State{store.Waiting, store.OnHold, store.IsDead},
		"The message was dropped.",
	},
}

// fitting are the actions for a message in a state.
func fitting(state store.State) []action {
	var out []action
	for _, a := range actions {
		for _, f := range a.from {
			if f == state {
				out = append(out, a)
			}
		}
	}
	return out
}

// act does it. ok is false when the message is not in a state for it or in a worker's hands.
func (s *server) act(ctx context.Context, name, id, reason string) (known, ok bool, err error) {
	now, err := s.Store.Now(ctx)
	if err != nil {
		return true, false, err
	}
	switch name {
	case "retry", "release":
		ok, err = s.Store.Requeue(ctx, now, id, reason)
		if ok && s.Kick != nil {
			s.Kick()
		}
	case "hold":
		ok, err = s.Store.HoldMessage(ctx, now, id, reason)
	case "drop":
		ok, err = s.Store.Drop(ctx, now, id, reason)
	default:
		return false, false, nil
	}
	if ok && err == nil {
		s.Log.Info("operator", "action", name, "message", id, "reason", reason)
	}
	return true, ok, err
}

// reason is what the operator gave, or that there was none.
func reason(r *http.Request, otherwise string) string {
	given := strings.TrimSpace(r.FormValue("reason"))
	if given == "" {
		return otherwise
	}
	if len(given) > 500 {
		given = strings.ToValidUTF8(given[:500], "")
	}
	return given
}

const notNow = "It is not in a state for that any more, or a worker has it in hand. Look again in a moment."

func (s *server) actOnPage(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 8<<10)
	id, name := r.PathValue("id"), r.PathValue("action")
	known, ok, err := s.act(r.Context(), name, id, reason(r, "by the operator, on the dashboard"))
	switch {
	case err != nil:
		s.broken(w, err)
	case !known:
		s.missing(w, "There is no such action.")
	case !ok:
		http.Redirect(w, r, "/message/"+url.PathEscape(id)+"?said=not", http.StatusSeeOther)
	default:
		http.Redirect(w, r, "/message/"+url.PathEscape(id)+"?said="+name, http.StatusSeeOther)
	}
}

func (s *server) resume(ctx context.Context, name string) error {
	now, err := s.Store.Now(ctx)
	if err == nil {
		err = s.Store.Resume(ctx, now, name)
	}
	if err == nil {
		s.Log.Info("operator", "action", "resume", "account", name)
		if s.Kick != nil {
			s.Kick()
		}
	}
	return err
}

func (s *server) resumeOnPage(w http.ResponseWriter, r *http.Request) {
	if err := s.resume(r.Context(), r.PathValue("name")); err != nil {
		s.broken(w, err)
		return
	}
	http.Redirect(w, r, "/?said=resume", http.StatusSeeOther)
}

// said is what a redirect has to tell, chosen from what we wrote ourselves.
func said(r *http.Request) (note, warning string) {
	switch code := r.URL.Query().Get("said"); code {
	case "":
	case "not":
		return "", notNow
	case "resume":
		return "The account sends again.", ""
	default:
		for _, a := range actions {
			if a.Name == code {
				return a.done, ""
			}
		}
	}
	return "", ""
}
