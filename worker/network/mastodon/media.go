package mastodon

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"net/url"
	"slices"
	"strings"
	"time"

	"syndicated/worker/network"
)

// processing is how long a server is given to work on an image.
const processing = 30 * time.Second

// attach uploads the images of m, keeping those that before has. An image that
// cannot be had or is refused costs the image: note says so. An error means
// that the server cannot be reached now.
func (a *Account) attach(ctx context.Context, m network.Message, before []attached) (media []attached, note string, err error) {
	var notes []string
	for _, one := range m.Media {
		if len(media) == a.limits.Media {
			break
		}
		if at := slices.IndexFunc(before, func(b attached) bool { return b.URL == one.URL }); at >= 0 {
			media = append(media, attached{ID: before[at].ID, URL: one.URL, Alt: one.Alt})
			continue
		}
		picture, err := network.Image(ctx, a.env.HTTP, one, a.limits.image())
		if err == nil {
			var id string
			if id, err = a.upload(ctx, picture); err == nil {
				media = append(media, attached{ID: id, URL: one.URL, Alt: one.Alt})
				continue
			}
			if a.waits(m.ID, err) {
				return nil, "", err
			}
		}
		if ctx.Err() != nil {
			return nil, "", ctx.Err()
		}
		notes = append(notes, "without an image: "+err.Error())
	}
	return media, strings.Join(notes, "; "), nil
}

var errRefused = errors.New("the image was refused")

// patience is how often a message waits for a server that does not answer to its
// images. Then it goes without them.
const patience = 3

// waits reports whether a message should wait rather than lose an image.
func (a *Account) waits(id string, err error) bool {
	if errors.Is(err, errRefused) {
		return false
	}
	if class, at := network.ClassOf(err); class == network.ClassRetry && at.IsZero() {
		a.waited[id]++
	}
	return a.waited[id] < patience
}

// upload gives the id of the image on the server, when it may be attached.
// https://docs.joinmastodon.org/methods/media/#v2
func (a *Account) upload(ctx context.Context, p network.Picture) (string, error) {
	const what = "upload image"
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	head := textproto.MIMEHeader{}
	head.Set("Content-Disposition", `form-data; name="file"; filename="image.`+strings.TrimPrefix(p.Type, "image/")+`"`)
	head.Set("Content-Type", p.Type)
	part, err := w.CreatePart(head)
	if err == nil {
		_, err = part.Write(p.Bytes)
	}
	if err == nil && p.Alt != "" {
		err = w.WriteField("description", p.Alt)
	}
	if err := errors.Join(err, w.Close()); err != nil {
		return "", fmt.Errorf("%s: %w", what, err)
	}
	call := a.call(http.MethodPost, "/api/v2/media", nil)
	call.Bucket += " media"
	call.Body, call.Timeout = body.Bytes(), 2*time.Minute
	call.Header.Set("Content-Type", w.FormDataContentType())
	answer, err := a.env.HTTP.Do(ctx, call)
	if err == nil && answer.Status == http.StatusNotFound { // before 3.1.3
		call.URL = a.server + "/api/v1/media"
		answer, err = a.env.HTTP.Do(ctx, call)
	}
	switch {
	case err != nil:
		return "", fmt.Errorf("%s: %w", what, err)
	case answer.Status == http.StatusTooManyRequests, answer.Status == http.StatusUnauthorized:
		return "", a.env.HTTP.Failure(call, answer, what)
	case !answer.OK():
		return "", fmt.Errorf("%w: %w", errRefused, a.env.HTTP.Failure(call, answer, what))
	}
	var up struct {
		ID  string  `json:"id"`
		URL *string `json:"url"`
	}
	if err := answer.Decode(&up); err != nil || up.ID == "" {
		return "", fmt.Errorf("%w: %s: the answer is no attachment", errRefused, what)
	}
	if answer.Status == http.StatusAccepted && up.URL == nil {
		if err := a.processed(ctx, up.ID); err != nil {
			return "", fmt.Errorf("%s: %w", what, err)
		}
	}
	return up.ID, nil
}

// processed waits until the server has worked on an image.
func (a *Account) processed(ctx context.Context, id string) error {
	call := a.call(http.MethodGet, "/api/v1/media/"+url.PathEscape(id), nil)
	deadline, cancel := context.WithTimeout(ctx, processing)
	defer cancel()
	for pause := 250 * time.Millisecond; ; pause = min(2*pause, 4*time.Second) {
		select {
		case <-deadline.Done():
			if ctx.Err() != nil {
				return ctx.Err()
			}
			return fmt.Errorf("%w: not processed after %s", errRefused, processing)
		case <-time.After(pause):
		}
		answer, err := a.env.HTTP.Do(deadline, call)
		switch {
		case err != nil:
			continue // until the deadline
		case answer.Status == http.StatusOK:
			return nil
		case answer.Status == http.StatusPartialContent:
			continue
		}
		return fmt.Errorf("%w: %w", errRefused, a.env.HTTP.Failure(call, answer, "processing"))
	}
}
