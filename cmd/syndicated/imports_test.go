package main_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// arrows are what each package may import of this module, beside itself: the
// plan of the house. A name that ends in /… stands for all below it.
var arrows = map[string]string{
	"config":             "",
	"feeds":              "",
	"feeds/change":       "feeds",
	"feeds/change/…":     "feeds feeds/change",
	"feeds/write":        "feeds",
	"feeds/serve":        "feeds feeds/write",
	"feeds/source":       "feeds feeds/source/fetch",
	"feeds/source/head":  "feeds feeds/source/fetch",
	"feeds/source/fetch": "",
	"feeds/source/…":     "config feeds feeds/source feeds/source/fetch feeds/source/head feeds/source/remote",
	"worker":             "feeds feeds/change feeds/source worker/network worker/share worker/store",
	"worker/network":     "",
	"worker/network/…":   "config worker/network",
	"worker/share":       "feeds feeds/change worker/network",
	"worker/store":       "feeds worker/network",
	"worker/store/…":     "feeds worker/network worker/store",
	"worker/web":         "config feeds feeds/change worker/network worker/store",
	"worker/metric":      "",
	"cmd/syndicated":     "…",
	"cmd/syndicated/…":   "…",
}

// wrapped are libraries that stay in the packages which wrap them.
var wrapped = map[string][]string{
	"github.com/mmcdole/gofeed":           {"feeds/source/remote"},
	"github.com/gorilla/feeds":            {"feeds/write"},
	"github.com/redis/go-redis":           {"worker/store/redis"},
	"modernc.org/sqlite":                  {"worker/store/embedded"},
	"github.com/robfig/cron":              {"config", "worker"},
	"github.com/prometheus/client_golang": {"worker/metric"},
}

const module = "syndicated"

func TestImports(t *testing.T) {
	root := "../.."
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if name := d.Name(); path != root && (strings.HasPrefix(name, ".") || name == "testdata") {
				return fs.SkipDir
			}
			if _, err := os.Stat(filepath.Join(path, "go.mod")); err == nil && path != root {
				return fs.SkipDir // a module of its own
			}
			return nil
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, filepath.Dir(path))
		if err != nil {
			return err
		}
		pkg := filepath.ToSlash(rel)
		for _, spec := range file.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			if ours, ok := strings.CutPrefix(imported, module+"/"); ok && !allowed(pkg, ours) {
				t.Errorf("%s imports %s, which the plan does not let it", path, ours)
			}
			for lib, rooms := range wrapped {
				if strings.HasPrefix(imported, lib) && !slices.Contains(rooms, pkg) && !under(pkg, rooms) {
					t.Errorf("%s imports %s, which stays in %s", path, imported, strings.Join(rooms, ", "))
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// under reports whether pkg is a test helper or a part below one of the rooms.
func under(pkg string, rooms []string) bool {
	return slices.ContainsFunc(rooms, func(r string) bool { return r != "worker" && strings.HasPrefix(pkg, r+"/") })
}

func allowed(pkg, imported string) bool {
	may, ok := arrows[pkg]
	for up := pkg; !ok && up != "."; {
		up = filepath.ToSlash(filepath.Dir(up))
		may, ok = arrows[up+"/…"]
	}
	return pkg == imported || may == "…" || slices.Contains(strings.Fields(may), imported)
}

// TestImportsRefuses shows that the plan can be broken.
func TestImportsRefuses(t *testing.T) {
	for _, c := range []struct {
		pkg, imported string
		want          bool
	}{
		{"feeds/write", "feeds", true},
		{"feeds/write", "worker/store", false},
		{"worker/network/mastodon", "worker/network", true},
		{"worker/network/mastodon", "feeds", false},
		{"config", "feeds", false},
		{"cmd/syndicated", "worker", true},
	} {
		if got := allowed(c.pkg, c.imported); got != c.want {
			t.Errorf("%s → %s: got %v, want %v", c.pkg, c.imported, got, c.want)
		}
	}
}
