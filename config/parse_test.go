package config_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"syndicated/config"
)

type feedKind struct {
	URL string `yaml:"url" required:"true" format:"url" doc:"address of the feed"`
}

type folderKind struct {
	Path    string            `yaml:"path" required:"true" format:"path" doc:"folder"`
	BaseURL string            `yaml:"base_url" format:"url" doc:"where the folder is published"`
	Depth   int               `yaml:"depth" default:"8" min:"1" max:"64" doc:"how deep"`
	Words   map[string]string `yaml:"words" doc:"words"`
}

type mastodonKind struct {
	Server string        `yaml:"server" required:"true" doc:"the server"`
	Token  config.Secret `yaml:"token" required:"true" doc:"access token"`
}

func (m mastodonKind) Check() []config.Problem {
	if strings.HasPrefix(m.Server, "http://") {
		return []config.Problem{{Key: "server", What: "is not encrypted", Do: "use https"}}
	}
	return nil
}

type hookKind struct {
	URL    string          `yaml:"url" required:"true" doc:"address"`
	Secret config.Secret   `yaml:"secret" doc:"secret"`
	Wait   config.Duration `yaml:"wait" default:"5s" doc:"wait"`
	Style  string          `yaml:"style" enum:"plain,rich" default:"plain" doc:"style"`
	Share  float64         `yaml:"share" default:"0.5" doc:"share"`
}

var kinds = config.Kinds{
	Sources:  map[string]any{"feed": feedKind{}, "folder": folderKind{}},
	Accounts: map[string]any{"mastodon": mastodonKind{}, "webhook": &hookKind{}},
	Filter: func(text string) error {
		if strings.Contains(text, ".Tagz") {
			return errors.New("there is no .Tagz")
		}
		return nil
	},
}

func environment(vars map[string]string) func(string) (string, bool) {
	return func(name string) (string, bool) { v, ok := vars[name]; return v, ok }
}

func parse(t *testing.T, text string, vars map[string]string) (*config.Settings, []string) {
	t.Helper()
	s, err := config.Parse("s.yaml", []byte(text), t.TempDir(), kinds, environment(vars))
	if err == nil {
		return s, nil
	}
	faults, ok := errors.AsType[config.Faults](err)
	if !ok {
		t.Fatalf("error is %T, want Faults", err)
	}
	if s != nil {
		t.Error("settings came with faults")
	}
	return nil, strings.Split(faults.Error(), "\n")
}

