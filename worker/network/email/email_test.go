package email_test

import (
	"context"
	"encoding/base64"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/http"
	"net/http/httptest"
	"net/mail"
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

// opened is a mail as a reader's program shows it.
type opened struct {
	mail.Header
	text, html string
	files      map[string]string // by Content-ID
}

func open(t *testing.T, m mailing) opened {
	t.Helper()
	msg, err := mail.ReadMessage(strings.NewReader(m.data))
	if err != nil {
		t.Fatal(err)
	}
	o := opened{Header: msg.Header, files: map[string]string{}}
	var walk func(h map[string][]string, body io.Reader)
	walk = func(h map[string][]string, body io.Reader) {
		get := mail.Header(h).Get
		kind, params, err := mime.ParseMediaType(get("Content-Type"))
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(kind, "multipart/") {
			for r := multipart.NewReader(body, params["boundary"]); ; {
				p, err := r.NextRawPart()
				if err == io.EOF {
					return
				}
				if err != nil {
					t.Fatal(err)
				}
				walk(p.Header, p)
			}
		}
		switch get("Content-Transfer-Encoding") {
		case "quoted-printable":
			body = quotedprintable.NewReader(body)
		case "base64":
			body = base64.NewDecoder(base64.StdEncoding, body)
		}
		b, err := io.ReadAll(body)
		if err != nil {
			t.Fatal(err)
		}
		switch kind {
		case "text/plain":
			o.text = strings.ReplaceAll(string(b), "\r\n", "\n")
		case "text/html":
			o.html = strings.ReplaceAll(string(b), "\r\n", "\n")
		default:
			o.files[get("Content-ID")] = string(b)
		}
	}
	walk(msg.Header, msg.Body)
	return o
}

func (o opened) subject(t *testing.T) string {
	t.Helper()
	s, err := new(mime.WordDecoder).DecodeHeader(o.Get("Subject"))
	if err != nil {
		t.Fatal(err)
	}
	return s
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
	if !strings.HasPrefix(o.files["<picture@example.org>"], "\xff\xd8") {
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

func TestSameMessageIDAtEachTry(t *testing.T) {
	s := serve(t, &server{end: "drop"}, false)
	a := account(t, s, nil)
	m := network.Message{ID: "m1", Text: "x"}
	var err error
	if m.Frozen, err = a.Freeze(m, noon); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		_, err := a.Post(t.Context(), m)
		if class, _ := network.ClassOf(err); class != network.ClassUnknown {
			t.Fatalf("a lost answer to the mail's end is %s: %v", class, err)
		}
	}
	got := s.got()
	one, two := open(t, got[0]).Get("Message-Id"), open(t, got[1]).Get("Message-Id")
	if one == "" || one != two {
		t.Errorf("%s and %s", one, two)
	}
}

func TestFailures(t *testing.T) {
	for _, c := range []struct {
		name   string
		answer map[string]string
		end    string
		class  network.Class
		later  bool
	}{
		{"sender refused", map[string]string{"MAIL": "553 not yours"}, "", network.ClassStopped, false},
		{"too large", map[string]string{"MAIL": "552 too large"}, "", network.ClassPermanent, false},
		{"greylisted", map[string]string{"RCPT <reader@example.net>": "451 later"}, "", network.ClassRetry, true},
		{"no such reader", map[string]string{"RCPT <reader@example.net>": "550 unknown"}, "", network.ClassStopped, false},
		{"closing", map[string]string{"EHLO": "421 closing", "HELO": "421 closing"}, "", network.ClassRetry, true},
		{"gone before the mail", map[string]string{"RCPT <reader@example.net>": "drop"}, "", network.ClassRetry, false},
		{"data refused", map[string]string{"DATA": "554 no"}, "", network.ClassPermanent, false},
		{"content refused", nil, "554 spam", network.ClassPermanent, false},
		{"content put off", nil, "451 try again", network.ClassRetry, true},
		{"answer lost", nil, "drop", network.ClassUnknown, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := serve(t, &server{answer: c.answer, end: c.end}, false)
			_, err := account(t, s, nil).Post(t.Context(), network.Message{ID: "m1", Text: "x"})
			class, at := network.ClassOf(err)
			if err == nil || class != c.class || at.After(noon) != c.later {
				t.Errorf("got %s at %v, want %s: %v", class, at, c.class, err)
			}
		})
	}
	s := serve(t, &server{}, false)
	addr := s.addr
	a := account(t, &server{addr: addr}, func(c *email.Config) { c.Server = "127.0.0.1:1" })
	if _, err := a.Post(t.Context(), network.Message{ID: "m1", Text: "x"}); err == nil {
		t.Error("no server, no error")
	} else if class, _ := network.ClassOf(err); class != network.ClassRetry {
		t.Errorf("no server: %s", class)
	}
}

func TestSignIn(t *testing.T) {
	for _, c := range []struct {
		name     string
		auth     string
		starttls bool
		answer   map[string]string
		mode     string
		password string
		class    network.Class
	}{
		{"STARTTLS", "PLAIN LOGIN", true, nil, "auto", "pass word", ""},
		{"TLS", "PLAIN", false, nil, "tls", "pass word", ""},
		{"wrong password", "PLAIN", true, nil, "starttls", "hunter-two-secret", network.ClassStopped},
		{"no STARTTLS", "PLAIN", false, nil, "starttls", "pass word", network.ClassStopped},
		{"no AUTH", "", true, nil, "starttls", "pass word", network.ClassStopped},
		{"busy", "PLAIN", true, map[string]string{"AUTH": "454 later"}, "starttls", "pass word", network.ClassRetry},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := serve(t, &server{auth: c.auth, starttls: c.starttls, answer: c.answer}, c.mode == "tls")
			a := account(t, s, func(k *email.Config) {
				k.TLS, k.CA, k.User, k.Password = c.mode, s.ca, "reader", config.NewSecret(c.password)
			})
			_, err := a.Probe(t.Context())
			if class, _ := network.ClassOf(err); (err == nil) != (c.class == "") || err != nil && class != c.class {
				t.Errorf("got %s, want %q: %v", class, c.class, err)
			}
			if err != nil && strings.Contains(err.Error(), "hunter") {
				t.Errorf("the password is in %q", err)
			}
		})
	}
	t.Run("certificate of nobody", func(t *testing.T) {
		s := serve(t, &server{auth: "PLAIN", starttls: true}, false)
		_, err := account(t, s, func(k *email.Config) { k.TLS, k.User, k.Password = "starttls", "reader", config.NewSecret("pass word") }).Probe(t.Context())
		if err == nil {
			t.Error("a certificate that nobody signed was taken")
		}
		for _, line := range s.commands {
			if strings.HasPrefix(line, "AUTH") {
				t.Error("the password was sent")
			}
		}
	})
}

