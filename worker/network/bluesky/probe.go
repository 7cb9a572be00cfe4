package bluesky

import (
	"context"
	"net/http"
	"net/url"
	"regexp"

	"syndicated/worker/network"
)

// appPassword is how the network writes them.
var appPassword = regexp.MustCompile(`^[a-z0-9]{4}(-[a-z0-9]{4}){3}$`)

// Probe asks who the account is.
func (a *Account) Probe(ctx context.Context) (network.Profile, error) {
	var who struct {
		DID    string `json:"did"`
		Handle string `json:"handle"`
		Active *bool  `json:"active"`
		Status string `json:"status"`
	}
	if err := a.query(ctx, "com.atproto.server.getSession", url.Values{}, "ask who the account is", &who); err != nil {
		return network.Profile{}, err
	}
	p := network.Profile{Name: "@" + who.Handle + " (" + who.DID + ")"}
	if who.Active != nil && !*who.Active {
		p.Notes = append(p.Notes, "the account is not active: "+who.Status)
	}
	if !appPassword.MatchString(a.password) {
		p.Notes = append(p.Notes, "the password is not an app password; make one under Settings, Privacy and security")
	}
	var health struct {
		Version string `json:"version"`
	}
	err := a.exchange(ctx, a.xrpc(http.MethodGet, "_health", nil, "", ""), "ask for the server's version", &health)
	if network.Later(err) {
		return network.Profile{}, err
	}
	if err == nil && health.Version != "" {
		p.Server = "PDS " + health.Version
	}
	return p, nil
}
