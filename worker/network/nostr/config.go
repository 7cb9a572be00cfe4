package nostr

import (
	"fmt"
	"net/url"

	"syndicated/config"
)

// Config of an account.
type Config struct {
	Key    config.Secret `yaml:"key" doc:"private key, nsec1… or 64 hex digits" required:"true"`
	Relays []string      `yaml:"relays" doc:"relays that messages are sent to, wss://…" required:"true"`
	Kind   int           `yaml:"kind" doc:"1: notes; 30023: articles that are replaced by an edit" default:"1"`
	Quorum int           `yaml:"quorum" doc:"how many relays must take a message; half of them if not set"`
}

// Check tells what is wrong with the settings.
func (c Config) Check() []config.Problem {
	var out []config.Problem
	if !c.Key.IsZero() {
		if _, err := parseKey(c.Key.Reveal()); err != nil {
			out = append(out, config.Problem{Key: "key", What: err.Error(), Do: "write the private key, nsec1… or 64 hex digits"})
		}
	}
	for _, r := range c.Relays {
		if u, err := url.Parse(r); err != nil || u.Scheme != "wss" && u.Scheme != "ws" || u.Host == "" {
			out = append(out, config.Problem{Key: "relays", What: "has an entry that is no relay", Do: "write it as wss://relay.example"})
			break
		}
	}
	if c.Kind != 0 && c.Kind != kindNote && c.Kind != kindArticle {
		out = append(out, config.Problem{Key: "kind", What: fmt.Sprintf("is %d", c.Kind), Do: "write 1 or 30023"})
	}
	if c.Quorum < 0 || c.Quorum > len(c.Relays) {
		out = append(out, config.Problem{Key: "quorum", What: fmt.Sprintf("is %d of %d relays", c.Quorum, len(c.Relays)), Do: "write how many of the relays must take a message"})
	}
	return out
}

func (c Config) quorum() int {
	if c.Quorum > 0 {
		return c.Quorum
	}
	return (len(c.Relays) + 1) / 2
}
