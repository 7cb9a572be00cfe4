// Package email posts by e-mail: one mail per message, to one or more addresses,
// over SMTP (RFC 5321, RFC 6409).
//
// Settings: server is the host of a mail provider's submission service, from the
// provider's page on mail programs, with user and password as it says there (an
// app password where sign-in has a second factor). Port 587 with STARTTLS is
// the default; :465 is TLS from the start; tls says otherwise. from must be an
// address that the provider lets this user send as. to are the readers, or the
// address of a list that has them; several do not see each other.
//
// A mail has a text and an HTML part, the picture within the latter, and the
// headers by which mail programs know a mailing: List-Id, List-Unsubscribe and,
// for an https address, one-click (RFC 8058). A sent mail cannot be changed: an
// update is a new mail in the thread of the first. Header fields cannot be
// forged by a post: what is no printable character does not get into one.
//
// Promised: the message id is made once and is the same at each try, and nothing
// is repeated that the server has taken. When the answer to the mail's end was
// lost, the mail may be on its way and nobody can be asked: the operator picks, by
// on_unknown, a possible gap or a possible duplicate. When the server takes some
// addresses and puts others off, only those others are tried again.
//
// The package knows nothing of posts and feeds. Run against Postfix 3.7.11 of
// Debian 12 (STARTTLS, SCRAM-SHA-256; unknown readers, a wrong password and too
// large a mail refused) on 2026-11-25.
package email

import (
	"fmt"
	"net"
	"net/mail"
	"net/url"
	"strings"
	"time"

	"syndicated/config"
	"syndicated/worker/network"
)

// Config is the settings of an email account.
type Config struct {
	Server      string        `yaml:"server" required:"true" doc:"host of the SMTP server, with :port if it is not 587"`
	TLS         string        `yaml:"tls" default:"auto" enum:"auto,starttls,tls,none" doc:"auto is tls on port 465, else starttls; none only within a machine or a safe network"`
	CA          string        `yaml:"ca" doc:"file with the certificate (PEM) that signs the server's, if that is not a public authority"`
	User        string        `yaml:"user" doc:"name to sign in with"`
	Password    config.Secret `yaml:"password" doc:"password to sign in with"`
	From        string        `yaml:"from" required:"true" doc:"sender, as address or Name <address>"`
	To          []string      `yaml:"to" required:"true" doc:"addresses of the readers, or of a list"`
	ReplyTo     string        `yaml:"reply_to" doc:"address for answers, if it is not from"`
	ListID      string        `yaml:"list_id" doc:"List-Id, such as news.example.org; made of the account's name and the domain of from if empty"`
	Unsubscribe string        `yaml:"unsubscribe" doc:"https: or mailto: address to unsubscribe; an https one must take the one-click POST of RFC 8058"`
	Hello       string        `yaml:"hello" doc:"name of this machine for the server, if it wants a special one"`
}

// Check tells what is wrong with c beyond the types of its fields.
func (c Config) Check() []config.Problem {
	var ps []config.Problem
	fault := func(key, what, do string) { ps = append(ps, config.Problem{Key: key, What: what, Do: do}) }
	if c.Server != "" {
		if _, _, err := hostPort(c.Server, c.TLS); err != nil {
			fault("server", "is no host and port", "write it as smtp.example.org or smtp.example.org:587")
		}
	}
	if c.User != "" && c.Password.IsZero() {
		fault("password", "is empty", "set password or password_file, or take user away")
	}
	if c.User == "" && !c.Password.IsZero() {
		fault("user", "is empty", "set the name that goes with password")
	}
	if c.From != "" {
		if _, err := mail.ParseAddress(c.From); err != nil {
			fault("from", "is no address", `write it as news@example.org or "News <news@example.org>"`)
		}
	}
	for _, to := range c.To {
		if _, err := mail.ParseAddress(to); err != nil {
			fault("to", fmt.Sprintf("has %q, which is no address", to), "write each as reader@example.org")
		}
	}
	if c.ReplyTo != "" {
		if _, err := mail.ParseAddress(c.ReplyTo); err != nil {
			fault("reply_to", "is no address", "write it as editor@example.org")
		}
	}
	if c.ListID != "" && strings.Trim(c.ListID, idChars) != "" {
		fault("list_id", "has characters that a List-Id may not have", "use letters, digits, dots and hyphens: news.example.org")
	}
	if u := c.Unsubscribe; u != "" && !strings.HasPrefix(u, "mailto:") {
		if p, err := url.Parse(u); err != nil || p.Scheme != "https" || p.Host == "" {
			fault("unsubscribe", "is neither an https nor a mailto address", "write it as https://example.org/unsubscribe or mailto:off@example.org")
		}
	}
	if strings.ContainsAny(c.Unsubscribe, " <>,\r\n\t") {
		fault("unsubscribe", "has characters that belong into no address", "encode them (%20 for a space)")
	}
	return ps
}

const idChars = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_"

// hostPort reads server; the port is 465 or 587 if it is not said.
func hostPort(server, mode string) (host, port string, err error) {
	host, port = server, "587"
	if mode == "tls" {
		port = "465"
	}
	if strings.Contains(server, ":") {
		if host, port, err = net.SplitHostPort(server); err != nil {
			return "", "", err
		}
	}
	if host == "" || port == "" || strings.ContainsAny(host, " /@") {
		return "", "", fmt.Errorf("no host in %q", server)
	}
	if strings.Trim(port, "0123456789") != "" {
		return "", "", fmt.Errorf("port %q is no number", port)
	}
	return host, port, nil
}

// Account is a sender and its readers.
type Account struct {
	c          Config
	env        network.Env
	from       *mail.Address
	to         []*mail.Address
	host, port string
	listID     string
}

var (
	_ network.Account = (*Account)(nil)
	_ network.Replier = (*Account)(nil)
	_ network.Freezer = (*Account)(nil)
	_ network.Prober  = (*Account)(nil)
)

// New checks c; it connects nothing.
func New(c Config, env network.Env) (*Account, error) {
	for _, p := range c.Check() {
		return nil, fmt.Errorf("email account %s: %s %s; %s", env.Name, p.Key, p.What, p.Do)
	}
	a := &Account{c: c, env: env.Ready()}
	var err error
	if a.host, a.port, err = hostPort(c.Server, c.TLS); err != nil {
		return nil, fmt.Errorf("email account %s: server: %w", env.Name, err)
	}
	if a.from, err = mail.ParseAddress(c.From); err != nil {
		return nil, fmt.Errorf("email account %s: from: %w", env.Name, err)
	}
	if len(c.To) == 0 {
		return nil, fmt.Errorf("email account %s: to: no address", env.Name)
	}
	for _, s := range c.To {
		to, err := mail.ParseAddress(s)
		if err != nil {
			return nil, fmt.Errorf("email account %s: to: %w", env.Name, err)
		}
		a.to = append(a.to, to)
	}
	if a.listID = c.ListID; a.listID == "" {
		a.listID = kept(env.Name, idChars) + "." + domain(a.from.Address)
	}
	return a, nil
}

// kept is s with a hyphen for whatever is not in set.
func kept(s, set string) string {
	out := strings.Map(func(r rune) rune {
		if strings.ContainsRune(set, r) {
			return r
		}
		return '-'
	}, s)
	if out == "" {
		return "syndicated"
	}
	return out
}

func domain(address string) string { return address[strings.LastIndexByte(address, '@')+1:] }

// Manner implements network.Account.
func (a *Account) Manner() network.Manner {
	return network.Manner{Media: 1, Markup: network.Plain, Update: network.VerbReply, Spacing: time.Second}
}