func TestParseWhole(t *testing.T) {
	const text = `
store: redis://:hunter2@db.example:6379/1
base_url: https://feeds.example.org/
grace: 1m
updates: {sensitivity: high}
x-common: &common
  settle: 5m
  headers: {Authorization: "Bearer ${FEED_TOKEN}"}
defaults:
  source: {schedule: "0 * * * *", max_age: 7d}
  account: {rate: 6/h, server: https://social.example}
sources:
  zebra: {type: feed, url: "https://z.example/${FEED}", start: all, <<: *common}
  notes:
    type: folder
    path: posts
    start: 3
    timezone: Europe/Brussels
    max_age: off
    depth: 2
feeds:
  all: {title: Everything, sources: [zebra, notes]}
accounts:
  fedi:
    type: mastodon
    token: ${TOKEN}
    sources: zebra
    quiet: 22:00-07:00 Europe/Brussels
    quota: 500/month
    review: [new, burst]
    tags: {max: 2, map: {Golang: Go}}
    templates: {new: "{{.Title}} $${x}"}
  hook: {type: webhook, url: https://h.example, tags: [News], review: off}
`
	s, faults := parse(t, text, map[string]string{"TOKEN": "t0ps3cret", "FEED": "feed.xml", "FEED_TOKEN": "abc"})
	if faults != nil {
		t.Fatalf("faults:\n%s", strings.Join(faults, "\n"))
	}
	if got, want := s.Store.String(), "redis://***@db.example:6379/1"; got != want {
		t.Errorf("store prints as %q, want %q", got, want)
	}
	got := []any{s.BaseURL, s.Grace.Std(), s.Sensitivity, s.Listen, s.Admin, s.Log.Level}
	want := []any{"https://feeds.example.org", time.Minute, "high", "127.0.0.1:8080", "127.0.0.1:8081", "info"}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("top level (-want +got):\n%s", d)
	}

	zebra, notes := s.Sources[0], s.Sources[1]
	got = []any{
		zebra.Name, zebra.Type, zebra.Place, zebra.Schedule, zebra.Start, zebra.Settle.Std(), zebra.SettleUpdate.Std(),
		zebra.MaxAge.Std(), zebra.Burst, zebra.Expect.Std(), zebra.Headers["Authorization"], zebra.Timezone.String(), zebra.WebSub,
		zebra.Own.(*feedKind).URL,
	}
	want = []any{
		"zebra", "feed",
		config.Place{File: "s.yaml", Line: 13, Col: 3},
		"0 * * * *", -1, 5 * time.Minute, 10 * time.Minute,
		7 * 24 * time.Hour, 10, time.Duration(0), "Bearer abc", "UTC", "auto", "https://z.example/feed.xml",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("zebra (-want +got):\n%s", d)
	}
	own := notes.Own.(*folderKind)
	got = []any{notes.Start, notes.Settle.Std(), notes.MaxAge.Std(), notes.Timezone.String(), filepath.Base(own.Path), filepath.IsAbs(own.Path), own.Depth}
	want = []any{3, 2 * time.Minute, time.Duration(0), "Europe/Brussels", "posts", true, 2}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("notes (-want +got):\n%s", d)
	}

	all := s.Feeds[0]
	got = []any{all.Name, all.Title, all.Sources, all.Kind, all.Items, all.Content}
	want = []any{"all", "Everything", []string{"zebra", "notes"}, "posts", 50, "full"}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("feed (-want +got):\n%s", d)
	}

	fedi, hook := s.Accounts[0], s.Accounts[1]
	got = []any{
		fedi.Sources, fedi.Rate, fedi.Quiet.String(), fedi.Quota, fedi.Review, fedi.Tags, fedi.Templates, fedi.Update,
		fedi.Rerun, fedi.OnUnknown, fedi.UnknownWait.Std(), fedi.Own.(*mastodonKind).Token.Reveal(), fedi.Own.(*mastodonKind).Server,
	}
	want = []any{
		[]string{"zebra"},
		config.Rate{N: 6, Per: time.Hour},
		"22:00-07:00 Europe/Brussels",
		config.Quota{N: 500, Per: "month"},
		[]string{"new", "burst"},
		config.Tags{Max: 2, Map: map[string]string{"Golang": "Go"}},
		map[string]string{"new": "{{.Title}} ${x}"},
		"auto", "ignore", "hold", 90 * time.Second, "t0ps3cret", "https://social.example",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("fedi (-want +got):\n%s", d)
	}
	ownHook := hook.Own.(*hookKind)
	got = []any{hook.Tags, len(hook.Review), ownHook.Wait.Std(), ownHook.Style, ownHook.Share}
	want = []any{config.Tags{Add: []string{"News"}}, 0, 5 * time.Second, "plain", 0.5}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("hook (-want +got):\n%s", d)
	}

	printed, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	for _, form := range []string{fmt.Sprintf("%v %+v %#v", *s, *s, *s), slog.AnyValue(s.Store).Resolve().String(), string(printed)} {
		for _, secret := range []string{"t0ps3cret", "hunter2", "Bearer"} {
			if strings.Contains(form, secret) {
				t.Errorf("%s is printed in %s", secret, form)
			}
		}
	}
}

func TestBaseURL(t *testing.T) {
	tests := []struct{ text, want string }{
		{"", "http://127.0.0.1:8080"},
		{"listen: :9000", "http://127.0.0.1:9000"},
		{"listen: '[::1]:9000'", "http://[::1]:9000"},
		{"listen: off", "http://localhost"},
		{"base_url: https://x.example/feeds/", "https://x.example/feeds"},
	}
	for _, test := range tests {
		t.Run(test.text, func(t *testing.T) {
			s, faults := parse(t, "sources: {}\n"+test.text+"\n", nil)
			if faults != nil || s.BaseURL != test.want {
				t.Errorf("got %+v, %q, want %q", s, faults, test.want)
			}
		})
	}
}

