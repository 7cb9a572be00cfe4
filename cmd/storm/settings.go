package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// writeSettings writes the settings file of one worker.
func writeSettings(folder, name, store, admin string, s *site, accounts map[string]string, every, unknown time.Duration) (string, error) {
	var b strings.Builder
	fmt.Fprintf(&b, "store: %q\nlisten: \"off\"\nadmin: %s\ngrace: 2s\nlog: {level: info}\n", store, admin)
	fmt.Fprintf(&b, `defaults:
  source: {schedule: "@every %s", settle: 0s, settle_update: 1s, burst: "off", websub: "off", allow_private: true, timeout: 10s}
  account: {unknown_wait: %s, review: "off", retries: 100, stale: "off"}
`, every, unknown)
	b.WriteString("sources:\n")
	for i := range s.feeds {
		fmt.Fprintf(&b, "  src%02d: {type: feed, url: %q}\n", i, s.url(i))
	}
	b.WriteString("accounts:\n")
	for name, words := range accounts {
		fmt.Fprintf(&b, "  %s: %s\n", name, words)
	}
	file := filepath.Join(folder, name+".yaml")
	return file, os.WriteFile(file, []byte(b.String()), 0o600)
}
