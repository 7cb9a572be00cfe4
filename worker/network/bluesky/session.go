package bluesky

import (
	"context"
	"encoding/base64"
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

const (
	sessionKey = "bluesky session"
	// early: a token that ends so soon is renewed first.
	early = time.Minute
)

// session is kept in the vault: a server allows 30 logins in five minutes and 300
// a day, those that succeed too.
type session struct {
	Server  string `json:"server"`
	Login   string `json:"login"` // as in the settings: another one needs another session
	DID     string `json:"did"`
	Handle  string `json:"handle"`
	Access  string `json:"accessJwt"`
	Refresh string `json:"refreshJwt"`
}

// signIn sees to it that there is a session whose access token holds.
func (a *Account) signIn(ctx context.Context) error {
	if a.session.Access == "" {
		kept, err := a.env.Vault.Load(ctx, sessionKey)
		if err != nil {
			return fmt.Errorf("load the session: %w", err)
		}
		var s session
		if json.Unmarshal(kept, &s) == nil && s.Server == a.server && s.Login == a.login {
			a.session = s
		}
	}
	if a.session.Access != "" && a.env.Now().Add(early).Before(expiry(a.session.Access)) {
		return nil
	}
	return a.renew(ctx)
}

// renew makes the session anew, from the refresh token if it can.
func (a *Account) renew(ctx context.Context) error {
	if a.session.Refresh != "" {
		var s session
		err := a.exchange(ctx, a.xrpc(http.MethodPost, "com.atproto.server.refreshSession", nil, a.session.Refresh, "login"), "renew the session", &s)
		if err == nil {
			return a.keep(ctx, s)
		}
		if !refused(err) {
			return err
		}
	}
	call := a.xrpc(http.MethodPost, "com.atproto.server.createSession", map[string]string{"identifier": a.login, "password": a.password}, "", "login")
	var s session
	err := a.exchange(ctx, call, "sign in", &s)
	if class, _ := network.ClassOf(err); class == network.ClassPermanent {
		return network.Stopped(err) // it means the account, not the message
	}
	if err != nil {
		return err
	}
	return a.keep(ctx, s)
}

func (a *Account) keep(ctx context.Context, s session) error {
	if s.Access == "" || s.DID == "" {
		return errors.New("sign in: the answer is no session")
	}
	s.Server, s.Login = a.server, a.login
	a.session = s
	kept, err := json.Marshal(s)
	if err == nil {
		err = a.env.Vault.Save(ctx, sessionKey, kept)
	}
	if err != nil {
		return fmt.Errorf("keep the session: %w", err)
	}
	return nil
}

// expiry is when a token says that it ends; a token that does not say ends with
// the server's word. https://datatracker.ietf.org/doc/html/rfc7519#section-4.1.4
func expiry(token string) time.Time {
	never := time.Unix(1<<40, 0)
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return never
	}
	body, err := base64.RawURLEncoding.DecodeString(parts[1])
	var claims struct {
		Exp int64 `json:"exp"`
	}
	if err != nil || json.Unmarshal(body, &claims) != nil || claims.Exp == 0 {
		return never
	}
	return time.Unix(claims.Exp, 0)
}

// refusal is an answer of the server with the name that XRPC gives it.
type refusal struct {
	error
	status int
	name   string
}

func (r *refusal) Unwrap() error { return r.error }

// named reports whether err is an answer with one of these names.
func named(err error, names ...string) bool {
	r, ok := errors.AsType[*refusal](err)
	if !ok {
		return false
	}
	return slices.Contains(names, r.name)
}

// refused reports an answer that means the token: a bad one is 400 here.
func refused(err error) bool {
	return named(err, "ExpiredToken", "InvalidToken", "AuthMissing", "AuthenticationRequired")
}

// xrpc makes a call with a token, which may be empty. https://atproto.com/specs/xrpc
func (a *Account) xrpc(method, nsid string, body any, token, bucket string) network.Call {
	c := network.Call{
		Method: method, URL: a.server + "/xrpc/" + nsid,
		Header:  http.Header{"Accept": {"application/json"}},
		Secrets: []string{a.password, a.session.Access, a.session.Refresh},
	}
	if bucket != "" {
		c.Bucket = "bluesky " + bucket + " " + a.env.Name + " " + a.server
	}
	if token != "" {
		c.Header.Set("Authorization", "Bearer "+token)
	}
	if body != nil {
		c.Body = encode(body)
		c.Header.Set("Content-Type", "application/json")
	}
	return c
}

// exchange makes a call and reads its answer into what into points to.
func (a *Account) exchange(ctx context.Context, call network.Call, what string, into any) error {
	answer, err := a.env.HTTP.Do(ctx, call)
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	if !answer.OK() {
		var said struct{ Error string }
		_ = answer.Decode(&said)
		err := a.env.HTTP.Failure(call, answer, what)
		switch said.Error {
		case "AccountTakedown", "AccountSuspended", "AccountDeactivated", "AccountNotFound":
			err = network.Stopped(err)
		}
		return &refusal{error: err, status: answer.Status, name: said.Error}
	}
	if into == nil {
		return nil
	}
	if err := answer.Decode(into); err != nil {
		err = fmt.Errorf("%s: %w", what, err)
		if call.Once {
			return network.Unknown(err)
		}
		return err
	}
	return nil
}

// authorised makes a call in the session, and once more when the server no longer
// knows the token: then it did nothing.
func (a *Account) authorised(ctx context.Context, what string, into any, build func(token string) network.Call) error {
	if err := a.signIn(ctx); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	err := a.exchange(ctx, build(a.session.Access), what, into)
	if !named(err, "ExpiredToken", "InvalidToken") {
		return err
	}
	if err := a.renew(ctx); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	err = a.exchange(ctx, build(a.session.Access), what, into)
	if named(err, "ExpiredToken", "InvalidToken") {
		return network.Stopped(err)
	}
	return err
}

func (a *Account) query(ctx context.Context, nsid string, q url.Values, what string, into any) error {
	return a.authorised(ctx, what, into, func(token string) network.Call {
		return a.xrpc(http.MethodGet, nsid+"?"+q.Encode(), nil, token, "")
	})
}