func TestFaults(t *testing.T) {
	const head = "sources: {blog: {type: feed, url: https://b.example/}}\n"
	tests := []struct {
		name, text string
		want       []string
	}{
		{"empty file", "", []string{"s.yaml:1:1: sources: is missing; name at least one source, as sources: {blog: {type: feed, url: https://example.org/}}"}},
		{"not a table", "- a\n", []string{"s.yaml:1:1: a table of keys is needed here, not a list; write it as key: value, a line each"}},
		{"no YAML", "store: x\nlisten: [1, 2\nadmin: y\n", []string{"s.yaml:3:1: is no YAML: did not find expected ',' or ']'; look at the indentation, and put text with : or # or { in quotes"}},
		{"template without quotes", head + "accounts: {a: {type: webhook, url: 'https://h', template: {{.Title}}}}\n", []string{
			"s.yaml:2:59: accounts.a.template: text is needed here, not a table; put text that begins with { or [ in quotes",
			"s.yaml:2:60: accounts.a.template: the name of a key is a word, not a table; put text that begins with { or [ in quotes",
		}},
		{"second document", head + "---\nstore: x\n", []string{"s.yaml:2:1: a second document begins here; keep all settings in one"}},
		{"unknown key", head + "lisen: :80\n", []string{"s.yaml:2:1: lisen: is no key here; did you mean listen?"}},
		{"twice", head + "log: {level: info, level: warn}\n", []string{"s.yaml:2:20: log.level: is there twice, first in line 2; take one out"}},
		{"unknown kind", "sources: {b: {type: fed}}\n", []string{`s.yaml:1:21: sources.b.type: "fed" is no kind of source; did you mean feed?`}},
		{"no kind", "sources: {b: {url: https://b.example}}\n", []string{"s.yaml:1:11: sources.b.type: is missing; set it to one of feed, folder"}},
		{"missing key of the kind", "sources: {b: {type: feed}}\n", []string{"s.yaml:1:11: sources.b.url: is missing; set url: address of the feed"}},
		{"empty key", "sources: {b: {type: feed, url: ''}}\n", []string{"s.yaml:1:32: sources.b.url: is empty; set url: address of the feed"}},
		{"key of another kind", "sources: {b: {type: feed, url: https://b, depth: 1}}\n", []string{"s.yaml:1:43: sources.b.depth: is no key of this source; it is a key of folder"}},
		{"number", "sources: {b: {type: folder, path: p, depth: many, burst: -1}}\n", []string{
			`s.yaml:1:45: sources.b.depth: "many" is no whole number`,
			`s.yaml:1:58: sources.b.burst: "-1" is too small; at least 0`,
		}},
		{"choice", head + "updates: {sensitivity: hihg}\n", []string{`s.yaml:2:24: updates.sensitivity: "hihg" is none of low, normal, high; did you mean high?`}},
		{"length of time", head + "grace: 5 minutes\n", []string{`s.yaml:2:8: grace: "5 minutes" is no length of time; write it as 90s, 15m, 2h or 7d`}},
		{"no secret", head + "accounts: {f: {type: mastodon, server: https://s}}\n", []string{"s.yaml:2:12: accounts.f.token: is missing; set token or token_file"}},
		{"empty secret", head + "accounts: {f: {type: mastodon, server: https://s, token: ''}}\n", []string{"s.yaml:2:58: accounts.f.token: is empty; set token or token_file"}},
		{"empty variable", head + "accounts: {f: {type: mastodon, server: https://s, token: '${EMPTY}'}}\n", []string{"s.yaml:2:58: accounts.f.token: is empty in the environment; set token or token_file"}},
		{"missing variable", head + "accounts: {f: {type: mastodon, server: https://s, token: '${GONE}'}}\n", []string{"s.yaml:2:58: accounts.f.token: the environment has no GONE; set the variable, or write $${ for ${ itself"}},
		{"no variable", head + "user_agent: '${'\n", []string{"s.yaml:2:13: user_agent: ${ begins the name of a variable, and none follows; set the variable, or write $${ for ${ itself"}},
		{"both twins", head + "accounts: {f: {type: mastodon, server: https://s, token: a, token_file: b}}\n", []string{"s.yaml:2:61: accounts.f.token_file: is set and so is token; take one out"}},
		{"missing file", head + "admin_token_file: nowhere\n", []string{`s.yaml:2:19: admin_token_file: "nowhere": no such file or directory; put the secret into that file`}},
		{"own check", head + "accounts: {f: {type: mastodon, server: 'http://s', token: a}}\n", []string{"s.yaml:2:40: accounts.f.server: is not encrypted; use https"}},
		{"unknown source", head + "feeds: {all: {title: T, sources: [blgo]}}\naccounts: {h: {type: webhook, url: u, feeds: [al], sources: [blog/member, other]}}\n", []string{
			`s.yaml:2:35: feeds.all.sources: there is no source "blgo"; did you mean blog?`,
			`s.yaml:3:47: accounts.h.feeds: there is no feed "al"; did you mean all?`,
			`s.yaml:3:75: accounts.h.sources: there is no source "other"; there is blog`,
		}},
		{"same address", head + "listen: :8080\nadmin: 127.0.0.1:8080\n", []string{"s.yaml:3:8: admin: is the address of listen; give it a port of its own"}},
		{"same address as the default", head + "listen: :8081\n", []string{"s.yaml:2:9: admin: is the address of listen; give it a port of its own"}},
		{"query of an address", "sources: {b: {type: feed, url: 'ftp://u:p@x.example/?key=hunter2'}}\n", []string{
			`s.yaml:1:32: sources.b.url: "ftp://***@x.example/?***" is no URL of the web: does not begin with http:// or https://; write it as https://example.org/path`,
		}},
		{"open admin", head + "admin: 0.0.0.0:9000\n", []string{"s.yaml:2:8: admin: can be reached from elsewhere and asks for no token; set admin_token, or listen on 127.0.0.1"}},
		{"base_url", head + "base_url: feeds.example.org\n", []string{`s.yaml:2:11: base_url: "feeds.example.org" is no public URL: does not begin with http:// or https://; write it as https://feeds.example.org`}},
		{"base_url with password", head + "base_url: https://me:hunter2@feeds.example.org\n", []string{`s.yaml:2:11: base_url: "https://***@feeds.example.org" is no public URL: holds a name or a password; write it as https://feeds.example.org`}},
		{"filter", "sources: {b: {type: feed, url: https://b, filter: 'has .Tagz 1'}}\n", []string{`s.yaml:1:51: sources.b.filter: "has .Tagz 1" is no filter: there is no .Tagz; write a condition, as has .Tags "go"`}},
		{"template", head + "accounts: {h: {type: webhook, url: u, template: '{{.Title', templates: {nwe: x}}}\n", []string{
			`s.yaml:2:49: accounts.h.template: "{{.Title" is no template: unclosed action`,
			"s.yaml:2:73: accounts.h.templates.nwe: is no key here; did you mean new?",
		}},
		{"name", "sources: {'a b': {type: feed, url: https://b}}\n", []string{`s.yaml:1:11: sources."a b": is no name; use letters, digits, - and _, at most 64`}},
		{"default of no kind", head + "defaults: {source: {shedule: '@hourly', depth: 3}}\n", []string{"s.yaml:2:21: defaults.source.shedule: is no key here; did you mean schedule?"}},
		{"default wrong, told once", "defaults: {source: {burst: x, depth: y}}\nsources: {a: {type: feed, url: https://b}, b: {type: folder, path: p}}\n", []string{
			`s.yaml:1:28: defaults.source.burst: "x" is no whole number`,
			`s.yaml:1:38: defaults.source.depth: "y" is no whole number`,
		}},
		{"member of a feed with two ends", head + "feeds: {f: {title: T, retired: true, moved_to: https://x/}}\n", []string{"s.yaml:2:9: feeds.f: is retired and moved_to another address; take one out"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, got := parse(t, test.text, map[string]string{"EMPTY": ""})
			if d := cmp.Diff(test.want, got); d != "" {
				t.Errorf("faults (-want +got):\n%s", d)
			}
		})
	}
}

