package email

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/mail"
	"slices"
	"strings"
	"time"

	"syndicated/worker/network"
)

// Post implements network.Account.
func (a *Account) Post(ctx context.Context, m network.Message) (network.Receipt, error) {
	return a.send(ctx, m, thread{Subject: subject(m)})
}

// Reply implements network.Replier. Some mail programs hold a thread together by
// its subject too, so that the first one stays.
func (a *Account) Reply(ctx context.Context, to network.Receipt, m network.Message) (network.Receipt, error) {
	var t thread
	if len(to.Own) > 0 {
		if err := json.Unmarshal(to.Own, &t); err != nil {
			return network.Receipt{}, network.Permanent(fmt.Errorf("answer mail %s: read the receipt: %w", to.ID, err))
		}
	}
	if t.Subject = line(t.Subject, 200); t.Subject == "" {
		t.Subject = subject(m)
	} else if !strings.HasPrefix(strings.ToLower(t.Subject), "re:") {
		t.Subject = "Re: " + t.Subject
	}
	for _, id := range append(t.References, to.ID) {
		if id == "" || strings.ContainsFunc(id, func(r rune) bool { return r <= ' ' || r > '~' || r == '<' || r == '>' }) {
			return network.Receipt{}, network.Permanent(fmt.Errorf("answer mail %q: that is no message id", id))
		}
	}
	t.References = append(t.References, to.ID)
	if n := len(t.References); n > 20 { // the first and the last tell enough (RFC 5537 section 3.4.4)
		t.References = append(t.References[:1:1], t.References[n-19:]...)
	}
	return a.send(ctx, m, t)
}

// partly is what the vault keeps of a mail that some readers have already.
type partly struct {
	ID   string   `json:"id"`
	Have []string `json:"have"`
}

const vaultPartly = "partly"

func (a *Account) send(ctx context.Context, m network.Message, t thread) (network.Receipt, error) {
	id, err := a.messageID(m)
	if err != nil {
		return network.Receipt{}, err
	}
	to, have, err := a.waiting(ctx, id)
	if err != nil {
		return network.Receipt{}, err
	}
	own, err := json.Marshal(t)
	if err != nil {
		return network.Receipt{}, fmt.Errorf("write the receipt: %w", err)
	}
	receipt := network.Receipt{ID: id, At: a.env.Now(), Own: own}
	data, err := a.compose(m, id, t, a.picture(ctx, m))
	if err != nil {
		return network.Receipt{}, network.Permanent(err)
	}
	s, err := a.connect(ctx)
	if err != nil {
		return network.Receipt{}, err
	}
	done := false
	defer func() {
		if done {
			s.quit()
		} else {
			s.abort()
		}
	}()
	taken, put, err := a.envelope(s, to, len(have) > 0)
	if err != nil {
		return network.Receipt{}, err
	}
	if len(taken) > 0 {
		if err := a.data(s, data); err != nil {
			return network.Receipt{}, err
		}
	}
	done = true
	if put == nil {
		if len(have) > 0 {
			// A leftover does no harm: it names a message that is settled.
			_ = a.keep(ctx, partly{})
		}
		return receipt, nil
	}
	if err := a.keep(ctx, partly{ID: id, Have: append(have, taken...)}); err != nil {
		// Some have the mail, and who cannot be written down.
		return network.Receipt{}, network.Unknown(fmt.Errorf("note who has the mail: %w", err))
	}
	return network.Receipt{}, later(put, a.env.Now())
}

// envelope names sender and readers. taken are those whom the server took; put
// is why others were put off. Readers refused for good are noted and left out,
// unless nobody is left.
func (a *Account) envelope(s *session, to []*mail.Address, some bool) (taken []string, put, err error) {
	if err := s.Mail("<" + a.from.Address + ">"); err != nil {
		err = fmt.Errorf("send mail from %s: %w", a.from.Address, a.tidy(err))
		switch code := codeOf(err); {
		case code == 552:
			return nil, nil, network.Permanent(err)
		case code >= 500:
			return nil, nil, network.Stopped(err)
		}
		return nil, nil, later(err, a.env.Now())
	}
	var refused error
	for _, x := range to {
		err := s.Rcpt("<" + x.Address + ">")
		switch code := codeOf(err); {
		case err == nil:
			taken = append(taken, x.Address)
		case code == 0: // the connection is gone, and nothing was sent
			return nil, nil, fmt.Errorf("name a reader: %w", err)
		case code >= 500:
			refused = fmt.Errorf("send mail to %s: %w", x.Address, a.tidy(err))
			a.env.Log.Warn("reader refused", "account", a.env.Name, "reader", x.Address, "err", refused)
		default:
			put = fmt.Errorf("send mail to %s: %w", x.Address, a.tidy(err))
		}
	}
	switch {
	case len(taken) > 0 || put != nil && some:
		return taken, put, nil
	case put != nil:
		return nil, nil, later(put, a.env.Now())
	case some: // those left are refused, the others have it
		return nil, nil, nil
	}
	return nil, nil, network.Stopped(refused)
}

// data hands the mail over. Until its last line is out the server must forget
// it; from then on only its answer tells.
func (a *Account) data(s *session, data []byte) error {
	w, err := s.Data()
	if err != nil {
		err = fmt.Errorf("send mail: %w", a.tidy(err))
		if codeOf(err) >= 500 {
			return network.Permanent(err)
		}
		return later(err, a.env.Now())
	}
	if _, err := bytes.NewReader(data).WriteTo(w); err != nil {
		return fmt.Errorf("send mail: %w", a.tidy(err))
	}
	_ = s.conn.SetDeadline(time.Now().Add(endTime))
	err = w.Close()
	if err == nil {
		return nil
	}
	err = fmt.Errorf("send mail: %w", a.tidy(err))
	switch code := codeOf(err); {
	case code == 0 || code < 400:
		return network.Unknown(err)
	case code >= 500:
		return network.Permanent(err)
	}
	return later(err, a.env.Now())
}

// waiting are the readers who do not have the mail yet, and those who do.
func (a *Account) waiting(ctx context.Context, id string) (to []*mail.Address, have []string, err error) {
	if len(a.to) == 1 {
		return a.to, nil, nil
	}
	b, err := a.env.Vault.Load(ctx, vaultPartly)
	if err != nil {
		return nil, nil, fmt.Errorf("load who has the mail: %w", err)
	}
	var p partly
	if len(b) == 0 || json.Unmarshal(b, &p) != nil || p.ID != id {
		return a.to, nil, nil
	}
	for _, x := range a.to {
		if !slices.Contains(p.Have, x.Address) {
			to = append(to, x)
		}
	}
	return to, p.Have, nil
}

func (a *Account) keep(ctx context.Context, p partly) error {
	b, err := json.Marshal(p)
	if err != nil {
		return err
	}
	return a.env.Vault.Save(context.WithoutCancel(ctx), vaultPartly, b)
}

// Probe signs in and says good-bye.
func (a *Account) Probe(ctx context.Context) (network.Profile, error) {
	s, err := a.connect(ctx)
	if err != nil {
		return network.Profile{}, err
	}
	defer s.quit()
	p := network.Profile{Name: a.from.Address, Server: "SMTP at " + line(s.HelloResponse(), 100)}
	if a.c.Unsubscribe == "" {
		p.Notes = append(p.Notes, "no unsubscribe address is set: large providers want one in every mailing")
	}
	return p, nil
}
