package mastodon

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"syndicated/worker/network"
)

// Account is one account on one server.
type Account struct {
	env    network.Env
	server string
	token  string
	limits limits
	id     string  // of the account; empty until asked for
	recent []known // statuses whose message is known, newest last
	// By message: how often the server said no, and did not answer to an image.
	again, waited map[string]int
}

var _ interface {
	network.Account
	network.Editor
	network.Replier
	network.Deleter
	network.Finder
	network.Prober
} = (*Account)(nil)

// New checks the settings; it connects nothing.
func New(c Config, env network.Env) (*Account, error) {
	server, err := base(c.Server)
	if err != nil {
		return nil, fmt.Errorf("server %w", err)
	}
	if c.Token.IsZero() {
		return nil, errors.New("token is empty")
	}
	return &Account{
		env: env.Ready(), server: server, token: c.Token.Reveal(),
		limits: unasked, again: map[string]int{}, waited: map[string]int{},
	}, nil
}

// Manner has Mastodon's own defaults until Probe was called.
func (a *Account) Manner() network.Manner {
	return network.Manner{
		Max: a.limits.Characters, Count: a.limits.count, CountsWarning: true,
		Media: a.limits.Media, Image: a.limits.image(), Markup: network.Plain, Hashtags: true,
		Update: network.VerbEdit, Thread: true,
	}
}

// own is what an edit needs of a status: media that it does not name are lost.
type own struct {
	Media []attached `json:"media,omitzero"`
}

type attached struct {
	ID  string `json:"id"`
	URL string `json:"url"`
	Alt string `json:"alt,omitzero"`
}

// status is the part of the Status entity that is read.
// https://docs.joinmastodon.org/entities/Status/
type status struct {
	ID        string    `json:"id"`
	URL       string    `json:"url"`
	URI       string    `json:"uri"`
	Created   time.Time `json:"created_at"`
	Content   string    `json:"content"`
	InReplyTo string    `json:"in_reply_to_id"`
	Media     []struct {
		ID          string `json:"id"`
		Description string `json:"description"`
	} `json:"media_attachments"`
}

// form is a status to be posted or to replace one.
// https://docs.joinmastodon.org/methods/statuses/#create
type form struct {
	Status     string           `json:"status"`
	Warning    string           `json:"spoiler_text,omitzero"`
	Visibility string           `json:"visibility,omitzero"`
	Language   string           `json:"language,omitzero"`
	InReplyTo  string           `json:"in_reply_to_id,omitzero"`
	Media      []string         `json:"media_ids,omitzero"`
	Attributes []mediaAttribute `json:"media_attributes,omitzero"`
	// GoToSocial and Pleroma would otherwise read the text as the account's
	// owner set it, Markdown perhaps; Mastodon ignores the field.
	ContentType string `json:"content_type"`
}

type mediaAttribute struct {
	ID          string `json:"id"`
	Description string `json:"description"`
}

// Post publishes m.
func (a *Account) Post(ctx context.Context, m network.Message) (network.Receipt, error) {
	return a.publish(ctx, m, "", "post status")
}

// Reply answers to, which must be a status of any account.
func (a *Account) Reply(ctx context.Context, to network.Receipt, m network.Message) (network.Receipt, error) {
	return a.publish(ctx, m, to.ID, "reply")
}

func (a *Account) publish(ctx context.Context, m network.Message, to, what string) (network.Receipt, error) {
	media, was, err := a.attach(ctx, m, nil)
	if err != nil {
		return network.Receipt{}, fmt.Errorf("%s: %w", what, err)
	}
	f := a.form(m, media)
	f.InReplyTo = to
	if f.Visibility = m.Visibility; f.Visibility == "" {
		f.Visibility = "public" // GoToSocial's own default is unlisted
	}
	call := a.call(http.MethodPost, "/api/v1/statuses", f)
	call.Once = true
	call.Header.Set("Idempotency-Key", a.key(m.ID))
	answer, err := a.env.HTTP.Do(ctx, call)
	if err != nil {
		return network.Receipt{}, fmt.Errorf("%s: %w", what, err)
	}
	if !answer.OK() {
		if answer.Status == http.StatusNotFound && to != "" {
			return network.Receipt{}, network.Permanent(fmt.Errorf("%s: %w", what, network.ErrMissing))
		}
		if answer.Status < 500 {
			a.again[m.ID]++
		}
		return network.Receipt{}, a.env.HTTP.Failure(call, answer, what)
	}
	delete(a.again, m.ID)
	delete(a.waited, m.ID)
	r, err := a.receipt(answer, media, was, what)
	if err == nil {
		a.account(r.ID, m.ID)
	}
	return r, err
}

