package email_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"syndicated/config"
	"syndicated/worker/network"
	"syndicated/worker/network/email"
	"syndicated/worker/network/networktest"
)

var noon = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)

type vault map[string][]byte

func (v vault) Load(_ context.Context, key string) ([]byte, error) { return v[key], nil }
func (v vault) Save(_ context.Context, key string, b []byte) error { v[key] = b; return nil }

func account(t *testing.T, s *server, change func(*email.Config)) *email.Account {
	t.Helper()
	c := email.Config{Server: s.addr, TLS: "none", From: "The News <news@example.org>", To: []string{"reader@example.net"}}
	if change != nil {
		change(&c)
	}
	a, err := email.New(c, network.Env{Name: "list", HTTP: network.NewClient(network.ClientOptions{Private: true}), Vault: vault{}, Now: func() time.Time { return noon }})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestPost(t *testing.T) {
	pics := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Write(networktest.PNG(2, 2)) }))
	defer pics.Close()
	s := serve(t, &server{}, false)
	a := account(t, s, func(c *email.Config) { c.Unsubscribe = "https://example.org/off?u=1" })
	m := network.Message{
		ID: "m1", Title: "Größe & Schönheit", Text: "First.\n\nSee https://example.org/a.\n.dot", Link: "https://example.org/a", Language: "de",
		Media: []network.Media{{URL: pics.URL + "/p", Alt: `A "dog"`}},
	}
	frozen, err := a.Freeze(m, noon)
	if err != nil {
		t.Fatal(err)
	}
	m.Frozen = frozen
	r, err := a.Post(t.Context(), m)
	if err != nil {
		t.Fatal(err)
	}
	got := s.got()
	if len(got) != 1 || got[0].from != "FROM:<news@example.org> BODY=8BITMIME" || strings.Join(got[0].to, " ") != "TO:<reader@example.net>" {
		t.Fatalf("got %+v", got)
	}
	o := open(t, got[0])
	for k, want := range map[string]string{
		"Message-Id": "<" + r.ID + ">", "Date": "Wed, 25 Nov 2026 12:00:00 +0000", "From": `"The News" <news@example.org>`, "To": "<reader@example.net>",
		"List-Id": "<list.example.org>", "List-Unsubscribe": "<https://example.org/off?u=1>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
		"Auto-Submitted": "auto-generated", "Precedence": "bulk", "Content-Language": "de", "In-Reply-To": "",
	} {
		if o.Get(k) != want {
			t.Errorf("%s: got %q, want %q", k, o.Get(k), want)
		}
	}
	if o.subject(t) != "Größe & Schönheit" {
		t.Errorf("subject %q", o.subject(t))
	}
	if want := "First.\n\nSee https://example.org/a.\n.dot\n\n-- \nUnsubscribe: https://example.org/off?u=1\n"; o.text != want {
		t.Errorf("text %q, want %q", o.text, want)
	}
	for _, want := range []string{
		`<html lang="de">`, "<p>First.</p>", `See <a href="https://example.org/a">https://example.org/a</a>.<br>`,
		`<img src="cid:picture@example.org" alt="A &#34;dog&#34;"`, `<a href="https://example.org/off?u=1">Unsubscribe</a>`,
	} {
		if !strings.Contains(o.html, want) {
			t.Errorf("no %s in\n%s", want, o.html)
		}
	}
	if !strings.HasPrefix(http.DetectContentType([]byte(o.files["<picture@example.org>"])), "image/") {
		t.Errorf("files %q", o.files)
	}
}

