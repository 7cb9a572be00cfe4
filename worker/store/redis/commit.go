package redis

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"syndicated/feeds"
	"syndicated/worker/network"
	"syndicated/worker/store"
)

// commit collects the keys and arguments of the script of that name, in the
// order in which it reads them.
type commit struct {
	keys   []string
	args   []any
	places map[string]int // of keys that are not always there
}

func (c *commit) add(args ...any) { c.args = append(c.args, args...) }

// place is the number of a key in the script's KEYS.
func (c *commit) place(key string) int {
	if n, ok := c.places[key]; ok {
		return n
	}
	c.keys = append(c.keys, key)
	c.places[key] = len(c.keys)
	return len(c.keys)
}

// Commit implements store.Polls.
func (s *Store) Commit(ctx context.Context, now time.Time, p store.Poll, o store.Outcome) (store.Committed, error) {
	c, err := s.commit(now, p, o)
	if err != nil {
		return store.Committed{}, fmt.Errorf("commit %s: %w", p.Source, err)
	}
	out, err := s.call(ctx, s.run.commit, c.keys, c.args).Slice()
	if err != nil {
		return store.Committed{}, fmt.Errorf("commit %s: %w", p.Source, err)
	}
	r := reply{out}
	done := store.Committed{OK: r.number() == 1}
	what := r.text()
	if done.OK && len(what) != len(o.Messages) {
		return store.Committed{}, fmt.Errorf("commit %s: %d answers to %d messages", p.Source, len(what), len(o.Messages))
	}
	for i := range len(what) {
		switch q := o.Messages[i]; what[i] {
		case 'q':
			done.Queued = append(done.Queued, q.Message.ID)
		case 'r':
			done.Replaced = append(done.Replaced, q.Instead.ID)
		case 'k':
			done.Known = append(done.Known, q.Message.ID)
		case 't':
			done.Taken = append(done.Taken, q.Message.ID)
		}
	}
	return done, nil
}

func (s *Store) commit(now time.Time, p store.Poll, o store.Outcome) (*commit, error) {
	if err := o.Check(); err != nil {
		return nil, err
	}
	group, grouped := top(p.Source)
	k := s.keys
	c := &commit{places: map[string]int{}, keys: []string{
		k.of("poll"), k.of("fences"), k.of("states"), k.memory(p.Source), k.posts(p.Source), k.own(p.Source),
		k.group(group), k.of("all"), k.of("shelf"), k.of("revision"),
		k.of("recent"), k.of("names"), k.of("messages"), k.of("bodies"), k.of("queue"), k.of("held"), k.of("past"), k.of("told"), k.of("once"),
		k.of("seq"), k.of("accounts"), k.of("due"),
	}}
	c.add(millis(now), p.Source, p.Fence, millis(o.Next), flag(o.State != nil), o.State)
	c.add(s.cfg.Posts, k.of("wake"), 5*s.cfg.Decisions, s.cfg.Decisions, millis(now)/day)
	c.add(len(o.Messages))
	c.args = slices.Grow(c.args, 8*len(o.Messages))
	for i := range o.Messages {
		if err := c.message(k, now, &o.Messages[i]); err != nil {
			return nil, fmt.Errorf("message %s: %w", o.Messages[i].Message.ID, err)
		}
	}
	c.add(flag(grouped), len(o.Posts))
	for _, post := range o.Posts {
		if err := c.post(p.Source, post); err != nil {
			return nil, fmt.Errorf("post %s: %w", post.Key, err)
		}
	}
	c.add(len(o.Removed))
	for _, key := range o.Removed {
		c.add(key)
	}
	if err := c.stories(k, p.Source, o); err != nil {
		return nil, err
	}
	c.memory(o.Memory)
	return c, nil
}

// day is in milliseconds.
const day = 24 * 60 * 60 * 1000

func (c *commit) message(k keys, now time.Time, q *store.Queued) error {
	m := &q.Message
	body, err := json.Marshal(m)
	if err != nil {
		return err
	}
	once := ""
	if q.Once != "" {
		once = m.Account + "\n" + escape(q.Once)
	}
	c.args = append(texts(c.args, m.ID, m.Account, due13(q.Due), escape(m.Source)+"\n"+escape(m.Post), once), body)
	more, err := c.extra(k, now, q)
	if err != nil {
		return err
	}
	c.add(len(more))
	c.add(more...)
	return nil
}

