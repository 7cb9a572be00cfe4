package email

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"syndicated/worker/network"
)

const maxPicture = 5 << 20

// picture fetches the message's first image. One that is not to be had is left
// out and noted.
func (a *Account) picture(ctx context.Context, m network.Message) *picture {
	if len(m.Media) == 0 || a.env.HTTP == nil {
		return nil
	}
	x := m.Media[0]
	got, err := a.env.HTTP.Fetch(ctx, x.URL, maxPicture)
	kind := ""
	if err == nil {
		if kind = http.DetectContentType(got.Body); !strings.HasPrefix(kind, "image/") {
			err = fmt.Errorf("the picture is %s", kind)
		}
	}
	if err != nil {
		a.env.Log.Warn("picture left out", "account", a.env.Name, "message", m.ID, "err", err)
		return nil
	}
	return &picture{name: "picture." + strings.TrimPrefix(kind, "image/"), mime: kind, alt: line(x.Alt, 1000), data: got.Body}
}

// contentID names the picture within its mail (RFC 2392).
func (a *Account) contentID() string { return "picture@" + domain(a.from.Address) }
