package share

import (
	"slices"
	"sort"
	"strconv"
	"strings"

	"syndicated/worker/network"
)

// threadMost is the most parts of a thread; what is longer ends with the link.
const threadMost = 12

// thread makes the whole post a thread, each part a message that answers the
// one before, numbered "1/3". It is nil where one message is enough or a thread
// is not asked for or not possible. Title, link, hashtags and images are the first part's.
func (c *Composer) thread(e Event, s *said, m network.Message, d draft) []network.Message {
	if c.Words.Long != "thread" || !c.Manner.Thread || !c.CanReply || m.Verb != network.VerbPost || c.template(m.Kind) != nil {
		return nil
	}
	if !d.own && d.body != "" {
		d.body = s.text()
	}
	first := len(m.Media) > 0
	if c.fits(c.write(d), first) {
		return nil
	}
	var parts []draft
	for rest := d.body; rest != ""; {
		part := draft{own: true}
		if len(parts) == 0 {
			part = d
			part.body = ""
		}
		// The place of the number is kept as if it were the longest.
		part.number = "00/00"
		fits := func(text string) bool {
			part := part
			part.body = text
			return c.fits(c.write(part), first && len(parts) == 0)
		}
		if len(parts) == threadMost-1 {
			part.link = c.link(e.Verdict.Post)
			part.body, rest = cut(rest, fits), ""
		} else {
			part.body, rest = portion(rest, fits)
		}
		if part.body == "" {
			// Not even a word fits beside what else the part has.
			return nil
		}
		parts = append(parts, part)
	}
	if len(parts) < 2 {
		return nil
	}
	p := e.Verdict.Post
	messages := make([]network.Message, len(parts))
	for i, part := range parts {
		one := m
		if i > 0 {
			one = network.Message{
				ID: ID(c.Account, p.Source, p.Key, p.Revision, m.Kind, i), Account: m.Account, Kind: m.Kind, Verb: network.VerbReply, Of: messages[i-1].ID,
				Subject: m.Subject, Language: m.Language, Warning: m.Warning, Visibility: m.Visibility,
				Source: m.Source, Post: m.Post, Created: m.Created, Published: m.Published,
			}
		}
		part.number = strconv.Itoa(i+1) + "/" + strconv.Itoa(len(parts))
		one.Text = c.write(part)
		messages[i] = one
	}
	return messages
}

// portionMax bounds one part of a thread, in bytes.
const portionMax = 16 << 10

// portion parts s where it may be parted, as late as fits: after a paragraph or
// a sentence if one ends in the second half, else after a word.
func portion(s string, fits func(string) bool) (head, rest string) {
	if fits(s) {
		return s, ""
	}
	// No part is as long as this, and to look for the words of a whole book for each would be slow.
	far := s
	s = beginning(s, portionMax)
	at := func(ends []int) int {
		n := sort.Search(len(ends), func(i int) bool { return !fits(strings.TrimSpace(s[:ends[i]])) })
		for n > 0 && !fits(strings.TrimSpace(s[:ends[n-1]])) {
			n--
		}
		if n == 0 {
			return 0
		}
		return ends[n-1]
	}
	end := at(wordEnds(s))
	if whole := at(sentenceEnds(s)); whole*2 >= end {
		end = whole
	}
	return strings.TrimSpace(s[:end]), strings.TrimSpace(far[end:])
}

// threaded tells whether what was told of the post is a thread.
func (c *Composer) threaded(e Event) bool {
	return slices.ContainsFunc(e.Before, func(b Earlier) bool {
		_, part := c.origin(e, b.ID)
		return part > 0
	})
}

// origin tells what an earlier message about the post was, as far as its id
// says so: its kind, "" if that is not known, and its part of a thread.
func (c *Composer) origin(e Event, id string) (kind string, part int) {
	p := e.Verdict.Post
	for _, kind := range []string{kindNew, kindRerun, kindUpdate} {
		for revision := p.Revision; revision >= max(0, p.Revision-50); revision-- {
			for part := range threadMost {
				if ID(c.Account, p.Source, p.Key, revision, kind, part) == id {
					return kind, part
				}
			}
		}
	}
	return "", 0
}
