package telegram

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"net/url"
	"strconv"
	"strings"
	"time"

	"syndicated/worker/network"
)

// file is a picture to be uploaded.
type file struct {
	name, mime string
	data       []byte
}

// call builds the request for a method: JSON, or a form when there is a file.
// The token stands in the address, where the Bot API wants it.
func (a *Account) call(method string, params map[string]any, photo *file) (network.Call, error) {
	token := a.c.Token.Reveal()
	call := network.Call{
		Method:  http.MethodPost,
		URL:     a.c.Server + "/bot" + token + "/" + method,
		Once:    true,
		Secrets: []string{token, url.PathEscape(token), url.QueryEscape(token)},
	}
	if photo == nil {
		body, err := json.Marshal(params)
		if err != nil {
			return call, fmt.Errorf("write %s: %w", method, err)
		}
		call.Header, call.Body = http.Header{"Content-Type": {"application/json"}}, body
		return call, nil
	}
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for k, v := range params {
		s, ok := v.(string)
		if !ok {
			j, err := json.Marshal(v)
			if err != nil {
				return call, fmt.Errorf("write %s: %w", method, err)
			}
			s = string(j)
		}
		if err := w.WriteField(k, s); err != nil {
			return call, fmt.Errorf("write %s: %w", method, err)
		}
	}
	h := textproto.MIMEHeader{}
	h.Set("Content-Disposition", multipart.FileContentDisposition("photo", photo.name))
	h.Set("Content-Type", photo.mime)
	part, err := w.CreatePart(h)
	if err == nil {
		_, err = part.Write(photo.data)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		return call, fmt.Errorf("write %s: %w", method, err)
	}
	call.Header, call.Body = http.Header{"Content-Type": {w.FormDataContentType()}}, b.Bytes()
	return call, nil
}

// answer is what every method answers
// (https://core.telegram.org/bots/api#making-requests).
type answer struct {
	OK          bool            `json:"ok"`
	Result      json.RawMessage `json:"result"`
	ErrorCode   int             `json:"error_code"`
	Description string          `json:"description"`
	Parameters  struct {
		RetryAfter int   `json:"retry_after"`
		MigrateTo  int64 `json:"migrate_to_chat_id"`
	} `json:"parameters"`
}

// refusal is an answer that says no, with the server's words.
type refusal struct {
	err       error
	words     string // lower case
	migrateTo string
}

func (r *refusal) Error() string { return r.err.Error() }
func (r *refusal) Unwrap() error { return r.err }

// says reports whether err is a refusal with these words.
func says(err error, words ...string) bool {
	r, ok := errors.AsType[*refusal](err)
	if !ok {
		return false
	}
	for _, w := range words {
		if strings.Contains(r.words, w) {
			return true
		}
	}
	return false
}

// stops are the refusals that are about the account and not about one message.
var stops = []string{
	"chat not found", "not enough rights", "need administrator rights", "bot was kicked", "bot is not a member",
	"chat_write_forbidden", "have no rights to send", "user is deactivated", "group chat was deactivated",
	"message thread not found", "topic_closed", "chat_admin_required",
}

// do makes a call and reads the result into into, which may be nil.
func (a *Account) do(ctx context.Context, call network.Call, what string, into any) error {
	got, err := a.env.HTTP.Do(ctx, call)
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	var ans answer
	bad := json.Unmarshal(got.Body, &ans)
	switch {
	case got.Status/100 == 2 && bad == nil && ans.OK:
		if into == nil {
			return nil
		}
		if err := json.Unmarshal(ans.Result, into); err != nil {
			return lost(call, fmt.Errorf("%s: read the answer: %w", what, err))
		}
		return nil
	case got.Status/100 == 2 && (bad != nil || ans.ErrorCode == 0):
		return lost(call, fmt.Errorf("%s: the answer is not one of the Bot API", what))
	}
	if got.Status/100 == 2 {
		got.Status = ans.ErrorCode
	}
	r := &refusal{err: a.env.HTTP.Failure(call, got, what), words: strings.ToLower(ans.Description)}
	if ans.Parameters.MigrateTo != 0 {
		r.migrateTo = strconv.FormatInt(ans.Parameters.MigrateTo, 10)
	}
	switch {
	case got.Status == http.StatusTooManyRequests && ans.Parameters.RetryAfter > 0:
		return network.After(r, a.env.Now().Add(time.Duration(ans.Parameters.RetryAfter)*time.Second))
	case got.Status == http.StatusNotFound: // no such bot: the token is wrong or ended
		return network.Stopped(r)
	case got.Status == http.StatusBadRequest && says(r, stops...):
		return network.Stopped(r)
	}
	return r
}

// lost is a 200 that cannot be read: what was to be done once was probably done.
func lost(call network.Call, err error) error {
	if call.Once {
		return network.Unknown(err)
	}
	return err
}
