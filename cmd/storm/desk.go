package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"time"
)

// desk asks the workers' own API what the store knows.
type desk struct {
	admins []string // addresses of the workers; any that answers will do
	client http.Client
}

// kept is a message as the store has it.
type kept struct {
	State     string    `json:"state"`
	Reason    string    `json:"reason"`
	Attempted time.Time `json:"attempted"`
	Message   struct {
		ID   string `json:"id"`
		Kind string `json:"kind"`
		Verb string `json:"verb"`
		Text string `json:"text"`
		Link string `json:"link"`
	} `json:"message"`
}

func (m kept) post() string { return postName.FindString(m.Message.Link) }

func (d *desk) get(ctx context.Context, path string, into any) (err error) {
	for _, admin := range d.admins {
		if err = d.ask(ctx, "http://"+admin+path, into); err == nil {
			return nil
		}
	}
	return err
}

func (d *desk) ask(ctx context.Context, address string, into any) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return err
	}
	resp, err := d.client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s", address, resp.Status)
	}
	return json.NewDecoder(resp.Body).Decode(into)
}

// unread counts the sources that were never read.
func (d *desk) unread(ctx context.Context, all int) (int, error) {
	var list []struct {
		LastOK time.Time `json:"last_ok"`
	}
	if err := d.get(ctx, "/api/v1/sources", &list); err != nil {
		return 0, err
	}
	n := all
	for _, s := range list {
		if !s.LastOK.IsZero() {
			n--
		}
	}
	return n, nil
}

// messages are all of an account, in whatever state.
func (d *desk) messages(ctx context.Context, account string) ([]kept, error) {
	var out []kept
	for _, state := range []string{"waiting", "held", "dead", "sent", "dropped"} {
		var some []kept
		if err := d.get(ctx, "/api/v1/messages?limit=1000&state="+state+"&account="+url.QueryEscape(account), &some); err != nil {
			return nil, err
		}
		if len(some) == 1000 {
			return nil, fmt.Errorf("%s has more messages in state %s than the API lists: storm with fewer posts", account, state)
		}
		out = append(out, some...)
	}
	return out, nil
}
