package discord

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"time"
	"unicode/utf8"

	"syndicated/worker/network"
)

// sender is what webhook and bot share: the message and the exchange.
type sender struct {
	c       Config
	env     network.Env
	base    string // of the messages
	secrets []string
	guild   string // once Probe was called
}

// message is what Discord tells of one
// (https://discord.com/developers/docs/resources/message#message-object).
type message struct {
	ID        string    `json:"id"`
	Channel   string    `json:"channel_id"`
	Content   string    `json:"content"`
	Timestamp time.Time `json:"timestamp"`
	Nonce     any       `json:"nonce"`
	Author    struct {
		ID string `json:"id"`
	} `json:"author"`
}

// file is a picture to be uploaded.
type file struct {
	name, mime, alt string
	data            []byte
}

// draft is the body of a message without its pictures.
func (s *sender) draft(m network.Message) (map[string]any, error) {
	text := words(m)
	if n := utf8.RuneCountInString(text); n > maxText {
		return nil, network.Permanent(fmt.Errorf("send message: %d characters, Discord takes %d", n, maxText))
	}
	d := map[string]any{"content": text, "allowed_mentions": map[string]any{"parse": []string{}}}
	if s.c.Preview == "off" || m.Warning != "" {
		d["flags"] = 1 << 2 // SUPPRESS_EMBEDS
	}
	return d, nil
}

// words are the text and, where there is one, the warning that hides it.
func words(m network.Message) string {
	return network.Warned(m.Warning, m.Text, func(warning, text string) string {
		return warning + "\n||" + text + "||"
	}, func(s string) bool { return utf8.RuneCountInString(s) <= maxText })
}

// post sends a draft with the pictures of m and without them if they are not
// to be had or not taken.
func (s *sender) post(ctx context.Context, address string, d map[string]any, m network.Message) (network.Receipt, error) {
	files := s.pictures(ctx, m)
	if m.Text == "" && len(files) == 0 {
		return network.Receipt{}, network.Permanent(errors.New("send message: there is no text"))
	}
	for {
		call, err := s.call(http.MethodPost, address, d, files)
		if err != nil {
			return network.Receipt{}, err
		}
		call.Once = true
		var got message
		err = s.do(ctx, call, "send message", &got)
		if err == nil && got.ID == "" {
			err = network.Unknown(errors.New("send message: the answer names no message"))
		}
		if r, ok := errors.AsType[*refusal](err); ok && len(files) > 0 && m.Text != "" && (r.status == http.StatusRequestEntityTooLarge || r.code == 40005) {
			files = nil
			continue
		}
		if err != nil {
			return network.Receipt{}, err
		}
		return network.Receipt{ID: got.ID, URL: s.address(got), At: s.env.Now()}, nil
	}
}

// address of a message for people; it has the guild in it, which messages do
// not tell.
func (s *sender) address(m message) string {
	if s.guild == "" || m.Channel == "" {
		return ""
	}
	return "https://discord.com/channels/" + s.guild + "/" + m.Channel + "/" + m.ID
}

// edit changes the words of a message; its pictures stay.
func (s *sender) edit(ctx context.Context, address string, was network.Receipt, m network.Message) (network.Receipt, error) {
	d, err := s.draft(m)
	if err != nil {
		return was, err
	}
	delete(d, "flags")
	call, err := s.call(http.MethodPatch, address, d, nil)
	if err != nil {
		return was, err
	}
	if err := s.do(ctx, call, "edit message", nil); err != nil {
		if is(err, unknownMessage) {
			err = network.Permanent(fmt.Errorf("%w: %w", network.ErrMissing, err))
		}
		return was, err
	}
	was.At = s.env.Now()
	return was, nil
}

func (s *sender) delete(ctx context.Context, address string) error {
	call, err := s.call(http.MethodDelete, address, nil, nil)
	if err != nil {
		return err
	}
	if err := s.do(ctx, call, "delete message", nil); !is(err, unknownMessage) {
		return err
	}
	return nil
}

// call builds a request: JSON, or a form when there are files
// (https://discord.com/developers/docs/reference#uploading-files).
func (s *sender) call(method, address string, d map[string]any, files []file) (network.Call, error) {
	call := network.Call{
		Method: method, URL: address, Header: http.Header{}, Secrets: s.secrets,
		// The server counts each route by itself.
		Bucket: "discord " + s.env.Name + " " + method,
	}
	if !s.c.Token.IsZero() {
		call.Header.Set("Authorization", "Bot "+s.c.Token.Reveal())
	}
	if d == nil {
		return call, nil
	}
	if len(files) > 0 {
		var list []map[string]any
		for i, f := range files {
			list = append(list, map[string]any{"id": i, "filename": f.name, "description": f.alt})
		}
		d = with(d, "attachments", list)
	}
	body, err := json.Marshal(d)
	if err != nil {
		return call, fmt.Errorf("write message: %w", err)
	}
	if len(files) == 0 {
		call.Header.Set("Content-Type", "application/json")
		call.Body = body
		return call, nil
	}
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	part := func(disposition, mime string, data []byte) {
		h := textproto.MIMEHeader{}
		h.Set("Content-Disposition", disposition)
		h.Set("Content-Type", mime)
		if err == nil {
			var p io.Writer
			if p, err = w.CreatePart(h); err == nil {
				_, err = p.Write(data)
			}
		}
	}
	part(`form-data; name="payload_json"`, "application/json", body)
	for i, f := range files {
		part(multipart.FileContentDisposition(fmt.Sprintf("files[%d]", i), f.name), f.mime, f.data)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		return call, fmt.Errorf("write message: %w", err)
	}
	call.Header.Set("Content-Type", w.FormDataContentType())
	call.Body = b.Bytes()
	return call, nil
}

func with(d map[string]any, key string, value any) map[string]any {
	out := maps.Clone(d)
	out[key] = value
	return out
}
