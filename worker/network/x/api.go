package x

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"strconv"
	"strings"
	"time"

	"syndicated/worker/network"
)

// refusal is an answer that says no, with X's words.
type refusal struct {
	err    error
	status int
	words  string // lower case
}

func (r *refusal) Error() string { return r.err.Error() }
func (r *refusal) Unwrap() error { return r.err }

func says(err error, words string) bool {
	r, ok := errors.AsType[*refusal](err)
	return ok && strings.Contains(r.words, words)
}

// request is a call of the API without its token.
type request struct {
	method, path string
	kind         string // of the body
	body         []byte
	once         bool
}

// do makes a call with a good token and reads the answer into into, which may
// be nil. A token that is refused before its time is renewed once: nothing was
// done then.
func (a *Account) do(ctx context.Context, r request, what string, into any) error {
	used := ""
	for {
		t, err := a.access(ctx, used)
		if err != nil {
			return fmt.Errorf("%s: %w", what, err)
		}
		h := http.Header{"Authorization": {"Bearer " + t.Access}}
		if r.kind != "" {
			h.Set("Content-Type", r.kind)
		}
		call := network.Call{Method: r.method, URL: a.c.server() + r.path, Header: h, Body: r.body, Once: r.once, Secrets: []string{t.Refresh, a.c.ClientSecret.Reveal()}}
		got, err := a.env.HTTP.Do(ctx, call)
		if err != nil {
			return fmt.Errorf("%s: %w", what, err)
		}
		if got.Status == http.StatusUnauthorized && used == "" {
			used = t.Access
			continue
		}
		if !got.OK() {
			return a.failure(call, got, what)
		}
		if into == nil {
			return nil
		}
		if err := json.Unmarshal(got.Body, into); err != nil {
			err = fmt.Errorf("%s: read the answer: %w", what, err)
			if r.once {
				return network.Unknown(err)
			}
			return err
		}
		return nil
	}
}

// failure gives an answer that says no its kind
// (https://docs.x.com/x-api/fundamentals/response-codes-and-errors).
func (a *Account) failure(call network.Call, got network.Answer, what string) error {
	r := &refusal{err: a.env.HTTP.Failure(call, got, what), status: got.Status, words: strings.ToLower(string(got.Body))}
	switch {
	case got.Status == http.StatusTooManyRequests:
		return network.After(r, a.reset(got, strings.Contains(r.words, "usage-capped") || strings.Contains(r.words, "usagecapexceeded")))
	case got.Status == http.StatusPaymentRequired: // the credits are used up
		return network.Stopped(r)
	case got.Status == http.StatusForbidden && (says(r, "duplicate content") || says(r, "deleted or not visible")):
		return network.Permanent(r)
	}
	return r
}

// reset is when X counts anew, by its own headers.
func (a *Account) reset(got network.Answer, capped bool) time.Time {
	now := a.env.Now()
	at := now.Add(15 * time.Minute) // X's usual window
	if t, told := got.Until(now); told {
		at = t
	}
	if capped {
		at = now.Add(24 * time.Hour)
	}
	for _, name := range []string{"x-rate-limit", "x-user-limit-24hour", "x-app-limit-24hour"} {
		left := got.Header.Get(name + "-remaining")
		epoch, err := strconv.ParseInt(got.Header.Get(name+"-reset"), 10, 64)
		if err != nil || left != "" && left != "0" {
			continue
		}
		if t := time.Unix(epoch, 0); name == "x-rate-limit" && t.After(now) && !capped || t.After(at) {
			at = t
		}
	}
	return at
}

// send makes a call with a body of JSON.
func (a *Account) send(ctx context.Context, method, path string, body any, once bool, what string, into any) error {
	r := request{method: method, path: path, once: once}
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			return fmt.Errorf("%s: %w", what, err)
		}
		r.kind, r.body = "application/json", b
	}
	return a.do(ctx, r, what, into)
}

// upload hands a picture over and describes it; it gives the picture's id.
func (a *Account) upload(ctx context.Context, p network.Picture) (string, error) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	err := w.WriteField("media_category", "tweet_image")
	if err == nil {
		err = w.WriteField("media_type", p.Type)
	}
	h := textproto.MIMEHeader{}
	h.Set("Content-Disposition", multipart.FileContentDisposition("media", "picture."+strings.TrimPrefix(p.Type, "image/")))
	h.Set("Content-Type", p.Type)
	if err == nil {
		part, perr := w.CreatePart(h)
		if err = perr; err == nil {
			_, err = part.Write(p.Bytes)
		}
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		return "", fmt.Errorf("write the picture: %w", err)
	}
	var got struct {
		Data struct {
			ID string `json:"id"`
		} `json:"data"`
	}
	// A picture that was uploaded and is in no post is seen by nobody, so that
	// this may be repeated.
	if err := a.do(ctx, request{method: http.MethodPost, path: "/2/media/upload", kind: w.FormDataContentType(), body: b.Bytes()}, "upload the picture", &got); err != nil {
		return "", err
	}
	if got.Data.ID == "" {
		return "", errors.New("upload the picture: the answer names none")
	}
	if p.Alt == "" {
		return got.Data.ID, nil
	}
	err = a.send(ctx, http.MethodPost, "/2/media/metadata", map[string]any{
		"id": got.Data.ID, "metadata": map[string]any{"alt_text": map[string]any{"text": p.Alt}},
	}, false, "describe the picture", nil)
	return got.Data.ID, err
}
