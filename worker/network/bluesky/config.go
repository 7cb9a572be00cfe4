package bluesky

import (
	"cmp"
	"errors"
	"net/url"
	"strings"

	"syndicated/config"
)

const publicServer = "https://bsky.social"

// Config of an account.
type Config struct {
	Handle   string        `yaml:"handle" doc:"handle of the account, example.bsky.social or its own domain" required:"true"`
	Password config.Secret `yaml:"password" doc:"app password, made under Settings, Privacy and security" required:"true"`
	Server   string        `yaml:"server" doc:"address of the PDS that hosts the account" default:"https://bsky.social"`
}

// Check tells what is wrong with the settings.
func (c Config) Check() []config.Problem {
	var out []config.Problem
	if _, err := c.base(); err != nil {
		out = append(out, config.Problem{Key: "server", What: err.Error(), Do: "write it as " + publicServer})
	}
	if h := c.handle(); h != "" && (strings.ContainsAny(h, " /") || !strings.ContainsAny(h, ".:")) {
		out = append(out, config.Problem{Key: "handle", What: "is no handle", Do: "write it as example.bsky.social, without @"})
	}
	return out
}

func (c Config) handle() string {
	return strings.ToLower(strings.TrimPrefix(strings.TrimSpace(c.Handle), "@"))
}

// base is the server's address without a slash at its end.
func (c Config) base() (string, error) {
	server := cmp.Or(c.Server, publicServer)
	if !strings.Contains(server, "://") {
		server = "https://" + server
	}
	u, err := url.Parse(server)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil || u.RawQuery != "" {
		return "", errors.New("is no address of a server")
	}
	return strings.TrimRight(u.String(), "/"), nil
}
