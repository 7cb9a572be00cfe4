package redis_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"syndicated/feeds"
	"syndicated/worker/network"
	"syndicated/worker/store"
)

// world is a small installation: sources whose posts come, change and go, a
// worker that knows nothing but its store, and networks that remember what they
// were sent. It is for finding out what a crash at any place does.
type world struct {
	store    store.Store
	ctx      context.Context
	now      time.Time
	sources  []string
	shown    map[string]map[string]string // source, key: text as it is now
	order    map[string][]string          // source: keys as they came
	networks map[string][]string          // account: ids and texts as they came
	// retry is asked after an error of the store; false ends the process.
	retry func() bool
	// trouble of a message by its id: what the network does the first time.
	trouble map[string]string
	dead    map[string]bool // what the network refuses for good
}

// twin ends the ids of the messages about a post that another source tells too.
const twin = "@planet"

var errCrash = errors.New("the process has ended")

func newWorld(ctx context.Context, s store.Store) *world {
	return &world{
		store: s, ctx: ctx, now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC), sources: []string{"blog", "planet/a"},
		shown: map[string]map[string]string{"blog": {}, "planet/a": {}}, order: map[string][]string{}, networks: map[string][]string{},
		trouble: map[string]string{}, dead: map[string]bool{},
	}
}

var theAccounts = []string{"fedi", "sky"}

const lease = time.Minute

// do calls the store until it answers.
func (w *world) do(call func() error) error {
	for {
		err := call()
		if err == nil {
			return nil
		}
		if !strings.Contains(err.Error(), "cut short") {
			return err
		}
		if !w.retry() {
			return errCrash
		}
	}
}

func (w *world) write(source, key, text string) {
	if _, known := w.shown[source][key]; !known {
		w.order[source] = append(w.order[source], key)
	}
	w.shown[source][key] = text
}

func (w *world) remove(source, key string) { delete(w.shown[source], key) }

func (w *world) message(account, source, key, kind, text string) network.Message {
	id := account + "/" + key + "/" + kind
	if source == "planet/a" && key == "p2" {
		id += twin
	}
	return network.Message{ID: id, Account: account, Kind: kind, Verb: network.VerbPost, Text: text, Source: source, Post: key, Created: w.now}
}

// poll reads a source and commits what it finds.
func (w *world) poll(source string) error {
	var p store.Poll
	var ok bool
	err := w.do(func() (err error) { p, ok, err = w.store.ClaimPoll(w.ctx, w.now, source, lease); return err })
	if err != nil || !ok {
		return err
	}
	var memory map[string][]byte
	if err := w.do(func() (err error) { memory, err = w.store.Memory(w.ctx, source); return err }); err != nil {
		return err
	}
	o := store.Outcome{State: []byte("read"), Next: w.now.Add(time.Hour), Memory: map[string][]byte{}}
	for _, key := range w.order[source] {
		text, there := w.shown[source][key]
		was, known := memory[key]
		kind := ""
		switch {
		case there && !known:
			kind = "new"
		case there && string(was) != text:
			kind = "update:" + text
		case !there && known && string(was) != "gone":
			kind = "gone"
		default:
			continue
		}
		for _, account := range theAccounts {
			q := store.Queued{Message: w.message(account, source, key, kind, text), Due: w.now}
			if kind == "new" {
				q.Once = key
			} else if strings.HasPrefix(text, "typo: ") {
				// Worth no message, but what still waits is to say it right.
				body := w.message(account, source, key, "new", text)
				q = store.Queued{Message: network.Message{Account: account}, Instead: &store.Instead{ID: account + "/" + key + "/new", Body: &body, Reason: kind}}
			} else {
				q.Instead = &store.Instead{ID: account + "/" + key + "/new", Reason: kind}
				if kind != "gone" {
					body := q.Message
					q.Instead.Body = &body
				}
			}
			o.Messages = append(o.Messages, q)
		}
		o.Messages = append(o.Messages, store.Queued{Message: w.message("bus", source, key, kind, text), Stream: true})
		o.Decisions = append(o.Decisions, store.Decision{Post: key, What: kind, At: w.now, Link: "https://example.org/" + key})
		if there {
			o.Memory[key] = []byte(text)
			o.Posts = append(o.Posts, feeds.Post{Key: key, Title: text, Published: w.now})
		} else {
			o.Memory[key] = []byte("gone")
			o.Removed = append(o.Removed, key)
		}
	}
	if len(o.Messages) == 0 {
		return w.do(func() error {
			return w.store.Reschedule(w.ctx, w.now, []store.Rescheduled{{Poll: p, State: o.State, Next: o.Next}})
		})
	}
	return w.do(func() error { _, err := w.store.Commit(w.ctx, w.now, p, o); return err })
}

