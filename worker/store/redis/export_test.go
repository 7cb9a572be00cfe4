package redis

import (
	"context"
	"fmt"
	"strings"

	goredis "github.com/redis/go-redis/v9"
)

// SetScripts lets a test change the text of the scripts.
func (s *Store) SetScripts(change func(name, text string) string) error {
	run, err := loadScripts(change)
	if err == nil {
		s.use(run)
	}
	return err
}

// Layout is the layout that this program writes.
func Layout() int { return len(migrations) }

// Workspace and Client let a test look at the keys.
func (s *Store) Workspace() string { return s.cfg.Workspace }

func (s *Store) Client() goredis.UniversalClient { return s.client }

// DescribeURL tells what a URL says, but its password.
func DescribeURL(url string) (string, error) {
	a, err := parseURL(url)
	if err != nil {
		return "", err
	}
	o := a.options
	kind := "redis"
	if a.cluster {
		kind = "cluster"
	} else if o.MasterName != "" {
		kind = "sentinel"
	}
	out := fmt.Sprintf("%s %s db %d", kind, strings.Join(o.Addrs, " "), o.DB)
	if o.TLSConfig != nil {
		out += " tls"
	}
	if o.Username != "" {
		out += " user " + o.Username
	}
	if o.MasterName != "" {
		out += " master " + o.MasterName
	}
	if a.workspace != "" {
		out += " workspace " + a.workspace
	}
	return out, nil
}

// Migrate runs steps as if they were the program's.
func Migrate(ctx context.Context, s *Store, steps []func(context.Context, *Store) error) error {
	return s.migrate(ctx, steps)
}

// VersionKey is the key of the layout's number.
func VersionKey(s *Store) string { return s.keys.of("version") }
