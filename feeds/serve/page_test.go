package serve_test

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"syndicated/feeds"
	"syndicated/feeds/serve"
)

// browser starts a headless Chromium. Where there is none the test is skipped,
// but not in CI.
func browser(t *testing.T) context.Context {
	t.Helper()
	path := cmp.Or(os.Getenv("CHROMIUM"), "/usr/bin/chromium")
	if _, err := exec.LookPath(path); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("no Chromium at " + path)
		}
		t.Skip("no Chromium at " + path + "; CHROMIUM names another")
	}
	var flags []chromedp.ExecAllocatorOption
	flags = append(flags, chromedp.ExecPath(path), chromedp.NoFirstRun, chromedp.Headless, chromedp.NoSandbox, chromedp.DisableGPU)
	for _, f := range []string{"disable-quic", "disable-background-networking", "disable-component-update", "disable-sync", "hide-scrollbars"} {
		flags = append(flags, chromedp.Flag(f, true))
	}
	flags = append(flags, chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1")) // nothing is fetched from elsewhere
	ctx, cancel := chromedp.NewExecAllocator(t.Context(), flags...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	ctx, cancel = context.WithTimeout(ctx, 4*time.Minute)
	t.Cleanup(cancel)
	return ctx
}

// readable are posts as people write them.
func readable() []feeds.Post {
	at := func(day int) time.Time { return time.Date(2026, 10, day, 9, 30, 0, 0, time.UTC) }
	para := "<p>" + strings.Repeat("The wind came in from the west all week, and the boats stayed where they were. ", 6) + "</p>"
	image := "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAoAAAAGCAIAAABxZ0isAAAAFUlEQVR42mNkYPj/n4EIwDiqkL4KAVtgDAMGc1z1AAAAAElFTkSuQmCC"
	blog := &feeds.Origin{Title: "Harbour Notes", Link: "https://harbour.example/", Self: "https://harbour.example/feed.xml"}
	return []feeds.Post{
		{
			Source: "blog", Key: "1", ID: "tag:harbour.example,2026:1", Link: "https://harbour.example/lamps", Title: "Why the harbour lamps are green on the left, and what happens when they are not", Published: at(28), Language: "en", Feed: blog, Tags: []string{"harbour", "lights", "navigation"},
			Authors: []feeds.Author{{Name: "Ann Rivers", URL: "https://harbour.example/ann"}, {Name: "Bo Lind"}}, Updated: at(30), Revision: 1, Note: "The keeper wrote to say that the lamps were changed in 1964, not in 1946.",
			Content: `<p>Seen from the sea, a harbour’s lamps are <strong>green on the right</strong> and red on the left, or the other way round, depending on <a href="/iala">where in the world</a> you are.</p><h2>Two systems</h2><ul><li>Region A: red to port.</li><li>Region B: red to starboard.</li></ul><blockquote><p>“Red right returning”, says one half of the world.</p></blockquote><table><caption>Lamps by region</caption><thead><tr><th scope="col">Region</th><th scope="col">Left</th><th scope="col">Right</th></tr></thead><tbody><tr><td>A</td><td>red</td><td>green</td></tr><tr><td>B</td><td>green</td><td>red</td></tr></tbody></table><pre><code>func port(region string) string { return map[string]string{"A": "red", "B": "green"}[region] }</code></pre>`,
		},
		{Source: "blog", Key: "2", ID: "tag:harbour.example,2026:2", Link: "https://harbour.example/week", Title: "A week of wind", Published: at(24), Updated: at(25), Language: "en", Feed: blog, Authors: []feeds.Author{{Name: "Ann Rivers"}}, Content: `<figure><img src="` + image + `" alt="Grey sea under a grey sky" width="640" height="384"><figcaption>Tuesday, before the rain.</figcaption></figure>` + strings.Repeat(para, 5)},
		{Source: "notes", Key: "3", ID: "tag:harbour.example,2026:3", Link: "https://harbour.example/notes/3", Published: at(22), Language: "en", Content: "<p>The ferry is twenty minutes late and nobody minds, because the sun is out.</p>"},
		{Source: "he", Key: "4", ID: "tag:harbour.example,2026:4", Link: "https://harbour.example/he", Title: "שלום מן הנמל", Published: at(20), Language: "he", Content: "<p>הרוח באה מן המערב כל השבוע, והסירות נשארו במקומן.</p><blockquote><p>הים שקט היום.</p></blockquote>", Tags: []string{"נמל"}},
		{Source: "cast", Key: "5", ID: "tag:harbour.example,2026:5", Link: "https://harbour.example/cast/5", Title: "Episode 5: The keeper’s daughter", Published: at(15), Language: "en", Feed: &feeds.Origin{Title: "Harbour Radio", Link: "https://radio.example/"}, Content: "<p>We talk to <em>Maria Holm</em>, who grew up in the lighthouse.</p>", Enclosures: []feeds.Media{{URL: "https://harbour.example/5.mp3", Type: "audio/mpeg", Length: 34_567_890, Title: "Episode 5"}}},
		{Source: "blog", Key: "6", ID: "tag:harbour.example,2026:6", Title: "Without link, summary or author", Published: at(2)},
	}
}

const pageQueries = `(() => {
  const visible = e => e && e.getClientRects().length > 0 && getComputedStyle(e).visibility == 'visible';
  return {
    posts: [...document.querySelectorAll('.h-feed .h-entry')].filter(visible).length,
    titles: [...document.querySelectorAll('.h-entry h2')].filter(visible).map(e => e.textContent),
    dates: document.querySelectorAll('.h-entry .dt-published[datetime]').length,
    authors: [...document.querySelectorAll('.h-entry .p-author .p-name')].map(e => e.textContent),
    alternates: [...document.querySelectorAll('link[rel=alternate]')].map(e => e.type),
    address: visible(document.querySelector('.address')) ? document.querySelector('.address').textContent : '',
    wide: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    scripts: document.scripts.length,
  };
})()`

type seenPage struct {
	Posts, Dates, Wide, Scripts int
	Titles, Authors, Alternates []string
	Address                     string
}

// TestPage looks at the page in a browser: in light and dark, narrow and wide.
// SHOTS names a folder for screenshots; AXE_JS is the path of axe-core's axe.min.js.
func TestPage(t *testing.T) {
	ctx := browser(t)
	axe := ""
	if path := os.Getenv("AXE_JS"); path != "" {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		axe = string(b)
	} else if os.Getenv("CI") == "true" {
		t.Error("AXE_JS names no axe.min.js")
	} else {
		t.Log("AXE_JS names no axe.min.js: accessibility rules are not checked")
	}
	var f *fixture
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { f.ServeHTTP(w, r) }))
	defer server.Close()
	lib := &library{}
	list := []serve.Feed{
		{Name: "harbour", Title: "Notes from the harbour", Description: "Boats, lamps and weather, from three people who live by the sea.", Language: "en", Sources: []string{"blog", "notes", "he", "cast"}},
		{Name: "empty", Title: "Tide tables", Description: "When the water comes and goes.", Sources: []string{"none"}},
		{Name: "quiet", Title: "יומן הנמל", Sources: []string{"he"}},
	}
	lib.put(readable()...)
	hostile := hostileFeeds(lib)
	list = append(list, hostile[3], hostile[4]) // all the HTML, all the titles
	f = &fixture{t: t, lib: lib, now: day0.Add(40 * 24 * time.Hour)}
	f.start(serve.Config{BaseURL: server.URL, Feeds: list})

	for _, look := range []struct {
		name, scheme string
		width        int64
	}{{"light-wide", "light", 1280}, {"dark-wide", "dark", 1280}, {"light-narrow", "light", 360}, {"dark-narrow", "dark", 360}} {
		paths := []string{"/feeds/harbour", "/feeds/empty", "/"}
		if look.scheme == "light" {
			paths = append(paths, "/feeds/"+hostile[3].Name)
		}
		if look.name == "light-narrow" {
			paths = append(paths, "/feeds/"+hostile[4].Name)
		}
		for _, path := range paths {
			name := look.name + "-" + cmp.Or(filepath.Base(path), "index")
			if path == "/" {
				name = look.name + "-index"
			}
			t.Run(name, func(t *testing.T) {
				_, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: look.scheme}}})
				if err != nil {
					t.Fatal(err)
				}
				if err := chromedp.Do(ctx, chromedp.EmulateViewport(look.width, 900), chromedp.Navigate(server.URL+path)); err != nil {
					t.Fatal(err)
				}
				got, err := chromedp.Run(ctx, chromedp.Evaluate[seenPage](pageQueries))
				if err != nil {
					t.Fatal(err)
				}
				if got.Wide > 0 {
					t.Errorf("the page is %d pixels wider than the screen", got.Wide)
				}
				if got.Scripts > 0 {
					t.Errorf("%d scripts", got.Scripts)
				}
				if path == "/feeds/harbour" {
					if got.Posts != 6 || len(got.Titles) != 6 || got.Dates != 6 || got.Address != server.URL+path+".atom" || fmt.Sprint(got.Alternates) != "[application/atom+xml application/rss+xml application/feed+json]" || len(got.Authors) != 3 {
						t.Errorf("got %+v", got)
					}
				}
				// What differs between the looks is the page of posts; one look at the others is enough.
				if axe != "" && (path == paths[0] || look.name == "light-wide" || look.name == "dark-narrow" && path == "/") {
					checkAxe(t, ctx, axe)
				}
				if dir := os.Getenv("SHOTS"); dir != "" {
					shot, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
					if err != nil {
						t.Fatal(err)
					}
					if err := os.WriteFile(filepath.Join(dir, name+".png"), shot, 0o644); err != nil {
						t.Fatal(err)
					}
				}
			})
		}
	}
}

