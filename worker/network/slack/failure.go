package slack

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"syndicated/worker/network"
)

// refusal is an answer that says no, with Slack's word for why.
type refusal struct {
	err  error
	word string
}

func (r *refusal) Error() string { return r.err.Error() }
func (r *refusal) Unwrap() error { return r.err }

func says(err error, words ...string) bool {
	r, ok := errors.AsType[*refusal](err)
	return ok && slices.Contains(words, r.word)
}

// Words of refusal that are about the account
// (https://api.slack.com/methods/chat.postMessage#errors and the webhooks' own).
var stops = []string{
	"invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired", "no_permission", "missing_scope",
	"not_allowed_token_type", "channel_not_found", "not_in_channel", "is_archived", "channel_is_archived", "restricted_action",
	"ekm_access_denied", "org_login_required", "team_access_not_granted", "access_denied", "two_factor_setup_required",
	"user_is_restricted", "restricted_action_read_only_channel", "restricted_action_thread_only_channel",
	"no_service", "no_service_id", "no_team", "team_disabled", "action_prohibited", "invalid_token", "posting_to_general_channel_denied",
}

// Words that say that Slack itself is not well; the message may be out.
var troubles = []string{"internal_error", "fatal_error", "service_unavailable", "request_timeout", "team_added_to_org"}

// exchange makes a call of the Web API, where failures are a 200 that says
// "ok": false and why.
func exchange(ctx context.Context, env network.Env, call network.Call, what string, into any) error {
	got, err := env.HTTP.Do(ctx, call)
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	var said struct {
		OK       bool   `json:"ok"`
		Error    string `json:"error"`
		Needed   string `json:"needed"`
		Metadata struct {
			Messages []string `json:"messages"`
		} `json:"response_metadata"`
	}
	bad := json.Unmarshal(got.Body, &said)
	switch {
	case !got.OK():
		r := &refusal{err: env.HTTP.Failure(call, got, what), word: said.Error}
		return classed(env, call, got, r)
	case bad != nil || !said.OK && said.Error == "":
		return lost(call, fmt.Errorf("%s: the answer is not one of Slack's", what))
	case !said.OK:
		words := []string{cut(said.Error, 100)}
		if said.Needed != "" {
			words = append(words, "needs "+cut(said.Needed, 100))
		}
		for _, m := range said.Metadata.Messages[:min(len(said.Metadata.Messages), 3)] {
			words = append(words, cut(m, 100))
		}
		text := call.Redact(what + ": " + strings.Join(words, "; "))
		return classed(env, call, got, &refusal{err: errors.New(text), word: said.Error})
	}
	if into == nil {
		return nil
	}
	if err := json.Unmarshal(got.Body, into); err != nil {
		return lost(call, fmt.Errorf("%s: read the answer: %w", what, err))
	}
	return nil
}

// classed gives a refusal its kind.
func classed(env network.Env, call network.Call, got network.Answer, r *refusal) error {
	switch {
	case r.word == "ratelimited" || r.word == "rate_limited" || r.word == "message_limit_exceeded":
		at, told := got.Until(env.Now())
		if !told {
			at = env.Now().Add(time.Minute)
		}
		return network.After(r, at)
	case slices.Contains(stops, r.word):
		return network.Stopped(r)
	case slices.Contains(troubles, r.word):
		return lost(call, r)
	case got.OK():
		return network.Permanent(r)
	}
	return r
}

// lost is an answer from which it cannot be told whether the message is out.
func lost(call network.Call, err error) error {
	if call.Once && call.Method != http.MethodGet {
		return network.Unknown(err)
	}
	return err
}
