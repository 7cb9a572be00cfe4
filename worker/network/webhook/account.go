package webhook

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"syndicated/config"
	"syndicated/worker/network"
)

// Config of an account.
type Config struct {
	URL    string        `yaml:"url" doc:"address that messages are sent to" required:"true"`
	Secret config.Secret `yaml:"secret" doc:"key for signatures, whsec_… (base64) or any string; several, with a space between, while a key is replaced"`
	Origin string        `yaml:"origin" doc:"source of the events, a URI" default:"urn:syndicated"`
}

// Check tells what is wrong with the settings.
func (c Config) Check() []config.Problem {
	var out []config.Problem
	if u, err := url.Parse(c.URL); c.URL != "" && (err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "") {
		out = append(out, config.Problem{Key: "url", What: "is no web address", Do: "write it as https://example.org/hook"})
	}
	if _, err := keys(c.Secret.Reveal()); err != nil {
		out = append(out, config.Problem{Key: "secret", What: err.Error(), Do: "write whsec_ and the key in base64, or a key without whsec_"})
	}
	return out
}

// Account is one receiver.
type Account struct {
	env    network.Env
	url    string
	origin string
	keys   [][]byte
	hide   []string
}

var _ interface {
	network.Account
	network.Editor
	network.Replier
	network.Deleter
} = (*Account)(nil)

// New checks the settings; it connects nothing.
func New(c Config, env network.Env) (*Account, error) {
	u, err := url.Parse(c.URL)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
		return nil, errors.New("url is no web address")
	}
	signing, err := keys(c.Secret.Reveal())
	if err != nil {
		return nil, fmt.Errorf("secret %w", err)
	}
	return &Account{
		env: env.Ready(), url: c.URL, origin: cmp.Or(c.Origin, "urn:syndicated"), keys: signing,
		hide: append(strings.Fields(c.Secret.Reveal()), private(u)...),
	}, nil
}

// private is what of an address may be a key: many receivers have theirs in the
// path or in the query.
func private(u *url.URL) []string {
	out := []string{u.RawQuery}
	if len(u.Path) > 1 {
		out = append(out, u.Path)
	}
	for part := range strings.SplitSeq(u.Path, "/") {
		if len(part) >= 8 { // shorter ones are words such as "hook"
			out = append(out, part)
		}
	}
	for _, values := range u.Query() {
		out = append(out, values...)
	}
	return out
}

// Manner: the whole message is sent, and its id with it.
func (a *Account) Manner() network.Manner {
	return network.Manner{Data: true, Repeatable: true, Media: 16, Markup: network.Plain, Update: network.VerbEdit}
}

// event is the message in the JSON format of CloudEvents 1.0.
// https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md
type event struct {
	SpecVersion string          `json:"specversion"`
	ID          string          `json:"id"`
	Source      string          `json:"source"`
	Type        string          `json:"type"`
	Subject     string          `json:"subject,omitzero"`
	Time        time.Time       `json:"time"`
	ContentType string          `json:"datacontenttype"`
	Data        network.Message `json:"data"`
}

// Post sends a message about a post.
func (a *Account) Post(ctx context.Context, m network.Message) (network.Receipt, error) {
	return a.send(ctx, m, "syndicated.post."+cmp.Or(m.Kind, "new"))
}

// Edit sends a message about an update of a post.
func (a *Account) Edit(ctx context.Context, _ network.Receipt, m network.Message) (network.Receipt, error) {
	return a.send(ctx, m, "syndicated.post.update")
}

// Reply sends a message that continues another.
func (a *Account) Reply(ctx context.Context, _ network.Receipt, m network.Message) (network.Receipt, error) {
	return a.send(ctx, m, "syndicated.post."+cmp.Or(m.Kind, "update"))
}

// Delete sends a message that a message was taken back.
func (a *Account) Delete(ctx context.Context, was network.Receipt) error {
	_, err := a.send(ctx, network.Message{
		ID: was.ID + ".gone", Account: a.env.Name, Kind: "gone", Verb: network.VerbDelete, Of: was.ID, Created: a.env.Now(),
	}, "syndicated.post.gone")
	return err
}

func (a *Account) send(ctx context.Context, m network.Message, kind string) (network.Receipt, error) {
	const what = "call the webhook"
	body, err := json.Marshal(event{
		SpecVersion: "1.0", ID: m.ID, Source: a.origin, Type: kind, Subject: cmp.Or(m.Link, m.Post),
		Time: m.Created.UTC(), ContentType: "application/json", Data: m,
	})
	if err != nil {
		return network.Receipt{}, network.Permanent(fmt.Errorf("%s: %w", what, err))
	}
	now := a.env.Now()
	call := network.Call{
		Method: http.MethodPost, URL: a.url, Body: body, Secrets: a.hide, Once: true,
		Header: http.Header{"Content-Type": {"application/cloudevents+json; charset=utf-8"}},
	}
	sign(call.Header, a.keys, m.ID, now, body)
	answer, err := a.env.HTTP.Do(ctx, call)
	switch {
	case err != nil:
		return network.Receipt{}, fmt.Errorf("%s: %w", what, err)
	case answer.OK():
		return network.Receipt{ID: m.ID, At: now.UTC()}, nil
	case answer.Status == http.StatusGone:
		return network.Receipt{}, network.Stopped(fmt.Errorf("%s: 410 Gone: the receiver wants no more messages", what))
	}
	err = a.env.HTTP.Failure(call, answer, what)
	if class, _ := network.ClassOf(err); class == network.ClassPermanent && !refused[answer.Status] {
		return network.Receipt{}, network.After(err, time.Time{})
	}
	return network.Receipt{}, err
}

// refused are the answers that mean this message. Others, such as 404 while a
// receiver is being replaced, pass: Standard Webhooks wants them tried again.
var refused = map[int]bool{
	http.StatusBadRequest: true, http.StatusRequestEntityTooLarge: true, http.StatusUnprocessableEntity: true,
}
