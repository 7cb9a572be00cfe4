package nostr_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"syndicated/config"
	"syndicated/worker/network"
	"syndicated/worker/network/networktest"
	"syndicated/worker/network/nostr"
)

// The key pair that NIP-19 has as its example.
const (
	secretHex = "67dea2ed018072d675f5415ecfaed7d2597555e202d85b3d65ea4e58d2d92ffa"
	secret    = "nsec1vl029mgpspedva04g90vltkh6fvh240zqtv9k0t9af8935ke9laqsnlfe5"
	public    = "npub10elfcs4fr0l0r8af98jlmgdh9c8tcxjvz9qkw038js35mp4dma8qzvjptg"
)

func open(t *testing.T, env network.Env, c nostr.Config) *nostr.Account {
	t.Helper()
	if c.Key.IsZero() {
		c.Key = config.NewSecret(secret)
	}
	a, err := nostr.New(c, env)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestNotes(t *testing.T) {
	networktest.Run(t, networktest.Suite{
		Fake: func(t *testing.T) *networktest.Fake { return newRelay(t).fake() },
		New: func(t *testing.T, url string, env network.Env) network.Account {
			return open(t, env, nostr.Config{Relays: []string{url}})
		},
		Secrets: []string{secret, secretHex},
		Repeats: true, Timeout: time.Second,
		NoEdit: true,
	})
}

func TestArticles(t *testing.T) {
	networktest.Run(t, networktest.Suite{
		Fake: func(t *testing.T) *networktest.Fake { return newRelay(t).fake() },
		New: func(t *testing.T, url string, env network.Env) network.Account {
			return open(t, env, nostr.Config{Relays: []string{url}, Kind: 30023})
		},
		Secrets: []string{secret, secretHex},
		Repeats: true, Timeout: time.Second,
		NoLimit: true,
	})
}

func env() network.Env {
	return network.Env{Name: "nostr", Now: networktest.Clock, HTTP: network.NewClient(network.ClientOptions{Timeout: 2 * time.Second, Now: networktest.Clock})}
}

func message(id, text string) network.Message {
	return network.Message{ID: id, Text: text, Link: "https://blog.example.org/" + id, Post: "k-" + id, Created: networktest.Noon}
}

func TestKeys(t *testing.T) {
	r := newRelay(t)
	for _, key := range []string{secret, secretHex, strings.ToUpper(secretHex), strings.ToUpper(secret)} {
		a := open(t, env(), nostr.Config{Relays: []string{r.url}, Key: config.NewSecret(key)})
		p, err := a.Probe(t.Context())
		if err != nil || p.Name != public {
			t.Errorf("the account is %s (%v), want %s", p.Name, err, public)
		}
	}
	for _, key := range []string{"", "nsec1", secret[:62] + "x", secretHex[1:], strings.Repeat("0", 64), strings.Repeat("f", 64), public, "nsec1é"} {
		_, err := nostr.New(nostr.Config{Relays: []string{r.url}, Key: config.NewSecret(key)}, env())
		if err == nil {
			t.Errorf("%q is taken for a private key", key)
		} else if len(key) > 8 && strings.Contains(err.Error(), key) {
			t.Errorf("the key is in %v", err)
		}
	}
}

// encoding/json would escape some of these, and the id would be another.
func TestCharacters(t *testing.T) {
	for _, text := range []string{
		"plain", "\u2028 and \u2029", "<b> & 'x' \"y\" \\ /", "tab\tline\nreturn\r", "bell\a null\x00 del\x7f", "𝄞 👩‍👩‍👧 e\u0301", "bad \xff utf-8", "\ufffe\uffff",
	} {
		r := newRelay(t)
		m := message("m1", text)
		m.Tags = []string{"Größe", "a\u2028b"}
		m.Warning = text
		if _, err := open(t, env(), nostr.Config{Relays: []string{r.url}}).Post(t.Context(), m); err != nil {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestSeveralRelays(t *testing.T) {
	for _, c := range []struct {
		name    string
		refuse  []string // by relay; "" takes
		quorum  int
		class   network.Class // empty: it is sent
		noted   string
		waiting time.Duration
	}{
		{"all", []string{"", "", ""}, 0, "", "", 0},
		{"half", []string{"", "", "blocked: no"}, 0, "", "1 of 3 relays", 0},
		{"one of three", []string{"", "error: no", "blocked: no"}, 0, network.ClassUnknown, "2 of 3 relays", 0},
		{"one is enough", []string{"", "error: no", "blocked: no"}, 1, "", "2 of 3 relays", 0},
		{"none, one may yet", []string{"rate-limited: slow", "invalid: no"}, 0, network.ClassRetry, "", time.Minute},
		{"none, all refuse the account", []string{"blocked: no", "restricted: no"}, 0, network.ClassStopped, "", 0},
		{"none, all refuse the event", []string{"invalid: no", "pow: 28 bits needed"}, 0, network.ClassPermanent, "", 0},
		{"duplicates are well", []string{"duplicate: have it"}, 0, "", "", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			var urls []string
			for _, refuse := range c.refuse {
				r := newRelay(t)
				r.refuse = refuse
				urls = append(urls, r.url)
			}
			got, err := open(t, env(), nostr.Config{Relays: urls, Quorum: c.quorum}).Post(t.Context(), message("m1", "words"))
			class, at := network.ClassOf(err)
			if err == nil {
				class = ""
			}
			if class != c.class {
				t.Fatalf("class %q, want %q: %v", class, c.class, err)
			}
			if c.waiting > 0 && !at.Equal(networktest.Noon.Add(c.waiting)) {
				t.Errorf("again at %v, want in %s", at, c.waiting)
			}
			if err == nil && !strings.Contains(got.Was, c.noted) {
				t.Errorf("noted %q, want %q", got.Was, c.noted)
			}
		})
	}
}

func TestAuth(t *testing.T) {
	r := newRelay(t)
	r.auth = true
	a := open(t, env(), nostr.Config{Relays: []string{r.url}})
	m := message("m1", "words")
	if _, err := a.Post(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	if _, found, err := a.Find(t.Context(), m); err != nil || !found {
		t.Errorf("found: %v, %v", found, err)
	}
}

// NIP-10: marked tags, root and reply.
func TestThread(t *testing.T) {
	r := newRelay(t)
	a := open(t, env(), nostr.Config{Relays: []string{r.url}})
	one, err := a.Post(t.Context(), message("m1", "one"))
	if err != nil {
		t.Fatal(err)
	}
	two, err := a.Reply(t.Context(), one, message("m2", "two"))
	if err != nil {
		t.Fatal(err)
	}
	edited, err := a.Edit(t.Context(), two, message("m3", "three"))
	if err != nil || edited.Was != "reply" {
		t.Fatalf("edit of a note: %q, %v; want a reply", edited.Was, err)
	}
	var got []string
	for _, tag := range r.events[2].values("e") {
		got = append(got, tag[3]+" "+tag[1])
	}
	if want := "root " + one.ID + ", reply " + two.ID; strings.Join(got, ", ") != want {
		t.Errorf("the third names %q, want %q", got, want)
	}
	if !strings.HasPrefix(one.URL, "https://njump.me/note1") {
		t.Errorf("it is shown at %s", one.URL)
	}
}

func TestArticle(t *testing.T) {
	r := newRelay(t)
	a := open(t, env(), nostr.Config{Relays: []string{r.url}, Kind: 30023})
	m := message("m1", "short words")
	m.Title, m.Summary, m.Published = "A title", "The point.", networktest.Noon.Add(-time.Hour)
	m.Media = []network.Media{{URL: "https://blog.example.org/a.jpg", Alt: "A cat"}}
	m.Data, _ = json.Marshal(map[string]any{"title": "A title", "content": "<p>Long <em>words</em>.</p>"})
	was, err := a.Post(t.Context(), m)
	if err != nil {
		t.Fatal(err)
	}
	m.ID, m.Data = "m2", json.RawMessage(`{"content":"<p>Longer words.</p>"}`)
	m.Post = "another key" // the article keeps its name
	if _, err := a.Edit(t.Context(), was, m); err != nil {
		t.Fatal(err)
	}
	if len(r.events) != 1 {
		t.Fatalf("%d articles, want 1", len(r.events))
	}
	e := r.events[0]
	if want := "Longer words.\n\nhttps://blog.example.org/m1"; e.Content != want {
		t.Errorf("content %q, want %q", e.Content, want)
	}
	for name, want := range map[string]string{"d": "k-m1", "title": "A title", "summary": "The point.", "image": "https://blog.example.org/a.jpg", "published_at": "1792148400"} {
		if got := e.first(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if !strings.HasPrefix(was.URL, "https://njump.me/naddr1") {
		t.Errorf("it is shown at %s", was.URL)
	}
	if _, err := a.Reply(t.Context(), was, message("m3", "a comment")); err != nil {
		t.Fatal(err)
	}
	if c := r.events[1]; c.Kind != 1111 || c.first("A") == "" || c.first("K") != "30023" {
		t.Errorf("a reply to an article is %+v, want a comment of NIP-22", c)
	}
}
