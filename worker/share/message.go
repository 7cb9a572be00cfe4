package share

import (
	"encoding/json"
	"fmt"
	"html"
	"net/url"
	"slices"
	"strings"
	"time"

	"syndicated/feeds"
	"syndicated/feeds/change"
	"syndicated/worker/network"
)

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

// link is where readers are led: the post, else what it is about, else what is
// attached to it (an episode without a page of its own).
func (c *Composer) link(p feeds.Post) string {
	link := webLink(p.Link)
	if link == "" {
		link = webLink(p.External)
	}
	if link == "" && len(p.Enclosures) > 0 && !strings.HasPrefix(p.Enclosures[0].Type, "image/") {
		link = webLink(p.Enclosures[0].URL)
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
