package discord

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"syndicated/worker/network"
)

// Codes of the API
// (https://discord.com/developers/docs/topics/opcodes-and-status-codes#json).
const (
	unknownChannel = 10003
	unknownMessage = 10008
	unknownWebhook = 10015
	oldEdits       = 30046 // too many edits of messages older than an hour
	threadArchived = 50083
	invalidForm    = 50035
)

// refusal is an answer that says no, with the server's code.
type refusal struct {
	err          error
	status, code int
	body         string
}

func (r *refusal) Error() string { return r.err.Error() }
func (r *refusal) Unwrap() error { return r.err }

func is(err error, code int) bool {
	r, ok := errors.AsType[*refusal](err)
	return ok && r.code == code
}

// missingReference reports that a message to be answered is not there.
func missingReference(err error) bool {
	r, ok := errors.AsType[*refusal](err)
	return ok && (r.code == unknownMessage || r.code == invalidForm && strings.Contains(r.body, "message_reference"))
}

// do makes a call and reads the answer into into, which may be nil.
func (s *sender) do(ctx context.Context, call network.Call, what string, into any) error {
	got, err := s.env.HTTP.Do(ctx, call)
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	if got.OK() {
		if into == nil {
			return nil
		}
		if err := json.Unmarshal(got.Body, into); err != nil {
			err = fmt.Errorf("%s: read the answer: %w", what, err)
			if call.Once {
				return network.Unknown(err)
			}
			return err
		}
		return nil
	}
	var said struct {
		Code       int     `json:"code"`
		RetryAfter float64 `json:"retry_after"`
	}
	// An answer that is no JSON comes from something in front of the API.
	_ = json.Unmarshal(got.Body, &said)
	r := &refusal{err: s.env.HTTP.Failure(call, got, what), status: got.Status, code: said.Code, body: string(got.Body)}
	now := s.env.Now()
	_, told := got.Until(now)
	switch {
	case got.Status == http.StatusTooManyRequests && !told && said.RetryAfter > 0:
		return network.After(r, now.Add(time.Duration(min(said.RetryAfter, 86400)*float64(time.Second))))
	case r.code == oldEdits:
		return network.After(r, now.Add(time.Hour))
	case r.code == unknownWebhook, r.code == unknownChannel, r.code == threadArchived:
		return network.Stopped(r)
	}
	return r
}
