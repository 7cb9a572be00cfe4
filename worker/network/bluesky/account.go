package bluesky

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"syndicated/worker/network"
)

// Account is one account on one PDS.
type Account struct {
	env      network.Env
	server   string
	login    string
	password string
	session  session
	waited   map[string]int // by message: how often an image was not answered to
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
	server, err := c.base()
	switch {
	case err != nil:
		return nil, fmt.Errorf("server %w", err)
	case c.handle() == "":
		return nil, errors.New("handle is empty")
	case c.Password.IsZero():
		return nil, errors.New("password is empty")
	}
	return &Account{env: env.Ready(), server: server, login: c.handle(), password: c.Password.Reveal(), waited: map[string]int{}}, nil
}

// Manner: an update is told as a reply, for readers are shown the original of
// an edited post.
func (a *Account) Manner() network.Manner {
	return network.Manner{
		Max: maxText, Bytes: maxBytes, Count: network.Graphemes, CountsWarning: true,
		Media: 4, Image: imageLimits, Markup: network.Plain, Hashtags: true, Card: true,
		Update: network.VerbReply, Thread: true,
		PerHour: 1600, // 5000 points an hour; a record costs 2 or 3
	}
}

// Freeze gives the message its record key.
func (a *Account) Freeze(m network.Message, now time.Time) (json.RawMessage, error) {
	return json.Marshal(frozen{Key: tid(m.ID, now)})
}

// own is what an edit and an answer need of a post.
type own struct {
	CID  string  `json:"cid"`
	Root *strong `json:"root,omitzero"` // of its thread; nil if it is the root itself
}

// stored is a record as a server has it.
type stored struct {
	URI   string `json:"uri"`
	CID   string `json:"cid"`
	Value struct {
		Text    string          `json:"text"`
		Created string          `json:"createdAt"`
		Reply   *thread         `json:"reply"`
		Embed   json.RawMessage `json:"embed"`
	} `json:"value"`
}

// Post publishes m.
func (a *Account) Post(ctx context.Context, m network.Message) (network.Receipt, error) {
	return a.publish(ctx, m, nil, "post")
}

// Reply answers to, in its thread.
func (a *Account) Reply(ctx context.Context, to network.Receipt, m network.Message) (network.Receipt, error) {
	const what = "reply"
	parent, found, err := a.record(ctx, to.ID, what)
	if err != nil {
		return network.Receipt{}, err
	}
	if !found { // the server would take it, and nobody would see it
		return network.Receipt{}, network.Permanent(fmt.Errorf("%s to %s: %w", what, to.ID, network.ErrMissing))
	}
	in := thread{Root: strong{parent.URI, parent.CID}, Parent: strong{parent.URI, parent.CID}}
	if parent.Value.Reply != nil {
		in.Root = parent.Value.Reply.Root
	}
	return a.publish(ctx, m, &in, what)
}

func (a *Account) publish(ctx context.Context, m network.Message, in *thread, what string) (network.Receipt, error) {
	if err := a.signIn(ctx); err != nil {
		return network.Receipt{}, fmt.Errorf("%s: %w", what, err)
	}
	r, note := write(m, a.env.Now())
	r.Reply = in
	if !fits(r.Text) {
		return network.Receipt{}, network.Permanent(fmt.Errorf("%s: %d characters and %d bytes are more than %d and %d", what, network.Graphemes(r.Text), len(r.Text), maxText, maxBytes))
	}
	embed, lost, err := a.embed(ctx, m)
	if err != nil {
		return network.Receipt{}, fmt.Errorf("%s: %w", what, err)
	}
	r.Embed = embed
	rkey := key(m)
	put, err := a.put(ctx, rkey, r, nil, what)
	if named(err, "InvalidSwap") {
		// Something is at the key: an earlier try whose answer was lost.
		there, found, err := a.record(ctx, a.uri(rkey), what)
		switch {
		case err != nil:
			return network.Receipt{}, err
		case !found:
			return network.Receipt{}, fmt.Errorf("%s: the record is neither there nor not", what)
		case there.Value.Text != r.Text:
			return network.Receipt{}, network.Permanent(fmt.Errorf("%s: another post is at %s", what, there.URI))
		}
		return a.receipt(there.URI, there.CID, there.Value.Reply, join(note, lost)), nil
	}
	if err != nil {
		return network.Receipt{}, err
	}
	delete(a.waited, m.ID)
	return a.receipt(put.URI, put.CID, in, join(note, lost)), nil
}

