package redis_test

import (
	"strings"
	"sync/atomic"
	"testing"
)

// TestBrokenScripts breaks the scripts on purpose, one rule at a time, and wants
// TestEveryPrefix to notice: a test that notices nothing proves nothing.
func TestBrokenScripts(t *testing.T) {
	url := anyServer(t)
	const flushed, cancelled = "put('HSET', KEYS[13], records)\n", "add(records, id, written(m))\n    over["
	for _, c := range []struct{ name, script, was, is string }{
		{"the commit is known before it is done", "commit", "local told, woken = {}, false", "if fresh then redis.call('HSET', KEYS[2], source, '-' .. fence) end\nlocal told, woken = {}, false"},
		{"a message is known before it is queued", "commit", "local function flush()", "local function flush()\n  " + flushed},
		{"known ids are queued again", "commit", "local was, owner = known[id]", "local was, owner = false"},
		{"once is not looked at", "commit", "once ~= '' and owners[once]", "false"},
		{"what is in a digest is cancelled before the digest is queued", "commit", cancelled, "redis.call('HSET', KEYS[13], id, written(m))\n    over["},
		{"an attempt that began with the settling before is forgotten", "claim", "begun(m, {head", "local _ = (m, {head"},
		{"an attempt is not written down", "attempt", "add(records, ARGV[at + 3], ARGV[at + 4])", ""},
		{"a refused message is nowhere", "finish", "add(set == '4' and held or dead, 0, place)", ""},
		{"a person's move forgets the new place", "move", "redis.call('ZADD', KEYS[3], 0, member(m, id))", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			var found atomic.Bool // scripts are loaded by several at once
			change := func(name, text string) string {
				if name == c.script {
					if strings.Contains(text, c.was) {
						found.Store(true)
					}
					text = strings.Replace(text, c.was, c.is, 1)
				}
				return cut(name, text)
			}
			var err error
			for _, restart := range []bool{true, false} {
				if err == nil {
					err = cuts(t, url, places(t, url, restart), restart, change)
				}
			}
			if !found.Load() {
				t.Fatalf("the script %s does not hold %q", c.script, c.was)
			}
			if err == nil {
				t.Error("nothing went wrong")
			}
		})
	}
}
