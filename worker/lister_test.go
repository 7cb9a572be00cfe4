package worker

import (
	"strings"
	"testing"
)

// A member's name is shown everywhere: no part of it may be a secret.
func TestMemberName(t *testing.T) {
	for _, c := range []struct{ name, address, want string }{
		{"plain", "https://example.org/feed.xml", "planet/example.org/feed.xml"},
		{"slash and port", "http://127.0.0.1:8900/feed/", "planet/127.0.0.1:8900/feed"},
		{"user and password", "https://ann:hush@example.org/feed", "planet/example.org/feed"},
		{"token", "https://example.org/feed?token=hush", "planet/example.org/feed?"},
		{"no address", "hush", "planet/"},
	} {
		got := memberName("planet", c.address)
		if !strings.HasPrefix(got, c.want) || strings.Contains(got, "hush") {
			t.Errorf("%s: got %q, want %q and no secret", c.name, got, c.want)
		}
	}
	if memberName("p", "https://e.org/f?a=1") == memberName("p", "https://e.org/f?a=2") {
		t.Error("two feeds that differ in their query have one name")
	}
}