// put writes a record; swap is the CID that it replaces, nil for none at all. A
// server that holds the very same record says yes and does nothing.
func (a *Account) put(ctx context.Context, rkey string, r record, swap *string, what string) (out strong, err error) {
	body := struct {
		Repo       string  `json:"repo"`
		Collection string  `json:"collection"`
		Key        string  `json:"rkey"`
		Record     record  `json:"record"`
		Swap       *string `json:"swapRecord"`
	}{a.session.DID, collection, rkey, r, swap}
	err = a.authorised(ctx, what, &out, func(token string) network.Call {
		call := a.xrpc(http.MethodPost, "com.atproto.repo.putRecord", body, token, "write")
		call.Once = true
		return call
	})
	if err == nil && (out.URI == "" || out.CID == "") {
		err = network.Unknown(fmt.Errorf("%s: the answer names no record", what))
	}
	return out, err
}

// record reads one of the account's own posts.
func (a *Account) record(ctx context.Context, uri, what string) (s stored, found bool, err error) {
	if err := a.signIn(ctx); err != nil {
		return s, false, fmt.Errorf("%s: %w", what, err)
	}
	repo, rkey := split(uri)
	q := url.Values{"repo": {repo}, "collection": {collection}, "rkey": {rkey}}
	err = a.query(ctx, "com.atproto.repo.getRecord", q, what+": read the record", &s)
	if named(err, "RecordNotFound") {
		return s, false, nil
	}
	return s, err == nil, err
}

// Edit replaces the text of a post. The server does it; the readers of bsky.app
// still see the original, others the new text.
func (a *Account) Edit(ctx context.Context, was network.Receipt, m network.Message) (network.Receipt, error) {
	const what = "edit"
	old, found, err := a.record(ctx, was.ID, what)
	if err != nil {
		return network.Receipt{}, err
	}
	if !found {
		return network.Receipt{}, network.Permanent(fmt.Errorf("%s %s: %w", what, was.ID, network.ErrMissing))
	}
	r, note := write(m, a.env.Now())
	if !fits(r.Text) {
		return network.Receipt{}, network.Permanent(fmt.Errorf("%s: %d characters are more than %d", what, network.Graphemes(r.Text), maxText))
	}
	embed, lost, err := a.embed(ctx, m)
	if err != nil {
		return network.Receipt{}, fmt.Errorf("%s: %w", what, err)
	}
	r.Created, r.Reply, r.Embed = old.Value.Created, old.Value.Reply, embed
	_, rkey := split(was.ID)
	put, err := a.put(ctx, rkey, r, &old.CID, what)
	switch {
	case named(err, "InvalidSwap"): // changed meanwhile: read it again the next time
		return network.Receipt{}, network.After(err, time.Time{})
	case err != nil:
		return network.Receipt{}, err
	}
	return a.receipt(put.URI, put.CID, r.Reply, join(note, lost)), nil
}

// Delete takes a post back.
func (a *Account) Delete(ctx context.Context, was network.Receipt) error {
	const what = "delete"
	if err := a.signIn(ctx); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	_, rkey := split(was.ID)
	body := map[string]string{"repo": a.session.DID, "collection": collection, "rkey": rkey}
	return a.authorised(ctx, what, nil, func(token string) network.Call {
		return a.xrpc(http.MethodPost, "com.atproto.repo.deleteRecord", body, token, "write")
	})
}

// Find looks where the record of m must be.
func (a *Account) Find(ctx context.Context, m network.Message) (network.Receipt, bool, error) {
	const what = "look for the post"
	if err := a.signIn(ctx); err != nil {
		return network.Receipt{}, false, fmt.Errorf("%s: %w", what, err)
	}
	s, found, err := a.record(ctx, a.uri(key(m)), what)
	if err != nil || !found {
		return network.Receipt{}, false, err
	}
	return a.receipt(s.URI, s.CID, s.Value.Reply, ""), true, nil
}

func (a *Account) receipt(uri, cid string, in *thread, was string) network.Receipt {
	o := own{CID: cid}
	if in != nil {
		o.Root = &in.Root
	}
	_, rkey := split(uri)
	return network.Receipt{
		ID: uri, URL: "https://bsky.app/profile/" + a.session.Handle + "/post/" + rkey,
		At: a.env.Now().UTC(), Own: encode(o), Was: was,
	}
}

func (a *Account) uri(rkey string) string {
	return "at://" + a.session.DID + "/" + collection + "/" + rkey
}

// split gives the repository and the key of at://repo/collection/key.
func split(uri string) (repo, rkey string) {
	rest := strings.TrimPrefix(uri, "at://")
	repo, _, _ = strings.Cut(rest, "/")
	return repo, rest[strings.LastIndexByte(rest, '/')+1:]
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