// TestRawXMLIsStyled: a browser that is shown the XML shows something readable.
func TestRawXMLIsStyled(t *testing.T) {
	ctx := browser(t)
	var f *fixture
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { f.ServeHTTP(w, r) }))
	defer server.Close()
	f = &fixture{t: t, lib: &library{}, now: day0.Add(40 * 24 * time.Hour)}
	f.lib.put(readable()...)
	f.start(serve.Config{BaseURL: server.URL, Feeds: []serve.Feed{{Name: "harbour", Title: "Notes from the harbour", Description: "Boats and weather."}}})
	for format, query := range map[string]string{
		"rss":  `["item > title", "item > description", "item > guid", "channel > title", "channel > link"]`,
		"atom": `["entry > title", "entry > summary", "entry > id", "feed > title", "feed > updated"]`,
	} {
		if err := chromedp.Do(ctx, chromedp.EmulateViewport(1000, 900), chromedp.Navigate(server.URL+"/feeds/harbour."+format)); err != nil {
			t.Fatal(err)
		}
		got, err := chromedp.Run(ctx, chromedp.Evaluate[[]string](query+`.map(q => getComputedStyle(document.querySelector(q)).display)`))
		if err != nil {
			t.Fatal(err)
		}
		if want := "[block block none block none]"; fmt.Sprint(got) != want {
			t.Errorf("%s: got %v, want %s", format, got, want)
		}
		if dir := os.Getenv("SHOTS"); dir != "" {
			shot, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, "raw-"+format+".png"), shot, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}

type violation struct {
	ID, Impact, Help string
	Nodes            []struct {
		HTML    string
		Summary string `json:"failureSummary"`
	}
}

func checkAxe(t *testing.T, ctx context.Context, axe string) {
	t.Helper()
	// The page's own policy lets no script run; the debugger may all the same.
	if err := chromedp.Do(ctx, chromedp.Evaluate[chromedp.Void](axe)); err != nil {
		t.Fatal(err)
	}
	const run = `axe.run(document, {resultTypes: ['violations']}).then(r => r.violations)`
	found, err := chromedp.Run(ctx, chromedp.Evaluate[[]violation](run, chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range found {
		t.Errorf("axe: %s (%s): %s", v.ID, v.Impact, v.Help)
		for i, n := range v.Nodes {
			if i < 3 {
				t.Errorf("  %.300s: %s", n.HTML, strings.ReplaceAll(n.Summary, "\n", " "))
			}
		}
	}
}
