package mastodon

import (
	"net/url"
	"strings"

	"syndicated/config"
)

// Config of an account.
type Config struct {
	Server string        `yaml:"server" doc:"address of the server, https://social.example" required:"true"`
	Token  config.Secret `yaml:"token" doc:"access token with the scopes read:accounts read:statuses write:statuses write:media" required:"true"`
}

// Check tells what is wrong with the settings.
func (c Config) Check() []config.Problem {
	var out []config.Problem
	if c.Server != "" {
		if _, err := base(c.Server); err != nil {
			out = append(out, config.Problem{Key: "server", What: err.Error(), Do: "write it as https://social.example"})
		}
	}
	if strings.ContainsAny(c.Token.Reveal(), " \t\r\n") {
		out = append(out, config.Problem{Key: "token", What: "holds white space", Do: "copy the access token alone, without Bearer"})
	}
	return out
}

type badServer string

func (b badServer) Error() string { return string(b) }

// base is the server's address without a slash at its end.
func base(server string) (string, error) {
	if !strings.Contains(server, "://") {
		server = "https://" + server
	}
	u, err := url.Parse(server)
	switch {
	case err != nil:
		return "", badServer("is no URL")
	case u.Scheme != "https" && u.Scheme != "http" || u.Host == "":
		return "", badServer("is no address of a server")
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return "", badServer("holds more than an address")
	}
	return strings.TrimRight(u.String(), "/"), nil
}
