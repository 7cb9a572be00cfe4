package mastodon

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"syndicated/worker/network"
)

// Software that speaks the same protocol and differs where it matters here.
const (
	goToSocial = "gotosocial"
	pleroma    = "pleroma"
	akkoma     = "akkoma"
)

// limits are what a server allows.
type limits struct {
	Software    string   `json:"software"`
	Version     string   `json:"version"`
	Characters  int      `json:"characters"`
	PerURL      int      `json:"per_url"`
	Media       int      `json:"media"`
	Description int      `json:"description"`
	ImageBytes  int      `json:"image_bytes"`
	ImagePixels int      `json:"image_pixels"`
	Types       []string `json:"types,omitzero"`
}

// unasked are Mastodon's own defaults.
var unasked = limits{Characters: 500, PerURL: 23, Media: 4, Description: 1500, ImageBytes: 8 << 20, ImagePixels: 16_777_216}

func (l limits) image() network.ImageLimits {
	return network.ImageLimits{Bytes: l.ImageBytes, Pixels: l.ImagePixels, Alt: l.Description, Types: l.Types}
}

// instance holds what versions 1 and 2 of the Instance entity have in common,
// and Pleroma's own words. https://docs.joinmastodon.org/entities/Instance/
type instance struct {
	Version       string `json:"version"`
	SourceURL     string `json:"source_url"`
	MaxToot       int    `json:"max_toot_chars"`
	Description   int    `json:"description_limit"`
	UploadLimit   int    `json:"upload_limit"`
	Configuration struct {
		Statuses struct {
			Characters int `json:"max_characters"`
			Media      int `json:"max_media_attachments"`
			PerURL     int `json:"characters_reserved_per_url"`
		} `json:"statuses"`
		Media struct {
			Types       []string `json:"supported_mime_types"`
			Bytes       int      `json:"image_size_limit"`
			Pixels      int      `json:"image_matrix_limit"`
			Description int      `json:"description_limit"`
		} `json:"media_attachments"`
	} `json:"configuration"`
}

func (i instance) limits() limits {
	l := unasked
	s, m := i.Configuration.Statuses, i.Configuration.Media
	set := func(to *int, values ...int) {
		for _, v := range values {
			if v > 0 {
				*to = v
				return
			}
		}
	}
	set(&l.Characters, s.Characters, i.MaxToot)
	set(&l.PerURL, s.PerURL)
	set(&l.Media, s.Media)
	set(&l.Description, m.Description, i.Description)
	set(&l.ImageBytes, m.Bytes, i.UploadLimit)
	set(&l.ImagePixels, m.Pixels)
	l.Types, l.Version = m.Types, i.Version
	switch v := strings.ToLower(i.Version); {
	case strings.Contains(v, pleroma):
		l.Software = pleroma
	case strings.Contains(v, akkoma):
		l.Software = akkoma
	case strings.Contains(strings.ToLower(i.SourceURL), goToSocial):
		l.Software = goToSocial
	}
	return l
}

const limitsKey = "mastodon limits"

// Probe asks who the account is and what its server allows, and remembers it:
// when the server cannot be asked, Manner has what it said the last time.
func (a *Account) Probe(ctx context.Context) (network.Profile, error) {
	if old, err := a.env.Vault.Load(ctx, limitsKey); err == nil && old != nil {
		l := unasked
		if json.Unmarshal(old, &l) == nil && l.Characters > 0 {
			a.limits = l
		}
	}
	var me struct {
		ID   string `json:"id"`
		Acct string `json:"acct"`
		URL  string `json:"url"`
	}
	if err := a.get(ctx, "/api/v1/accounts/verify_credentials", "ask who the account is", &me); err != nil {
		return network.Profile{}, err
	}
	if me.ID == "" {
		return network.Profile{}, fmt.Errorf("ask who the account is: the answer of %s is no account", a.server)
	}
	a.id = me.ID
	var i instance
	err := a.get(ctx, "/api/v2/instance", "ask for the limits", &i)
	if err != nil && !network.Later(err) {
		err = a.get(ctx, "/api/v1/instance", "ask for the limits", &i)
	}
	if err != nil {
		return network.Profile{}, err
	}
	l := i.limits()
	if l.Software == "" {
		if l.Software, err = a.software(ctx); err != nil {
			return network.Profile{}, err
		}
	}
	a.limits = l
	if kept, err := json.Marshal(l); err == nil {
		if err := a.env.Vault.Save(ctx, limitsKey, kept); err != nil {
			return network.Profile{}, fmt.Errorf("keep the limits: %w", err)
		}
	}
	p := network.Profile{Name: "@" + me.Acct, Server: strings.TrimSpace(l.Software + " " + l.Version)}
	if u, err := url.Parse(a.server); err == nil && !strings.Contains(me.Acct, "@") {
		p.Name += "@" + u.Host
	}
	return p, nil
}

// software is the name that NodeInfo has for the server, empty if it tells none.
// It fails only if the server wants to be asked later.
// https://nodeinfo.diaspora.software/protocol
func (a *Account) software(ctx context.Context) (string, error) {
	var list struct {
		Links []struct {
			Rel, Href string
		}
	}
	if err := a.get(ctx, "/.well-known/nodeinfo", "ask for the server's software", &list); err != nil {
		if network.Later(err) {
			return "", err
		}
		return "", nil
	}
	for _, link := range list.Links {
		u, err := url.Parse(link.Href)
		if err != nil || !strings.Contains(link.Rel, "nodeinfo.diaspora.software/ns/schema/2") {
			continue
		}
		var node struct {
			Software struct{ Name string }
		}
		err = a.get(ctx, u.EscapedPath(), "ask for the server's software", &node) // on this server, whatever host it names
		if err == nil {
			return strings.ToLower(node.Software.Name), nil
		}
		if network.Later(err) {
			return "", err
		}
	}
	return "", nil
}

func (a *Account) get(ctx context.Context, path, what string, into any) error {
	call := a.call(http.MethodGet, path, nil)
	answer, err := a.env.HTTP.Do(ctx, call)
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	if !answer.OK() {
		return a.env.HTTP.Failure(call, answer, what)
	}
	if err := answer.Decode(into); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}
