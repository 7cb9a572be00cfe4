package share

import (
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"net/url"
	"slices"
	"strings"
	"text/template"
	"time"
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

// draft is what a new message says of a post.
func (c *Composer) draft(e Event, s *said) draft {
	p := e.Verdict.Post
	d := draft{title: s.title, body: s.point, link: c.link(p), tags: c.hashtags(p), untitled: s.note}
	switch {
	case p.Share != "":
		d.title, d.body, d.own = "", strings.TrimSpace(clean(p.Share)), true
		if d.link != "" && strings.Contains(d.body, p.Link) {
			d.body = strings.ReplaceAll(d.body, p.Link, d.link)
		}
	case s.note:
		d.body, d.own = s.text(), true
	case c.mail():
		d.body = pointIn(s.text(), mailRoom)
	default:
		d.body = pointIn(s.point, c.pointRoom())
		if c.Words.Long == "link" && d.body != s.point {
			d.body = ""
		}
	}
	return c.settle(d)
}

// settle leaves out what the network shows by itself or the words have already.
func (c *Composer) settle(d draft) draft {
	if d.link != "" && (c.Manner.Card && !d.untitled || strings.Contains(d.body, d.link) || strings.Contains(d.note, d.link)) {
		d.link = ""
	}
	words := strings.ToLower(d.title + " " + d.body + " ")
	d.tags = slices.DeleteFunc(d.tags, func(t string) bool { return strings.Contains(words, strings.ToLower(t)+" ") })
	return d
}

// cardRoom is how much of a summary a card shows, in graphemes.
const cardRoom = 280

// pointRoom is how much of a summary reads well on the network, in graphemes.
func (c *Composer) pointRoom() int {
	switch most := c.Manner.Max; {
	case c.mail():
		return mailRoom
	case most > 0 && most <= 350:
		return 200
	case most > 0 && most < 1000:
		return 260
	}
	return 420
}

func (c *Composer) link(p feeds.Post) string {
	link := webLink(p.Link)
	if link == "" {
		link = webLink(p.External)
	}
	return tagged(link, c.Words.UTM)
}

// hashtags are the tags as the text has them, none where they would be no links.
func (c *Composer) hashtags(p feeds.Post) []string {
	if !c.Manner.Hashtags {
		return nil
	}
	tags := c.Words.Tags.Hashtags(p.Tags)
	for i, t := range tags {
		tags[i] = "#" + t
	}
	return tags
}

func (c *Composer) language(p feeds.Post) string {
	if c.Words.Language != "" {
		return bcp47(c.Words.Language)
	}
	return bcp47(p.Language)
}

// message is everything of a message but its text.
func (c *Composer) message(e Event, s *said, kind string) network.Message {
	p := e.Verdict.Post
	m := network.Message{
		ID:      ID(c.Account, p.Source, p.Key, p.Revision, kind, 0),
		Account: c.Account, Kind: kind, Verb: network.VerbPost,
		Link: c.link(p), Title: s.title, Summary: pointIn(s.point, cardRoom), Tags: c.Words.Tags.Hashtags(p.Tags),
		Language: c.language(p), Warning: c.Words.Warning, Visibility: c.Words.Visibility, Media: c.media(p, s.note),
		Source: p.Source, Post: p.Key, Created: e.Now, Published: p.Published,
	}
	m.Subject = m.Title
	if m.Subject == "" {
		m.Subject = within(oneLine(s.text()), 70)
	}
	return m
}

// finish writes d into m, as a thread where that is asked for.
func (c *Composer) finish(e Event, s *said, m network.Message, d draft) ([]network.Message, error) {
	if c.Manner.Data {
		data, err := dataOf(e)
		if err != nil {
			return nil, err
		}
		m.Data = data
	}
	messages := c.thread(e, s, m, d)
	if messages == nil {
		text, err := c.text(e, s, &m, d)
		if err != nil {
			return nil, err
		}
		m.Text = text
		messages = []network.Message{m}
	}
	return messages, nil
}

// text is the draft in the network's markup, within its limits.
func (c *Composer) text(e Event, s *said, m *network.Message, d draft) (string, error) {
	if t := c.template(m.Kind); t != nil {
		return c.fill(t, e, s, m, d)
	}
	write := c.write
	switch p := e.Verdict.Post; {
	case c.mail():
		m.HTML = letter(d, p)
		m.Media = slices.DeleteFunc(m.Media, func(one network.Media) bool { return strings.Contains(m.HTML, html.EscapeString(one.URL)) })
		d.title = "" // the subject has it
	case c.Manner.Card && d.untitled && len(m.Media) == 0 && !c.fits(write(d), false):
		// The card takes the link, so that the note stays whole; it is named after the site.
		if p.Feed != nil {
			m.Title = oneLine(p.Feed.Title)
		}
		if u, err := url.Parse(d.link); err == nil && m.Title == "" {
			m.Title = u.Host
		}
		d.link = ""
	}
	media := len(m.Media) > 0
	if media && d.own && !c.fits(write(d), true) && c.fits(write(d), false) {
		// The author's whole words matter more than a picture.
		m.Media, media = nil, false
	}
	return write(d.fit(func(d draft) bool { return c.fits(write(d), media) })), nil
}

// write puts a draft into the network's markup. Slack's users expect the title to be the link.
func (c *Composer) write(d draft) string { return d.write(c.markup, c.Manner.Markup == network.Mrkdwn) }

func (c *Composer) freeze(messages []network.Message, now time.Time) error {
	if c.Freeze == nil {
		return nil
	}
	for i, m := range messages {
		if m.Verb == network.VerbDelete {
			continue
		}
		frozen, err := c.Freeze.Freeze(m, now)
		if err != nil {
			return fmt.Errorf("prepare message %s for %s: %w", m.ID, c.Account, err)
		}
		messages[i].Frozen = frozen
	}
	return nil
}

// dataOf is the event for programs.
func dataOf(e Event) (json.RawMessage, error) {
	data, err := json.Marshal(struct {
		Kind   change.Kind   `json:"kind"`
		Reason string        `json:"reason,omitzero"`
		Note   change.Note   `json:"note,omitzero"`
		Of     string        `json:"of,omitzero"`
		Diff   []change.Hunk `json:"diff,omitzero"`
		Post   feeds.Post    `json:"post"`
	}{e.Verdict.Kind, e.Verdict.Reason, e.Verdict.Note, e.Verdict.Of, e.Verdict.Diff, e.Verdict.Post})
	if err != nil {
		return nil, fmt.Errorf("write post %s as JSON: %w", e.Verdict.Post.Key, err)
	}
	return data, nil
}
