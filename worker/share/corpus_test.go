package share_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"syndicated/feeds"
	"syndicated/feeds/change"
	"syndicated/feeds/source/remote"
	"syndicated/worker/share"
)

// corpus is a folder of the corpus beside the project.
func corpus(t *testing.T, name string) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		if dir == filepath.Dir(dir) {
			t.Fatal("no go.mod above")
		}
		dir = filepath.Dir(dir)
	}
	path := filepath.Join(dir, "..", "shared", "corpus", name)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("no corpus at %s", path)
	}
	return path
}

// Every post of real feeds makes a message that every network takes, and that
// shows no markup.
func TestCorpus(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(corpus(t, "feeds"), "*", "*"))
	if err != nil {
		t.Fatal(err)
	}
	composers := map[string]*share.Composer{}
	all := manners()
	for name, manner := range all {
		co, err := share.New(share.Config{Account: "a", Network: name, Manner: manner, CanReply: true, CanEdit: true, Words: share.Words{Media: "all"}})
		if err != nil {
			t.Fatal(err)
		}
		composers[name] = co
	}
	posts := 0
	for _, file := range files {
		body, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		feed, _, err := remote.Parse(remote.Document{URL: "https://example.org/feed.xml", Body: body, Now: now})
		if err != nil {
			continue
		}
		for _, p := range feed.Posts[:min(len(feed.Posts), 5)] {
			posts++
			p.Source, p.Key, p.Feed = "s", "k", &feeds.Origin{Title: feed.Title}
			for name, co := range composers {
				out, err := co.Compose(share.Event{Now: now, Verdict: change.Verdict{Kind: change.New, Post: p}})
				if err != nil {
					t.Fatal(err)
				}
				for _, m := range out.Messages {
					checkMessage(t, name, all[name], m)
					// What publishing software wraps around posts is not passed on.
					for _, leak := range []string{"&nbsp;", "&#8217;", "appeared first on", "[…]", "[...]"} {
						if name == "mastodon" && strings.Contains(m.Text, leak) && !strings.Contains(p.Title, leak) {
							t.Errorf("%s: %q in %q", filepath.Base(file), leak, m.Text)
						}
					}
				}
			}
		}
	}
	if posts < 500 {
		t.Errorf("only %d posts were read", posts)
	}
}
