package email

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/textproto"
	"os"
	"strings"
	"time"

	"github.com/wneessen/go-mail/smtp"

	"syndicated/worker/network"
)

const (
	dialTime = 30 * time.Second
	// sessionTime is for all up to the mail's end, endTime for the answer to
	// that: servers look for viruses there (RFC 5321 section 4.5.3.2).
	sessionTime = 2 * time.Minute
	endTime     = 3 * time.Minute
)

// session is a connection that is signed in.
type session struct {
	*smtp.Client
	conn net.Conn
	stop func() bool
}

// quit says good-bye and closes.
func (s *session) quit() {
	s.stop()
	_ = s.conn.SetDeadline(time.Now().Add(5 * time.Second))
	_ = s.Quit() // the mail's fate is known by now
	_ = s.conn.Close()
}

// abort closes without a word: a server must not take half a mail for a whole one.
func (s *session) abort() {
	s.stop()
	_ = s.conn.Close()
}

// connect dials, secures and signs in. Nothing was sent when it fails.
func (a *Account) connect(ctx context.Context) (*session, error) {
	where := "connect to " + net.JoinHostPort(a.host, a.port)
	dialer := net.Dialer{Timeout: dialTime}
	conn, err := dialer.DialContext(ctx, "tcp", net.JoinHostPort(a.host, a.port))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", where, err)
	}
	_ = conn.SetDeadline(time.Now().Add(sessionTime))
	s := &session{conn: conn, stop: context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })}
	if err := a.greet(ctx, s); err != nil {
		s.abort()
		return nil, fmt.Errorf("%s: %w", where, err)
	}
	return s, nil
}

func (a *Account) greet(ctx context.Context, s *session) error {
	conf, err := a.tlsConfig()
	if err != nil {
		return err
	}
	mode := a.c.TLS
	if mode == "" || mode == "auto" {
		mode = "starttls"
		if a.port == "465" {
			mode = "tls"
		}
	}
	conn := s.conn
	if mode == "tls" {
		t := tls.Client(s.conn, conf)
		if err := t.HandshakeContext(ctx); err != nil {
			return untrusted(fmt.Errorf("TLS: %w", err))
		}
		conn = t
	}
	if s.Client, err = smtp.NewClient(conn, a.host); err != nil {
		return later(a.tidy(err), a.env.Now())
	}
	s.SkipSMTPUTF8(a.ascii())
	if err := s.Hello(a.hello()); err != nil {
		return later(fmt.Errorf("hello: %w", a.tidy(err)), a.env.Now())
	}
	if mode == "starttls" {
		if ok, _ := s.Extension("STARTTLS"); !ok {
			return network.Stopped(errors.New("the server has no STARTTLS; set tls to none if the way to it is safe"))
		}
		if err := s.StartTLS(conf); err != nil {
			return untrusted(later(fmt.Errorf("STARTTLS: %w", a.tidy(err)), a.env.Now()))
		}
	}
	if a.c.User == "" {
		return nil
	}
	return a.signIn(s, mode != "none")
}

// untrusted stops the account where the server does not prove who it is.
func untrusted(err error) error {
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return network.Stopped(fmt.Errorf("%w; set ca if the server has a certificate of its own", err))
	}
	return err
}

func (a *Account) tlsConfig() (*tls.Config, error) {
	conf := &tls.Config{ServerName: a.host, MinVersion: tls.VersionTLS12}
	if a.c.CA == "" {
		return conf, nil
	}
	pem, err := os.ReadFile(a.c.CA)
	if err != nil {
		return nil, network.Stopped(fmt.Errorf("read ca: %w", err))
	}
	conf.RootCAs = x509.NewCertPool()
	if !conf.RootCAs.AppendCertsFromPEM(pem) {
		return nil, network.Stopped(fmt.Errorf("read ca: no certificate in %s", a.c.CA))
	}
	return conf, nil
}

// signIn uses the best of what the server offers.
func (a *Account) signIn(s *session, secure bool) error {
	_, offered := s.Extension("AUTH")
	has := map[string]bool{}
	for m := range strings.FieldsSeq(offered) {
		has[strings.ToUpper(m)] = true
	}
	user, password := a.c.User, a.c.Password.Reveal()
	var auth smtp.Auth
	switch {
	case has["SCRAM-SHA-256"]:
		auth = smtp.ScramSHA256Auth(user, password)
	case has["PLAIN"] && secure:
		auth = smtp.PlainAuth("", user, password, a.host, false)
	case has["LOGIN"] && secure:
		auth = smtp.LoginAuth(user, password, a.host, false)
	case has["CRAM-MD5"]:
		auth = smtp.CRAMMD5Auth(user, password)
	case has["PLAIN"] && loopback(a.host):
		auth = smtp.PlainAuth("", user, password, a.host, true)
	default:
		return network.Stopped(fmt.Errorf("sign in: the server offers %q, none of which is safe here", offered))
	}
	if err := s.Auth(auth); err != nil {
		err = fmt.Errorf("sign in: %w", a.tidy(err))
		if code := codeOf(err); code >= 500 {
			return network.Stopped(err)
		}
		return later(err, a.env.Now())
	}
	return nil
}

// ascii reports that no address needs SMTPUTF8.
func (a *Account) ascii() bool {
	for _, x := range append(a.to[:len(a.to):len(a.to)], a.from) {
		if strings.ContainsFunc(x.Address, func(r rune) bool { return r > '~' }) {
			return false
		}
	}
	return true
}

func (a *Account) hello() string {
	if a.c.Hello != "" {
		return a.c.Hello
	}
	if name, err := os.Hostname(); err == nil && strings.Contains(name, ".") && strings.Trim(name, idChars) == "" {
		return name
	}
	return "localhost"
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// tidy makes one line of what a server said, with no secret in it.
func (a *Account) tidy(err error) error {
	e, ok := errors.AsType[*textproto.Error](err)
	if !ok {
		return err
	}
	password := a.c.Password.Reveal()
	secrets := []string{password}
	if password != "" {
		for _, s := range []string{password, "\x00" + a.c.User + "\x00" + password} {
			secrets = append(secrets, base64.StdEncoding.EncodeToString([]byte(s)))
		}
	}
	return &textproto.Error{Code: e.Code, Msg: line(network.Redact(e.Msg, secrets...), 200)}
}

// codeOf is the server's code in err, 0 if the server said nothing.
func codeOf(err error) int {
	if e, ok := errors.AsType[*textproto.Error](err); ok {
		return e.Code
	}
	return 0
}

// later puts a temporary refusal off: greylisting wants some minutes
// (RFC 5321 section 4.5.4.1 says half an hour in general).
func later(err error, now time.Time) error {
	switch code := codeOf(err); {
	case code == 421:
		return network.After(err, now.Add(2*time.Minute))
	case code == 452:
		return network.After(err, now.Add(15*time.Minute))
	case code >= 400 && code < 500:
		return network.After(err, now.Add(5*time.Minute))
	}
	return err
}
