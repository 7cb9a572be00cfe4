package web

import (
	"fmt"
	"html/template"
	"net/url"
	"strings"
	"time"

	"syndicated/worker/network"
)

// words are the functions of the pages.
var words = template.FuncMap{
	"when": when, "mark": mark, "verb": verb, "clip": clip, "post": postAddress, "queue": queueAddress, "plural": plural, "web": webAddress, "zero": time.Time.IsZero, "rest": rest,
}

// when writes a time as people say it, the exact one behind it.
func when(t time.Time) template.HTML {
	if t.IsZero() {
		return `<span class="dim">–</span>`
	}
	t = t.UTC()
	return template.HTML(fmt.Sprintf(`<time datetime="%s" title="%s">%s</time>`, t.Format(time.RFC3339), t.Format("2006-01-02 15:04:05 UTC"), relative(time.Until(t), t)))
}

func relative(d time.Duration, t time.Time) string {
	ahead := d > 0
	if !ahead {
		d = -d
	}
	var n int
	var unit string
	switch {
	case d < 10*time.Second && ahead:
		return "now"
	case d < 10*time.Second:
		return "just now"
	case d < 100*time.Second:
		n, unit = int(d.Round(time.Second)/time.Second), "s"
	case d < 100*time.Minute:
		n, unit = int(d.Round(time.Minute)/time.Minute), "min"
	case d < 36*time.Hour:
		n, unit = int(d.Round(time.Hour)/time.Hour), "h"
	case d < 14*24*time.Hour:
		n, unit = int(d.Round(24*time.Hour)/(24*time.Hour)), "days"
	default:
		return t.Format("2 Jan 2006")
	}
	if ahead {
		return fmt.Sprintf("in %d %s", n, unit)
	}
	return fmt.Sprintf("%d %s ago", n, unit)
}

// mark is a sign for what happened or how something is, so that its colour is
// never all that tells.
func mark(what any) template.HTML {
	w := fmt.Sprint(what)
	sign, tone := "·", "plain"
	switch w {
	case "new", "sent", "released", "works":
		sign, tone = "✓", "good"
	case "update", "replaced", "rerun", "queued", "waiting", "moved", "retry", "retried", "defer", "edit":
		sign, tone = "→", "busy"
	case "held", "hold", "doubt", "silent for long", "paused":
		sign, tone = "‖", "warn"
	case "dead", "refused", "alert", "stopped", "fails", "gone for good":
		sign, tone = "!", "bad"
	case "dropped", "gone":
		sign = "×"
	}
	return template.HTML(fmt.Sprintf(`<span class="mark %s"><span aria-hidden="true">%s</span> %s</span>`, tone, sign, template.HTMLEscapeString(w)))
}

// verb is what a message does, in words.
func verb(m network.Message) string {
	switch m.Verb {
	case network.VerbEdit:
		return "edits the message about it"
	case network.VerbReply:
		return "answers the message before"
	case network.VerbDelete:
		return "takes the message back"
	}
	if m.Kind == "digest" {
		return "lists several posts"
	}
	return "is posted"
}

func clip(n int, s string) string {
	r := []rune(strings.Join(strings.Fields(s), " "))
	if len(r) <= n {
		return string(r)
	}
	return strings.TrimSpace(string(r[:n])) + "…"
}

// rest is what a message says behind its title.
func rest(m network.Message) string {
	if m.Title == "" {
		return ""
	}
	_, after, ok := strings.Cut(m.Text, m.Title)
	if !ok {
		return m.Text
	}
	return strings.TrimLeft(after, "*>/b \n")
}

func postAddress(source, key string) string {
	return "/post?" + url.Values{"source": {source}, "q": {key}}.Encode()
}

func queueAddress(account string, state any) string {
	return "/queue?" + url.Values{"account": {account}, "state": {fmt.Sprint(state)}}.Encode()
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// webAddress tells whether a link from a post may be one here.
func webAddress(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != ""
}
