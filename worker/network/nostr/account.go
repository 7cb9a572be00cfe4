package nostr

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"syndicated/worker/network"
)

// What relays are sure to take: most take an event of 64 KiB.
const (
	maxNote    = 10_000 // characters
	maxArticle = 50_000 // bytes
)

// Account is one key and the relays that its events go to.
type Account struct {
	env    network.Env
	key    key
	relays []string
	quorum int
	kind   int
	dialer *http.Client
}

var _ interface {
	network.Account
	network.Editor
	network.Replier
	network.Deleter
	network.Finder
	network.Prober
	network.Freezer
} = (*Account)(nil)

// New checks the settings; it connects nothing.
func New(c Config, env network.Env) (*Account, error) {
	k, err := parseKey(c.Key.Reveal())
	if err != nil {
		return nil, fmt.Errorf("key %w", err)
	}
	for _, p := range c.Check() {
		return nil, fmt.Errorf("%s %s; %s", p.Key, p.What, p.Do)
	}
	if len(c.Relays) == 0 {
		return nil, errors.New("relays is empty")
	}
	return &Account{
		env: env.Ready(), key: k, relays: c.Relays, quorum: c.quorum(), kind: cmp.Or(c.Kind, kindNote),
		dialer: &http.Client{Transport: http.DefaultTransport.(*http.Transport).Clone()},
	}, nil
}

// Manner: a note cannot be changed, an article can.
func (a *Account) Manner() network.Manner {
	m := network.Manner{
		Max: maxNote, Media: 4, Markup: network.Plain, Hashtags: true,
		Update: network.VerbReply, Repeatable: true, Thread: true,
	}
	if a.kind == kindArticle {
		m.Bytes, m.Update, m.Data, m.Thread = maxArticle, network.VerbEdit, true, false
	}
	return m
}

// own is what an edit, an answer and a deletion need of an event.
type own struct {
	Kind int    `json:"kind"`
	D    string `json:"d,omitzero"`    // the article's name
	Root string `json:"root,omitzero"` // id of the first event of the thread
	At   int64  `json:"at"`            // created_at
}

// Freeze signs the event of a message that answers nothing: its id is its name, so
// that it can be sent any number of times and is seen once.
func (a *Account) Freeze(m network.Message, now time.Time) (json.RawMessage, error) {
	e := a.compose(m, now.Unix())
	if err := a.key.sign(e); err != nil {
		return nil, err
	}
	return e.json(), nil
}

// frozen is the event of m as it was signed, or as it would have been.
func (a *Account) frozen(m network.Message) (*event, error) {
	var e event
	if len(m.Frozen) > 0 && json.Unmarshal(m.Frozen, &e) == nil && e.PubKey == a.key.public && e.Sig != "" {
		return &e, nil
	}
	fresh := a.compose(m, m.Created.Unix())
	return fresh, a.key.sign(fresh)
}

// Post publishes m.
func (a *Account) Post(ctx context.Context, m network.Message) (network.Receipt, error) {
	e, err := a.frozen(m)
	if err != nil {
		return network.Receipt{}, network.Permanent(fmt.Errorf("post: %w", err))
	}
	return a.publish(ctx, e, own{Kind: e.Kind, D: e.tag("d")}, "post")
}

// Edit replaces an article. A note cannot be changed: it is answered.
func (a *Account) Edit(ctx context.Context, was network.Receipt, m network.Message) (network.Receipt, error) {
	var o own
	_ = json.Unmarshal(was.Own, &o)
	if o.Kind != kindArticle {
		r, err := a.Reply(ctx, was, m)
		r.Was = join(string(network.VerbReply), r.Was)
		return r, err
	}
	e, err := a.frozen(m)
	if err == nil {
		e.set("d", o.D)
		// Of two articles with one name the newer one stands.
		e.Created = max(e.Created, o.At+1)
		err = a.key.sign(e)
	}
	if err != nil {
		return network.Receipt{}, network.Permanent(fmt.Errorf("edit: %w", err))
	}
	return a.publish(ctx, e, own{Kind: kindArticle, D: o.D}, "edit")
}

// Reply answers to, in its thread.
func (a *Account) Reply(ctx context.Context, to network.Receipt, m network.Message) (network.Receipt, error) {
	const what = "reply"
	e, err := a.frozen(m)
	if err != nil {
		return network.Receipt{}, network.Permanent(fmt.Errorf("%s: %w", what, err))
	}
	o := a.answer(e, to)
	if err := a.key.sign(e); err != nil {
		return network.Receipt{}, network.Permanent(fmt.Errorf("%s: %w", what, err))
	}
	// Find knows the message and not what it answers: the id must be kept.
	if err := a.env.Vault.Save(ctx, sentKey(m.ID), e.json()); err != nil {
		return network.Receipt{}, fmt.Errorf("%s: keep the event: %w", what, err)
	}
	r, err := a.publish(ctx, e, o, what)
	if err == nil {
		_ = a.env.Vault.Save(ctx, sentKey(m.ID), nil) // what stays does no harm
	}
	return r, err
}

func sentKey(message string) string { return "nostr event " + message }

// Delete asks the relays to forget an event. Some do not.
func (a *Account) Delete(ctx context.Context, was network.Receipt) error {
	var o own
	_ = json.Unmarshal(was.Own, &o)
	e := &event{Kind: kindDeletion, Created: a.env.Now().Unix(), Tags: [][]string{{"e", was.ID}, {"k", fmt.Sprint(o.Kind)}}}
	if o.Kind == kindArticle {
		e.Tags = append(e.Tags, []string{"a", a.address(o.D)})
	}
	if err := a.key.sign(e); err != nil {
		return fmt.Errorf("delete: %w", err)
	}
	_, err := a.publish(ctx, e, own{}, "delete")
	return err
}

