package main

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"sync"
	"time"
)

// shown is one message as the followers of an account see it.
type shown struct {
	id, text string
	post     string // name of the post that it is about
	reply    bool
	at       time.Time
	edits    int
}

// wall is all that an account shows, oldest first.
type wall struct {
	mu       sync.Mutex
	messages []*shown
	strange  []string // what no client should have sent
}

var postName = regexp.MustCompile(`s\d\d-\d{3}`)

// put shows a message; words is where the name of its post is looked for.
func (w *wall) put(id, text, words string, reply bool) *shown {
	w.mu.Lock()
	defer w.mu.Unlock()
	m := &shown{id: id, text: text, post: postName.FindString(words), reply: reply, at: time.Now()}
	if m.post == "" {
		w.strange = append(w.strange, fmt.Sprintf("message %s names no post: %q", id, text))
	}
	w.messages = append(w.messages, m)
	return m
}

// edit gives a message another text; ok is false if it is not there.
func (w *wall) edit(id, text string) (m shown, ok bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	i := slices.IndexFunc(w.messages, func(m *shown) bool { return m.id == id })
	if i < 0 {
		return m, false
	}
	if w.messages[i].text != text {
		w.messages[i].text = text
		w.messages[i].edits++
	}
	return *w.messages[i], true
}

// note keeps what no client should have done.
func (w *wall) note(format string, a ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.strange = append(w.strange, fmt.Sprintf(format, a...))
}

// list gives a copy, oldest first.
func (w *wall) list() []shown {
	w.mu.Lock()
	defer w.mu.Unlock()
	out := make([]shown, len(w.messages))
	for i, m := range w.messages {
		out[i] = *m
	}
	return out
}

func (w *wall) count() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.messages)
}

// social is one account on its own server.
type social interface {
	http.Handler
	// settings is the account's line in the settings file, for a server at base.
	settings(base string) string
	shows() *wall
	// sure: the network can be asked what it has, or tells a repeat by itself.
	sure() bool
}

// named is a social account with its name in the settings and its faults.
type named struct {
	social
	name    string
	weather *weather
}

// accounts are those of the storm.
func accounts(sky func() *weather) []named {
	var out []named
	for _, name := range []string{"fedi", "goto", "sky", "chat", "team", "hook"} {
		w := sky()
		var s social
		switch name {
		case "fedi":
			s = newMastodon(w, true)
		case "goto":
			s = newMastodon(w, false)
		case "sky":
			s = newBluesky(w)
		case "chat":
			s = &telegram{weather: w}
		case "team":
			s = &discord{weather: w}
		case "hook":
			s = &webhook{weather: w, seen: map[string]bool{}}
		}
		out = append(out, named{s, name, w})
	}
	return out
}

// retryAfter is the 429 of a server that says when in the header.
func retryAfter(rw http.ResponseWriter, wait time.Duration) {
	seconds := int((wait + time.Second - 1) / time.Second)
	reply{
		status: http.StatusTooManyRequests, header: http.Header{"Retry-After": {fmt.Sprint(max(seconds, 1))}},
		body: map[string]any{"error": "Too many requests"},
	}.write(rw)
}
