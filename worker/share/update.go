package share

import (
	"fmt"

	"syndicated/feeds/change"
	"syndicated/worker/network"
)

// update makes the message of an update: an edit, a reply or a new one.
func (c *Composer) update(e Event) (Composed, error) {
	if c.Words.Update == "ignore" {
		// Nobody is told, but what still waits shall go out as the post is now.
		instead, err := c.instead(e)
		return Composed{Instead: instead, Silence: "updates are not shared (update: ignore)"}, err
	}
	instead, err := c.instead(e)
	if err != nil {
		return Composed{}, err
	}
	messages, err := c.told(e, c.verb(e))
	return Composed{Messages: messages, Instead: instead}, err
}

// verb is how the account tells an update, by its settings and powers.
func (c *Composer) verb(e Event) network.Verb {
	if len(e.Before) == 0 {
		return network.VerbPost
	}
	want := network.Verb(c.Words.Update)
	if want == "" || want == "auto" {
		want = c.Manner.Update
	}
	switch {
	case want == network.VerbEdit && c.CanEdit && !c.threaded(e):
		return network.VerbEdit
	case (want == network.VerbEdit || want == network.VerbReply) && c.CanReply:
		return network.VerbReply
	}
	return network.VerbPost
}

// told writes an update with verb.
func (c *Composer) told(e Event, verb network.Verb) ([]network.Message, error) {
	p := e.Verdict.Post
	s := listen(p)
	m := c.message(e, s, kindUpdate)
	m.Verb = verb
	label, note := c.note(e, m.Language)
	s.point = tidy(without(s.point, note), s.title)
	d := c.draft(e, s)
	if d.own {
		d.body = without(d.body, note)
	} else {
		m.Summary = pointIn(s.point, cardRoom)
	}
	d.label, d.note = label, pointIn(note, c.noteRoom(verb))
	switch verb {
	case network.VerbEdit:
		m.Of = e.Before[0].ID
	case network.VerbReply:
		m.Of = e.Before[len(e.Before)-1].ID
		m.Media = nil
		d.tags = nil
		if note != "" {
			d.title, d.body = "", ""
		}
	default:
		if note != "" && !d.own {
			d.body = ""
		}
	}
	if note == "" && verb != network.VerbEdit {
		phrase := speak(m.Language).changed
		if d.title != "" {
			d.title = about(phrase, d.title)
		} else if d.body != "" {
			d.body = about(phrase, d.body)
		}
	}
	return c.finish(e, s, m, c.settle(d))
}

// instead is the body for the message about the post that still waits: the
// first, written anew from the post as it is now, or a later update.
func (c *Composer) instead(e Event) (*network.Message, error) {
	if c.threaded(e) {
		// One body cannot stand for the parts that wait with it.
		return nil, nil
	}
	for i, b := range e.Before {
		if b.Sent {
			continue
		}
		var (
			messages []network.Message
			err      error
		)
		if kind, _ := c.origin(e, b.ID); kind == kindRerun {
			messages, err = c.tell(e, kindRerun)
		} else if i == 0 {
			messages, err = c.tell(e, kindNew)
		} else if e.Verdict.Note.Text != "" || e.Verdict.Kind == change.Update {
			earlier := e
			earlier.Before = e.Before[:i]
			messages, err = c.told(earlier, c.verb(earlier))
		}
		if err != nil || len(messages) != 1 {
			return nil, err
		}
		messages[0].ID = b.ID
		return &messages[0], nil
	}
	return nil, nil
}

// gone takes back what was told of a post that its author removed.
func (c *Composer) gone(e Event) (Composed, error) {
	p := e.Verdict.Post
	out := Composed{Cancel: waits(e.Before)}
	switch {
	case len(e.Before) == 0:
		out.Silence = "nothing was told of it"
		return out, nil
	case c.Words.Gone != "delete":
		out.Silence = "messages stand when a post is removed (gone: ignore)"
		return out, nil
	case !c.CanDelete:
		out.Silence = fmt.Sprintf("%s cannot delete", c.Network)
		return out, nil
	}
	for i, b := range e.Before {
		m := c.message(e, &said{title: oneLine(p.Title)}, kindGone)
		m.ID, m.Verb, m.Of, m.Media = ID(c.Account, p.Source, p.Key, p.Revision, kindGone, i), network.VerbDelete, b.ID, nil
		if c.Manner.Data {
			data, err := dataOf(e)
			if err != nil {
				return Composed{}, err
			}
			m.Data = data
		}
		out.Messages = append(out.Messages, m)
	}
	return out, nil
}
