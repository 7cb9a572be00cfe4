package email_test

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// server is a small SMTP server: enough of RFC 5321 for one client, and the
// faults that matter.
type server struct {
	addr, ca string
	auth     string            // what it offers; empty: no AUTH
	starttls bool              // offered
	answer   map[string]string // by command ("MAIL", "RCPT <a@b>", "AUTH"): what is answered instead
	end      string            // answer to the mail's end; "drop" closes without one
	mu       sync.Mutex
	mails    []mailing
	commands []string
	conf     *tls.Config
	next     string // what happens at the next mail's end: "before" or "after"
}

type mailing struct {
	from string
	to   []string
	data string
}

func serve(t *testing.T, s *server, implicit bool) *server {
	t.Helper()
	s.conf, s.ca = certificate(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if implicit {
		l = tls.NewListener(l, s.conf)
	}
	s.addr = l.Addr().String()
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			wg.Go(func() {
				defer conn.Close()
				s.talk(conn)
			})
		}
	})
	t.Cleanup(func() { l.Close(); wg.Wait() })
	return s
}

func (s *server) talk(conn net.Conn) {
	conn.SetDeadline(time.Now().Add(10 * time.Second))
	r := bufio.NewReader(conn)
	say := func(line string) { fmt.Fprintf(conn, "%s\r\n", line) }
	say("220 test ESMTP")
	var m mailing
	secure := false
	if _, ok := conn.(*tls.Conn); ok {
		secure = true
	}
	for {
		text, err := r.ReadString('\n')
		if err != nil {
			return
		}
		text = strings.TrimRight(text, "\r\n")
		s.mu.Lock()
		s.commands = append(s.commands, text)
		s.mu.Unlock()
		verb, rest, _ := strings.Cut(text, " ")
		verb = strings.ToUpper(verb)
		key := verb
		if _, address, ok := strings.Cut(rest, ":"); ok && verb == "RCPT" {
			key = "RCPT " + address
		}
		if a, ok := s.answer[key]; ok {
			if a == "drop" {
				return
			}
			say(a)
			continue
		}
		switch verb {
		case "EHLO":
			say("250-test")
			if s.starttls && !secure {
				say("250-STARTTLS")
			}
			if s.auth != "" {
				say("250-AUTH " + s.auth)
			}
			say("250 8BITMIME")
		case "STARTTLS":
			say("220 go")
			t := tls.Server(conn, s.conf)
			if t.Handshake() != nil {
				return
			}
			conn, r, secure = t, bufio.NewReader(t), true
		case "AUTH":
			_, response, _ := strings.Cut(rest, " ")
			b, _ := base64.StdEncoding.DecodeString(response)
			if string(b) == "\x00reader\x00pass word" {
				say("235 welcome")
			} else {
				say("535 no: " + string(b[1:]))
			}
		case "MAIL":
			m = mailing{from: rest}
			say("250 ok")
		case "RCPT":
			m.to = append(m.to, rest)
			say("250 ok")
		case "DATA":
			say("354 go")
			var b strings.Builder
			for {
				text, err := r.ReadString('\n')
				if err != nil {
					return
				}
				if text == ".\r\n" {
					break
				}
				b.WriteString(strings.TrimPrefix(text, "."))
			}
			m.data = b.String()
			s.mu.Lock()
			next := s.next
			s.next = ""
			s.mu.Unlock()
			if next == "before" {
				return
			}
			if s.end == "" || s.end == "drop" || s.end[0] == '2' {
				s.mu.Lock()
				s.mails = append(s.mails, m)
				s.mu.Unlock()
			}
			if next == "after" {
				return
			}
			switch s.end {
			case "drop":
				return
			case "":
				say("250 queued")
			default:
				say(s.end)
			}
		case "QUIT":
			say("221 bye")
			return
		default:
			say("250 ok")
		}
	}
}

func (s *server) got() []mailing {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]mailing(nil), s.mails...)
}

// certificate makes one for 127.0.0.1 and writes it down for the client.
func certificate(t *testing.T) (*tls.Config, string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tpl := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, tpl, tpl, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}, file
}
