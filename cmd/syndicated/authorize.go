package main

import (
	"bufio"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/oauth2"

	"syndicated/config"
	"syndicated/worker/network"
	"syndicated/worker/network/x"
)

// runAuthorize lets the owner of an account agree, once, where a network wants
// it in a browser (X). The tokens go into the store; a daemon renews them.
func runAuthorize(ctx context.Context, e env, args []string) int {
	f := flags(e, "authorize")
	c := commonFlags(f)
	redirect := f.String("redirect", "http://127.0.0.1:8080/authorized", "callback `URL` of the app's settings at the network; nothing has to answer there")
	rest, status, ok := parse(f, args)
	if !ok {
		return status
	}
	if len(rest) != 1 {
		return wrongUse(e, "authorize takes the name of one account")
	}
	s, ok := load(e, c.file)
	if !ok {
		return exitUsage
	}
	i := slices.IndexFunc(s.Accounts, func(a config.Account) bool { return a.Name == rest[0] })
	if i < 0 {
		return wrongUse(e, "there is no account %q in %s", rest[0], c.file)
	}
	own, ok := s.Accounts[i].Own.(*x.Config)
	if !ok {
		return wrongUse(e, "account %s is of type %s, which needs no authorising: its token stands in the settings", rest[0], s.Accounts[i].Type)
	}
	h, err := build(ctx, s, logger(e, c.logFormat, config.Log{Level: "error"}))
	if err != nil {
		return fail(e, err)
	}
	err = authorize(ctx, e, *own, network.Env{Name: rest[0], HTTP: h.http, Vault: vault{h.store, rest[0]}, Log: h.log}, *redirect)
	if err := errors.Join(err, h.Close()); err != nil {
		return fail(e, err)
	}
	fmt.Fprintf(e.stdout, "account %s is authorised\n", rest[0])
	return exitOK
}

func authorize(ctx context.Context, e env, c x.Config, env network.Env, redirect string) error {
	state, verifier := rand.Text(), oauth2.GenerateVerifier()
	fmt.Fprintf(e.stdout, "Open this address as the account's owner and agree:\n\n%s\n\nThe browser then goes to %s?state=…&code=…\nPaste that address here within half a minute:\n", x.AuthURL(c, redirect, state, verifier), redirect)
	line, err := bufio.NewReader(e.stdin).ReadString('\n')
	if err != nil && line == "" {
		return errors.New("nothing was pasted")
	}
	u, err := url.Parse(strings.TrimSpace(line))
	if err != nil || u.Query().Get("code") == "" {
		return errors.New("that is not the address: it holds no code")
	}
	if u.Query().Get("state") != state {
		return errors.New("that address belongs to another attempt: its state differs; begin anew")
	}
	return x.Exchange(ctx, c, env, redirect, u.Query().Get("code"), verifier)
}