// Find asks the relays for the event of m; it is there when as many as must take a
// message hold it.
func (a *Account) Find(ctx context.Context, m network.Message) (network.Receipt, bool, error) {
	const what = "look for the event"
	e, err := a.frozen(m)
	if err != nil {
		return network.Receipt{}, false, fmt.Errorf("%s: %w", what, err)
	}
	kept, err := a.env.Vault.Load(ctx, sentKey(m.ID))
	if err != nil {
		return network.Receipt{}, false, fmt.Errorf("%s: %w", what, err)
	}
	if kept != nil {
		if err := json.Unmarshal(kept, e); err != nil {
			return network.Receipt{}, false, fmt.Errorf("%s: %w", what, err)
		}
	}
	var lock sync.Mutex
	holds := 0
	errs := a.each(ctx, func(ctx context.Context, r *relay) error {
		has, err := r.has(ctx, e.ID)
		lock.Lock()
		defer lock.Unlock()
		if has {
			holds++
		}
		return err
	})
	if holds >= a.quorum {
		o := own{Kind: e.Kind, D: e.tag("d"), Root: e.root()}
		return a.receipt(e, o, ""), true, nil
	}
	if failed := len(failures(errs)); holds+failed >= a.quorum {
		return network.Receipt{}, false, fmt.Errorf("%s: %d of %d relays could not be asked: %w", what, failed, len(a.relays), errors.Join(errs...))
	}
	return network.Receipt{}, false, nil
}

// each talks with all relays at once; the errors are in their order.
func (a *Account) each(ctx context.Context, talk func(context.Context, *relay) error) []error {
	ctx, cancel := context.WithTimeout(ctx, a.env.HTTP.Timeout())
	defer cancel()
	errs := make([]error, len(a.relays))
	var all sync.WaitGroup
	for i, address := range a.relays {
		all.Go(func() {
			r, err := a.dial(ctx, address)
			if err != nil {
				errs[i] = err
				return
			}
			defer r.close()
			errs[i] = talk(ctx, r)
		})
	}
	all.Wait()
	return errs
}

func failures(errs []error) []error {
	var out []error
	for _, err := range errs {
		if err != nil {
			out = append(out, err)
		}
	}
	return out
}

// publish sends e to all relays. It is out when enough have taken it.
func (a *Account) publish(ctx context.Context, e *event, o own, what string) (network.Receipt, error) {
	if err := ctx.Err(); err != nil {
		return network.Receipt{}, fmt.Errorf("%s: %w", what, err)
	}
	if n := utf8.RuneCountInString(e.Content); n > maxNote && e.Kind != kindArticle {
		return network.Receipt{}, network.Permanent(fmt.Errorf("%s: %d characters are more than %d", what, n, maxNote))
	}
	errs := failures(a.each(ctx, func(ctx context.Context, r *relay) error { return r.publish(ctx, e) }))
	note := ""
	if len(errs) > 0 {
		note = fmt.Sprintf("%d of %d relays did not take it: %s", len(errs), len(a.relays), strings.ReplaceAll(errors.Join(errs...).Error(), "\n", "; "))
	}
	taken := len(a.relays) - len(errs)
	if taken >= a.quorum {
		return a.receipt(e, o, note), nil
	}
	err := fmt.Errorf("%s: %s", what, note)
	if taken > 0 {
		return network.Receipt{}, network.Unknown(err)
	}
	return network.Receipt{}, worst(err, errs)
}

// worst gives err the kind that leaves the most open: in doubt if any relay may
// have the event, to be tried again if any may take it yet.
func worst(err error, errs []error) error {
	var (
		seen = map[network.Class]bool{}
		at   time.Time
	)
	for _, e := range errs {
		class, t := network.ClassOf(e)
		seen[class] = true
		if t.After(at) {
			at = t
		}
	}
	switch {
	case seen[network.ClassUnknown]:
		return network.Unknown(err)
	case seen[network.ClassRetry]:
		return network.After(err, at)
	case seen[network.ClassStopped]:
		return network.Stopped(err)
	}
	return network.Permanent(err)
}

func (a *Account) receipt(e *event, o own, was string) network.Receipt {
	o.At = e.Created
	kept, _ := json.Marshal(o)
	return network.Receipt{ID: e.ID, URL: a.key.page(e, o.D), At: a.env.Now().UTC(), Own: kept, Was: was}
}

// Probe asks each relay for an answer, as who the account is.
func (a *Account) Probe(ctx context.Context) (network.Profile, error) {
	p := network.Profile{Name: bech32("npub", must(a.key.public))}
	errs := a.each(ctx, func(ctx context.Context, r *relay) error {
		_, err := r.has(ctx, strings.Repeat("0", 64))
		return err
	})
	for _, err := range failures(errs) {
		p.Notes = append(p.Notes, err.Error())
	}
	if reached := len(a.relays) - len(p.Notes); reached < a.quorum {
		return p, fmt.Errorf("ask the relays: %d of %d answer, %d must: %w", reached, len(a.relays), a.quorum, errors.Join(errs...))
	}
	return p, nil
}

func join(notes ...string) string {
	var out []string
	for _, n := range notes {
		if n != "" {
			out = append(out, n)
		}
	}
	return strings.Join(out, "; ")
}
