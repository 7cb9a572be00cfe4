package redis

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	goredis "github.com/redis/go-redis/v9"
)

// Check implements store.Store. It asks every server that takes writes.
func (s *Store) Check(ctx context.Context) ([]string, error) {
	version, err := s.client.Get(ctx, s.keys.of("version")).Result()
	switch {
	case err != nil:
		return nil, fmt.Errorf("check redis: read the layout's version: %w", err)
	case version == importing:
		return nil, fmt.Errorf("check redis: %w", ErrImporting)
	case version != strconv.Itoa(len(migrations)):
		return nil, fmt.Errorf("check redis: layout %s: %w", version, ErrNewer)
	}
	var warnings []string
	var faults []error
	one := func(ctx context.Context, c *goredis.Client) error {
		w, err := checkServer(ctx, c)
		warnings = append(warnings, w...)
		return err
	}
	if c, ok := s.client.(*goredis.ClusterClient); ok {
		var nodes []*goredis.Client
		err = c.ForEachMaster(ctx, func(ctx context.Context, c *goredis.Client) error {
			s.clock.mu.Lock() // nodes are asked at once; no other lock is worth its name
			nodes = append(nodes, c)
			s.clock.mu.Unlock()
			return nil
		})
		for _, c := range nodes {
			faults = append(faults, one(ctx, c))
		}
		faults = append(faults, err)
	} else if c, ok := s.client.(*goredis.Client); ok {
		faults = append(faults, one(ctx, c))
	}
	if err := errors.Join(faults...); err != nil {
		return warnings, fmt.Errorf("check redis: %w", err)
	}
	if w, err := s.skew(ctx); err != nil {
		return warnings, err
	} else if w != "" {
		warnings = append(warnings, w)
	}
	slices.Sort(warnings)
	return slices.Compact(warnings), nil
}

// oldest is the first version that has all commands that are used.
var oldest = [2]int{6, 2}

func checkServer(ctx context.Context, c *goredis.Client) ([]string, error) {
	text, err := c.Info(ctx).Result()
	if err != nil {
		if refused(err) {
			return []string{"redis does not allow INFO: its version, maxmemory-policy and append-only file could not be checked"}, nil
		}
		return nil, err
	}
	info := parseInfo(text)
	var warnings []string
	var faults []error
	if v := info["redis_version"]; v == "" {
		warnings = append(warnings, "redis does not tell its version: it could not be checked that it is at least 6.2")
	} else if !atLeast(v, oldest) {
		faults = append(faults, fmt.Errorf("version %s is too old; %d.%d or newer is needed", v, oldest[0], oldest[1]))
	}
	if role := info["role"]; role == "slave" || role == "replica" {
		faults = append(faults, errors.New("the server is a replica and takes no writes; give the address of its master"))
	}
	if info["loading"] == "1" {
		faults = append(faults, errors.New("the server is still loading its data; try again"))
	}
	settings := map[string]string{}
	for _, name := range []string{"maxmemory-policy", "appendonly", "appendfsync"} {
		got, err := c.ConfigGet(ctx, name).Result()
		if err == nil && got[name] != "" {
			settings[name] = got[name]
		}
	}
	if settings["maxmemory-policy"] == "" {
		settings["maxmemory-policy"] = info["maxmemory_policy"]
	}
	if settings["appendonly"] == "" {
		settings["appendonly"] = map[string]string{"1": "yes", "0": "no"}[info["aof_enabled"]]
	}
	w, err := checkSettings(settings)
	return append(warnings, w...), errors.Join(append(faults, err)...)
}

func checkSettings(settings map[string]string) (warnings []string, err error) {
	switch policy := settings["maxmemory-policy"]; policy {
	case "noeviction":
	case "":
		warnings = append(warnings, "redis does not tell its maxmemory-policy: with any but noeviction, what is remembered vanishes when memory is short, and messages are lost or sent twice")
	default:
		err = fmt.Errorf("maxmemory-policy is %s: when memory is short, what is remembered would vanish, and messages be lost or sent twice; set it to noeviction", policy)
	}
	switch settings["appendonly"] {
	case "yes":
	case "":
		warnings = append(warnings, "redis does not tell whether it keeps an append-only file: without one, a restart loses what was written since the last snapshot")
		return warnings, err
	default:
		return append(warnings, "REDIS KEEPS NO APPEND-ONLY FILE: a restart loses everything since its last snapshot, and messages are lost or sent twice; set appendonly yes and appendfsync always"), err
	}
	switch settings["appendfsync"] {
	case "always":
	case "everysec":
		warnings = append(warnings, "redis has appendfsync everysec: when it or its machine dies, about the last second of acknowledged work is lost, so that a message may be lost or sent twice; set appendfsync always")
	case "":
		warnings = append(warnings, "redis does not tell its appendfsync: with any but always, acknowledged work of the last second or more can be lost")
	default:
		warnings = append(warnings, "redis has appendfsync "+settings["appendfsync"]+": when its machine dies, up to half a minute of acknowledged work is lost; set appendfsync always")
	}
	return warnings, err
}

// skew warns when the machine's clock and the server's differ: work goes on by
// the server's, but dates of posts and logs come from the machine's.
func (s *Store) skew(ctx context.Context) (string, error) {
	began := time.Now()
	t, err := s.client.Time(ctx).Result()
	if err != nil {
		if refused(err) {
			return "redis does not allow TIME", nil
		}
		return "", fmt.Errorf("check redis: ask for the time: %w", err)
	}
	took := time.Since(began)
	apart := t.Sub(began.Add(took / 2))
	if apart.Abs() < 5*time.Second+took {
		return "", nil
	}
	return fmt.Sprintf("the clocks of redis and of this machine differ by %s; the store's is used, set the other right", apart.Abs().Round(time.Second)), nil
}

// refused tells whether the server does not allow a command to this user, or
// does not know it.
func refused(err error) bool {
	text := err.Error()
	return strings.HasPrefix(text, "NOPERM") || strings.HasPrefix(text, "ERR unknown command") || strings.HasPrefix(text, "ERR command not allowed")
}

func parseInfo(text string) map[string]string {
	info := map[string]string{}
	for line := range strings.Lines(text) {
		if name, value, ok := strings.Cut(strings.TrimSpace(line), ":"); ok {
			info[name] = value
		}
	}
	return info
}

func atLeast(version string, want [2]int) bool {
	parts := strings.SplitN(version, ".", 3)
	major, err := strconv.Atoi(parts[0])
	if err != nil {
		return true // a version that says nothing refuses nothing
	}
	minor := 0
	if len(parts) > 1 {
		minor, _ = strconv.Atoi(parts[1])
	}
	return major > want[0] || major == want[0] && minor >= want[1]
}
