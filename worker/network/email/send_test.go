package email_test

import (
	"strings"
	"testing"

	"syndicated/config"
	"syndicated/worker/network"
	"syndicated/worker/network/email"
)

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
		if class, _ := network.ClassOf(err); err == nil || class != network.ClassStopped {
			t.Errorf("a certificate that nobody signed: %s: %v", class, err)
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