// extra are the arguments that few messages have.
func (c *commit) extra(k keys, now time.Time, q *store.Queued) ([]any, error) {
	if q.Priority == 0 && q.Hold == "" && q.Instead == nil && !q.Stream {
		return nil, nil
	}
	m := &q.Message
	id, mode, body, due, why := "", "", []byte(nil), "", ""
	if in := q.Instead; in != nil {
		id, mode, why = in.ID, "cancel", in.Reason
		if in.Body != nil {
			b := *in.Body
			b.ID, b.Account = in.ID, m.Account
			var err error
			if body, err = json.Marshal(&b); err != nil {
				return nil, err
			}
			mode = "body"
			if !in.Due.IsZero() {
				due = due13(in.Due)
			}
		}
	}
	more := []any{q.Priority, q.Hold, id, mode, body, due, why}
	if !q.Stream {
		return append(more, 0, ""), nil
	}
	fields, err := streamFields(m)
	if err != nil {
		return nil, err
	}
	more = append(more, c.place(k.stream(m.Account)), now.UTC().Format(time.RFC3339Nano))
	return append(more, fields...), nil
}

// streamFields are the fields of a message in the stream of its account; the
// package comment documents them.
func streamFields(m *network.Message) ([]any, error) {
	media := []byte("[]")
	if len(m.Media) > 0 {
		var err error
		if media, err = json.Marshal(m.Media); err != nil {
			return nil, err
		}
	}
	return []any{
		"v", streamVersion, "id", m.ID, "account", m.Account, "kind", m.Kind, "verb", string(m.Verb), "of", m.Of,
		"text", m.Text, "title", m.Title, "link", m.Link, "media", media,
		"source", m.Source, "key", m.Post, "post", []byte(m.Data), "created", m.Created.UTC().Format(time.RFC3339Nano),
	}, nil
}

// streamVersion is raised when a field of a stream changes its meaning; a new
// field does not raise it.
const streamVersion = 1

func (c *commit) post(source string, p feeds.Post) error {
	p.Source = cmp.Or(p.Source, source)
	body, err := store.PackPost(p)
	if err != nil {
		return err
	}
	c.add(p.Key, -p.Published.UnixMilli(), body)
	return nil
}

// stories adds the words by which posts can be asked for, and the decisions,
// those of a source together.
func (c *commit) stories(k keys, source string, o store.Outcome) error {
	names := o.Names(source)
	c.add(len(names))
	for _, n := range names {
		c.add(n.Hash[:], escape(n.Source)+"\t"+escape(n.Post))
	}
	var order []string
	lines := map[string][]any{}
	for _, d := range o.Decisions {
		d.Source = cmp.Or(d.Source, source)
		line, err := json.Marshal(d)
		if err != nil {
			return fmt.Errorf("decision about %s: %w", d.Post, err)
		}
		if lines[d.Source] == nil {
			order = append(order, d.Source)
		}
		lines[d.Source] = append(lines[d.Source], line)
	}
	c.add(len(order))
	for _, source := range order {
		c.add(c.place(k.story(source)), len(lines[source]))
		c.add(lines[source]...)
	}
	return nil
}

func (c *commit) memory(records map[string][]byte) {
	var set, gone []any
	for key, record := range records {
		if record == nil {
			gone = append(gone, key)
		} else {
			set = append(set, key, record)
		}
	}
	c.add(len(set) / 2)
	c.add(set...)
	c.add(len(gone))
	c.add(gone...)
}

// escape makes a text fit for one line of a record; keys of posts and words of
// sources are strangers'.
func escape(text string) string {
	if !strings.ContainsAny(text, "%\n\t\x00") {
		return text
	}
	return strings.NewReplacer("%", "%25", "\n", "%0A", "\t", "%09", "\x00", "%00").Replace(text)
}

func unescape(text string) string {
	if !strings.Contains(text, "%") {
		return text
	}
	return strings.NewReplacer("%25", "%", "%0A", "\n", "%09", "\t", "%00", "\x00").Replace(text)
}
