package discord

import (
	"context"
	"fmt"
	"strings"

	"syndicated/worker/network"
)

// limits of an attachment where nobody pays for more
// (https://discord.com/developers/docs/reference#uploading-files).
var limits = network.ImageLimits{Bytes: 10 << 20, Side: 4096, Alt: 1024}

// pictures fetches what can be shown of a message's media. A picture that is
// not to be had is left out and noted.
func (s *sender) pictures(ctx context.Context, m network.Message) []file {
	var out []file
	for i, x := range m.Media[:min(len(m.Media), maxFiles)] {
		p, err := network.Image(ctx, s.env.HTTP, x, limits)
		if err != nil {
			s.env.Log.Warn("picture left out", "account", s.env.Name, "message", m.ID, "err", err)
			continue
		}
		name := fmt.Sprintf("picture-%d.%s", i+1, strings.TrimPrefix(p.Type, "image/"))
		if m.Warning != "" {
			name = "SPOILER_" + name
		}
		out = append(out, file{name: name, mime: p.Type, alt: p.Alt, data: p.Bytes})
	}
	return out
}
