package redis

import (
	"fmt"
	"strings"
)

// keys makes the names of all keys of a workspace. The workspace is their hash
// tag, so that they lie in one slot of a cluster and a script may touch any.
type keys struct{ tag string }

func newKeys(workspace string) (keys, error) {
	if workspace == "" || len(workspace) > 64 || strings.ContainsFunc(workspace, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_' || r == '.')
	}) {
		return keys{}, fmt.Errorf("workspace %q: letters, digits, '-', '_' and '.' make its name, 64 at most", workspace)
	}
	return keys{tag: "syndicated:{" + workspace + "}:"}, nil
}

// of is the key of a thing that there is once.
func (k keys) of(thing string) string { return k.tag + thing }

func (k keys) memory(source string) string  { return k.tag + "memory:" + source }
func (k keys) posts(source string) string   { return k.tag + "posts:" + source }
func (k keys) own(source string) string     { return k.tag + "own:" + source }
func (k keys) group(top string) string      { return k.tag + "group:" + top }
func (k keys) story(source string) string   { return k.tag + "story:" + source }
func (k keys) stream(account string) string { return k.tag + "stream:" + account }

// all gives the keys of several things.
func (k keys) all(things ...string) []string {
	out := make([]string, len(things))
	for i, t := range things {
		out[i] = k.of(t)
	}
	return out
}