func TestTenFaults(t *testing.T) {
	const text = `lisen: 1
store: foo://x
admin: 0.0.0.0:1
base_url: ftp://x
sources:
  a: {type: feed}
  b: {type: fead}
  c: {type: feed, url: https://c, schedule: "0 0 31 2 *"}
accounts:
  d: {type: mastodon, server: https://s, token: "${NO}"}
  e: {type: webhook, url: https://e, rate: often, media: some}
`
	_, got := parse(t, text, nil)
	if len(got) != 10 {
		t.Errorf("%d lines, want 10:\n%s", len(got), strings.Join(got, "\n"))
	}
	last := 0
	for _, line := range got {
		var n, col int
		if _, err := fmt.Sscanf(line, "s.yaml:%d:%d:", &n, &col); err != nil || n < last {
			t.Errorf("line %q has no place or is out of order", line)
		}
		last = n
	}
}

// What comes from the environment or a secret file is in no fault.
func TestFaultsHoldNoSecrets(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "s"), []byte("s3cret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	text := `
store: ${S}
listen: ${S}
base_url: ${S}
admin_token_file: s
updates: {sensitivity: "${S}"}
sources:
  a: {type: feed, url: "${S}", schedule: "${S}", headers: {X: "${S}\n"}, proxy: "http://u:s3cret@", filter: "${S} x", language: "${S}"}
  b: {type: "${S}"}
accounts:
  c: {type: webhook, url: u, secret: [s3cret], rate: "${S}", template: "{{${S}}}"}
`
	_, err := config.Parse("s.yaml", []byte(text), dir, kinds, environment(map[string]string{"S": "s3cret"}))
	if err == nil || strings.Count(err.Error(), "\n") < 10 {
		t.Fatalf("got %v, want many faults", err)
	}
	if strings.Contains(err.Error(), "s3cret") {
		t.Errorf("a secret is told:\n%v", err)
	}
}

func TestSecretFile(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"good": "s3cret\r\n", "empty": " \n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	read := func(name string) (*config.Settings, error) {
		return config.Parse("s.yaml", []byte("admin_token_file: "+name+"\nsources: {}\n"), dir, kinds, environment(nil))
	}
	s, err := read("good")
	if err != nil {
		t.Fatal(err)
	}
	if got, want := s.AdminToken.Reveal(), "s3cret"; got != want {
		t.Errorf("token is %q, want %q", got, want)
	}
	if _, err = read("empty"); err == nil || !strings.Contains(err.Error(), `"empty": is empty`) {
		t.Errorf("got %v, want a fault about an empty file", err)
	}
}

func TestLoad(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "syndicated.yaml")
	if _, err := config.Load(name, kinds, nil); err == nil || !strings.HasPrefix(err.Error(), name+": cannot be opened: no such file") {
		t.Errorf("got %v, want that it cannot be opened", err)
	}
	text := "store: data/x.db\nsources: {n: {type: folder, path: ../posts}}\n"
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := config.Load(name, kinds, nil)
	if err != nil {
		t.Fatal(err)
	}
	got := []string{string(s.Store), s.Sources[0].Own.(*folderKind).Path}
	want := []string{filepath.Join(dir, "data/x.db"), filepath.Join(filepath.Dir(dir), "posts")}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("paths (-want +got):\n%s", d)
	}
}

func FuzzParse(f *testing.F) {
	f.Add("sources: {b: {type: feed, url: https://b}}\n")
	f.Add("a: &a {<<: *a}\nsources: *a\n")
	f.Add("x-a: &a {b: {<<: [*a, *a]}}\naccounts: {c: {type: webhook, tags: [1, {}], quiet: 1-2}}\n")
	f.Add("? {a: b}\n: c\n? \n: d\n")
	f.Fuzz(func(t *testing.T, text string) {
		s, err := config.Parse("s.yaml", []byte(text), "", kinds, environment(nil))
		if (s == nil) == (err == nil) {
			t.Fatal("settings and faults, or neither")
		}
		if faults, ok := errors.AsType[config.Faults](err); err != nil && (!ok || len(faults) == 0) {
			t.Fatal("an error that holds no faults")
		}
	})
}
