package email

import (
	"context"
	"strings"

	"syndicated/worker/network"
)

// limits of a picture within a mail: what a screen shows and a mailbox bears.
var limits = network.ImageLimits{Bytes: 1 << 20, Side: 1600, Alt: 1000}

// picture fetches the message's first image that is to be had. One that is not
// is left out and noted.
func (a *Account) picture(ctx context.Context, m network.Message) *picture {
	for _, x := range m.Media {
		p, err := network.Image(ctx, a.env.HTTP, x, limits)
		if err == nil {
			return &picture{name: "picture." + strings.TrimPrefix(p.Type, "image/"), mime: p.Type, url: x.URL, alt: line(p.Alt, 1000), data: p.Bytes}
		}
		a.env.Log.Warn("picture left out", "account", a.env.Name, "message", m.ID, "err", err)
	}
	return nil
}

// contentID names the picture within its mail (RFC 2392).
func (a *Account) contentID() string { return "picture@" + domain(a.from.Address) }
