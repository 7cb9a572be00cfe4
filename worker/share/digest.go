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
		data, err := json.Marshal(messages)
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

// list writes as many posts as fit, and how many were left out.
func (c *Composer) list(m network.Message, phrase phrases, messages []network.Message) (string, error) {
	for n := len(messages); ; n-- {
		text, err := c.listed(m, phrase, messages, n)
		if err != nil || n == 0 || c.fits(text, false) {
			if n == 0 && !c.fits(text, false) {
				text = c.markup.escape(cut(m.Title, func(s string) bool { return c.fits(c.markup.escape(s), false) }))
			}
			return text, err
		}
	}
}

func (c *Composer) listed(m network.Message, phrase phrases, messages []network.Message, n int) (string, error) {
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
		name = within(name, 100)
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