func TestSeveralReaders(t *testing.T) {
	s := serve(t, &server{answer: map[string]string{"RCPT <b@example.net>": "450 busy", "RCPT <c@example.net>": "550 unknown"}}, false)
	a := account(t, s, func(c *email.Config) { c.To = []string{"a@example.net", "b@example.net", "c@example.net"} })
	m := network.Message{ID: "m1", Text: "x"}
	_, err := a.Post(t.Context(), m)
	if class, at := network.ClassOf(err); class != network.ClassRetry || !at.After(noon) {
		t.Fatalf("one put off: %v", err)
	}
	s.mu.Lock()
	delete(s.answer, "RCPT <b@example.net>")
	s.mu.Unlock()
	if _, err := a.Post(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	got := s.got()
	if len(got) != 2 || strings.Join(got[0].to, "") != "TO:<a@example.net>" || strings.Join(got[1].to, "") != "TO:<b@example.net>" {
		t.Fatalf("got %+v", got)
	}
	if o := open(t, got[0]); o.Get("To") != "undisclosed-recipients:;" || strings.Contains(got[0].data, "b@example.net") {
		t.Errorf("readers see each other:\n%s", got[0].data)
	}
	if _, err := a.Post(t.Context(), network.Message{ID: "m2", Text: "x"}); err != nil || len(s.got()[2].to) != 2 {
		t.Errorf("the next mail: %v to %v", err, s.got()[2].to)
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

// TestOwnHTML: a whole page keeps its shape; what is the mail's comes into it.
func TestOwnHTML(t *testing.T) {
	pics := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Write(networktest.PNG(2, 2)) }))
	defer pics.Close()
	page := func(body string) string {
		return "<!DOCTYPE html>\n<html><head><title>T</title></head>\n<body class=\"a\">\n" + body + "</body></html>\n"
	}
	for _, c := range []struct{ name, body, want string }{
		{"the picture is in the text", `<p><img src="` + pics.URL + `/p?a=1&amp;b=2" alt="x"></p>`, `<p><strong>Spoilers &amp; more</strong></p>
<p><img src="cid:picture@example.org" alt="x"></p>`},
		{"the picture is not", "<p>words</p>", `<p><strong>Spoilers &amp; more</strong></p>
<p><img src="cid:picture@example.org" alt="A dog" style="max-width:100%;height:auto"></p>

<p>words</p>`},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := serve(t, &server{}, false)
			a := account(t, s, func(c *email.Config) { c.Unsubscribe = "mailto:off@example.org" })
			m := network.Message{ID: "m1", Text: "words", HTML: page(c.body), Warning: "Spoilers & more", Media: []network.Media{{URL: pics.URL + "/p?a=1&b=2", Alt: "A dog"}}}
			if _, err := a.Post(t.Context(), m); err != nil {
				t.Fatal(err)
			}
			o := open(t, s.got()[0])
			want := "<!DOCTYPE html>\n<html><head><title>T</title></head>\n<body class=\"a\">\n" + c.want +
				"<hr>\n<p style=\"font-size:smaller\"><a href=\"mailto:off@example.org\">Unsubscribe</a></p>\n</body></html>\n"
			if squeeze(o.html) != squeeze(want) {
				t.Errorf("got\n%s\nwant\n%s", o.html, want)
			}
			if !strings.HasPrefix(o.text, "[Spoilers & more]\n\nwords") {
				t.Errorf("text %q", o.text)
			}
			if o.Get("List-Unsubscribe") != "<mailto:off@example.org>" || o.Get("List-Unsubscribe-Post") != "" {
				t.Errorf("unsubscribe %q, %q", o.Get("List-Unsubscribe"), o.Get("List-Unsubscribe-Post"))
			}
		})
	}
}

func squeeze(s string) string { return strings.ReplaceAll(s, "\n", "") }
