package email_test

import (
	"encoding/base64"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"strings"
	"testing"
)

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
