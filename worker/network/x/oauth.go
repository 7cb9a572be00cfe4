package x

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"golang.org/x/oauth2"

	"syndicated/worker/network"
)

// scopes that are asked for: offline.access is what gives a refresh token.
var scopes = []string{"tweet.read", "tweet.write", "users.read", "media.write", "offline.access"}

// AuthURL is where the account's owner agrees. redirect is an address of the
// app's settings; state is a random text that must come back with the code;
// verifier is what oauth2.GenerateVerifier gave and Exchange needs (RFC 7636).
func AuthURL(c Config, redirect, state, verifier string) string {
	page := "https://x.com/i/oauth2/authorize"
	if c.server() != defaultServer {
		page = c.server() + "/i/oauth2/authorize"
	}
	conf := oauth2.Config{ClientID: c.ClientID, Endpoint: oauth2.Endpoint{AuthURL: page}, RedirectURL: redirect, Scopes: scopes}
	return conf.AuthCodeURL(state, oauth2.S256ChallengeOption(verifier))
}

// Exchange makes tokens of the code that came to redirect, and keeps them in
// the vault. A code serves once, within half a minute.
func Exchange(ctx context.Context, c Config, env network.Env, redirect, code, verifier string) error {
	a, err := New(c, env)
	if err != nil {
		return err
	}
	_, err = a.ask(ctx, "exchange the code", url.Values{
		"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {redirect}, "code_verifier": {verifier},
	}, code, verifier)
	return err
}

// tokens is what the vault keeps.
type tokens struct {
	Access  string    `json:"access"`
	Refresh string    `json:"refresh"`
	Expires time.Time `json:"expires"`
}

const vaultTokens = "tokens"

func (a *Account) load(ctx context.Context) (tokens, error) {
	var t tokens
	b, err := a.env.Vault.Load(ctx, vaultTokens)
	if err != nil {
		return t, fmt.Errorf("load the tokens: %w", err)
	}
	if len(b) == 0 {
		return t, network.Stopped(errors.New("nobody has agreed yet that this app posts; authorise the account first"))
	}
	if err := json.Unmarshal(b, &t); err != nil {
		return t, network.Stopped(errors.New("the kept tokens cannot be read; authorise the account again"))
	}
	return t, nil
}

// access gives a token that is good for some minutes. used is one that was
// refused although its time is not over; empty if there is none.
func (a *Account) access(ctx context.Context, used string) (tokens, error) {
	t, err := a.load(ctx)
	if err != nil {
		return tokens{}, err
	}
	if t.Access != used && t.Expires.Sub(a.env.Now()) > time.Minute {
		return t, nil
	}
	fresh, err := a.ask(ctx, "refresh the token", url.Values{"grant_type": {"refresh_token"}, "refresh_token": {t.Refresh}}, t.Access, t.Refresh)
	if !errors.Is(err, errGrant) {
		return fresh, err
	}
	// Another worker may have been first: the token serves once.
	again, loadErr := a.load(ctx)
	if loadErr == nil && again.Refresh != t.Refresh && again.Expires.After(a.env.Now()) {
		return again, nil
	}
	return tokens{}, network.Stopped(fmt.Errorf("%w; authorise the account again", err))
}

// errGrant: the code or refresh token is not, or no longer, good.
var errGrant = errors.New("the grant is refused")

// ask makes one request for tokens and keeps what comes before it is used.
func (a *Account) ask(ctx context.Context, what string, form url.Values, secrets ...string) (tokens, error) {
	h := http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}
	if a.c.ClientSecret.IsZero() {
		form.Set("client_id", a.c.ClientID)
	} else {
		pair := url.QueryEscape(a.c.ClientID) + ":" + url.QueryEscape(a.c.ClientSecret.Reveal())
		h.Set("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(pair)))
	}
	call := network.Call{
		Method: http.MethodPost, URL: a.c.server() + "/2/oauth2/token", Header: h, Body: []byte(form.Encode()), Once: true,
		Secrets: append(secrets, a.c.ClientSecret.Reveal()),
	}
	got, err := a.env.HTTP.Do(ctx, call)
	if err != nil {
		return tokens{}, unposted(fmt.Errorf("%s: %w", what, err))
	}
	if !got.OK() {
		var said struct {
			Error string `json:"error"`
		}
		// An answer that is no JSON is told by its status.
		_ = json.Unmarshal(got.Body, &said)
		err := a.env.HTTP.Failure(call, got, what)
		switch {
		case said.Error == "invalid_grant", said.Error == "invalid_request" && got.Status == http.StatusBadRequest:
			return tokens{}, fmt.Errorf("%w: %w", errGrant, err)
		case got.Status/100 == 4 && got.Status != http.StatusTooManyRequests:
			return tokens{}, network.Stopped(err)
		case got.Status/100 == 5:
			return tokens{}, unposted(err)
		}
		return tokens{}, err
	}
	var answer struct {
		Access  string `json:"access_token"`
		Refresh string `json:"refresh_token"`
		Seconds int64  `json:"expires_in"`
	}
	if err := json.Unmarshal(got.Body, &answer); err != nil || answer.Access == "" || answer.Refresh == "" {
		return tokens{}, network.Stopped(fmt.Errorf("%s: the answer has no two tokens; authorise the account again, with offline.access", what))
	}
	t := tokens{Access: answer.Access, Refresh: answer.Refresh, Expires: a.env.Now().Add(time.Duration(max(answer.Seconds, 120)) * time.Second)}
	b, err := json.Marshal(t)
	if err != nil {
		return tokens{}, err
	}
	// The old refresh token is spent: what came for it must not be lost because
	// the program is being stopped.
	keep, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	if err := a.env.Vault.Save(keep, vaultTokens, b); err != nil {
		return tokens{}, fmt.Errorf("keep the new tokens: %w", err)
	}
	return t, nil
}

// unposted takes the doubt out of an error of a call that posts nothing.
func unposted(err error) error {
	if class, at := network.ClassOf(err); class == network.ClassUnknown {
		return network.After(err, at)
	}
	return err
}