// Edit replaces the words and the images of a status. To send the same twice
// changes nothing, so that a lost answer may be followed by another try.
func (a *Account) Edit(ctx context.Context, was network.Receipt, m network.Message) (network.Receipt, error) {
	const what = "edit status"
	var before own
	if len(was.Own) > 0 {
		if err := json.Unmarshal(was.Own, &before); err != nil {
			return network.Receipt{}, network.Permanent(fmt.Errorf("%s: receipt of %s: %w", what, was.ID, err))
		}
	}
	media, note, err := a.attach(ctx, m, before.Media)
	if err != nil {
		return network.Receipt{}, fmt.Errorf("%s: %w", what, err)
	}
	f := a.form(m, media)
	for _, kept := range media {
		if slices.ContainsFunc(before.Media, func(b attached) bool { return b.ID == kept.ID && b.Alt != kept.Alt }) {
			f.Attributes = append(f.Attributes, mediaAttribute{ID: kept.ID, Description: kept.Alt})
		}
	}
	call := a.call(http.MethodPut, "/api/v1/statuses/"+url.PathEscape(was.ID), f)
	answer, err := a.env.HTTP.Do(ctx, call)
	switch {
	case err != nil:
		return network.Receipt{}, fmt.Errorf("%s: %w", what, err)
	case answer.Status == http.StatusNotFound, answer.Status == http.StatusGone, answer.Status == http.StatusMethodNotAllowed, answer.Status == http.StatusNotImplemented:
		return a.unedited(ctx, was, m)
	case answer.Status == http.StatusUnprocessableEntity && strings.Contains(string(answer.Body), "status was not changed"):
		// GoToSocial's word for an edit that is in place already.
		was.At = a.env.Now().UTC()
		return was, nil
	case !answer.OK():
		return network.Receipt{}, a.env.HTTP.Failure(call, answer, what)
	}
	return a.receipt(answer, media, note, what)
}

// unedited tells a status that is gone from a server that edits none: Mastodon
// before 3.5 and some that speak its protocol. There the update is answered.
func (a *Account) unedited(ctx context.Context, was network.Receipt, m network.Message) (network.Receipt, error) {
	const what = "edit status"
	call := a.call(http.MethodGet, "/api/v1/statuses/"+url.PathEscape(was.ID), nil)
	answer, err := a.env.HTTP.Do(ctx, call)
	switch {
	case err != nil:
		return network.Receipt{}, fmt.Errorf("%s: %w", what, err)
	case answer.Status == http.StatusNotFound, answer.Status == http.StatusGone:
		return network.Receipt{}, network.Permanent(fmt.Errorf("%s %s: %w", what, was.ID, network.ErrMissing))
	case !answer.OK():
		return network.Receipt{}, a.env.HTTP.Failure(call, answer, what)
	}
	r, err := a.Reply(ctx, was, m)
	if r.Was != "" {
		r.Was = "; " + r.Was
	}
	r.Was = string(network.VerbReply) + r.Was
	return r, err
}

// Delete takes a status back.
func (a *Account) Delete(ctx context.Context, was network.Receipt) error {
	const what = "delete status"
	call := a.call(http.MethodDelete, "/api/v1/statuses/"+url.PathEscape(was.ID), nil)
	answer, err := a.env.HTTP.Do(ctx, call)
	switch {
	case err != nil:
		return fmt.Errorf("%s: %w", what, err)
	case answer.OK(), answer.Status == http.StatusNotFound, answer.Status == http.StatusGone:
		return nil
	}
	return a.env.HTTP.Failure(call, answer, what)
}

func (a *Account) form(m network.Message, media []attached) form {
	f := form{Status: m.Text, Warning: m.Warning, Language: language(m.Language), ContentType: "text/plain"}
	for _, one := range media {
		f.Media = append(f.Media, one.ID)
	}
	return f
}

// language is the ISO 639-1 code that Mastodon keeps; of regional ones it knows
// Chinese only.
func language(tag string) string {
	tag = strings.ReplaceAll(tag, "_", "-")
	if main, _, ok := strings.Cut(tag, "-"); ok && !strings.EqualFold(main, "zh") {
		return strings.ToLower(main)
	}
	return tag
}

// key is the idempotency key of a message: unique for ever, for Pleroma does
// not scope keys to the account; and another one after the server said no, for
// Pleroma answers a known key with whatever it answered before.
func (a *Account) key(id string) string {
	if n := a.again[id]; n > 0 {
		return fmt.Sprintf("%s.%d", id, n)
	}
	return id
}

// call makes an authorised call; body is sent as JSON unless it is nil.
func (a *Account) call(method, path string, body any) network.Call {
	c := network.Call{
		Method: method, URL: a.server + path, Secrets: []string{a.token},
		Header: http.Header{"Authorization": {"Bearer " + a.token}, "Accept": {"application/json"}},
	}
	if method != http.MethodGet {
		// Reading is counted apart from writing.
		c.Bucket = "mastodon " + a.env.Name + " " + method + " " + a.server
	}
	if body != nil {
		c.Body, _ = json.Marshal(body) // strings only
		c.Header.Set("Content-Type", "application/json")
	}
	return c
}

func (a *Account) receipt(answer network.Answer, media []attached, was, what string) (network.Receipt, error) {
	var s status
	if err := answer.Decode(&s); err != nil || s.ID == "" {
		return network.Receipt{}, network.Unknown(fmt.Errorf("%s: the answer is no status", what))
	}
	r := s.receipt(media)
	r.At, r.Was = a.env.Now().UTC(), was
	return r, nil
}

func (s status) receipt(media []attached) network.Receipt {
	r := network.Receipt{ID: s.ID, URL: s.URL, At: s.Created.UTC()}
	if r.URL == "" {
		r.URL = s.URI
	}
	if len(media) > 0 {
		r.Own, _ = json.Marshal(own{Media: media})
	}
	return r
}

// known is a status and the message that became it.
type known struct{ status, message string }

// account notes which message a status is.
func (a *Account) account(status, message string) {
	if len(a.recent) >= 400 {
		a.recent = slices.Delete(a.recent, 0, 100)
	}
	a.recent = append(a.recent, known{status, message})
}

// others reports whether a status is known to be another message. That it is this
// one says nothing: the note that it was sent may have been lost.
func (a *Account) others(status, message string) bool {
	return slices.ContainsFunc(a.recent, func(k known) bool { return k.status == status && k.message != message })
}
