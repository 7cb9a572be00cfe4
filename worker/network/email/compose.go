package email

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/mail"
	"strings"
	"time"
	"unicode"

	gomail "github.com/wneessen/go-mail"

	"syndicated/worker/network"
)

// frozen is what must not differ between two tries.
type frozen struct {
	MessageID string `json:"message_id"` // without < and >
}

// Freeze implements network.Freezer.
func (a *Account) Freeze(m network.Message, _ time.Time) (json.RawMessage, error) {
	return json.Marshal(frozen{MessageID: a.makeID(m)})
}

// makeID makes a message id of the message's own, so that even a lost Frozen
// does not make two mails of one.
func (a *Account) makeID(m network.Message) string {
	sum := sha256.Sum256([]byte(m.ID))
	return hex.EncodeToString(sum[:16]) + "@" + domain(a.from.Address)
}

func (a *Account) messageID(m network.Message) (string, error) {
	if len(m.Frozen) == 0 {
		return a.makeID(m), nil
	}
	var f frozen
	if err := json.Unmarshal(m.Frozen, &f); err != nil {
		return "", network.Permanent(fmt.Errorf("read the frozen message id: %w", err))
	}
	if f.MessageID == "" || strings.ContainsFunc(f.MessageID, func(r rune) bool { return r <= ' ' || r > '~' || r == '<' || r == '>' }) {
		return "", network.Permanent(fmt.Errorf("the frozen message id %q is none", f.MessageID))
	}
	return f.MessageID, nil
}

// thread is where a mail stands: what answers it must know.
type thread struct {
	Subject    string   `json:"subject"`
	References []string `json:"references,omitzero"` // ids before it, oldest first
}

// picture is shown within the HTML part.
type picture struct {
	name, mime, url, alt string
	data                 []byte
}

// compose writes the mail. The result has no line that a post could make a
// header of.
func (a *Account) compose(m network.Message, id string, t thread, pic *picture) ([]byte, error) {
	msg := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	msg.SetMessageIDWithValue(id)
	msg.SetDateWithValue(a.env.Now())
	msg.FromMailAddress(clean(a.from))
	if len(a.to) == 1 {
		msg.ToMailAddress(clean(a.to[0]))
	} else {
		msg.SetGenHeaderPreformatted("To", "undisclosed-recipients:;")
	}
	if a.c.ReplyTo != "" {
		to, err := mail.ParseAddress(a.c.ReplyTo)
		if err != nil {
			return nil, fmt.Errorf("reply_to: %w", err)
		}
		msg.ReplyToMailAddress(clean(to))
	}
	msg.Subject(t.Subject)
	if n := len(t.References); n > 0 {
		msg.SetGenHeaderPreformatted(gomail.HeaderInReplyTo, "<"+t.References[n-1]+">")
		msg.SetGenHeaderPreformatted(gomail.HeaderReferences, "<"+strings.Join(t.References, "> <")+">")
	}
	msg.SetGenHeaderPreformatted("List-Id", "<"+a.listID+">") // RFC 2919
	switch u := a.c.Unsubscribe; {
	case strings.HasPrefix(u, "mailto:"):
		msg.SetListUnsubscribe(u)
	case u != "":
		if err := msg.SetListUnsubscribeOneClick(u); err != nil {
			return nil, err
		}
	}
	msg.SetBulk()
	msg.SetGenHeaderPreformatted("Auto-Submitted", "auto-generated") // RFC 3834: no vacation notes
	if m.Language != "" {
		msg.SetGenHeaderPreformatted("Content-Language", kept(m.Language, idChars))
	}
	msg.SetBodyString(gomail.TypeTextPlain, a.text(m))
	msg.AddAlternativeString(gomail.TypeTextHTML, a.html(m, pic))
	if pic != nil {
		if err := msg.EmbedReader(pic.name, bytes.NewReader(pic.data), gomail.WithFileContentID("<"+a.contentID()+">"), gomail.WithFileContentType(gomail.ContentType(pic.mime))); err != nil {
			return nil, fmt.Errorf("add the picture: %w", err)
		}
	}
	var b bytes.Buffer
	if _, err := msg.WriteTo(&b); err != nil {
		return nil, fmt.Errorf("write the mail: %w", err)
	}
	return b.Bytes(), nil
}

func clean(a *mail.Address) *mail.Address {
	return &mail.Address{Name: line(a.Name, 200), Address: a.Address}
}

// subject of a mail that begins a thread.
func subject(m network.Message) string {
	for _, s := range []string{m.Subject, m.Title, m.Text, m.Link} {
		first, _, _ := strings.Cut(strings.TrimSpace(s), "\n")
		if first = line(first, 200); first != "" {
			return first
		}
	}
	return "(no subject)"
}

// line makes one line of printable characters of s, at most n of them.
func line(s string, n int) string {
	var b strings.Builder
	space := false
	for _, r := range strings.ToValidUTF8(s, "\uFFFD") {
		if unicode.IsSpace(r) || unicode.IsControl(r) || r == '\u2028' || r == '\u2029' {
			space = b.Len() > 0
			continue
		}
		if n--; n < 0 {
			b.WriteString("…")
			break
		}
		if space {
			b.WriteByte(' ')
			space = false
		}
		b.WriteRune(r)
	}
	return b.String()
}
