package share

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"text/template"
	"unicode/utf8"

	"syndicated/feeds"
	"syndicated/feeds/change"
	"syndicated/worker/network"
)

// Composer makes the messages of one account. It holds no state and may be
// used by several goroutines.
type Composer struct {
	Config
	markup    markup
	templates map[string]*template.Template // by kind; "" is for all
}

// The kinds of message.
const (
	kindNew    = "new"
	kindUpdate = "update"
	kindRerun  = "rerun"
	kindGone   = "gone"
	kindDigest = "digest"
)

// New checks the words of an account: every setting has a value that is known,
// and every template is run on a sample post. Its error holds all faults, each
// with the key and, for a template, the line and column.
func New(c Config) (*Composer, error) {
	var faults []error
	oneOf := func(key, value string, known ...string) {
		if value != "" && !slices.Contains(known, value) {
			faults = append(faults, fmt.Errorf("%s: %q is not known; write %s", key, value, strings.Join(known, ", ")))
		}
	}
	w := c.Words
	oneOf("update", w.Update, "auto", "edit", "reply", "post", "ignore")
	oneOf("rerun", w.Rerun, "share", "ignore")
	oneOf("gone", w.Gone, "delete", "ignore")
	oneOf("long", w.Long, "cut", "thread", "link")
	oneOf("media", w.Media, "image", "all", "none")
	oneOf("alt", w.Alt, "send", "skip")
	if w.Language != "" && bcp47(w.Language) == "" {
		faults = append(faults, fmt.Errorf("language: %q is no language; write a tag such as en or pt-BR", w.Language))
	}
	co := &Composer{Config: c, templates: map[string]*template.Template{}}
	co.markup = markup{kind: c.Manner.Markup, mute: c.Manner.Markup != network.Plain && c.Manner.Markup != "" || c.Manner.Max > 0 || c.Manner.Hashtags}
	if co.size("") > co.room(false) && co.room(false) > 0 {
		faults = append(faults, fmt.Errorf("warning: it alone is longer than the %d that %s takes", c.Manner.Max, c.Network))
	}
	faults = append(faults, co.parse()...)
	if len(faults) > 0 {
		return nil, errors.Join(faults...)
	}
	return co, nil
}

// Notes tells where the account cannot do what its words ask for, and what it does instead.
func (c *Composer) Notes() []string {
	var notes []string
	if want := c.Words.Update; want == "edit" && !c.CanEdit || want == "reply" && !c.CanReply {
		notes = append(notes, fmt.Sprintf("update: %s: %s cannot; an update is told by %s", want, c.Network, c.verb(Event{Before: []Earlier{{Sent: true}}})))
	}
	if c.Words.Gone == "delete" && !c.CanDelete {
		notes = append(notes, fmt.Sprintf("gone: delete: %s cannot; messages stand", c.Network))
	}
	if c.Words.Long == "thread" && !(c.Manner.Thread && c.CanReply) {
		notes = append(notes, fmt.Sprintf("long: thread: %s has none; long texts are cut", c.Network))
	}
	return notes
}

// room is the longest text of a message, in the network's units; 0 is no limit.
func (c *Composer) room(media bool) int {
	if media && c.Manner.MediaMax > 0 && (c.Manner.Max == 0 || c.Manner.MediaMax < c.Manner.Max) {
		return c.Manner.MediaMax
	}
	return c.Manner.Max
}

// size is the length of a message in the network's units, with its warning where that counts.
func (c *Composer) size(text string) int {
	count := c.Manner.Count
	if count == nil {
		count = utf8.RuneCountInString
	}
	n := count(text)
	if c.Manner.CountsWarning {
		n += count(c.Words.Warning)
	}
	return n
}

// fits tells whether the network takes text.
func (c *Composer) fits(text string, media bool) bool {
	if most := c.room(media); most > 0 && c.size(text) > most {
		return false
	}
	return c.Manner.Bytes == 0 || len(text) <= c.Manner.Bytes
}

// Compose makes what the account has to say about an event. The error is one
// of a template or of the Freezer; the post is then to be tried again.
func (c *Composer) Compose(e Event) (Composed, error) {
	out, err := c.compose(e)
	if err != nil {
		return Composed{}, err
	}
	if len(out.Messages) == 1 && out.Messages[0].Verb != network.VerbDelete && out.Messages[0].Text == "" && len(out.Messages[0].Media) == 0 && !c.Manner.Card {
		return Composed{Silence: "the post has no words"}, nil
	}
	if err := c.freeze(out.Messages, e.Now); err != nil {
		return Composed{}, err
	}
	if out.Instead != nil {
		instead := []network.Message{*out.Instead}
		if err := c.freeze(instead, e.Now); err != nil {
			return Composed{}, err
		}
		out.Instead = &instead[0]
	}
	return out, nil
}

func (c *Composer) compose(e Event) (Composed, error) {
	v := e.Verdict
	if v.Kind == change.Gone {
		return c.gone(e)
	}
	if why := optedOut(v.Post); why != "" {
		return Composed{Cancel: waits(e.Before), Silence: why}, nil
	}
	switch v.Kind {
	case change.New:
		messages, err := c.tell(e, kindNew)
		return Composed{Messages: messages}, err
	case change.Update:
		return c.update(e)
	case change.Rerun:
		if c.Words.Rerun != "share" {
			return Composed{Silence: "re-runs are not shared (rerun: ignore)"}, nil
		}
		messages, err := c.tell(e, kindRerun)
		return Composed{Messages: messages}, err
	case change.Edit, change.Moved:
		// Nobody is told, but what still waits shall go out as the post is now.
		instead, err := c.instead(e)
		return Composed{Instead: instead, Silence: v.Reason}, err
	}
	return Composed{Silence: "nothing to tell: " + v.Reason}, nil
}

// optedOut is why a post is shared with nobody, or "".
func optedOut(p feeds.Post) string {
	if p.Title == "" && p.Content == "" && p.Summary == "" && p.Share == "" && p.Link == "" && p.External == "" && p.Image == nil && len(p.Enclosures) == 0 {
		return "the post is empty"
	}
	if p.Private {
		return "the post is private"
	}
	for _, t := range p.Tags {
		switch strings.ToLower(strings.TrimLeft(strings.TrimSpace(t), "#")) {
		case "noshare", "no-share":
			return "its author tagged it " + t
		}
	}
	return ""
}

func waits(before []Earlier) bool {
	return slices.ContainsFunc(before, func(b Earlier) bool { return !b.Sent })
}

// tell makes the message or the thread that speaks of a post for itself.
func (c *Composer) tell(e Event, kind string) ([]network.Message, error) {
	p := e.Verdict.Post
	s := listen(p)
	m := c.message(e, s, kind)
	d := c.draft(e, s)
	if kind == kindRerun && d.title != "" {
		d.title = about(speak(m.Language).archive, d.title)
	} else if kind == kindRerun && d.body != "" {
		d.body = about(speak(m.Language).archive, d.body)
	}
	return c.finish(e, s, m, d)
}