// fold tells what waits for an account in one message, a digest.
func (w *world) fold(account string) error {
	var waiting []store.Entry
	err := w.do(func() (err error) {
		waiting, err = w.store.Messages(w.ctx, store.Filter{Account: account, State: store.Waiting})
		return err
	})
	if err != nil {
		return err
	}
	o := store.Outcome{Next: w.now.Add(time.Hour)}
	var keys, texts []string
	for _, e := range waiting {
		if e.Message.Kind == "new" && e.Attempted.IsZero() && e.Try == 0 {
			keys, texts = append(keys, e.Message.Post), append(texts, e.Message.Post+"="+e.Message.Text)
			o.Messages = append(o.Messages, store.Queued{Message: network.Message{Account: account}, Instead: &store.Instead{ID: e.Message.ID, Reason: "in a digest"}})
		}
	}
	if len(keys) < 2 {
		return nil
	}
	digest := w.message(account, "", strings.Join(keys, "+"), "digest", strings.Join(texts, ";"))
	o.Messages = append([]store.Queued{{Message: digest, Due: w.now}}, o.Messages...)
	var p store.Poll
	var ok bool
	name := "digest of " + account
	err = w.do(func() (err error) { p, ok, err = w.store.ClaimPoll(w.ctx, w.now, name, lease); return err })
	if err != nil || !ok {
		return err
	}
	if err := w.do(func() error { _, err := w.store.Commit(w.ctx, w.now, p, o); return err }); err != nil {
		return err
	}
	return w.do(func() error { return w.store.Forget(w.ctx, []string{name}) })
}

// has tells whether a network took a message.
func (w *world) has(l store.Lease) bool {
	return slices.ContainsFunc(w.networks[l.Account], func(s string) bool { return strings.HasPrefix(s, l.Message.ID+" ") })
}

// deliver sends one message of every account that has one; done says that there
// was none. It gives when to ask again.
func (w *world) deliver() (done bool, next time.Time, err error) {
	var leases []store.Lease
	err = w.do(func() (err error) {
		leases, next, err = w.store.Claim(w.ctx, w.now, theAccounts, 10, lease)
		return err
	})
	if err != nil {
		return false, next, err
	}
	for _, l := range leases {
		if err := w.send(l); err != nil {
			return false, next, err
		}
	}
	return len(leases) == 0, next, nil
}

func (w *world) send(l store.Lease) error {
	id := l.Message.ID
	finish := func(s store.Settlement) error {
		if s.Result == store.Sent {
			s.Receipt = network.Receipt{ID: "r" + id, At: w.now}
		}
		s.Rate = []byte("rate")
		s.Decision = store.Decision{Source: l.Message.Source, Post: l.Message.Post, What: string(s.Result), At: w.now}
		// One account goes on as it settles, the other claims each message.
		if l.Account == "sky" {
			s.Take, s.Begin = lease, true
		}
		var next *store.Lease
		err := w.do(func() (err error) { next, _, err = w.store.Finish(w.ctx, w.now, l, s); return err })
		if err != nil || next == nil {
			return err
		}
		return w.send(*next)
	}
	if l.Doubt && w.has(l) {
		return finish(store.Settlement{Result: store.Sent})
	}
	ok := l.Begun
	if !ok {
		if err := w.do(func() (err error) { ok, err = w.store.Attempt(w.ctx, w.now, l); return err }); err != nil || !ok {
			return err
		}
	}
	trouble := w.trouble[id]
	delete(w.trouble, id)
	switch trouble {
	case "down":
		return finish(store.Settlement{Result: store.Retry, Reason: "503", Next: w.now.Add(10 * time.Second)})
	case "limit":
		return finish(store.Settlement{Result: store.Defer, Reason: "429", Next: w.now.Add(10 * time.Second)})
	case "refused":
		w.trouble[id], w.dead[id] = trouble, true
		return finish(store.Settlement{Result: store.Dead, Reason: "422"})
	}
	w.networks[l.Account] = append(w.networks[l.Account], id+" "+l.Message.Text)
	if trouble == "lost" {
		return finish(store.Settlement{Result: store.Doubt, Reason: "time-out", Next: w.now.Add(90 * time.Second)})
	}
	return finish(store.Settlement{Result: store.Sent})
}

// settle lets the worker go on until nothing is left to do.
func (w *world) settle() error {
	for range 200 {
		for _, source := range w.sources {
			if err := w.poll(source); err != nil {
				return err
			}
		}
		done, next, err := w.deliver()
		if err != nil {
			return err
		}
		if done && next.IsZero() {
			return nil
		}
		if done && next.After(w.now) {
			w.now = next
		}
	}
	return errors.New("the worker never comes to rest")
}

// person does what a person does: again until it is seen to be done.
func (w *world) person(done func() (bool, error), act func() error) error {
	for range 5 {
		var ok bool
		if err := w.do(func() (err error) { ok, err = done(); return err }); err != nil || ok {
			return err
		}
		if err := w.do(act); err != nil {
			return err
		}
	}
	return errors.New("what a person does has no effect")
}

// state tells how a message stands; empty if it is not known. What waits for a
// person has to be where a person looks.
func (w *world) state(id string) (store.State, error) {
	e, _, err := w.store.Message(w.ctx, id)
	if err != nil || e.State != store.OnHold && e.State != store.IsDead {
		return e.State, err
	}
	all, err := w.store.Messages(w.ctx, store.Filter{Account: e.Message.Account, State: e.State})
	if err == nil && !slices.ContainsFunc(all, func(e store.Entry) bool { return e.Message.ID == id }) {
		err = fmt.Errorf("%s is %s and is not listed as such", id, e.State)
	}
	return e.State, err
}
