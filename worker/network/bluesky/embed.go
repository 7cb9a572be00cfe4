package bluesky

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"time"

	"syndicated/worker/network"
)

// imageLimits: newer servers take 2,000,000 bytes of an image, older ones and
// every thumbnail of a card half of that.
var imageLimits = network.ImageLimits{Bytes: 1_000_000, Side: 2000, Alt: 2000}

// embed makes what is shown below the text: a card of the link when the text does
// not carry it, else the images. An image that cannot be had costs the image: note
// says so. An error means that the server cannot be reached now.
func (a *Account) embed(ctx context.Context, m network.Message) (embed any, note string, err error) {
	asCard := m.Link != "" && !strings.Contains(m.Text, m.Link)
	most := 4
	if asCard {
		most = 1
	}
	var (
		notes []string
		all   []shown
	)
	for _, one := range m.Media {
		if len(all) == most {
			break
		}
		picture, err := network.Image(ctx, a.env.HTTP, one, imageLimits)
		if err == nil {
			var blob json.RawMessage
			if blob, err = a.upload(ctx, picture); err == nil {
				all = append(all, shown{Image: blob, Alt: picture.Alt, Ratio: &ratio{picture.Width, picture.Height}})
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
	note = strings.Join(notes, "; ")
	switch {
	case asCard:
		c := card{URI: m.Link, Title: m.Title, Description: m.Summary}
		if len(all) > 0 {
			c.Thumb = all[0].Image
		}
		return external{Type: "app.bsky.embed.external", External: c}, note, nil
	case len(all) > 0:
		return images{Type: "app.bsky.embed.images", Images: all}, note, nil
	}
	return nil, note, nil
}

// upload gives the server's reference to an image. The same bytes have the same
// reference, so that a second try does no harm.
func (a *Account) upload(ctx context.Context, p network.Picture) (json.RawMessage, error) {
	var out struct {
		Blob json.RawMessage `json:"blob"`
	}
	err := a.authorised(ctx, "upload an image", &out, func(token string) network.Call {
		call := a.xrpc(http.MethodPost, "com.atproto.repo.uploadBlob", nil, token, "upload")
		call.Body, call.Timeout = p.Bytes, 2*time.Minute
		call.Header.Set("Content-Type", p.Type)
		return call
	})
	if err == nil && len(out.Blob) == 0 {
		err = &refusal{error: errors.New("upload an image: the answer names none"), status: http.StatusBadRequest}
	}
	return out.Blob, err
}

// patience is how often a message waits for a server that does not answer to its
// images. Then it goes without them.
const patience = 3

// waits reports whether a message should wait rather than lose an image.
func (a *Account) waits(id string, err error) bool {
	class, at := network.ClassOf(err)
	if r, ok := errors.AsType[*refusal](err); ok && r.status >= 400 && class != network.ClassStopped && at.IsZero() {
		return false
	}
	if class == network.ClassRetry && at.IsZero() {
		a.waited[id]++
	}
	return a.waited[id] < patience
}
