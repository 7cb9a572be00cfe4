package redis_test

import (
	"strings"
	"testing"

	"github.com/alicebob/miniredis/v2"
	miniserver "github.com/alicebob/miniredis/v2/server"
)

// TestCheckWhatIsTold has servers that say of themselves what no server at hand
// does: too old ones, and hosts that hide their settings.
func TestCheckWhatIsTold(t *testing.T) {
	for _, c := range []struct {
		name, info string
		warnings   []string
		err        string
	}{
		{"too old", "redis_version:6.0.16\r\nmaxmemory_policy:noeviction\r\naof_enabled:1", []string{"does not tell its appendfsync"}, "version 6.0.16 is too old; 6.2 or newer"},
		{"just new enough", "redis_version:6.2.0\r\nmaxmemory_policy:noeviction\r\naof_enabled:1", []string{"does not tell its appendfsync"}, ""},
		{"Valkey", "redis_version:7.2.4\r\nserver_name:valkey\r\nvalkey_version:8.1.0\r\nmaxmemory_policy:noeviction\r\naof_enabled:1", []string{"does not tell its appendfsync"}, ""},
		{"evicting, CONFIG forbidden", "redis_version:7.4.0\r\nmaxmemory_policy:volatile-lru\r\naof_enabled:1", []string{"does not tell its appendfsync"}, "maxmemory-policy is volatile-lru"},
		{"no file, CONFIG forbidden", "redis_version:7.4.0\r\nmaxmemory_policy:noeviction\r\naof_enabled:0", []string{"REDIS KEEPS NO APPEND-ONLY FILE"}, ""},
		{"loading", "redis_version:7.4.0\r\nloading:1\r\nmaxmemory_policy:noeviction\r\naof_enabled:1", []string{"does not tell its appendfsync"}, "still loading"},
		{"says nothing", "x:y", []string{"does not tell its maxmemory-policy", "does not tell its version", "does not tell whether"}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := miniredis.RunT(t)
			m.Server().SetPreHook(func(p *miniserver.Peer, cmd string, _ ...string) bool {
				switch strings.ToUpper(cmd) {
				case "INFO":
					p.WriteBulk(c.info)
				case "CONFIG":
					p.WriteError("NOPERM this user has no permissions to run the 'config|get' command")
				default:
					return false
				}
				return true
			})
			warnings, err := open(t, "redis://"+m.Addr()).Check(t.Context())
			compareCheck(t, warnings, err, c.warnings, c.err)
		})
	}
}