func TestReplyStandsInTheThread(t *testing.T) {
	s := serve(t, &server{}, false)
	a := account(t, s, nil)
	first, err := a.Post(t.Context(), network.Message{ID: "m1", Title: "Title", Text: "x"})
	if err != nil {
		t.Fatal(err)
	}
	second, err := a.Reply(t.Context(), first, network.Message{ID: "m2", Title: "Update: Title", Text: "y"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err = a.Reply(t.Context(), second, network.Message{ID: "m3", Title: "Update: Title", Text: "z"}); err != nil {
		t.Fatal(err)
	}
	o := open(t, s.got()[2])
	if got, want := o.Get("In-Reply-To"), "<"+second.ID+">"; got != want {
		t.Errorf("In-Reply-To %s, want %s", got, want)
	}
	if got, want := o.Get("References"), "<"+first.ID+"> <"+second.ID+">"; got != want {
		t.Errorf("References %s, want %s", got, want)
	}
	if o.subject(t) != "Re: Title" {
		t.Errorf("subject %q", o.subject(t))
	}
}

func TestNoHeaderIsForged(t *testing.T) {
	s := serve(t, &server{}, false)
	evil := "x\r\nBcc: victim@example.com\r\n\r\nbody\u2028\x00\u0085y"
	a := account(t, s, nil)
	m := network.Message{ID: evil, Title: evil, Subject: evil, Text: evil, Language: evil, Warning: evil}
	r, err := a.Post(t.Context(), m)
	if err != nil {
		t.Fatal(err)
	}
	r.Own = []byte(`{"subject":"x\r\nBcc: victim@example.com"}`)
	if _, err := a.Reply(t.Context(), r, m); err != nil {
		t.Fatal(err)
	}
	for _, m := range s.got() {
		o := open(t, m)
		head, _, _ := strings.Cut(m.data, "\r\n\r\n")
		if o.Get("Bcc") != "" || len(m.to) != 1 || strings.ContainsAny(strings.ReplaceAll(head, "\r\n", ""), "\r\n\x00") {
			t.Errorf("forged:\n%s", head)
		}
	}
	for _, id := range []string{"a>\r\nBcc: victim@example.com", "", "a b"} {
		if _, err := a.Reply(t.Context(), network.Receipt{ID: id}, m); err == nil {
			t.Errorf("answered %q", id)
		}
	}
}

func TestCheck(t *testing.T) {
	good := email.Config{Server: "smtp.example.org", From: "a@b.example", To: []string{"c@d.example"}}
	for _, c := range []struct {
		name   string
		change func(*email.Config)
		key    string
	}{
		{"good", func(*email.Config) {}, ""},
		{"server", func(c *email.Config) { c.Server = "smtp://x" }, "server"},
		{"user alone", func(c *email.Config) { c.User = "x" }, "password"},
		{"from", func(c *email.Config) { c.From = "news" }, "from"},
		{"to", func(c *email.Config) { c.To = append(c.To, "x") }, "to"},
		{"unsubscribe", func(c *email.Config) { c.Unsubscribe = "http://x.example" }, "unsubscribe"},
		{"list id", func(c *email.Config) { c.ListID = "a b" }, "list_id"},
	} {
		t.Run(c.name, func(t *testing.T) {
			conf := good
			c.change(&conf)
			got := ""
			for _, p := range conf.Check() {
				got += p.Key
			}
			if got != c.key {
				t.Errorf("got faults in %q, want %q", got, c.key)
			}
		})
	}
}

func TestAccount(t *testing.T) {
	const password = "pass word"
	networktest.Run(t, networktest.Suite{
		Fake: func(t *testing.T) *networktest.Fake {
			s := serve(t, &server{auth: "PLAIN"}, false)
			return &networktest.Fake{
				URL: s.addr,
				Shown: func() (out []networktest.Shown) {
					for _, m := range s.got() {
						o := open(t, m)
						out = append(out, networktest.Shown{
							ID: strings.Trim(o.Get("Message-Id"), "<>"), Text: o.text, ReplyTo: strings.Trim(o.Get("In-Reply-To"), "<>"),
						})
					}
					return out
				},
				Break: func(f networktest.Fault) bool {
					s.mu.Lock()
					defer s.mu.Unlock()
					switch {
					case f.Before:
						s.next = "before"
					case f.After:
						s.next = "after"
					}
					return s.next != ""
				},
			}
		},
		New: func(t *testing.T, addr string, env network.Env) network.Account {
			a, err := email.New(email.Config{Server: addr, TLS: "none", User: "reader", Password: config.NewSecret(password), From: "news@example.org", To: []string{"reader@example.net"}}, env)
			if err != nil {
				t.Fatal(err)
			}
			return a
		},
		Secrets: []string{password},
	})
}

// FuzzHeaders holds that nothing in a message becomes a header or a reader.
func FuzzHeaders(f *testing.F) {
	for _, s := range []string{"x\r\nBcc: a@b.example", "\n.\r\n", "=?utf-8?q?a=0aBcc:x?=", "\u2028\x00\x7f", strings.Repeat("ä", 300), "\xff\xfe"} {
		f.Add(s, s)
	}
	known := "Date Mime-Version Message-Id Precedence Subject X-Auto-Response-Suppress To List-Id Auto-Submitted Content-Language From Content-Type In-Reply-To References"
	f.Fuzz(func(t *testing.T, one, two string) {
		s := serve(t, &server{}, false)
		a := account(t, s, nil)
		m := network.Message{ID: one, Title: one, Subject: two, Text: one + two, Language: two, Warning: one, Link: two}
		if _, err := a.Reply(t.Context(), network.Receipt{ID: "x@y", Own: []byte(`{"subject":"` + "s" + `"}`)}, m); err != nil {
			t.Fatal(err)
		}
		if _, err := a.Post(t.Context(), m); err != nil {
			t.Fatal(err)
		}
		for _, m := range s.got() {
			if len(m.to) != 1 {
				t.Errorf("readers %q", m.to)
			}
			for k := range open(t, m).Header {
				if !strings.Contains(known, k) {
					t.Errorf("header %q", k)
				}
			}
		}
	})
}
