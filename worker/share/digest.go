package share

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"syndicated/worker/network"
)

// Digest makes one message that lists what several messages were to tell. They
// must be of the Composer's account, oldest first. Its id comes from theirs.
func (c *Composer) Digest(messages []network.Message, now time.Time) (network.Message, error) {
	if len(messages) == 0 {
		return network.Message{}, errors.New("digest of no messages")
	}
	var ids []string
	m := network.Message{
		Account: c.Account, Kind: kindDigest, Verb: network.VerbPost, Language: bcp47(c.Words.Language), Warning: c.Words.Warning,
		Visibility: c.Words.Visibility, Created: now, Source: messages[0].Source,
	}
	for _, one := range messages {
		if one.Account != c.Account {
			return network.Message{}, fmt.Errorf("digest for %s: message %s is for %s", c.Account, one.ID, one.Account)
		}
		ids = append(ids, one.ID)
		if m.Language == "" {
			m.Language = one.Language
		}
		if one.Published.After(m.Published) {
			m.Published = one.Published
		}
		if one.Source != m.Source {
			m.Source = ""
		}
		for _, t := range one.Tags {
			if !slices.Contains(m.Tags, t) && len(m.Tags) < hashtagMax {
				m.Tags = append(m.Tags, t)
			}
		}
	}
	m.ID = ID(c.Account, "", strings.Join(ids, " "), 0, kindDigest, 0)
	phrase := speak(m.Language)
	m.Title = about(phrase.digest, strconv.Itoa(len(messages)))
	m.Subject = m.Title
	if c.Manner.Data {
		bare := slices.Clone(messages)
		for i := range bare {
			bare[i].Frozen = nil
		}
		data, err := json.Marshal(bare)
		if err != nil {
			return network.Message{}, fmt.Errorf("write a digest for %s as JSON: %w", c.Account, err)
		}
		m.Data = data
	}
	if len(messages) == 1 {
		one := messages[0]
		m.Text, m.HTML, m.Subject, m.Title, m.Link, m.Summary, m.Media, m.Post = one.Text, one.HTML, one.Subject, one.Title, one.Link, one.Summary, one.Media, one.Post
	} else {
		text, err := c.list(m, phrase, messages)
		if err != nil {
			return network.Message{}, err
		}
		m.Text = text
	}
	all := []network.Message{m}
	err := c.freeze(all, now)
	return all[0], err
}

// Folded is a digest and the messages that it lists.
type Folded struct {
	Digest network.Message
	Of     []network.Message
}

// Digests is Digest for more messages than one digest can list: as many as it
// takes, in their order, so that no post is only counted.
func (c *Composer) Digests(messages []network.Message, now time.Time) ([]Folded, error) {
	var out []Folded
	for len(messages) > 0 {
		n, err := c.listable(messages)
		if err != nil {
			return nil, err
		}
		digest, err := c.Digest(messages[:n], now)
		if err != nil {
			return nil, err
		}
		out = append(out, Folded{digest, messages[:n:n]})
		messages = messages[n:]
	}
	return out, nil
}

// listable is how many of messages one digest can list, 1 at least.
func (c *Composer) listable(messages []network.Message) (int, error) {
	n := len(messages)
	for ; n > 1; n-- {
		phrase := speak(messages[0].Language)
		m := network.Message{Title: about(phrase.digest, strconv.Itoa(n))}
		text, err := c.listed(m, phrase, messages[:n], n, nameWidths[len(nameWidths)-1])
		if err != nil {
			return 0, err
		}
		if c.fits(text, false) {
			break
		}
	}
	return n, nil
}

// nameWidths are how long the titles in a digest may be, in graphemes: the
// first with which all fit is taken.
var nameWidths = []int{100, 70, 45}

// list writes as many posts as fit, and how many were left out.
func (c *Composer) list(m network.Message, phrase phrases, messages []network.Message) (string, error) {
	for n := len(messages); n > 0; n-- {
		for _, width := range nameWidths {
			text, err := c.listed(m, phrase, messages, n, width)
			if err != nil || c.fits(text, false) {
				return text, err
			}
		}
	}
	return c.markup.escape(cut(m.Title, func(s string) bool { return c.fits(c.markup.escape(s), false) })), nil
}

func (c *Composer) listed(m network.Message, phrase phrases, messages []network.Message, n, width int) (string, error) {
	if t := c.template(kindDigest); t != nil {
		f := fields{Title: m.Title, Kind: kindDigest, Language: m.Language, Account: c.Account, Network: c.Network, Source: m.Source, Tags: m.Tags}
		for _, one := range messages[:n] {
			f.Posts = append(f.Posts, Listed{one.Title, one.Link, one.Summary})
		}
		text, err := execute(t, f)
		if err != nil {
			return "", templateFault("template "+t.Name(), err)
		}
		return text, nil
	}
	lines := []string{c.markup.strong(m.Title)}
	between := "\n"
	for _, one := range messages[:n] {
		name := one.Title
		if name == "" {
			name = one.Subject
		}
		name = within(name, width)
		if c.markup.kind == network.Plain || c.markup.kind == "" {
			between = "\n\n"
			lines = append(lines, strings.TrimSpace(c.markup.escape(name)+"\n"+one.Link))
			continue
		}
		lines = append(lines, "• "+c.markup.link(one.Link, name))
	}
	if n < len(messages) {
		lines = append(lines, about(phrase.more, strconv.Itoa(len(messages)-n)))
	}
	return strings.Join(lines, between), nil
}
